"""Tasks of a person, and the acts on a task."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from pepites.audit.attempts import attempt
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.common.identifiers import new_uuid
from pepites.common.views import actor_of, posted, status_of, whole_number
from pepites.coordination import services
from pepites.coordination.enums import MemberRole
from pepites.coordination.forms import ReasonForm, TaskForm
from pepites.coordination.models import Task
from pepites.coordination.selectors import around
from pepites.coordination.selectors.settings import task_templates
from pepites.coordination.views.base import found, open_file

ROLE = "role:"


@require_http_methods(["GET", "POST"])
def file_tasks(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Tasks about a person, and a new one."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "tasks", "coordination.tasks.read")
    owners = _owners(actor, patient.pk)
    templates = task_templates(actor, patient.pk)
    first = _prefilled(templates, request.GET.get("modele", ""), owners)
    form = TaskForm(posted(request), owners=owners, initial={"cle": new_uuid(), **first})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        owner = data["owner"]
        with attempt(form):
            services.create_task(
                actor=actor, patient_id=patient.pk, title=data["title"], detail=data["detail"], due_on=data["due_on"],
                recurrence=data["recurrence"], key=data["cle"],
                owner_role=owner.removeprefix(ROLE) if owner.startswith(ROLE) else "",
                owner_practice_id=whole_number(owner) or None,
            )  # fmt: skip
        if not form.errors:
            messages.success(request, "Tâche créée.")
            return redirect("coordination:file-tasks", public_id)
    todo, ended = around.tasks_visible_to(actor, patient.pk)
    context |= {"form": form, "todo": todo, "ended": ended, "here": request.path, "templates": templates}
    return render(request, "coordination/tasks.html", context, status=status_of(form))


def _prefilled(templates: list[dict[str, Any]], code: str, owners: list[tuple[str, str]]) -> dict[str, Any]:
    """What a template of the network fills in; a role that nobody holds here goes to the coordination."""
    chosen = next((one for one in templates if one["code"] == code), None)
    if chosen is None:
        return {}
    role = f"{ROLE}{chosen['role']}" if chosen["role"] else ""
    if role not in {value for value, _ in owners}:
        role = f"{ROLE}{MemberRole.COORDINATOR}"
    days = chosen["days"]
    due = today() + timedelta(days=days) if days is not None else None
    return {"title": chosen["title"], "detail": chosen["detail"], "due_on": due, "owner": role}


def _owners(actor: Actor, patient_id: int) -> list[tuple[str, str]]:
    members, _ = around.circle_visible_to(actor, patient_id)
    named = [
        (str(member.practice_id), f"{member.practice.professional.display_name} ({member.get_role_display().lower()})")
        for member in members
        if member.practice_id != actor.practice_id and member.status == "actif"
    ]
    held = {member.role for member in members if member.status == "actif"} - {MemberRole.COORDINATOR, MemberRole.OTHER}
    roles = [(f"{ROLE}{role}", f"Rôle : {role.label.lower()}") for role in MemberRole if role in held]
    return [("", "Moi"), *named, *roles, (f"{ROLE}{MemberRole.COORDINATOR}", "La coordination")]


@require_POST
def done(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Tick: one tap, the same twice does it once."""
    task = found(around.task_visible_to(actor_of(request), public_id))
    services.complete_task(actor=actor_of(request), task=task)
    if getattr(request, "htmx", False):
        return render(request, "coordination/_ticked.html", {"title": task.title})
    messages.success(request, "Tâche faite.")
    return redirect(_back(request, task))


@require_POST
def start(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say that it is under way."""
    task = found(around.task_visible_to(actor_of(request), public_id))
    services.start_task(actor=actor_of(request), task=task)
    return redirect(_back(request, task))


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Cancel with a reason."""
    actor = actor_of(request)
    task = found(around.task_visible_to(actor, public_id))
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            services.cancel_task(actor=actor, task=task, reason=form.cleaned_data["reason"])
        if not form.errors:
            messages.success(request, "Tâche annulée.")
            return redirect(_back(request, task))
    context = {
        "form": form,
        "title": "Annuler une tâche",
        "lead": task.title,
        "submit": "Annuler la tâche",
        "danger": True,
        "back": _back(request, task),
    }
    if task.patient_id and task.patient:
        _, frame = open_file(request, task.patient.public_id, "tasks", "coordination.tasks.read")
        context = frame | context
    return render(request, "coordination/act.html", context, status=status_of(form))


def _back(request: HttpRequest, task: Task) -> str:
    asked = request.POST.get("retour", "")
    if asked and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    if task.patient_id and task.patient:
        return reverse("coordination:file-tasks", args=[task.patient.public_id])
    return reverse("coordination:tasks")
