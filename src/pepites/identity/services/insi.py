"""Asking INSi about a person: each call counted, journalled, its answer sealed; nothing is attributed here (INSI-4)."""

import datetime as dt
import time
from uuid import UUID

from django.conf import settings

from pepites.access.policies import require
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError, TooMany
from pepites.common.events import publish
from pepites.identity import policies
from pepites.identity.enums import InsiIssue, InsiOperation, InsiState
from pepites.identity.events import InsiUnavailable
from pepites.identity.insi.answers import sealed
from pepites.identity.insi.criteria import Variant, check_before_call, narrower, queries
from pepites.identity.insi.sealing import fingerprint
from pepites.identity.models import DomainIdentity, InsiCall
from pepites.identity.ports import InsiQuery, InsiReply, InsiTeleservice, Outcome, teleservice
from pepites.identity.selectors.stored import traits_of
from pepites.identity.services.correction import require_edit

PATIENCE = 25.0  # seconds of a sequence, in front of the person
NOT_CONNECTED = (
    "Le téléservice INSi n'est pas branché sur cette instance. L'accueil continue : l'identité reste à son statut."
)
TOO_MANY = (
    "INSi a été interrogé trop souvent pour cette personne. Reprenez dans une heure ; l'accueil continue sans INSi."
)


def connected() -> InsiTeleservice:
    """The teleservice, or a ``DomainError`` that says to go on without it."""
    service = teleservice()
    if service is None:
        raise DomainError(NOT_CONNECTED, code="insi_not_connected")
    return service


def ask_insi(*, actor: Actor, identity: DomainIdentity, variant: Variant = Variant.AS_IS) -> InsiCall:
    """Search the INS of a person by the traits (INSI-1, INSI-2). Returns the last call, which is the answer.

    A ``00`` is proposed to the operator (INSI-4). « Plusieurs » adds criteria; a fault stops, and the operator is
    reminded later (INSI-5). Doubtful or fictitious: never (§2.6-3). Raises ``TooMany`` above the hourly limit.
    """
    require_edit(actor, identity)
    current = DomainIdentity.objects.get(pk=identity.pk)
    require(
        policies.can_ask_insi(actor, current.attributes, active=current.active),
        code="identity.insi.refused",
        subjects=(current.patient_id,),
    )
    service, traits = connected(), traits_of(current)
    check_before_call(traits, transliterate=settings.PEPITES_INSI_LIGATURES)
    _forget_proposals(current)
    call = _ask_each(actor, current, service, list(queries(traits, variant)), {Outcome.NONE})
    if call.code == Outcome.SEVERAL and (more := list(narrower(traits, variant))) and calls_left(current):
        narrowed = _ask_each(actor, current, service, more, {Outcome.NONE, Outcome.SEVERAL})
        call = call if narrowed.code == Outcome.NONE else narrowed  # « plusieurs » is what there is to say
    if call.code not in (Outcome.FOUND, Outcome.NONE, Outcome.SEVERAL):
        publish(InsiUnavailable(current.patient_id))
    return call


def _ask_each(
    actor: Actor, identity: DomainIdentity, service: InsiTeleservice, asked: list[InsiQuery], go_on: set[Outcome]
) -> InsiCall:
    """One query after the other while the answer is one of ``go_on`` (INSI-2), within the hourly cap."""
    check_calls_left(identity)
    began, call = time.monotonic(), None
    for query in asked:
        if call is not None and (time.monotonic() - began > PATIENCE or not calls_left(identity)):
            break
        for reply in service.search(query):
            call = keep_call(actor, identity, service, reply, InsiOperation.SEARCH)
        if call is not None and call.code not in go_on:
            break
    assert call is not None
    return call


def calls_left(identity: DomainIdentity) -> int:
    """INSI-2: a cap per person and hour."""
    recent = InsiCall.objects.filter(patient_id=identity.patient_id, asked_at__gt=now() - dt.timedelta(hours=1))
    return max(0, int(settings.PEPITES_INSI_APPELS_PAR_HEURE) - recent.count())


def check_calls_left(identity: DomainIdentity) -> None:
    """Raises ``TooMany`` when the cap is reached."""
    if not calls_left(identity):
        raise TooMany(TOO_MANY)


def keep_call(
    actor: Actor,
    identity: DomainIdentity,
    service: InsiTeleservice,
    reply: InsiReply,
    operation: InsiOperation,
    issue: str = "",
) -> InsiCall:
    """One row and one journal line for each exchange (RNIV-7, RNIV-8): the id, the code, the time; never the number."""
    person, issue = reply.person, issue or _issue(reply, service)
    proposed = operation is InsiOperation.SEARCH and person is not None and issue != InsiIssue.ENVIRONMENT
    moment = now()
    call = InsiCall.objects.create(
        public_id=UUID(reply.message_id), patient_id=identity.patient_id, identity=identity,
        identity_version=identity.version, operation=operation, variant=reply.variant, code=reply.code[:40],
        label=reply.text, latency_ms=reply.latency_ms, mode=service.mode, environment=service.environment,
        sealed_answer=sealed(reply, identity.patient_id), issue=issue, asked_by_id=actor.practice_id, asked_at=moment,
        state=InsiState.PROPOSED if proposed else InsiState.CLOSED,
    )  # fmt: skip
    record(
        "identity.insi.called", action="E", subjects=(identity.patient_id,), object_type="insi",
        object_id=reply.message_id,
        detail={
            "operation": str(operation), "code": call.code, "ms": reply.latency_ms, "mode": service.mode,
            "environment": service.environment,
        } | ({"ins": fingerprint(person.active)[:16]} if person else {}),
    )  # fmt: skip
    if reply.outcome is not Outcome.FAULT:
        DomainIdentity.objects.filter(pk=identity.pk).update(insi_called_at=moment)
    return call


def _issue(reply: InsiReply, service: InsiTeleservice) -> str:
    """INS-2: a number of another environment is put aside. INS-7: a key that disagrees is raised, not refused."""
    if reply.person is None:
        return ""
    numbers = [reply.person.active, *(former.number for former in reply.person.history)]
    if not all(number.accepted_in(service.environment) for number in numbers):
        return InsiIssue.ENVIRONMENT
    return "" if all(number.key_agrees for number in numbers) else InsiIssue.KEY


def _forget_proposals(identity: DomainIdentity) -> None:
    """A new search closes the proposals nobody decided."""
    for call in InsiCall.objects.filter(identity=identity, state=InsiState.PROPOSED):
        call.state = InsiState.CLOSED
        call.save(update_fields=["state"])
