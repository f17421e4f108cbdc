"""Forms of local accounts."""

from typing import Any

from django import forms

from pepites.accounts.enrolment.enums import Document, Motive
from pepites.accounts.enrolment.services import Asked
from pepites.accounts.forms import DATE, REQUIRED, InviteForm
from pepites.directory.professions import PROFESSIONS
from pepites.networks.enums import MemberRole

_DAY = {"type": "date"}


class EnrolmentForm(InviteForm):
    """A person without a national means, seen with a document."""

    motive = forms.ChoiceField(label="Pourquoi un compte local", choices=Motive.choices, widget=forms.RadioSelect,
                               error_messages=REQUIRED)  # fmt: skip
    document_kind = forms.ChoiceField(label="Pièce vue", choices=[("", "Choisir…"), *Document.choices],
                                      error_messages=REQUIRED)  # fmt: skip
    document_last4 = forms.CharField(
        label="Quatre derniers caractères de la pièce", max_length=4, error_messages=REQUIRED,
        help_text="Aucune copie n'est gardée.", widget=forms.TextInput({"autocomplete": "off", "class": "pp-code"}),
    )  # fmt: skip
    seen_on = forms.DateField(
        label="Vue en face à face le", error_messages=DATE, widget=forms.DateInput(_DAY, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label="Fin du compte", help_text="Quatre-vingt-dix jours au plus, renouvelables.", error_messages=DATE,
        widget=forms.DateInput(_DAY, format="%Y-%m-%d"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["rpps"]  # with a number, the person enters by Pro Santé Connect

    def asked(self) -> Asked:
        """What is asked for, once the form is valid."""
        values = self.cleaned_data
        return Asked(
            family_name=values["family_name"], given_name=values["given_name"],
            role_code=PROFESSIONS[values["profession"]].role_code, organization_id=values["found_organization"].pk,
            login=values["login"], motive=Motive(values["motive"]), document_kind=Document(values["document_kind"]),
            document_last4=values["document_last4"], seen_on=values["seen_on"], ends_on=values["ends_on"],
            email=values["email"], member_role=MemberRole(values["role"]),
        )  # fmt: skip


class RenewForm(forms.Form):
    """A new end."""

    ends_on = forms.DateField(label="Jusqu'au", widget=forms.DateInput(_DAY, format="%Y-%m-%d"), error_messages=DATE)
