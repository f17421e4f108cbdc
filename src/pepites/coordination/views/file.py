"""The coordination file: the fil, its composer, and the acts on a note."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.access.enums import Level
from pepites.access.policies import require
from pepites.access.selectors import Sharing, patient_for, sharing_on
from pepites.audit.attempts import attempt
from pepites.audit.unit import record
from pepites.common.clock import today
from pepites.common.identifiers import new_uuid
from pepites.common.views import actor_of, identifier, posted, status_of, whole_number
from pepites.coordination import policies, services
from pepites.coordination.enums import FilKind
from pepites.coordination.forms import FileMessageForm, NoteChangeForm, NoteForm, ReasonForm
from pepites.coordination.models import LiaisonNote
from pepites.coordination.reserved.policies import concerns_a_minor
from pepites.coordination.selectors import around, fil
from pepites.coordination.selectors.labels import moment_label
from pepites.coordination.selectors.settings import note_types
from pepites.coordination.views.base import found, frame_of, open_file
from pepites.coordination.views.printing import fil_lines, options
from pepites.messaging.enums import ConversationKind
from pepites.messaging.selectors import conversations_about_visible_to, message_visible_to
from pepites.messaging.services import ensure_circle_conversation
from pepites.networks.acts import act_left
from pepites.patients.models import Patient

COMPOSER = "coordination/file.html"


@require_safe
def file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The fil of a person; a pending member is sent to their invitation."""
    actor = actor_of(request)
    patient = patient_for(actor, public_id, code="coordination.file.refused")
    sharing = sharing_on(actor, patient.pk, Level.SOCIAL)
    member = around.own_membership(actor, patient.pk) if sharing.level < Level.SOCIAL else None
    if member is not None:
        return redirect("coordination:invitation", member.public_id)
    require(sharing.decision, code="coordination.file.refused", subjects=(patient.pk,))
    return _page(request, patient, sharing, NoteForm(initial={"cle": new_uuid()}, types=note_types(actor, patient.pk)))


