"""Writing rights: offers, acceptances, enrolments, consents, oppositions, bris de glace."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection

from pepites.access import policies
from pepites.access.enums import Basis, ConsentMode, EmergencyMotive, GivenBy, Regime
from pepites.access.events import EmergencyOpened, RightsChanged
from pepites.access.models import ConsentRecord, Opposition
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.decision import Reason, deny
from pepites.common.errors import DomainError, Refused
from pepites.common.events import publish
from pepites.common.identifiers import new_uuid


@contextmanager
def database_refusals(code: str, *subjects: int) -> Generator[None]:
    """Turn a refusal of the database's own functions (SQLSTATE PE403) into ``Refused``."""
    try:
        yield
    except DatabaseError as error:
        cause = error.__cause__
        if getattr(cause, "sqlstate", "") != "PE403":
            raise
        word = str(getattr(getattr(cause, "diag", None), "message_primary", "") or "role_missing")
        reason = Reason(word) if word in set(Reason) else Reason.ROLE_MISSING
        raise Refused(deny(reason), code=code, subject_ids=subjects) from None


def call(code: str, patient_id: int, sql: str, params: list[Any]) -> Any:
    """Call one of the definer functions about a person and return its value."""
    with database_refusals(code, patient_id), connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
        return row[0] if row else None


def offer_access(
    *,
    actor: Actor,
    patient_id: int,
    practice_id: int,
    level: int,
    regime: Regime,
    ends_at: datetime | None = None,
) -> None:
    """Offer a practice a level on a person; identity only until accepted and, outside the team, consented (§2.4-5)."""
    del actor
    call(
        "access.offer",
        patient_id,
        "SELECT access_offer(%s, %s, %s, %s, %s)",
        [patient_id, practice_id, level, regime, ends_at],
    )
    record(
        "access.grant.offered",
        action="C",
        subjects=(patient_id,),
        object_type="practice",
        object_id=practice_id,
    )
    publish(RightsChanged(patient_id=patient_id, practice_id=practice_id))


def accept_access(*, actor: Actor, patient_id: int) -> int:
    """Accept what was offered to the actor's practice; returns the level now in force."""
    level = call("access.accept", patient_id, "SELECT access_accept(%s)", [patient_id])
    record("access.grant.accepted", action="U", subjects=(patient_id,), detail={"level": level})
    publish(RightsChanged(patient_id=patient_id, practice_id=actor.practice_id))
    return int(level or 0)


def end_access(*, actor: Actor, patient_id: int, practice_id: int, basis: Basis = Basis.CIRCLE) -> None:
    """End what a practice may see of a person on that basis: at once."""
    del actor
    call("access.end", patient_id, "SELECT access_end(%s, %s, %s)", [patient_id, practice_id, basis])
    record(
        "access.grant.ended",
        action="U",
        subjects=(patient_id,),
        object_type="practice",
        object_id=practice_id,
    )
    publish(RightsChanged(patient_id=patient_id, practice_id=practice_id))


def enrol_in_network(*, actor: Actor, patient_id: int, network_id: int, organization_id: int | None = None) -> bool:
    """Open the person to the coordination of a network; False when already open. ``organization_id`` restricts it."""
    del actor
    done = call(
        "access.enrol",
        patient_id,
        "SELECT access_enrol(%s, %s, %s)",
        [patient_id, network_id, organization_id],
    )
    if done:
        record(
            "access.network.enrolled",
            action="C",
            subjects=(patient_id,),
            object_type="network",
            object_id=network_id,
        )
        publish(RightsChanged(patient_id=patient_id, practice_id=None))
    return bool(done)


def leave_network(*, actor: Actor, patient_id: int, network_id: int) -> None:
    """Close the person to the coordination of a network."""
    del actor
    call("access.leave", patient_id, "SELECT access_leave_network(%s, %s)", [patient_id, network_id])
    record("access.network.left", action="U", subjects=(patient_id,), object_type="network", object_id=network_id)
    publish(RightsChanged(patient_id=patient_id, practice_id=None))


