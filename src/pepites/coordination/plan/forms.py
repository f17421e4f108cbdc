"""Forms of the plan: one small form an item; the services check again."""

from collections.abc import Sequence
from typing import Any

from django import forms

from pepites.coordination.enums import Recurrence
from pepites.coordination.forms import DAY, KeyedForm
from pepites.coordination.plan.enums import (
    TEXT_LENGTH,
    ActionType,
    ConcernDomain,
    ExpectationAuthor,
    GoalResult,
    ItemKind,
    Priority,
    SignerQuality,
)


def _text(label: str, help_text: str = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3, "maxlength": TEXT_LENGTH})
    return forms.CharField(label=label, max_length=TEXT_LENGTH, widget=area, help_text=help_text)


class ItemForm(KeyedForm):
    """What the four have in common; ``version`` is the one that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, owners: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "owner" in self.fields:
            self.fields["owner"] = forms.ChoiceField(label="Qui s'en charge", choices=owners or [])


class ExpectationForm(ItemForm):
    """What the person or the carer hopes for."""

    text = _text("Ce qui est attendu, avec les mots de la personne")
    author = forms.ChoiceField(label="Qui parle", choices=ExpectationAuthor.choices, widget=forms.RadioSelect)


class ConcernForm(ItemForm):
    """A problem or an unmet need."""

    text = _text("Le problème ou le besoin")
    domain = forms.ChoiceField(label="Domaine", choices=ConcernDomain.choices)
    medical = forms.BooleanField(
        label="Réservé aux soignants", required=False,
        help_text="Domaines médical et psychologique : le travail social ne lira ni ce problème, ni ses objectifs et"
        " actions.",
    )  # fmt: skip
    priority = forms.TypedChoiceField(label="Priorité", choices=Priority.choices, coerce=int)
    retained = forms.BooleanField(label="Retenu dans le plan", required=False)
    reason = forms.CharField(label="S'il n'est pas retenu, pourquoi", max_length=300, required=False)


class GoalForm(ItemForm):
    """An objective negotiated with the person."""

    text = _text("L'objectif")
    horizon = forms.DateField(label="Horizon", required=False, widget=DAY)
    shared = forms.BooleanField(label="Partagé avec la personne", required=False)
    result = forms.ChoiceField(label="Résultat", choices=GoalResult.choices)
    reason = forms.CharField(label="S'il est abandonné ou non réalisé, pourquoi", max_length=300, required=False)


class ActionForm(ItemForm):
    """An action, its owner and its date."""

    text = _text("L'action", "À la publication, elle devient une tâche de la personne ou du rôle choisi.")
    type = forms.ChoiceField(label="Type", choices=ActionType.choices)
    owner = forms.ChoiceField(label="Qui s'en charge")
    start_on = forms.DateField(label="Début", required=False, widget=DAY)
    due_on = forms.DateField(label="Échéance", required=False, widget=DAY)
    frequency = forms.ChoiceField(label="Fréquence", choices=Recurrence.choices, required=False)
    outcome = forms.CharField(label="Évaluation", max_length=300, required=False)


ITEM_FORMS: dict[str, type[ItemForm]] = {
    ItemKind.EXPECTATION: ExpectationForm,
    ItemKind.CONCERN: ConcernForm,
    ItemKind.GOAL: GoalForm,
    ItemKind.ACTION: ActionForm,
}


class OpenForm(KeyedForm):
    """Beginning a plan in one of the networks that follow the person."""

    network = forms.TypedChoiceField(label="Réseau", coerce=int)

    def __init__(self, *args: Any, networks: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["network"] = forms.TypedChoiceField(label="Réseau", coerce=int, choices=networks)


class ReferentForm(forms.Form):
    """Who answers for the plan."""

    def __init__(self, *args: Any, members: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["referent"] = forms.TypedChoiceField(label="Référent du plan", choices=members, coerce=int)


class PublishForm(KeyedForm):
    """Publishing the draft that is shown."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Ce que change cette version", max_length=300, help_text="Lu par tout le cercle : pas de détail médical."
    )
    review_on = forms.DateField(label="À réviser le", widget=DAY)
    validators = forms.TypedMultipleChoiceField(
        label="Qui doit valider", coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Chacun reçoit une tâche.",
    )  # fmt: skip

    def __init__(self, *args: Any, members: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["validators"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = members


class SignForm(KeyedForm):
    """The agreement of the person, or of who speaks for them."""

    digest = forms.CharField(widget=forms.HiddenInput)
    strokes = forms.CharField(widget=forms.HiddenInput, required=False)
    quality = forms.ChoiceField(label="Qui signe", choices=SignerQuality.choices, widget=forms.RadioSelect)
    name = forms.CharField(label="Nom et prénom de la personne qui signe", max_length=120)