@require_POST
def add_note(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Write a note."""
    patient = patient_for(actor_of(request), public_id, level=Level.SOCIAL, code="coordination.note.refused")
    form = NoteForm(request.POST, types=note_types(actor_of(request), patient.pk))
    if form.is_valid():
        data = form.cleaned_data
        with attempt(form):
            services.add_liaison_note(
                actor=actor_of(request), patient_id=patient.pk, type=data["type"], text=data["text"],
                emergency=data["emergency"], key=data["cle"],
                reply_to=fil.note_visible_to(actor_of(request), data["reply_to"]) if data["reply_to"] else None,
            )  # fmt: skip
    if form.errors:
        return _page(request, patient, sharing_on(actor_of(request), patient.pk, Level.SOCIAL), form)
    messages.success(request, "Note enregistrée au cahier de liaison.")
    return redirect("coordination:file", public_id)


def _page(request: HttpRequest, patient: Patient, sharing: Sharing, form: NoteForm) -> HttpResponse:
    actor = actor_of(request)
    context = frame_of(request, patient, sharing, "file", "coordination.file.opened")
    kind = request.GET.get("type", "")
    kind = kind if kind in FilKind.values else ""
    author = request.GET.get("auteur", "")
    page = fil.fil_visible_to(
        actor,
        patient.pk,
        kind=kind,
        author_id=whole_number(author) or None,
        before=_before(request.GET.get("avant", "")),
    )
    reply = request.GET.get("reponse", "")
    may_write = bool(policies.can_write_note(actor, sharing.level)) and not context["identity"].frozen
    context |= {
        "lines": fil_lines(page.lines, may_write=may_write),
        "older": page.older.isoformat() if page.older else "",
        "kinds": options((("", "Tout"), *FilKind.choices), kind),
        "kind": kind,
        "author": author,
        "authors": page.authors,
        "form": form,
        "may_write": may_write,
        "minor": concerns_a_minor(patient.birth_date, today()),
        "reply": _replied(request, reply) if reply and may_write else None,
    }
    return render(request, COMPOSER, context, status=status_of(form))


def _replied(request: HttpRequest, public_id: str) -> dict[str, str] | None:
    key = identifier(public_id)
    note = fil.note_visible_to(actor_of(request), key) if key else None
    if note is None:
        return None
    return {"id": str(note.public_id), "author": note.author.professional.display_name}


def _before(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None


@require_http_methods(["GET", "POST"])
def change_note(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Correct one's own note."""
    note = found(fil.note_visible_to(actor_of(request), public_id))
    patient, context = open_file(request, note.patient.public_id, "file", "coordination.file.opened")
    form = NoteChangeForm(posted(request), initial={"text": note.text, "version": note.version})
    if request.method == "POST" and form.is_valid():
        read = form.cleaned_data["version"]
        with attempt(form):
            services.change_note(actor=actor_of(request), note=note, **form.cleaned_data)
        if not form.errors:
            messages.success(request, "Note corrigée. L'ancien texte reste dans l'historique.")
            return redirect("coordination:file", patient.public_id)
        if read != note.version:
            return _compare(request, note, context, form)
    context |= {"form": form, "note": note, "title": "Corriger ma note", "submit": "Enregistrer la correction"}
    return render(request, "coordination/act.html", _back(context, "coordination:file"), status=status_of(form))


def _compare(request: HttpRequest, note: LiaisonNote, context: dict[str, object], form: NoteChangeForm) -> HttpResponse:
    """The note was corrected elsewhere meanwhile: what was read and what it is; what was typed stays (interface §9)."""
    former = fil.former_text(note, form.cleaned_data["version"])
    form.data = {**form.data, "text": form.cleaned_data["text"], "version": str(note.version)}
    context |= {
        "form": form,
        "title": "Cette note a changé entre-temps",
        "lead": "Votre texte est gardé ci-dessous. Comparez, puis enregistrez ce qui doit rester.",
        "compared": (("Avant", former), ("Version actuelle", note.html)),
        "submit": "Enregistrer la correction",
    }
    return render(request, "coordination/act.html", _back(context, "coordination:file"), status=409)


@require_http_methods(["GET", "POST"])
def retire_note(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Withdraw one's own note."""
    note = found(fil.note_visible_to(actor_of(request), public_id))
    patient, context = open_file(request, note.patient.public_id, "file", "coordination.file.opened")
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            services.retire_note(actor=actor_of(request), note=note, reason=form.cleaned_data["reason"])
        if not form.errors:
            messages.success(request, "Note retirée.")
            return redirect("coordination:file", patient.public_id)
    context |= {
        "form": form,
        "quote": note.html,
        "title": "Retirer ma note",
        "lead": "Elle disparaît du fil ; son texte reste dans l'historique du dossier.",
        "submit": "Retirer la note",
        "danger": True,
    }
    return render(request, "coordination/act.html", _back(context, "coordination:file"), status=status_of(form))


def _back(context: dict[str, object], name: str) -> dict[str, object]:
    return context | {"back": reverse(name, args=[context["patient"].public_id])}  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def file_message(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """« Verser au dossier »: a message becomes a note or a task."""
    actor = actor_of(request)
    message = message_visible_to(actor, public_id)
    person = found(message.patient)
    patient, context = open_file(request, person.public_id, "file", "coordination.file.opened")
    form = FileMessageForm(posted(request), initial={"cle": new_uuid(), "title": message.text[:80]})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        task = data["target"] == "tache"
        with attempt(form):
            services.file_message(
                actor=actor, message_public_id=public_id, as_note=data["type"] or None,
                as_task=(data["title"] or message.text[:80]) if task else "", due_on=data["due_on"], key=data["cle"],
            )  # fmt: skip
        if not form.errors:
            messages.success(request, "Message versé au dossier.")
            return redirect("coordination:file-tasks" if task else "coordination:file", patient.public_id)
    record("coordination.file.opened", subjects=(patient.pk,), object_type="message", object_id=public_id)
    context |= {
        "form": form,
        "quote": message.html,
        "when": moment_label(message.created_at, today()),
        "filed": fil.filed_from(public_id),
    }
    return render(
        request, "coordination/file_message.html", _back(context, "coordination:file"), status=status_of(form)
    )


@require_http_methods(["GET", "POST"])
def talk(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Discussions about the person that the reader takes part in; opening the circle's."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "talk", "coordination.file.opened")
    if request.method == "POST":
        conversation = ensure_circle_conversation(actor=actor, patient_id=patient.pk)
        return redirect("messaging:conversation", conversation.public_id)
    talks = conversations_about_visible_to(actor, patient.pk)
    if len(talks) == 1 and talks[0].kind == ConversationKind.CIRCLE:
        return redirect("messaging:conversation", talks[0].public_id)
    day = today()
    context |= {
        "talks": [
            {
                "url": reverse("messaging:conversation", args=[one.public_id]),
                "title": one.title or one.get_kind_display(),
                "kind": one.get_kind_display(),
                "when": moment_label(one.last_message_at, day),
            }
            for one in talks
        ],
        "may_open": bool(act_left(actor, "talk.open")),
        "circle": any(one.kind == ConversationKind.CIRCLE for one in talks),
    }
    return render(request, "coordination/talk.html", context)
