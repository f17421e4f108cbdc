"""What every page of a file shares: the person, the band, the tabs, the strip, the journal line."""

from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.http import HttpRequest
from django.urls import NoReverseMatch

from pepites.access.enums import Level
from pepites.access.policies import require
from pepites.access.selectors import Sharing, patient_for, sharing_on, standing_level_on
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.addresses import address
from pepites.common.clock import today
from pepites.common.errors import NotFound
from pepites.common.views import actor_of
from pepites.coordination.selectors.settings import hidden_tabs
from pepites.coordination.selectors.strip import emergency_strip
from pepites.coordination.takeover.selectors import HISTORY_SQL
from pepites.identity.selectors import band
from pepites.messaging.selectors import unread_counts
from pepites.patients.models import Patient

REFUSED = "coordination.file.refused"
T = TypeVar("T")
TABS = (
    ("file", "Fil", "journal-text", "coordination:file"),
    ("circle", "Cercle", "people", "coordination:circle"),
    ("plan", "Plan", "clipboard-check", "coordination:plan"),
    ("tasks", "Tâches", "check2-square", "coordination:file-tasks"),
    ("appointments", "Rendez-vous", "calendar3", "coordination:appointments"),
    ("assessments", "Évaluations", "check-circle", "coordination:assessments"),
    ("talk", "Discussion", "chat-left-text", "coordination:talk"),
    ("contacts", "Contacts", "telephone", "coordination:contacts"),
    ("pathways", "Parcours", "signpost", "coordination:pathways"),
    ("consents", "Accords", "hand-thumbs-up", "coordination:consents"),
    ("identity", "Identité", "person-vcard", "identity:page"),
    ("access", "Accès", "eye", "coordination:access"),
)


def found(value: T | None) -> T:
    """The value, or the same 404 as for what may not be seen."""
    if value is None:
        raise NotFound
    return value


def open_file(
    request: HttpRequest, public_id: UUID, tab: str, code: str, *, level: int = Level.SOCIAL
) -> tuple[Patient, dict[str, Any]]:
    """The person of a page and the context of the frame; the reading is journalled.

    ``level`` is what is held today, ``standing`` what is held without a bris de glace.
    """
    actor = actor_of(request)
    patient = patient_for(actor, public_id, code=REFUSED)
    sharing = sharing_on(actor, patient.pk, level)
    require(sharing.decision, code=REFUSED, subjects=(patient.pk,), object_type="patient")
    return patient, frame_of(request, patient, sharing, tab, code)


def frame_of(request: HttpRequest, patient: Patient, sharing: Sharing, tab: str, code: str) -> dict[str, Any]:
    """Band, tabs and strip of a file that its reader may open; the regime goes to the journal (§2.4-6)."""
    actor = actor_of(request)
    strip = emergency_strip(actor, patient.pk) if sharing.emergency else ""
    record(code, subjects=(patient.pk,), object_type="patient", basis=sharing.decision.basis)
    return {
        "patient": patient,
        "level": sharing.level,
        "standing": standing_level_on(patient.pk) if strip else sharing.level,
        "identity": band(patient),
        **_tabs(actor, patient, tab),
        "emergency": strip,
    }


def _tabs(actor: Actor, patient: Patient, current_tab: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM coordination_task WHERE patient_id = ANY(access_person_set(%s))"  # noqa: S608
            " AND state IN ('a_faire', 'en_cours') AND due_on <= %s),"
            " (SELECT count(*) FROM coordination_careplan WHERE patient_id = ANY(access_person_set(%s))"
            f" AND state <> 'clos' AND review_on < %s), {HISTORY_SQL}",
            [patient.pk, today(), patient.pk, today(), patient.pk],
        )
        due, to_revise, history = cursor.fetchone()
    unread = unread_counts(actor, [patient.pk]).get(patient.pk, 0)
    badges = {
        "plan": (to_revise, f"{to_revise} à réviser"),
        "tasks": (due, f"{due} à échéance ou en retard"),
        "talk": (unread, f"{unread} non lus"),
    }
    tabs = []
    hidden = hidden_tabs(actor, patient.pk) - {current_tab}
    for key, label, icon, name in TABS:
        if key in hidden:
            continue
        try:
            url = address(name, patient.public_id)
        except NoReverseMatch:
            continue
        count, words = badges.get(key, (0, ""))
        tabs.append(
            {
                "url": url,
                "label": label,
                "icon": icon,
                "active": key == current_tab,
                "badge": count or "",
                "badge_label": words,
            }
        )
    return {"tabs": tabs, "history": history}
