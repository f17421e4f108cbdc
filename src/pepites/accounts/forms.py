"""Forms of sign-in and accounts."""

import json
from typing import Any

from django import forms

from pepites.accounts.machines.certificates import fingerprint_of
from pepites.accounts.machines.scopes import known_scopes
from pepites.accounts.passwords import HINT
from pepites.accounts.services.invitations import looks_shared
from pepites.directory.enums import OrganizationKind
from pepites.directory.professions import PROFESSIONS
from pepites.directory.selectors import organization_by_public_id, search_organizations
from pepites.networks.enums import MemberRole

REQUIRED = {"required": "Remplissez ce champ."}
DATE = {"required": "Donnez une date.", "invalid": "Écrivez la date ainsi : 31/12/2026."}
_PLAIN = {"autocapitalize": "off", "autocorrect": "off", "spellcheck": "false"}


class SignInForm(forms.Form):
    """Identifier and password."""

    login = forms.CharField(
        label="Identifiant",
        max_length=80,
        error_messages={"required": "Saisissez votre identifiant."},
        widget=forms.TextInput({**_PLAIN, "autocomplete": "username"}),
    )
    password = forms.CharField(
        label="Mot de passe",
        max_length=200,
        strip=False,
        error_messages={"required": "Saisissez votre mot de passe."},
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """A code of the application, or a recovery code."""

    code = forms.CharField(
        label="Code",
        max_length=20,
        error_messages={"required": "Saisissez le code."},
        widget=forms.TextInput({**_PLAIN, "autocomplete": "one-time-code", "class": "pp-code"}),
    )


class NewPasswordForm(forms.Form):
    """A new password, shown or hidden by the browser; typed once, because it can be pasted and kept by a manager."""

    password = forms.CharField(
        label="Nouveau mot de passe",
        help_text=HINT,
        max_length=200,
        strip=False,
        error_messages={"required": "Choisissez un mot de passe."},
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Nouveau mot de passe, une seconde fois",
        max_length=200,
        strip=False,
        error_messages={"required": "Saisissez le mot de passe une seconde fois."},
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both must be the same."""
        values = self.cleaned_data
        if values.get("again") and values.get("password") != values["again"]:
            self.add_error("again", "Les deux mots de passe diffèrent. Saisissez deux fois le même.")
        return values


class ChangePasswordForm(NewPasswordForm):
    """The current password, then the new one."""

    current = forms.CharField(
        label="Mot de passe actuel",
        max_length=200,
        strip=False,
        error_messages={"required": "Saisissez votre mot de passe actuel."},
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    field_order = ("current", "password", "again")


def find_organization(form: forms.Form) -> None:
    """Put the structure chosen in the list, or named by what was typed, under ``found_organization``."""
    values = form.cleaned_data
    chosen = values.get("organization")
    found = organization_by_public_id(chosen) if chosen else None
    if found is None and values.get("organization_text"):
        matches = search_organizations(values["organization_text"], limit=2)
        found = matches[0] if len(matches) == 1 else None
    form.errors.pop("organization", None)
    if found is None:
        form.add_error("organization", "Choisissez une structure de l'annuaire dans la liste proposée.")
    values["found_organization"] = found


class InviteForm(forms.Form):
    """A professional to bring in."""

    family_name = forms.CharField(label="Nom d'exercice", max_length=100, error_messages=REQUIRED)
    given_name = forms.CharField(label="Prénom", max_length=100, error_messages=REQUIRED)
    rpps = forms.CharField(
        label="Numéro RPPS",
        max_length=11,
        required=False,
        help_text="Onze chiffres. Sans numéro, vous êtes le parrain : vous répondez de l'identité de cette personne.",
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    profession = forms.ChoiceField(
        label="Profession",
        choices=[("", "Choisir…"), *((code, item.label) for code, item in PROFESSIONS.items())],
        error_messages=REQUIRED,
    )
    organization = forms.UUIDField(label="Structure")
    organization_text = forms.CharField(max_length=200, required=False)
    login = forms.CharField(
        label="Identifiant du compte",
        max_length=80,
        help_text="Par exemple prenom.nom. Un compte appartient à une seule personne.",
        error_messages=REQUIRED,
        widget=forms.TextInput({**_PLAIN, "autocomplete": "off"}),
    )
    email = forms.EmailField(label="Adresse électronique professionnelle", required=False)
    role = forms.ChoiceField(
        label="Rôle dans le réseau",
        choices=MemberRole.choices,
        initial=MemberRole.MEMBER,
        widget=forms.RadioSelect,
        help_text="La coordination ouvre tous les dossiers du réseau.",
    )
    nominative = forms.BooleanField(label="Ce compte est celui d'une seule personne", required=False)
    shown_as_shared = False

    def clean(self) -> dict[str, Any]:
        """Find the structure, and question an identifier that names a post (PG-01)."""
        values = self.cleaned_data
        find_organization(self)
        if looks_shared(values.get("login", "")) and not values.get("nominative"):
            self.shown_as_shared = True
            self.add_error(
                "login", "Cet identifiant semble désigner un poste. Choisissez prenom.nom, ou confirmez ci-dessous."
            )
        return values


class NewOrganizationForm(forms.Form):
    """A structure that the directory lacks."""

    name = forms.CharField(label="Nom de la structure", max_length=200, error_messages=REQUIRED)
    kind = forms.ChoiceField(label="Sorte de structure", choices=[("", "Choisir…"), *OrganizationKind.choices])
    finess = forms.CharField(
        label="Numéro FINESS",
        max_length=9,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "class": "pp-code"}),
    )


class ResetForm(forms.Form):
    """Why a lost factor is to be given up."""

    motive = forms.CharField(
        label="Comment avez-vous reconnu la personne ?",
        max_length=200,
        help_text="Par exemple : vue en face à face, pièce d'identité contrôlée.",
        error_messages=REQUIRED,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class PhoneForm(forms.Form):
    """One's national number, to approve a sign-in on the telephone."""

    number = forms.CharField(
        label="Numéro RPPS", max_length=20, help_text="Onze chiffres.",
        error_messages={"required": "Saisissez votre numéro RPPS."},
        widget=forms.TextInput({**_PLAIN, "inputmode": "numeric", "autocomplete": "off", "class": "pp-code"}),
    )  # fmt: skip


class MatrixForm(forms.Form):
    """Why a network's habilitations change."""

    note = forms.CharField(
        label="Pourquoi ce changement", max_length=300, error_messages={"required": "Dites pourquoi."},
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip


class HomologationForm(forms.Form):
    """The decision that makes local accounts regular (RIE §6.3)."""

    reference = forms.CharField(
        label="Référence de la décision", max_length=80, error_messages=REQUIRED,
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    signatory = forms.CharField(
        label="Signataire", max_length=120, error_messages=REQUIRED, widget=forms.TextInput({"autocomplete": "off"})
    )
    signed_on = forms.DateField(
        label="Signée le", error_messages=DATE, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    expires_on = forms.DateField(
        label="Valable jusqu'au", help_text="Trois ans au plus.", error_messages=DATE,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip


class MachineForm(forms.Form):
    """The software of a structure, to be opened to the region's identities."""

    name = forms.CharField(
        label="Nom du logiciel", max_length=120, help_text="Par exemple « GAM du CH de Kourou ».",
        error_messages=REQUIRED, widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    client_id = forms.CharField(
        label="Identifiant du client",
        max_length=64,
        help_text="Lettres minuscules, chiffres, tirets : gam-kourou.",
        error_messages=REQUIRED,
        widget=forms.TextInput({**_PLAIN, "autocomplete": "off", "class": "pp-code"}),
    )
    organization = forms.UUIDField(label="Structure")
    organization_text = forms.CharField(max_length=200, required=False)
    domain_system = forms.CharField(
        label="Domaine d'identification",
        max_length=200,
        help_text="OID ou URI. Le logiciel ne parlera que pour ce domaine.",
        error_messages=REQUIRED,
        widget=forms.TextInput({**_PLAIN, "autocomplete": "off", "class": "pp-code"}),
    )
    scopes = forms.MultipleChoiceField(
        label="Ce qu'il peut faire",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins une case."},
    )
    jwks = forms.CharField(
        label="Clés publiques",
        required=False,
        max_length=64 * 1024,
        help_text="Le contenu du fichier JWKS ; à défaut, donnez un certificat. Jamais de clé privée.",
        widget=forms.Textarea({**_PLAIN, "rows": 4, "class": "pp-code"}),
    )
    certificate = forms.CharField(
        label="Certificat",
        required=False,
        max_length=64 * 1024,
        help_text="Le contenu du fichier PEM. Avec des clés aussi, les deux seront exigés ensemble.",
        widget=forms.Textarea({**_PLAIN, "rows": 4, "class": "pp-code"}),
    )
    fr_core = forms.ChoiceField(
        label="FR Core lu par le logiciel",
        choices=[("2.2", "2.2 : quatre statuts (récent)"), ("2.1", "2.1 : « validée avec INS » veut dire qualifiée")],
        initial="2.2",
        widget=forms.RadioSelect,
    )
    days = forms.IntegerField(
        label="Durée en jours", initial=365, min_value=1, max_value=1098, error_messages={
            "required": "Donnez une durée.", "invalid": "Écrivez un nombre de jours.",
            "min_value": "La durée va de 1 à 1 098 jours.", "max_value": "La durée va de 1 à 1 098 jours.",
        },
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)
        scopes.choices = [(name, f"{label} – {name}") for name, label in sorted(known_scopes().items())]

    def clean_jwks(self) -> object:
        """The key set as JSON, None when the field is left empty."""
        text = self.cleaned_data["jwks"].strip()
        try:
            return json.loads(text) if text else None
        except (ValueError, RecursionError):
            raise forms.ValidationError("Ce n'est pas du JSON : collez le fichier JWKS en entier.") from None

    def clean_certificate(self) -> str:
        """The fingerprint of the certificate, empty without one."""
        text = self.cleaned_data["certificate"].strip()
        try:
            return fingerprint_of(text.encode()) if text else ""
        except ValueError:
            raise forms.ValidationError("Ce n'est pas un certificat : collez le fichier PEM en entier.") from None

    def clean(self) -> dict[str, Any]:
        """Find the structure."""
        find_organization(self)
        return self.cleaned_data
