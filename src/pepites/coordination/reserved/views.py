"""Reserved notes, and reports about a child in danger (coordination §2.3)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from pepites.access.policies import require
from pepites.access.readers import change_readers, readers_of
from pepites.audit.attempts import attempt
from pepites.audit.unit import record
from pepites.common.clock import today
from pepites.common.identifiers import new_uuid
from pepites.common.views import actor_of, posted, status_of
from pepites.coordination import policies
from pepites.coordination.reserved import selectors, services
from pepites.coordination.reserved.enums import Addressee, Means, Outcome
from pepites.coordination.reserved.forms import DocumentForm, OutcomeForm, ReadersForm, ReportForm, ReservedNoteForm
from pepites.coordination.reserved.policies import concerns_a_minor
from pepites.coordination.reserved.printing import report_pdf
from pepites.coordination.reserved.readers import nameable_readers
from pepites.coordination.selectors.labels import short_day, who
from pepites.coordination.selectors.settings import note_types
from pepites.coordination.services.notes import CODE as NOTE_REFUSED
from pepites.coordination.services.notes import add_liaison_note
from pepites.coordination.views.base import found, open_file

READ = "coordination.reserved.read"
SEALED = "Réservé : vous et les lecteurs que vous nommez. Les autres membres du cercle ne sauront pas qu'il existe."


@require_http_methods(["GET", "POST"])
def write_note(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A note for the readers that its author names."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "file", "coordination.file.opened")
    require(policies.can_write_note(actor, context["level"]), code=NOTE_REFUSED, subjects=(patient.pk,))
    form = ReservedNoteForm(
        posted(request), initial={"cle": new_uuid()}, types=note_types(actor, patient.pk),
        nameable=nameable_readers(actor, patient.pk, level=policies.note_level(actor)),
        minor=concerns_a_minor(patient.birth_date, today()),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with attempt(form):
            add_liaison_note(
                actor=actor, patient_id=patient.pk, type=data["type"], text=data["text"], readers=data["readers"],
                minor_secret=data.get("minor_secret", False), key=data["cle"],
            )  # fmt: skip
        if not form.errors:
            messages.success(request, "Note réservée enregistrée.")
            return redirect("coordination:file", public_id)
    context |= {"form": form, "title": "Écrire une note réservée", "lead": SEALED, "submit": "Enregistrer la note",
                "back": reverse("coordination:file", args=[public_id])}  # fmt: skip
    return render(request, "coordination/act.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def readers(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who may read one's own reserved item."""
    actor = actor_of(request)
    item = found(selectors.own_reserved(actor, public_id))
    patient, context = open_file(request, item.person, "file", READ)
    form = ReadersForm(
        posted(request), initial={"readers": readers_of(public_id)},
        nameable=nameable_readers(actor, patient.pk, level=item.level),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            change_readers(actor=actor, patient_id=patient.pk, item=public_id, practices=form.cleaned_data["readers"])
        if not form.errors:
            messages.success(request, "Lecteurs enregistrés.")
            return redirect(item.page)
    context |= {"form": form, "title": "Qui peut lire", "lead": SEALED, "submit": "Enregistrer les lecteurs",
                "back": item.page, "quote": item.html}  # fmt: skip
    return render(request, "coordination/act.html", context, status=status_of(form))


@require_safe
def reports(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Reports about a child that the reader wrote or was named to read; the way to write one."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "file", READ)
    context |= {
        "reports": [_words(one) for one in selectors.reports_visible_to(actor, patient.pk)],
        "minor": concerns_a_minor(patient.birth_date, today()),
        "back": reverse("coordination:file", args=[public_id]),
    }
    return render(request, "coordination/reserved/reports.html", context)


def _words(one: Any) -> dict[str, Any]:
    author = who(one.author)
    return {
        "report": one,
        "author": f"{author['name']}, {author['organization']}",
        "sent": short_day(one.sent_on),
        "addressee": one.get_addressee_display(),
        "means": one.get_means_display(),
        "outcome": one.get_outcome_display(),
        "outcome_on": short_day(one.outcome_on) if one.outcome_on else "",
    }


@require_http_methods(["GET", "POST"])
def document(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The report on paper; the answer to the form is the file itself, and nothing of it is kept."""
    patient, context = open_file(request, public_id, "file", READ)
    if not concerns_a_minor(patient.birth_date, today()):
        return redirect("coordination:protection", public_id)
    form = DocumentForm(posted(request), initial={"addressee": Addressee.CRIP})
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            content = report_pdf(
                actor=actor_of(request), patient=patient, band=context["identity"], typed=form.cleaned_data
            )
        if not form.errors:
            response = HttpResponse(content, content_type="application/pdf")
            response["Content-Disposition"] = 'attachment; filename="document.pdf"'
            response["Cache-Control"] = "private, no-store"
            return response
    context |= {
        "form": form,
        "title": "Préparer le document",
        "lead": "Le document vous est remis en PDF. Pépites n'en garde pas le texte : enregistrez-le avant de quitter.",
        "submit": "Télécharger le document",
        "back": reverse("coordination:protection", args=[public_id]),
    }
    return render(request, "coordination/act.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep the trace of a report that was sent."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "file", READ)
    if not concerns_a_minor(patient.birth_date, today()):
        return redirect("coordination:protection", public_id)
    form = ReportForm(
        posted(request), initial={"cle": new_uuid(), "sent_on": today(), "addressee": Addressee.CRIP},
        nameable=nameable_readers(actor, patient.pk),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        sent = services.Sent(
            data["sent_on"], Addressee(data["addressee"]), Means(data["means"]), data["parents_informed"],
            data["not_informed_reason"], data["reference"],
        )  # fmt: skip
        with attempt(form):
            made = services.keep_report(
                actor=actor, patient=patient, sent=sent, readers=data["readers"], key=data["cle"]
            )
        if not form.errors:
            messages.success(request, "Envoi noté.")
            return redirect("coordination:protection-report", made.public_id)
    context |= {"form": form, "title": "Noter l'envoi", "lead": SEALED, "submit": "Noter l'envoi",
                "back": reverse("coordination:protection", args=[public_id])}  # fmt: skip
    return render(request, "coordination/act.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One trace: each opening is journalled; its author writes what was answered."""
    actor = actor_of(request)
    one = found(selectors.report_visible_to(actor, public_id))
    patient, context = open_file(request, one.patient.public_id, "file", READ)
    record(READ, subjects=(patient.pk,), object_type="reserved", object_id=public_id)
    form = OutcomeForm(posted(request), initial={"outcome_on": today(), "reference": one.reference})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with attempt(form):
            services.note_outcome(
                actor=actor, report=one, outcome=Outcome(data["outcome"]), outcome_on=data["outcome_on"],
                reference=data["reference"],
            )  # fmt: skip
        if not form.errors:
            messages.success(request, "Réponse notée.")
            return redirect("coordination:protection-report", public_id)
    mine = one.author_id == actor.practice_id
    context |= _words(one) | {
        "form": form, "mine": mine, "readers": selectors.reader_words(public_id) if mine else [],
        "back": reverse("coordination:protection", args=[patient.public_id]),
    }  # fmt: skip
    return render(request, "coordination/reserved/report.html", context, status=status_of(form))
