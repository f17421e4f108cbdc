"""Forms of the merge screens."""

from typing import Any

from django import forms

from pepites.identity.enums import RowDecision

_WHY = {"required": "Dites en quelques mots pourquoi.", "min_length": "Dites en quelques mots pourquoi."}


class MergeForm(forms.Form):
    """Why they are one person, and the word that it was checked."""

    reason = forms.CharField(
        label="Ce qui montre que c'est la même personne", min_length=5, max_length=300, error_messages=_WHY
    )
    checked = forms.BooleanField(
        label="J'ai comparé les deux identités et ce que les équipes en disent",
        error_messages={"required": "Comparez les deux identités, puis cochez cette case."},
    )


class DecideForm(forms.Form):
    """The second reader's word; a refusal needs its reason."""

    decision = forms.ChoiceField(choices=[("fusionner", "Fusionner"), ("refuser", "Refuser")])
    reason = forms.CharField(label="Motif (obligatoire pour refuser)", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """A refusal says why."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("decision") == "refuser" and len(str(data.get("reason", "")).strip()) < 5:
            self.add_error("reason", "Dites en quelques mots pourquoi vous refusez.")
        return data


class UndoForm(forms.Form):
    """Why they are two persons after all."""

    reason = forms.CharField(
        label="Ce qui montre que ce sont deux personnes", min_length=5, max_length=300, error_messages=_WHY
    )


class SortForm(forms.Form):
    """Whose a row is."""

    merge = forms.UUIDField(required=False)
    collision = forms.UUIDField(required=False)
    decision = forms.ChoiceField(choices=RowDecision.choices)
