"""Forms of the screens around a person; the services check again."""

from typing import Any

from django import forms

from pepites.access.enums import ConsentMode, GivenBy, Level
from pepites.coordination.enums import (
    FILED_LENGTH,
    NOTE_LENGTH,
    MemberRole,
    NoteType,
    Recurrence,
    Relation,
)

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
LEVELS = [
    (Level.SOCIAL, "Coordination et social : cercle, contacts, tâches, notes sociales"),
    (Level.FULL, "Dossier complet : aussi les notes de soins"),
]


def _area(rows: int = 3, longest: int = NOTE_LENGTH) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": longest})


class KeyedForm(forms.Form):
    """A form that may be sent twice: the hidden key makes one act of it."""

    cle = forms.UUIDField(widget=forms.HiddenInput, required=False)


class NoteForm(KeyedForm):
    """The composer of the liaison notebook."""

    type = forms.ChoiceField(label="Type de note", choices=NoteType.choices, initial=NoteType.OBSERVATION)
    text = forms.CharField(label="Votre note", max_length=NOTE_LENGTH, widget=_area(3))
    emergency = forms.BooleanField(label="Urgent", required=False)
    reply_to = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, types: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if types:
            self.fields["type"] = forms.ChoiceField(label="Type de note", choices=types, initial=types[0][0])
            self.order_fields(("cle", "type"))


class NoteChangeForm(forms.Form):
    """Correcting one's own note; one made of a message is longer by what tells who wrote it."""

    text = forms.CharField(label="Texte de la note", max_length=FILED_LENGTH, widget=_area(8, FILED_LENGTH))
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """An act that needs its reason."""

    reason = forms.CharField(label="Motif", max_length=200)


class TaskForm(KeyedForm):
    """A task about a person, or not."""

    title = forms.CharField(label="À faire", max_length=150)
    due_on = forms.DateField(label="Échéance", required=False, widget=DAY)
    owner = forms.ChoiceField(label="Qui s'en charge", required=False)
    recurrence = forms.ChoiceField(label="Revient", choices=Recurrence.choices, required=False)
    detail = forms.CharField(label="Précisions", max_length=1000, required=False, widget=_area(2))

    def __init__(self, *args: Any, owners: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = owners or [("", "Moi")]
        self.fields["owner"] = forms.ChoiceField(label="Qui s'en charge", required=False, choices=choices)


class ContactForm(KeyedForm):
    """Someone close to the person."""

    family_name = forms.CharField(label="Nom", max_length=100)
    given_name = forms.CharField(label="Prénom", max_length=100, required=False)
    relation = forms.ChoiceField(label="Lien avec la personne", choices=Relation.choices)
    phones = forms.CharField(
        label="Téléphone", max_length=120, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    trusted = forms.BooleanField(label="Personne de confiance", required=False)
    caregiver = forms.BooleanField(label="Aidant ou aidante", required=False)
    call_first = forms.BooleanField(label="À appeler en premier", required=False)
    note = forms.CharField(label="À savoir", max_length=300, required=False)


class ConsentFields(forms.Form):
    """How the person agreed."""

    mode = forms.ChoiceField(label="Comment", choices=ConsentMode.choices, initial=ConsentMode.ORAL)
    given_by = forms.ChoiceField(label="Qui a donné l'accord", choices=GivenBy.choices, initial=GivenBy.PERSON)
    proof = forms.CharField(label="Trace de l'accord", max_length=200, required=False)


class ConsentForm(ConsentFields, KeyedForm):
    """Recording a consent by itself."""


class InviteForm(KeyedForm):
    """Bringing a professional into the circle, with the person's agreement."""

    role = forms.ChoiceField(label="Rôle dans le cercle", choices=MemberRole.choices)
    level = forms.TypedChoiceField(
        label="Ce que cette personne pourra voir", choices=LEVELS, coerce=int, widget=forms.RadioSelect,
        initial=Level.FULL,
    )  # fmt: skip
    attending = forms.BooleanField(label="C'est le médecin traitant", required=False)
    message = forms.CharField(label="Message pour la personne invitée", max_length=500, required=False, widget=_area(2))
    agreed = forms.BooleanField(label="La personne est d'accord", required=False)
    mode = forms.ChoiceField(label="Comment", choices=ConsentMode.choices, initial=ConsentMode.ORAL, required=False)
    given_by = forms.ChoiceField(
        label="Qui a donné l'accord", choices=GivenBy.choices, initial=GivenBy.PERSON, required=False
    )


class OppositionForm(forms.Form):
    """Recording an opposition."""

    target = forms.ChoiceField(label="La personne s'oppose au partage avec")
    proof = forms.CharField(label="Trace", max_length=200, required=False)

    def __init__(self, *args: Any, targets: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"] = forms.ChoiceField(label="La personne s'oppose au partage avec", choices=targets)


class CloseForm(forms.Form):
    """Closing a pathway."""

    reason = forms.ChoiceField(label="Motif", widget=forms.RadioSelect)
    closed_on = forms.DateField(label="Date de clôture", widget=DAY)
    comment = forms.CharField(label="Précision", max_length=300, required=False)
    end_circle = forms.BooleanField(label="Mettre fin aux accès du cercle", required=False)

    def __init__(self, *args: Any, reasons: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = forms.ChoiceField(label="Motif", choices=reasons, widget=forms.RadioSelect)
        self.order_fields(("reason",))


class FileMessageForm(KeyedForm):
    """« Verser au dossier »."""

    target = forms.ChoiceField(
        label="Verser comme", choices=[("note", "Note du cahier de liaison"), ("tache", "Tâche")], initial="note",
        widget=forms.RadioSelect,
    )  # fmt: skip
    type = forms.ChoiceField(label="Type de note", choices=NoteType.choices, required=False, initial=NoteType.GENERAL)
    title = forms.CharField(label="À faire", max_length=150, required=False)
    due_on = forms.DateField(label="Échéance", required=False, widget=DAY)


class ReportForm(KeyedForm):
    """Reporting an access."""

    comment = forms.CharField(label="Ce qui vous paraît anormal", max_length=500, widget=_area(3))