def record_consent(
    *,
    actor: Actor,
    patient_id: int,
    mode: ConsentMode,
    given_by: GivenBy = GivenBy.PERSON,
    network_id: int | None = None,
    proof: str = "",
    text_version: str = "",
    collected_by_id: int | None = None,
    scope: list[str] | None = None,
) -> ConsentRecord:
    """Record a consent to sharing outside the care team, and open what waited for it (coordination §2.4-1)."""
    consent = ConsentRecord.objects.create(
        patient_id=patient_id, regime=Regime.OUTSIDE_TEAM, network_id=network_id, mode=mode, given_by=given_by,
        proof=proof, text_version=text_version, collected_by_id=collected_by_id or actor.practice_id, scope=scope or [],
        given_at=now(),
    )  # fmt: skip
    _refresh(patient_id)
    record(
        "access.consent.recorded",
        action="C",
        subjects=(patient_id,),
        object_type="consent",
        object_id=consent.public_id,
    )
    return consent


def withdraw_consent(*, actor: Actor, consent: ConsentRecord, reason: str) -> None:
    """Withdraw a consent: what it opened closes at once."""
    del actor
    if consent.withdrawn_at is not None:
        raise DomainError("Ce consentement est déjà retiré.")
    consent.withdrawn_at, consent.withdrawn_reason = now(), reason[:200]
    consent.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    _refresh(consent.patient_id)
    record("access.consent.withdrawn", action="U", subjects=(consent.patient_id,), object_id=consent.public_id)


def record_opposition(
    *,
    actor: Actor,
    patient_id: int,
    practice_id: int | None = None,
    network_id: int | None = None,
    proof: str = "",
    recorded_by_id: int | None = None,
) -> Opposition:
    """Record an opposition to one practice, to one network, or to any sharing: what it aims at closes at once (§2.4-2).

    No RETURNING: whoever records it at the social level does not read oppositions.
    """
    opposition = Opposition(
        patient_id=patient_id, practice_id=practice_id, network_id=network_id, proof=proof,
        recorded_by_id=recorded_by_id or actor.practice_id, recorded_at=now(),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_opposition (public_id, patient_id, practice_id, network_id, proof, recorded_by_id,"
            " recorded_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                opposition.public_id, patient_id, practice_id, network_id, proof, opposition.recorded_by_id,
                opposition.recorded_at,
            ],
        )  # fmt: skip
    _refresh(patient_id)
    record("access.opposition.recorded", action="C", subjects=(patient_id,), object_id=opposition.public_id)
    return opposition


def lift_opposition(*, actor: Actor, opposition: Opposition, reason: str) -> None:
    """The person goes back on an opposition: the networks it closed open again; who was taken out of the circle is
    not brought back (§2.4-2)."""
    del actor
    subject = opposition.patient_id
    code = "access.opposition.lift_refused"
    if not call(code, subject, "SELECT access_lift_opposition(%s)", [opposition.public_id]):
        raise DomainError("Cette opposition est déjà levée.")
    record(
        "access.opposition.lifted", action="U", subjects=(subject,), object_type="opposition",
        object_id=opposition.public_id, justification=reason[:200],
    )  # fmt: skip
    publish(RightsChanged(patient_id=subject, practice_id=None))


def break_glass(*, actor: Actor, patient_id: int, motive: EmergencyMotive, explanation: str) -> datetime:
    """Open one person's file for four hours, with a motive; returns the end (rgpd §3.6, design §8).

    The caller has checked the second factor again just before. Raises ``Refused`` for any but health professionals.
    """
    policies.require(policies.can_break_glass(actor), code="access.emergency.refused", subjects=(patient_id,))
    if len(explanation.strip()) < 15:
        raise DomainError("Expliquez l'urgence en une phrase (15 caractères au moins).", field="explanation")
    public_id: UUID = new_uuid()
    until: datetime = call(
        "access.emergency.refused",
        patient_id,
        "SELECT access_break_glass(%s, %s, %s, %s, %s)",
        [patient_id, public_id, motive, explanation.strip(), settings.PEPITES_BRIS_DE_GLACE_HOURS],
    )
    record(
        "access.emergency.opened", action="E", subjects=(patient_id,), object_type="emergency", object_id=public_id,
        basis=Basis.EMERGENCY, justification=motive,
    )  # fmt: skip
    publish(RightsChanged(patient_id=patient_id, practice_id=actor.practice_id))
    publish(EmergencyOpened(patient_id=patient_id, practice_id=actor.practice_id or 0, until=until))
    return until


def _refresh(patient_id: int) -> None:
    call("access.refresh", patient_id, "SELECT access_refresh(%s)", [patient_id])
    publish(RightsChanged(patient_id=patient_id, practice_id=None))
