"""Who may plan, move, end an appointment (coordination P7)."""

from pepites.access.enums import Level
from pepites.access.policies import practising
from pepites.agenda.models import Appointment
from pepites.common.actor import Actor, ActorKind
from pepites.common.decision import Decision, Reason, allow, deny


def can_plan(actor: Actor, *, patient: bool, level: int) -> Decision:
    """About a person, from the social level; else from any place of practice."""
    if patient:
        return practising(actor, level, Level.SOCIAL)
    if actor.ref.kind in (ActorKind.JOB, ActorKind.SYSTEM):
        return allow("systeme")
    return allow("lieu") if actor.practice_id is not None else deny(Reason.NO_CONTEXT)


def can_change(actor: Actor, appointment: Appointment, level: int) -> Decision:
    """About a person, whoever may plan for them; else who made it or takes part."""
    decision = can_plan(actor, patient=appointment.patient_id is not None, level=level)
    if not decision or appointment.patient_id is not None or decision.basis == "systeme":
        return decision
    mine = actor.practice_id in (appointment.created_by_id, *appointment.participants)
    return decision if mine else deny(Reason.NOT_AUTHOR)
