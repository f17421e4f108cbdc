"""Forms of the import's screens."""

from typing import Any

from django import forms

from pepites.coordination.importing.headers import LABELS, Field
from pepites.coordination.importing.selectors import Columns

NONE = "-"
_NEEDED = (Field.BIRTH_NAME, Field.GIVEN_NAMES, Field.BIRTH_DATE)
ACCEPTED = ".xlsx,.ods,.xls,.csv,.txt,.tsv"


class UploadForm(forms.Form):
    """The file to import."""

    file = forms.FileField(
        label="Fichier de la file active",
        help_text="Excel (.xlsx), OpenDocument (.ods) ou texte (.csv), 50 Mo au plus.",
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": "Choisissez le fichier à importer.",
            "empty": "Le fichier est vide : choisissez le fichier qui contient la liste.",
        },
    )


def _column(value: object) -> str | None:
    return str(value) if value and value != NONE else None


class MappingForm(forms.Form):
    """Which column holds what."""

    def __init__(self, columns: Columns, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if columns.sheets:
            self.fields["sheet"] = forms.ChoiceField(
                label="Feuille", choices=[(name, name) for name in columns.sheets], initial=columns.sheets[0]
            )
        for field in Field:
            self.fields[field.value] = forms.ChoiceField(
                label=LABELS[field],
                choices=[(NONE, "Aucune colonne"), *columns.choices],
                initial=columns.chosen.get(field, NONE),
            )
        self._sheet = columns.sheets[0] if columns.sheets else ""

    @property
    def main(self) -> list[forms.BoundField]:
        """What the file holds, or cannot do without."""
        return [bound for bound in self if self._matters(bound)]

    @property
    def others(self) -> list[forms.BoundField]:
        """What the file could also hold."""
        return [bound for bound in self if not self._matters(bound)]

    def _matters(self, bound: forms.BoundField) -> bool:
        return bound.name in ("sheet", *_NEEDED) or bool(bound.errors) or bound.value() not in (None, "", NONE)

    def clean(self) -> dict[str, Any]:
        """One column serves one field."""
        values = super().clean() or {}
        seen: dict[str, Field] = {}
        for field in Field:
            column = _column(values.get(field.value))
            if column and column in seen:
                both = f"« {LABELS[seen[column]]} » et « {LABELS[field]} »"
                self.add_error(field.value, f"La même colonne sert pour {both} : gardez-la pour un seul.")
            elif column:
                seen[column] = field
        return values

    @property
    def other_sheet(self) -> str:
        """The sheet asked for when it is another one: its columns are then matched anew."""
        wanted = str(self.cleaned_data.get("sheet") or "")
        return wanted if wanted != self._sheet else ""

    def mapping(self, kept: dict[str, object]) -> dict[str, object]:
        """The correction to apply: every field, empty ones included; the sheet chosen before stays."""
        chosen: dict[str, object] = {field.value: _column(self.cleaned_data.get(field.value)) for field in Field}
        return ({"sheet": kept["sheet"]} if "sheet" in kept else {}) | chosen
