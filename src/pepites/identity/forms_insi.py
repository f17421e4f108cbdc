"""Forms of the INSi screens."""

from django import forms

from pepites.identity.insi.criteria import Variant


class AskForm(forms.Form):
    """How to write the criteria."""

    variante = forms.TypedChoiceField(
        choices=[(str(one), one.name) for one in Variant], required=False, coerce=Variant, empty_value=Variant.AS_IS
    )


class AcceptForm(forms.Form):
    """The operator's word, without which nothing is attributed (INSI-4)."""

    confirmed = forms.BooleanField(
        label="J'ai comparé avec la personne présente : ces traits sont les siens",
        error_messages={"required": "Comparez avec la personne présente, puis cochez cette case."},
    )


class AsideForm(forms.Form):
    """Why an answer is not this person."""

    reason = forms.CharField(
        label="Pourquoi ce n'est pas cette personne",
        max_length=200,
        error_messages={"required": "Dites pourquoi, en quelques mots."},
    )
    to_cell = forms.BooleanField(label="Demander l'avis de la cellule d'identitovigilance", required=False)


class RegistrationForm(forms.Form):
    """« Immatriculation en cours »."""

    pending = forms.BooleanField(required=False)
