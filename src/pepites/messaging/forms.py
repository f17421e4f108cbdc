"""Forms of the conversations."""

from datetime import datetime, time

from django import forms
from django.http import HttpRequest

from pepites.common.clock import CAYENNE
from pepites.messaging.markdown import MAX_LENGTH
from pepites.messaging.values import Upload

HISTORY = (
    ("now", "À partir de maintenant"),
    ("date", "Depuis une date"),
    ("all", "Tout l'historique que je vois"),
)


class MessageForm(forms.Form):
    """The composer. Files are read beside it: a form field would drop all but the last."""

    texte = forms.CharField(required=False, max_length=MAX_LENGTH, strip=True, label="Votre message")
    cle = forms.UUIDField()
    urgent = forms.BooleanField(required=False)


class EditForm(forms.Form):
    """Correction of a message."""

    texte = forms.CharField(
        max_length=MAX_LENGTH, label="Texte corrigé", widget=forms.Textarea(attrs={"rows": 5, "data-pep-keep": ""})
    )


class ReadForm(forms.Form):
    """Where the reader is."""

    seq = forms.IntegerField(min_value=0, max_value=2_147_483_647)
    non_lu = forms.BooleanField(required=False)


class MemberForm(forms.Form):
    """Who to bring in, and from which date the history is visible (interface §10)."""

    membre = forms.UUIDField(error_messages={"required": "Choisissez une personne."})
    historique = forms.ChoiceField(choices=HISTORY, widget=forms.RadioSelect, initial="now", label="Historique visible")
    date = forms.DateField(
        required=False, label="Date de début", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean(self) -> dict[str, object]:
        """A date is needed when the history starts at a date."""
        data = super().clean() or {}
        if data.get("historique") == "date" and not data.get("date"):
            self.add_error("date", "Indiquez la date à partir de laquelle l'historique est visible.")
        return data

    def visible_from(self) -> datetime | None:
        """Start of the visible history; None for now. « Everything » is cut by the database at what the adder sees."""
        choice = self.cleaned_data["historique"]
        if choice == "all":
            return datetime(2000, 1, 1, tzinfo=CAYENNE)
        if choice == "date":
            return datetime.combine(self.cleaned_data["date"], time.min, tzinfo=CAYENNE)
        return None


class ConversationForm(forms.Form):
    """A new conversation."""

    titre = forms.CharField(required=False, max_length=120, label="Nom de la discussion")
    cle = forms.UUIDField(required=False, widget=forms.HiddenInput)


def uploads(request: HttpRequest) -> list[Upload]:
    """The files of a request, read whole; the front has bounded the body already."""
    return [
        Upload(name=one.name or "", content=one.read())
        for field in ("photo", "fichiers")
        for one in request.FILES.getlist(field)
    ]
