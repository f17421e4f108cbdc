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


class FiliationForm(forms.Form):
    """A link of a child: the mother by her complete number, or the ASE."""

    kind = forms.ChoiceField(
        label="Lien",
        choices=[("mere", "Sa mère est suivie ici"), ("ase", "Enfant confié à l'aide sociale à l'enfance")],
        initial="mere",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez le lien."},
    )
    number = forms.CharField(
        label="Identifiant régional de la mère",
        help_text="GF et 11 caractères, à recopier depuis son dossier.",
        max_length=30,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    comment = forms.CharField(label="Service ou référent de l'aide sociale à l'enfance", max_length=200, required=False)
