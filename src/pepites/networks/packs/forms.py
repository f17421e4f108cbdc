"""Forms made of what a section declares; the services check again."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict

from pepites.networks.packs.schema import Field, Kind, Sections
from pepites.networks.packs.sections import COLOURS, PERSON_WORDS

FEW = 7  # above, a list rather than buttons (interface §9)


class ValuesForm(forms.Form):
    """The plain values of a section or of a row. ``revision`` is the draft's when the page was shown."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_000_000_000)

    def __init__(
        self,
        data: Any = None,
        *,
        declared: Sequence[Field],
        values: Mapping[str, Any],
        sections: Sections,
        revision: int,
    ) -> None:
        first = {field.name: values.get(field.name, field.empty()) for field in declared}
        super().__init__(data, initial={**first, "revision": revision})
        self.declared = declared
        for field in declared:
            self.fields[field.name] = _control(field, sections, first[field.name])

    def values(self) -> dict[str, Any]:
        """What was typed, in the types of the schema."""
        return {field.name: self.cleaned_data[field.name] for field in self.declared}

    def renew(self, revision: int) -> None:
        """After a conflict: the same words, on the draft as it now is."""
        data = cast("QueryDict", self.data).copy()
        data["revision"] = str(revision)
        self.data = data


def _control(field: Field, sections: Sections, held: Any) -> forms.Field:
    common: dict[str, Any] = {"label": field.label, "help_text": field.hint, "required": field.required}
    match field.kind:
        case Kind.AREA:
            area = forms.Textarea(attrs={"rows": 4, "maxlength": field.longest})
            return forms.CharField(max_length=field.longest, widget=area, **common)
        case Kind.NUMBER:
            return forms.IntegerField(min_value=field.least, max_value=field.most, **common)
        case Kind.FLAG:
            return forms.BooleanField(**common | {"required": False})
        case Kind.CHOICE:
            options = list(field.options(sections))
            listed = options if field.required else [("", "Aucun"), *options]
            widget = forms.RadioSelect() if len(listed) <= FEW else forms.Select()
            return forms.ChoiceField(choices=listed, widget=widget, **common)
        case Kind.LINK:
            known = list(field.options(sections))
            absent = [(held, f"{held} (absent ici)")] if held and held not in dict(known) else []
            return forms.ChoiceField(choices=[("", "Aucun"), *known, *absent], **common)
        case Kind.SEVERAL:
            return forms.MultipleChoiceField(
                choices=field.options(sections), widget=forms.CheckboxSelectMultiple, **common
            )
        case _:
            return forms.CharField(max_length=field.longest, **common)


class NetworkForm(forms.Form):
    """A new network."""

    name = forms.CharField(label="Nom du réseau", max_length=120)
    short_name = forms.CharField(label="Nom court", max_length=40, help_text="Montré dans les listes.")
    colour = forms.TypedChoiceField(label="Couleur", choices=COLOURS, coerce=int, initial="1")
    person_word = forms.ChoiceField(
        label="Mot pour la personne", choices=PERSON_WORDS, widget=forms.RadioSelect, initial="usager"
    )


class PublishForm(forms.Form):
    """Putting the draft in force."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_000_000_000)
    note = forms.CharField(
        label="Ce qui change", max_length=300, help_text="Une phrase, pour les autres administrateurs."
    )


class PackFileForm(forms.Form):
    """A pack exported from another network."""

    file = forms.FileField(
        label="Fichier du pack", help_text="Le fichier .json exporté d'un autre réseau, 1 Mo au plus."
    )
