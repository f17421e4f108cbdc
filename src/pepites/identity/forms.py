"""Forms of the identity screens; the rules live in the services, the forms only read what was typed."""

import datetime as dt
from functools import partial
from typing import Any

from django import forms

from pepites.common.clock import today
from pepites.common.errors import DomainError
from pepites.identity.dates import DateError, PartialDate, parse_birth_date
from pepites.identity.enums import AliasKind, Attribute, PhoneKind
from pepites.identity.insi.datamatrix import MAX_LENGTH, InsCode, looks_scanned, parse
from pepites.identity.normalisation import (
    UNKNOWN_PLACE,
    TraitError,
    is_place_code,
    strict_birth_name,
    strict_given_name,
)
from pepites.identity.phones import clean_phone
from pepites.identity.selectors.pages import device_choices
from pepites.identity.traits import IdentityTraits
from pepites.terminology.cog import cog_table, is_country_code
from pepites.terminology.selectors import place_label, unknown_place

SEXES = [("F", "Féminin"), ("M", "Masculin"), ("I", "Indéterminé")]
_PLAIN = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


def _required(message: str) -> dict[str, str]:
    return {"required": message}


class BirthDateMixin(forms.Form):
    """Three number fields; day and month may stay empty (§1.4)."""

    birth_day = forms.CharField(label="Jour", required=False, max_length=2)
    birth_month = forms.CharField(label="Mois", required=False, max_length=2)
    birth_year = forms.CharField(label="Année", required=False, max_length=4)

    def read_birth_date(self) -> PartialDate | None:
        """The date of the three fields, or an error on the field at fault (INS-14)."""
        day, month, year = (
            self.data.get(self.add_prefix(f"birth_{part}"), "").strip() for part in ("day", "month", "year")
        )
        if not year:
            self.add_error("birth_year", "Saisissez au moins l'année de naissance, par exemple 1954.")
            return None
        if len(year) != 4 or not year.isdigit():
            self.add_error("birth_year", "Écrivez l'année avec quatre chiffres, par exemple 1954.")
            return None
        for name, part in (("birth_day", day), ("birth_month", month)):
            if part and not part.isdigit():
                self.add_error(name, "Écrivez un nombre, ou laissez vide si vous ne savez pas.")
                return None
        about = "vers " if self.cleaned_data.get("birth_about") else ""
        try:
            return parse_birth_date(f"{about}{day or '??'}/{month or '??'}/{year}", today())
        except DateError as error:
            self.add_error("birth_year", str(error))
            return None


class SearchForm(BirthDateMixin):
    """Search before creation: a birth date and three letters at most, or a complete number (law 11)."""

    letters = forms.CharField(
        label="Premières lettres du nom ou du prénom",
        help_text="Trois lettres au plus, si la liste est trop longue.",
        required=False,
        max_length=3,
        error_messages={"max_length": "Trois lettres au plus : le début du nom ou du prénom."},
        widget=forms.TextInput({**_PLAIN, "class": "pp-code"}),
    )
    number = forms.CharField(
        label="Numéro complet, ou code INS scanné",
        help_text="Identifiant régional (GF et 11 caractères), ou datamatrix d'un document (douchette ou photo).",
        required=False,
        max_length=MAX_LENGTH,
        widget=forms.TextInput(_PLAIN),
    )

    def clean(self) -> dict[str, Any]:
        """Either the number or the date; a scanned code fills both (§1.6)."""
        cleaned = super().clean() or {}
        cleaned["scanned"] = self.read_scanned(cleaned.get("number", ""))
        cleaned["date"] = None if cleaned.get("number") else self.read_birth_date()
        return cleaned

    def read_scanned(self, text: str) -> InsCode | None:
        """The datamatrix that a hand scanner typed, None when the number is something else."""
        if not looks_scanned(text):
            return None
        try:
            return parse(text)
        except DomainError as error:
            self.add_error("number", error.message)
            return None


class PlaceField(forms.CharField):
    """Code chosen in the list; without JavaScript the text typed in ``<name>_text`` is looked up (INS-21)."""

    def validate(self, value: Any) -> None:
        """The form itself asks for the place: the code may be empty when the text is not."""


