"""Forms of the RPPS+ follow-up."""

from typing import Any

from django import forms

from pepites.accounts.forms import DATE, REQUIRED
from pepites.accounts.rppsplus.enums import ROLES, ContractState
from pepites.directory.models import PractitionerRole

_OFF = {"autocomplete": "off"}


class ContractForm(forms.Form):
    """The contract of a structure with the ANS, and its gestionnaire."""

    state = forms.ChoiceField(label="Contrat avec l'ANS", choices=ContractState.choices, widget=forms.RadioSelect)
    signed_on = forms.DateField(
        label="Signé le",
        required=False,
        error_messages=DATE,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    keeper_name = forms.CharField(
        label="Gestionnaire RPPS+", max_length=120, required=False, widget=forms.TextInput(_OFF),
        help_text="La personne qui déclare au portail.",
    )  # fmt: skip
    keeper_contact = forms.CharField(
        label="Son téléphone ou courriel", max_length=120, required=False, widget=forms.TextInput(_OFF)
    )
    keeper_card = forms.BooleanField(label="A sa carte (CPS, CPE ou CDE) pour entrer au portail", required=False)
    note = forms.CharField(label="Remarque", max_length=300, required=False, widget=forms.TextInput(_OFF))


class PersonForm(forms.Form):
    """A person to bring into RPPS+."""

    family_name = forms.CharField(label="Nom d'exercice", max_length=100, error_messages=REQUIRED)
    given_name = forms.CharField(label="Prénom", max_length=100, error_messages=REQUIRED)
    role_code = forms.ChoiceField(
        label="Rôle", choices=[("", "Choisir…"), *ROLES.items()], error_messages=REQUIRED,
        help_text="Celui du portail : c'est lui, non la profession, qui décide des droits.",
    )  # fmt: skip
    email = forms.EmailField(
        label="Courriel", required=False, help_text="Le numéro RPPS y sera envoyé, puis un code d'activation.",
        error_messages={"invalid": "Écrivez une adresse comme nom@exemple.fr."}, widget=forms.EmailInput(_OFF),
    )  # fmt: skip
    phone = forms.CharField(
        label="Téléphone portable", max_length=20, required=False, help_text="L'autre code d'activation y arrivera.",
        widget=forms.TextInput({**_OFF, "inputmode": "tel"}),
    )  # fmt: skip
    starts_on = forms.DateField(
        label="Prise de fonction",
        required=False,
        error_messages=DATE,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    practice = forms.ChoiceField(
        label="Lieu d'exercice dans Pépites", required=False,
        help_text="S'il existe déjà : un départ le fermera aussitôt.",
    )  # fmt: skip

    def __init__(self, *args: Any, practices: list[PractitionerRole], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._practices = {str(one.public_id): one for one in practices}
        field = self.fields["practice"]
        assert isinstance(field, forms.ChoiceField)
        named = [(key, f"{one.professional}, {one.role_label}") for key, one in self._practices.items()]
        field.choices = [("", "Aucun"), *named]

    def clean_practice(self) -> PractitionerRole | None:
        """The place of practice chosen."""
        return self._practices.get(self.cleaned_data["practice"])


class StepForm(forms.Form):
    """The next step of a person: its date, and the number when it has come."""

    on = forms.DateField(
        label="Le", required=False, error_messages=DATE, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    rpps = forms.CharField(
        label="Numéro RPPS", max_length=20, required=False, help_text="Onze chiffres.",
        widget=forms.TextInput({**_OFF, "inputmode": "numeric", "class": "pp-code"}),
    )  # fmt: skip


class ManagerForm(forms.Form):
    """Who is to look after the structure's people."""

    login = forms.CharField(
        label="Identifiant du compte", max_length=80, error_messages=REQUIRED, widget=forms.TextInput(_OFF)
    )
