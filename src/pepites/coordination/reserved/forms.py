"""Forms of reserved items; the services check again."""

from collections.abc import Sequence
from typing import Any

from django import forms

from pepites.coordination.enums import NOTE_LENGTH
from pepites.coordination.forms import DAY, KeyedForm
from pepites.coordination.reserved.enums import Addressee, Means, Outcome

_NOBODY = "Personne d'autre du cercle ne peut être nommé : vous serez seul à lire."


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": NOTE_LENGTH})


class ReadersForm(forms.Form):
    """Who may read, besides the author."""

    def __init__(self, *args: Any, nameable: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["readers"] = forms.TypedMultipleChoiceField(
            label="Qui d'autre pourra lire", choices=nameable, coerce=int, required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text="Les autres membres du cercle ne sauront pas qu'il existe." if nameable else _NOBODY,
        )  # fmt: skip


class AudienceForm(ReadersForm):
    """The circle, or some readers only."""

    audience = forms.ChoiceField(
        label="Qui pourra lire cette évaluation",
        choices=(("cercle", "Le cercle, selon les droits de chacun"), ("lecteurs", "Moi et ceux que je nomme")),
        widget=forms.RadioSelect,
        help_text="Une fois l'évaluation terminée, ce choix ne change plus.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(("audience", "readers"))
        self.fields["readers"].label = "Si vous nommez, qui d'autre pourra lire"

    def clean_readers(self) -> list[int]:
        """Naming somebody while the circle reads all would be a misunderstanding: said rather than guessed."""
        named: list[int] = self.cleaned_data["readers"]
        if named and self.cleaned_data.get("audience") == "cercle":
            raise forms.ValidationError("Choisissez « Moi et ceux que je nomme », ou ne cochez personne.")
        return named


class ReservedNoteForm(ReadersForm, KeyedForm):
    """A note for some readers."""

    type = forms.ChoiceField(label="Type de note")
    text = forms.CharField(label="Votre note", max_length=NOTE_LENGTH, widget=_area(6))
    minor_secret = forms.BooleanField(label="Secret demandé par la personne mineure", required=False)

    def __init__(self, *args: Any, types: Sequence[tuple[str, str]], minor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"] = forms.ChoiceField(label="Type de note", choices=types)
        if not minor:
            del self.fields["minor_secret"]
        self.order_fields(("cle", "type", "text", "minor_secret", "readers"))


class ReportForm(ReadersForm, KeyedForm):
    """What is kept of a report that was sent."""

    sent_on = forms.DateField(label="Envoyée le", widget=DAY)
    addressee = forms.ChoiceField(label="À qui", choices=Addressee.choices, widget=forms.RadioSelect)
    means = forms.ChoiceField(label="Comment", choices=Means.choices)
    reference = forms.CharField(label="Référence donnée par la cellule", max_length=60, required=False)
    parents_informed = forms.TypedChoiceField(
        label="Les parents ont été prévenus avant l'envoi", choices=(("oui", "Oui"), ("non", "Non")),
        widget=forms.RadioSelect, coerce=lambda value: value == "oui",
    )  # fmt: skip
    not_informed_reason = forms.CharField(
        label="Sinon, pourquoi", max_length=300, required=False,
        help_text="Par exemple : les prévenir mettrait l'enfant en danger.",
    )  # fmt: skip


class OutcomeForm(forms.Form):
    """What the cell answered."""

    outcome = forms.ChoiceField(label="Réponse reçue", choices=[("", "Choisir"), *Outcome.choices[1:]])
    outcome_on = forms.DateField(label="Reçue le", widget=DAY)
    reference = forms.CharField(label="Référence", max_length=60, required=False)


class DocumentForm(forms.Form):
    """The report itself: put on paper, never kept."""

    addressee = forms.ChoiceField(label="À qui", choices=Addressee.choices, widget=forms.RadioSelect)
    facts = forms.CharField(
        label="Ce que vous avez vu ou constaté", max_length=NOTE_LENGTH, widget=_area(6),
        help_text="Les faits et leurs dates, sans interprétation.",
    )  # fmt: skip
    words = forms.CharField(
        label="Ce que l'enfant ou ses proches ont dit", max_length=NOTE_LENGTH, required=False, widget=_area(4)
    )
    context = forms.CharField(
        label="Contexte, entourage, aides déjà en place", max_length=NOTE_LENGTH, required=False, widget=_area(4)
    )
    worries = forms.CharField(label="Ce qui vous inquiète", max_length=NOTE_LENGTH, widget=_area(3))
    parents = forms.CharField(
        label="Information des parents", max_length=600, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 600}),
        help_text="Prévenus, ou pourquoi non.",
    )  # fmt: skip