class TraitsForm(BirthDateMixin):
    """The traits of a person; strict ones first."""

    birth_name = forms.CharField(
        label="Nom de naissance",
        help_text="Tel qu'il figure sur la pièce d'identité, sans abréviation.",
        max_length=100,
        error_messages=_required("Saisissez le nom de naissance."),
        widget=forms.TextInput(_PLAIN),
    )
    given_names = forms.CharField(
        label="Prénoms de naissance",
        help_text="Tous, dans l'ordre, séparés par une espace.",
        max_length=100,
        error_messages=_required("Saisissez au moins un prénom de naissance."),
        widget=forms.TextInput(_PLAIN),
    )
    first_given_name = forms.CharField(
        label="Premier prénom, s'il est composé",
        help_text="Par exemple MARIE ANGE. Laissez vide sinon : le premier de la liste est repris.",
        max_length=100,
        required=False,
        widget=forms.TextInput(_PLAIN),
    )
    birth_about = forms.BooleanField(
        label="Date approximative ou interprétée",
        help_text="L'année est estimée, ou le jour a été attribué d'office, comme un 31 décembre.",
        required=False,
    )
    sex = forms.ChoiceField(
        label="Sexe", choices=SEXES, widget=forms.RadioSelect, error_messages=_required("Choisissez le sexe.")
    )
    birth_place = PlaceField(
        label="Lieu de naissance",
        help_text="Commune, ou pays si la personne est née à l'étranger.",
        max_length=5,
    )
    birth_place_unknown = forms.BooleanField(label="Lieu de naissance inconnu", required=False)
    used_name = forms.CharField(label="Nom utilisé", max_length=100, required=False, widget=forms.TextInput(_PLAIN))
    used_given_name = forms.CharField(
        label="Prénom utilisé", max_length=100, required=False, widget=forms.TextInput(_PLAIN)
    )
    mother_name = forms.CharField(
        label="Nom de naissance de la mère", max_length=100, required=False, widget=forms.TextInput(_PLAIN)
    )
    multiple_birth = forms.BooleanField(label="Naissance multiple (jumeaux ou plus)", required=False)
    commune = PlaceField(label="Commune de résidence", required=False, max_length=5)
    address = forms.CharField(label="Adresse ou repère", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """Each strict trait says its own error, all at once."""
        cleaned = super().clean() or {}
        for name, rule in (
            ("birth_name", strict_birth_name),
            ("given_names", strict_given_name),
            ("first_given_name", strict_given_name),
            ("used_name", partial(strict_birth_name, label="nom utilisé")),
            ("used_given_name", strict_given_name),
            ("mother_name", partial(strict_birth_name, label="nom de la mère")),
        ):
            try:
                if cleaned.get(name):
                    rule(cleaned[name])
            except TraitError as error:
                self.add_error(name, error.message)
        cleaned["birth_place"] = self.read_birth_place(unknown=bool(cleaned.get("birth_place_unknown")))
        cleaned["commune"] = self.read_place("commune")
        cleaned["date"] = self.read_birth_date()
        return cleaned

    def read_birth_place(self, *, unknown: bool) -> str:
        """The fifth strict trait: a place, or said to be unknown (§1.3); never silently left out."""
        code = self.read_place("birth_place")
        if not code and not unknown and not self.has_error("birth_place"):
            self.add_error("birth_place", "Choisissez le lieu de naissance, ou cochez « Lieu de naissance inconnu ».")
        return code or UNKNOWN_PLACE

    def read_place(self, name: str) -> str:
        """Code of a place chosen or typed, empty when nothing was; an error on the field when it is not known."""
        code, text = str(self.data.get(name, "")).strip(), str(self.data.get(f"{name}_text", "")).strip()
        if code and code != UNKNOWN_PLACE and is_place_code(code) and (not text or text == place_label(code)):
            return code
        if not text:
            return ""
        if place := cog_table().one(text):
            return place.code
        if is_country_code(text):
            return text  # a country of the past: the code alone is known (INS-17)
        self.add_error(name, unknown_place(text))
        return ""

    def place_text(self, name: str) -> str:
        """What the combobox shows: the text typed, else the label of the code."""
        typed = str(self.data.get(f"{name}_text", "")) if self.is_bound else ""
        code = str(self[name].value() or "")
        return typed or (place_label(code) if code and code != UNKNOWN_PLACE else "")

    @property
    def birth_place_text(self) -> str:
        """Text of the birth place field."""
        return self.place_text("birth_place")

    @property
    def commune_text(self) -> str:
        """Text of the commune field."""
        return self.place_text("commune")

    def traits(self) -> IdentityTraits:
        """The traits typed; call once valid."""
        values = self.cleaned_data
        return IdentityTraits(
            birth_name=values["birth_name"],
            first_given_name=values["first_given_name"],
            given_names=values["given_names"],
            birth_date=values["date"],
            sex=values["sex"],
            birth_place_cog=values["birth_place"],
            used_name=values["used_name"],
            used_given_name=values["used_given_name"],
            birth_place_label=str(self.data.get("birth_place_text", ""))[:100],
            mother_name=values["mother_name"],
            multiple_birth=values["multiple_birth"],
            address=values["address"],
        )


class CreateForm(TraitsForm):
    """A person to create, after the search; the likely doubles are answered here."""

    phone = forms.CharField(
        label="Téléphone", max_length=30, required=False, widget=forms.TextInput({"inputmode": "tel"})
    )
    not_same_reason = forms.CharField(label="Pourquoi ce n'est pas la même personne", max_length=300, required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_phone(self) -> str:
        """The number, said wrong with the other errors, not after them."""
        number = str(self.cleaned_data["phone"])
        try:
            return clean_phone(number) if number.strip() else ""
        except DomainError as error:
            raise forms.ValidationError(error.message) from None


class CorrectForm(TraitsForm):
    """Corrected traits, the reason, and the version they started from."""

    reason = forms.CharField(
        label="Motif de la correction",
        help_text="Obligatoire dès qu'un trait d'identité change.",
        max_length=200,
        required=False,
    )
    judgment = forms.BooleanField(label="À la suite d'un jugement (supplétif ou déclaratif)", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class DocumentForm(forms.Form):
    """A paper shown by the person."""

    device = forms.ChoiceField(label="Pièce présentée", error_messages=_required("Choisissez la pièce présentée."))
    companion = forms.ChoiceField(
        label="Pièce du parent ou du tuteur",
        help_text="Seulement pour le livret de famille ou l'extrait d'acte de naissance d'un mineur.",
        required=False,
    )
    nursing_home = forms.BooleanField(label="Personne admise directement en EHPAD", required=False)
    checked_on = forms.DateField(
        label="Date de la vérification",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Indiquez la date.", "invalid": "Indiquez une date valable."},
    )
    coherent = forms.BooleanField(
        label="Les traits de la pièce sont ceux de cette identité",
        error_messages=_required("Comparez la pièce et l'identité. Si les traits diffèrent, corrigez-les d'abord."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        device, companion = self.fields["device"], self.fields["companion"]
        assert isinstance(device, forms.ChoiceField)
        assert isinstance(companion, forms.ChoiceField)
        device.choices = [("", "Choisir"), *device_choices()]
        companion.choices = [("", "Aucune"), *device_choices(companions=True)]

    @staticmethod
    def first_values() -> dict[str, dt.date]:
        """Today."""
        return {"checked_on": today()}


class ReasonForm(forms.Form):
    """A reason, asked for by acts that lower an identity."""

    reason = forms.CharField(
        label="Motif", max_length=200, error_messages=_required("Dites pourquoi, en quelques mots.")
    )


class AttributeForm(ReasonForm):
    """An attribute to set or to take away."""

    attribute = forms.ChoiceField(label="Attribut", error_messages=_required("Choisissez un attribut."))
    act = forms.ChoiceField(
        label="Acte", choices=[("poser", "Poser"), ("retirer", "Retirer")], initial="poser", widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, cell: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = self.fields["attribute"]
        assert isinstance(offered, forms.ChoiceField)
        offered.choices = [(k.value, k.label) for k in Attribute if cell or k is not Attribute.HIDDEN]


class AliasForm(forms.Form):
    """Another name."""

    kind = forms.ChoiceField(label="Nature", choices=[(k.value, k.label) for k in AliasKind], initial=AliasKind.USUAL)
    alias_name = forms.CharField(label="Nom", max_length=100, required=False, widget=forms.TextInput(_PLAIN))
    alias_given = forms.CharField(label="Prénoms", max_length=100, required=False, widget=forms.TextInput(_PLAIN))


class PhoneForm(forms.Form):
    """A phone number."""

    phone = forms.CharField(
        label="Numéro",
        max_length=30,
        error_messages=_required("Saisissez le numéro."),
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label="À qui", choices=PhoneKind.choices, initial=PhoneKind.OWN)


class SettleForm(forms.Form):
    """A decision on a card."""

    decision = forms.ChoiceField(choices=[("meme", "meme"), ("distinct", "distinct")])
    reason = forms.CharField(label="Motif", max_length=300, required=False)
