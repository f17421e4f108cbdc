"""Forms of emergency codes."""

from django import forms

from pepites.accounts.outage.enums import CODES, PIN_DIGITS

_PLAIN = {"autocapitalize": "off", "autocorrect": "off", "spellcheck": "false", "autocomplete": "off"}
_PIN = {**_PLAIN, "inputmode": "numeric", "maxlength": PIN_DIGITS}
_REQUIRED = {"required": "Remplissez ce champ."}


class PrintForm(forms.Form):
    """The personal code, typed twice: it is on no paper."""

    pin = forms.CharField(
        label="Code personnel",
        help_text=f"{PIN_DIGITS} chiffres à retenir. Il n'est pas imprimé : sans lui, la feuille ne sert à rien.",
        max_length=PIN_DIGITS,
        error_messages=_REQUIRED,
        widget=forms.PasswordInput(_PIN),
    )
    again = forms.CharField(
        label="Le même code personnel, encore une fois",
        max_length=PIN_DIGITS,
        error_messages=_REQUIRED,
        widget=forms.PasswordInput(_PIN),
    )

    def clean_again(self) -> str:
        again = str(self.cleaned_data["again"])
        if self.cleaned_data.get("pin") not in {None, again}:
            raise forms.ValidationError("Les deux codes personnels ne sont pas les mêmes.")
        return again


class EmergencySignInForm(forms.Form):
    """Who, what is on the sheet, what is not."""

    number = forms.CharField(
        label="Numéro RPPS",
        help_text="Onze chiffres. Sans numéro RPPS : votre identifiant national, comme sur « Mon compte ».",
        max_length=60,
        error_messages=_REQUIRED,
        widget=forms.TextInput({**_PLAIN, "autocomplete": "username", "class": "pp-code"}),
    )
    code = forms.CharField(
        label="Code de secours",
        help_text=f"Un des {CODES} codes de votre feuille. Rayez-le ensuite : il ne sert qu'une fois.",
        max_length=30,
        error_messages=_REQUIRED,
        widget=forms.TextInput({**_PLAIN, "class": "pp-code"}),
    )
    pin = forms.CharField(
        label="Code personnel",
        max_length=PIN_DIGITS,
        error_messages=_REQUIRED,
        widget=forms.PasswordInput(_PIN),
    )


class OutageForm(forms.Form):
    """What is seen, and for how long."""

    reason = forms.CharField(
        label="Ce qui est constaté",
        help_text="Par exemple : panne annoncée sur status.esante.gouv.fr.",
        max_length=200,
        error_messages=_REQUIRED,
    )
    hours = forms.IntegerField(
        label="Pendant combien d'heures",
        help_text="Douze au plus. Mettez-y fin dès que Pro Santé Connect revient.",
        min_value=1,
        max_value=12,
        initial=4,
        error_messages={
            "required": "Donnez un nombre d'heures.",
            "invalid": "Donnez un nombre d'heures.",
            "min_value": "Une heure au moins.",
            "max_value": "Douze heures au plus.",
        },
    )
