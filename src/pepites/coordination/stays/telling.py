"""Telling the circle what changed in a stay since it was last told: the work of a job, that may be run twice."""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.urls import reverse

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE, now, today
from pepites.common.identifiers import new_uuid
from pepites.coordination.alerting import kinds
from pepites.coordination.alerting.team import Team, team_of
from pepites.coordination.enums import FilKind, MemberRole, TaskKind
from pepites.coordination.services.fil import write_fil
from pepites.coordination.stays.models import HospitalStay
from pepites.notifications.services import notify, settle
from pepites.notifications.values import Notice

FRESH: Final = timedelta(days=7)  # what a hospital tells later than that enters the fil, and alerts nobody


def tell(*, actor: Actor, stay_id: int) -> bool:
    """Write the fil, alert the circle, propose the protocols of a discharge; whether there was anything to tell."""
    stay = HospitalStay.objects.select_for_update(of=("self",)).select_related("domain").get(pk=stay_id)
    before = (stay.admission_told_at, stay.discharge_told_at)
    if stay.cancelled:
        _cancelled(actor, stay)
    else:
        _admission(actor, stay)
        _discharge(actor, stay)
    if before == (stay.admission_told_at, stay.discharge_told_at):
        return False
    HospitalStay.objects.filter(pk=stay.pk).update(
        admission_told_at=stay.admission_told_at, discharge_told_at=stay.discharge_told_at
    )
    record(
        "coordination.stay.told", action="C", subjects=(stay.patient_id,), object_type="stay", object_id=stay.public_id
    )
    return True


def _admission(actor: Actor, stay: HospitalStay) -> None:
    if stay.admission_told_at is not None or stay.admission_said_at is None or stay.admitted_at is None:
        return
    _fil(actor, stay, f"Entrée à l'hôpital le {_day(stay.admitted_at)} : {stay.domain.name}")
    if stay.discharged_at is None:  # out already: the exit alone is told
        _alert(actor, stay, kinds.ADMISSION, "Entrée à l'hôpital", stay.admission_said_at, team_of(stay.patient_id))
    stay.admission_told_at = now()


def _discharge(actor: Actor, stay: HospitalStay) -> None:
    if stay.discharged_at is None:
        if stay.discharge_told_at is not None:
            _fil(actor, stay, f"Sortie de l'hôpital annulée : {stay.domain.name}")
            _settle(stay, kinds.DISCHARGE)
            stay.discharge_told_at = None
        return
    if stay.discharge_told_at is not None or stay.discharge_said_at is None:
        return
    _fil(actor, stay, f"Sortie de l'hôpital le {_day(stay.discharged_at)} : {stay.domain.name}")
    _settle(stay, kinds.ADMISSION)
    team = team_of(stay.patient_id)
    if _alert(actor, stay, kinds.DISCHARGE, "Sortie de l'hôpital", stay.discharge_said_at, team):
        for protocol in team.discharge:
            _propose(stay, protocol)
    stay.discharge_told_at = now()


def _cancelled(actor: Actor, stay: HospitalStay) -> None:
    if stay.admission_told_at is None:
        return
    _fil(actor, stay, f"Entrée à l'hôpital annulée : {stay.domain.name}")
    _settle(stay, kinds.ADMISSION)
    _settle(stay, kinds.DISCHARGE)
    stay.admission_told_at = stay.discharge_told_at = None


def _alert(actor: Actor, stay: HospitalStay, event: str, title: str, said_at: datetime, team: Team) -> bool:
    """Whether it is recent enough to alert anybody."""
    if said_at < now() - FRESH or team.file is None:
        return False
    notice = Notice(
        event=event, key=_key(stay, said_at), title=title, link=reverse("coordination:file", args=[team.file]),
        patient_id=stay.patient_id,
    )  # fmt: skip
    notify(actor=actor, notice=notice, practices=team.warned_of(event), escalation=team.escalation(event))
    return True


def _settle(stay: HospitalStay, event: str) -> None:
    settle(event=event, key_prefix=f"{stay.public_id}:")


def _key(stay: HospitalStay, said_at: datetime) -> str:
    """A second exit of the same stay, after a cancelled one, is another thing to tell."""
    return f"{stay.public_id}:{said_at:%Y%m%d%H%M%S}"


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(CAYENNE):%d/%m/%Y}"


def _fil(actor: Actor, stay: HospitalStay, title: str) -> None:
    """A line for the social level too: the name of the hospital, never the unit."""
    write_fil(actor=actor, patient_id=stay.patient_id, kind=FilKind.STAY, title=title, object_id=stay.public_id)


def _propose(stay: HospitalStay, protocol: str) -> None:
    """The coordination is asked whether to start a protocol counted from the exit; nobody starts it for them."""
    with connection.cursor() as cursor:  # no RETURNING: the job adds this kind of task and reads none
        cursor.execute(
            "INSERT INTO coordination_task (public_id, patient_id, title, detail, kind, state, due_on, recurrence,"
            " owner_role, reason) VALUES (%s, %s, %s, %s, %s, 'a_faire', %s, '', %s, '')",
            [
                new_uuid(), stay.patient_id, f"Sortie de l'hôpital : commencer « {protocol} » ?"[:150],
                "Onglet Parcours du dossier : le jour de la sortie y est proposé.", TaskKind.STAY, today(),
                MemberRole.COORDINATOR,
            ],
        )  # fmt: skip
