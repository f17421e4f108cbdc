"""Forms of the demandes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField

from pepites.coordination.forms import DAY, KeyedForm
from pepites.coordination.referrals.enums import MOST_FILES, AnswerLevel, AnswerMeans, RequesterKind, Urgency
from pepites.coordination.referrals.values import Asked
from pepites.messaging.values import Upload
from pepites.terminology.cog_facts import GUIANA

ANSWER = "question-"
COMMUNES = (("", "Non précisée"), *sorted(((code, names[0]) for code, names in GUIANA.items()), key=lambda one: one[1]))


def _area(rows: int, longest: int = 2000) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": longest})


class FilesInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """The files chosen, as a list; what they are is checked by the service, by their content."""

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        """Read them whole, none bigger than what is taken in."""
        chosen = [super(FilesField, self).clean(one, initial) for one in data or ()]
        if len(chosen) > MOST_FILES:
            raise forms.ValidationError(f"Joignez {MOST_FILES} fichiers au plus.")
        if any(one.size > settings.PEPITES_UPLOAD_MAX for one in chosen):
            raise forms.ValidationError("Un fichier dépasse 20 Mo. Réduisez-le ou partagez-le en plusieurs.")
        return [Upload(name=one.name, content=one.read()) for one in chosen]


class AskForm(KeyedForm):
    """A demande of a professional."""

    motive = forms.CharField(label="Ce qui est demandé, et pourquoi", max_length=2000, widget=_area(4))
    urgency = forms.ChoiceField(
        label="Délai", choices=Urgency.choices, initial=Urgency.NORMAL, widget=forms.RadioSelect
    )
    about_person = forms.BooleanField(label="La demande concerne une personne", required=False, initial=True)
    family_name = forms.CharField(label="Nom de naissance", max_length=100, required=False)
    given_name = forms.CharField(label="Prénom", max_length=100, required=False)
    birth_date = forms.DateField(label="Date de naissance", required=False, widget=DAY)
    commune_cog = forms.ChoiceField(label="Commune", choices=COMMUNES, required=False)
    phone = forms.CharField(
        label="Téléphone de la personne",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    informed = forms.BooleanField(label="La personne est informée de cette demande", required=False)
    fichiers = FilesField(
        label="Joindre des fichiers", required=False,
        help_text=f"{MOST_FILES} au plus : PDF, JPEG ou PNG, 24 Mo en tout. Vous ne pourrez plus les ouvrir ensuite.",
        widget=FilesInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        error_messages={"empty": "Un des fichiers est vide.", "max_length": "Le nom d'un des fichiers est trop long."},
    )  # fmt: skip

    def __init__(self, *args: Any, questions: Sequence[Mapping[str, Any]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for one in questions:
            self.fields[f"{ANSWER}{one['code']}"] = forms.BooleanField(label=one["title"], required=False)

    def question_fields(self) -> list[BoundField]:
        """The screening, to print."""
        return [self[f"{ANSWER}{one['code']}"] for one in self.questions]

    def asked(self) -> Asked:
        """What was typed."""
        names = {name for name in Asked.__dataclass_fields__ if name in self.cleaned_data}
        yes = frozenset(one["code"] for one in self.questions if self.cleaned_data[f"{ANSWER}{one['code']}"])
        return Asked(**{name: self.cleaned_data[name] for name in names}, yes=yes)


class PublicForm(AskForm):
    """A demande of somebody without an account. ``site`` is a trap: nobody sees it, machines fill it."""

    requester_kind = forms.ChoiceField(
        label="Vous êtes", choices=RequesterKind.choices, initial=RequesterKind.PERSON, widget=forms.RadioSelect
    )
    requester_name = forms.CharField(label="Votre nom", max_length=120)
    requester_contact = forms.CharField(label="Téléphone ou courriel pour vous répondre", max_length=120)
    site = forms.CharField(label="Ne remplissez pas cette case", required=False, max_length=200)


class QualifyForm(forms.Form):
    """What it calls for."""

    level = forms.ChoiceField(label="Niveau de réponse", widget=forms.RadioSelect)
    urgency = forms.ChoiceField(label="Délai", choices=Urgency.choices, widget=forms.RadioSelect)
    note = forms.CharField(label="Pour l'équipe", max_length=500, required=False, widget=_area(2, 500))

    def __init__(self, *args: Any, levels: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(value, label) for value, label in AnswerLevel.choices if value in levels]
        self.fields["level"] = forms.ChoiceField(label="Niveau de réponse", choices=choices, widget=forms.RadioSelect)
        self.order_fields(("level",))


class AnswerForm(forms.Form):
    """What the requester is told."""

    answer = forms.CharField(label="Réponse au demandeur", max_length=2000, widget=_area(4))


class RefuseForm(AnswerForm):
    """A refusal and its reason."""

    def __init__(self, *args: Any, reasons: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if reasons:
            choices = [(one, one) for one in reasons]
            self.fields["reason"] = forms.ChoiceField(label="Motif", choices=choices, widget=forms.RadioSelect)
        else:
            self.fields["reason"] = forms.CharField(label="Motif", max_length=150)
        self.order_fields(("reason",))


class RedirectForm(RefuseForm):
    """Where it goes instead."""

    def __init__(self, *args: Any, targets: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"] = forms.ChoiceField(label="Vers", choices=targets)
        self.order_fields(("target", "reason"))


class MeansForm(forms.Form):
    """How the answer was given."""

    means = forms.ChoiceField(
        label="Comment la réponse a été donnée", choices=AnswerMeans.choices, widget=forms.RadioSelect
    )
