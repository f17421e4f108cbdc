"""Who acts, and what they may see of one person."""

from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.http import HttpRequest

from pepites.access.enums import Level
from pepites.access.policies import SharingFacts, decide_sharing, require
from pepites.accounts.models import User
from pepites.accounts.reading import context_sql
from pepites.accounts.values import Assurance
from pepites.common.actor import Actor, ActorKind, ActorRef, Channel, ProfessionCategory, Purpose
from pepites.common.decision import Decision, Reason, deny
from pepites.common.errors import Refused
from pepites.common.views import client_ip
from pepites.patients.models import Patient

_CONTEXT = context_sql("%s", "%s")


def _read_context(user: User, practice_id: int | None) -> tuple[Any, ...] | None:
    if not practice_id or not user.professional_id:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_CONTEXT, [practice_id, user.professional_id])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def build_actor(
    user: User,
    practice_id: int | None,
    *,
    auth_method: str = "",
    session_ref: str = "",
    strong: bool = True,
    channel: Channel = Channel.WEB,
    purpose: Purpose = Purpose.CARE,
    request_id: str = "",
    ip: str = "",
) -> Actor:
    """The actor behind an account in a place of practice; rights are read again at each request, never cached.

    A place of practice that is not the account's, or is over, counts as none.
    """
    return _actor(
        user, _read_context(user, practice_id), strong,
        ActorRef(
            kind=ActorKind.HUMAN, auth_method=auth_method, session_ref=session_ref, channel=channel, purpose=purpose,
            request_id=request_id, ip=ip,
        ),
    )  # fmt: skip


def _actor(user: User, row: tuple[Any, ...] | None, strong: bool, origin: ActorRef) -> Actor:
    ref = replace(
        origin,
        user_id=user.pk, practice_id=row[0] if row else None, organization_id=row[1] if row else None,
        role=row[2] if row else "",
    )  # fmt: skip
    name = user.professional.display_name if user.professional else user.login
    actor = Actor(
        ref=ref,
        professional_id=user.professional_id,
        professional_name=name,
        platform_admin=user.platform_admin,
        strong=strong,
        user_public_id=user.public_id,
    )
    if row is None:
        return actor
    return replace(
        actor,
        organization_name=row[5],
        role_label=row[3],
        category=ProfessionCategory(row[6]),
        coordinated=frozenset(row[7]),
        administered=frozenset(row[8]),
        withheld=frozenset(row[9]),
        identity_cell=row[4],
    )


def actor_of(request: HttpRequest) -> Actor:
    """The actor behind a request: nobody until sign-in."""
    request_id = getattr(request, "request_id", "")
    user = request.user
    if not isinstance(user, User):
        return Actor(ref=ActorRef(request_id=request_id, ip=client_ip(request)))
    session = request.session
    practice_id = session.get("practice_id")
    row = getattr(session, "row", None)
    with_session = row is not None and (row.user_id, row.practice_id) == (user.pk, practice_id)
    actor = _actor(
        user,
        session.context if with_session else _read_context(user, practice_id),  # type: ignore[attr-defined]
        bool(session.get("strong")),
        ActorRef(
            kind=ActorKind.HUMAN, auth_method=session.get("auth_method", ""),
            session_ref=(session.session_key or "")[:8], request_id=request_id, ip=client_ip(request),
        ),
    )  # fmt: skip
    assurance = str(session.get("assurance", ""))
    if assurance == Assurance.EMERGENCY:  # care goes on; administering waits for Pro Santé Connect (annuaire §6.4 b)
        actor = replace(actor, platform_admin=False, administered=frozenset(), identity_cell=False)
    return replace(actor, assurance=assurance)


def level_on(patient_id: int) -> int:
    """Level of the current actor on a person, 0 when none: grants, and the wide role of network coordination."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_actor_level(%s)", [patient_id])
        return int(cursor.fetchone()[0])


class Sharing(NamedTuple):
    """What the actor may do with one person's file, with its reason, the level the database holds, and whether a bris
    de glace of theirs is open."""

    decision: Decision
    level: int
    emergency: bool


def sharing_on(actor: Actor, patient_id: int, required: int) -> Sharing:
    """The decision on reading at that level (coordination §2.4-3); its basis is the regime that the journal keeps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM access_sharing_facts(%s)", [patient_id])
        level, coordination, emergency, member, accepted, ended, team, consent, opposed = cursor.fetchone()
    facts = SharingFacts(
        signed_in=actor.signed_in, strong=actor.strong, category=actor.category, member=member,
        member_accepted=accepted, member_ended=ended, same_team=team, consent=consent, opposition=opposed,
        coordination=coordination, emergency=emergency, level=level, required_level=required,
    )  # fmt: skip
    return Sharing(decide_sharing(facts), int(level), bool(emergency))


def same_person(one: int, other: int) -> bool:
    """Whether two files are of one person: the same one, or merged (RNIV-13)."""
    if one == other:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s = ANY(access_person_set(%s))", [one, other])
        return bool(cursor.fetchone()[0])


def standing_level_on(patient_id: int) -> int:
    """The same without any bris de glace: what allows to change who reads the file."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_standing_level(%s)", [patient_id])
        return int(cursor.fetchone()[0])


def patient_id_of(public_id: UUID | str) -> int | None:
    """Key of a person by public identifier, seen or not: to write a refusal in that person's trace, nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_patient_id(%s)", [public_id])
        row = cursor.fetchone()
        return int(row[0]) if row and row[0] is not None else None


def patient_for(
    actor: Actor, public_id: UUID | str, *, level: int = Level.IDENTITY, code: str = "access.refused"
) -> Patient:
    """The person of a page, or a refusal written in that person's trace.

    Whoever may not know the person gets the same 404 as for one who does not exist (law 11); a member whose level is
    too low is told so. This is how every view starts that has a person in its URL: that of a file merged into another
    leads to the other (RNIV-13).
    """
    patient = Patient.objects.filter(public_id=public_id).first()
    if patient is not None and patient.survivor_id is not None:
        patient = Patient.objects.filter(pk=patient.survivor_id).first()
    if patient is None:
        known = patient_id_of(public_id)
        subjects = (known,) if known else ()
        raise Refused(deny(Reason.NOT_IN_CIRCLE), code=code, subject_ids=subjects, object_type="patient", hide=True)
    if level > Level.IDENTITY:
        require(sharing_on(actor, patient.pk, level).decision, code=code, subjects=(patient.pk,), object_type="patient")
    return patient
