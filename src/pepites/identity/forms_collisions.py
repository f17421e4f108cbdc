"""Forms of collisions and incidents."""

from django import forms

from pepites.identity.enums import IncidentKind

_WHY = {"required": "Dites-le en quelques mots.", "min_length": "Dites-le en quelques mots."}


class CollisionForm(forms.Form):
    """What makes one think that two persons are mixed; never an accusation (GUY-13)."""

    description = forms.CharField(
        label="Ce qui fait penser à deux personnes",
        help_text="Par exemple deux groupes sanguins, deux adresses le même jour, un acte qui ne peut être le sien.",
        min_length=5,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages=_WHY,
    )


class RuleForm(forms.Form):
    """The cell's word."""

    decision = forms.ChoiceField(choices=[("averee", "Avérée"), ("ecartee", "Écartée")])
    reason = forms.CharField(label="Ce qui le montre", min_length=5, max_length=300, error_messages=_WHY)


class OtherForm(forms.Form):
    """The second person's file."""

    number = forms.CharField(
        label="Identifiant régional de la seconde personne",
        help_text="GF et 11 caractères. Créez d'abord son dossier si elle n'en a pas.",
        max_length=30,
        error_messages={"required": "Recopiez son identifiant régional."},
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class IncidentForm(forms.Form):
    """An identity adverse event; it names nobody."""

    kind = forms.ChoiceField(label="Ce qui est arrivé", choices=IncidentKind.choices)
    happened_on = forms.DateField(
        label="Quand",
        widget=forms.DateInput({"type": "date"}),
        error_messages={"required": "Dites quel jour.", "invalid": "Écrivez une date, par exemple 26/11/2026."},
    )
    description = forms.CharField(
        label="Les faits, sans nommer personne",
        min_length=5,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages=_WHY,
    )
    harm = forms.BooleanField(label="La personne en a souffert", required=False)


class CloseForm(forms.Form):
    """What was done."""

    measures = forms.CharField(min_length=5, max_length=500)
