"""Sending, receiving, sorting, answering demandes."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction

from pepites.access.policies import require
from pepites.access.selectors import level_on
from pepites.access.services import database_refusals
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.errors import Conflict, DomainError
from pepites.common.identifiers import new_uuid
from pepites.coordination.referrals import policies
from pepites.coordination.referrals.enums import TRANSITIONS, AnswerLevel, AnswerMeans, ReferralState, RequesterKind
from pepites.coordination.referrals.files import attach, keep_files, let_out
from pepites.coordination.referrals.models import Referral, ReferralFile
from pepites.coordination.referrals.values import Asked
from pepites.directory.models import Organization
from pepites.messaging.values import Upload
from pepites.networks.models import Network, NetworkPack
from pepites.networks.packs.selectors import in_force, value_of
from pepites.patients.models import Patient

REFUSED: Final = "coordination.referral.denied"
SHORTEST: Final = 10  # characters of a motive


def send_referral(
    *, actor: Actor, asked: Asked, key: UUID, network: Network | None = None, organization: Organization | None = None,
    patient: Patient | None = None, files: Sequence[Upload] = (),
) -> Referral:  # fmt: skip
    """A professional asks a network, or a structure; the same ``key`` twice is one demande.

    ``patient`` is a person whose file the requester already reads: the demande is then linked from the start.
    """
    require(policies.can_send(actor), code=REFUSED)
    if (network is None) == (organization is None):
        raise DomainError("Choisissez à qui s'adresse cette demande.", field="target")
    _check(asked, known=patient is not None)
    rows = keep_files(files)
    pack = in_force(network.pk) if network else None
    values = asked.kept(_questions(pack)) | {
        "requester_kind": RequesterKind.PROFESSIONAL,
        "requester_name": f"{actor.professional_name}, {actor.organization_name}"[:120],
    }
    try:
        with database_refusals(REFUSED), transaction.atomic():
            made = Referral.objects.create(
                public_id=key, network=network, organization=organization, pack=pack, patient=patient,
                requester_practice_id=actor.practice_id, received_at=now(), **values,
            )  # fmt: skip
            attach(made, rows)
    except IntegrityError:
        held = Referral.objects.filter(public_id=key, requester_practice_id=actor.practice_id).first()
        if held is None:
            raise
        return held
    _journal("coordination.referral.sent", made, "C")
    return made


def receive_public(*, actor: Actor, network: Network, asked: Asked, key: UUID, files: Sequence[Upload] = ()) -> str:
    """Somebody without an account asks a network whose settings allow it; returns the reference to quote.

    Raises ``DomainError`` for an empty name, contact or motive, ``Refused`` where the form is closed.
    """
    if len(asked.requester_name.strip()) < 2:
        raise DomainError("Dites votre nom.", field="requester_name")
    if len(asked.requester_contact.strip()) < 6:
        raise DomainError("Donnez un téléphone ou un courriel où vous répondre.", field="requester_contact")
    _check(asked, known=False)
    kept = asked.kept(_questions(in_force(network.pk))) | {"files": keep_files(files)}
    values = json.dumps(kept, cls=DjangoJSONEncoder)
    with database_refusals(REFUSED), connection.cursor() as cursor:
        cursor.execute("SELECT coordination_receive_referral(%s, %s, %s)", [network.pk, key, values])
        new = bool(cursor.fetchone()[0])
    if new:
        record("coordination.referral.received", action="C", object_type="referral", object_id=key)
    return Referral(public_id=key).reference


def qualify(*, actor: Actor, referral: Referral, level: str, urgency: str, note: str = "") -> Referral:
    """Somebody looked into it: the level of answer that fits, how urgent it is."""
    if level not in levels_of(referral):
        raise DomainError("Choisissez un niveau de réponse.", field="level")
    return _move(
        actor, referral, ReferralState.QUALIFIED, level=level, urgency=urgency, note=note.strip()[:500],
        qualified_at=now(), qualified_by_id=actor.practice_id,
    )  # fmt: skip


def link_patient(*, actor: Actor, referral: Referral, patient: Patient) -> Referral:
    """Say whose file it is, after a search: never by likeness alone. Linked once; another file asks for a new one."""
    _may(actor, referral)
    if level_on(patient.pk) < 1:
        raise DomainError("Ce dossier ne vous est pas ouvert.")
    if referral.patient_id not in (None, patient.pk):
        raise Conflict("Cette demande est déjà rattachée à un autre dossier.")
    with database_refusals(REFUSED, patient.pk):
        Referral.objects.filter(pk=referral.pk, patient=None).update(patient=patient)
        ReferralFile.objects.filter(referral=referral).update(patient=patient)
    referral.patient = patient
    _journal("coordination.referral.linked", referral)
    return referral


def release_files(*, actor: Actor, referral: Referral) -> None:
    """Let the files out of quarantine, once somebody has read what they come with; told once."""
    _may(actor, referral)
    if let_out(actor, referral):
        _journal("coordination.referral.released", referral)


def accept(*, actor: Actor, referral: Referral, answer: str) -> Referral:
    """Take it up."""
    return _decide(actor, referral, ReferralState.ACCEPTED, answer)


def refuse(*, actor: Actor, referral: Referral, reason: str, answer: str) -> Referral:
    """Say no, with a reason and an answer to the requester."""
    if not reason.strip():
        raise DomainError("Choisissez un motif.", field="reason")
    return _decide(actor, referral, ReferralState.REFUSED, answer, reason=reason.strip()[:150])


def redirect(
    *, actor: Actor, referral: Referral, reason: str, answer: str, network: Network | None = None,
    organization: Organization | None = None,
) -> str:  # fmt: skip
    """Send it to another network or structure, as it was written; who asked follows both.

    Returns the reference of the new one, which starts anew: whose file it is, they search again.
    """
    if (network is None) == (organization is None):
        raise DomainError("Choisissez vers qui la réorienter.", field="target")
    if (network and network.pk == referral.network_id) or (
        organization and organization.pk == referral.organization_id
    ):
        raise DomainError("C'est déjà à eux que la demande est adressée.", field="target")
    _decide(actor, referral, ReferralState.REDIRECTED, answer, reason=reason.strip()[:150])
    key = new_uuid()
    with database_refusals(REFUSED), connection.cursor() as cursor:
        cursor.execute(
            "SELECT coordination_hand_referral(%s, %s, %s, %s)",
            [referral.pk, key, network.pk if network else None, organization.pk if organization else None],
        )
    record("coordination.referral.handed", action="C", object_type="referral", object_id=key)
    return Referral(public_id=key, network=network, organization=organization).reference


def close(*, actor: Actor, referral: Referral, means: str) -> Referral:
    """The requester has the answer: the delay stops here."""
    if means not in AnswerMeans.values:
        raise DomainError("Dites comment la réponse a été donnée.", field="means")
    return _move(actor, referral, ReferralState.CLOSED, means=means, closed_at=now())


def levels_of(referral: Referral) -> list[str]:
    """The levels that a network offers; a structure offers them all."""
    if referral.network_id is None:
        return list(AnswerLevel.values)
    levels: list[str] = value_of(referral.pack, "demandes")["levels"]
    return levels


def _decide(actor: Actor, referral: Referral, state: ReferralState, answer: str, **values: Any) -> Referral:
    if len(answer.strip()) < 5:
        raise DomainError("Écrivez la réponse à donner au demandeur.", field="answer")
    return _move(
        actor,
        referral,
        state,
        answer=answer.strip()[:2000],
        decided_at=now(),
        decided_by_id=actor.practice_id,
        **values,
    )


def _move(actor: Actor, referral: Referral, state: ReferralState, **values: Any) -> Referral:
    _may(actor, referral)
    sources = [source for source, targets in TRANSITIONS.items() if state in targets]
    if not Referral.objects.filter(pk=referral.pk, state__in=sources).update(state=state, **values):
        raise Conflict("Cette demande a changé entre-temps. Rechargez la page pour voir où elle en est.")
    for name, value in {"state": state, **values}.items():
        setattr(referral, name, value)
    _journal(f"coordination.referral.{state.name.lower()}", referral)
    return referral


def _may(actor: Actor, referral: Referral) -> None:
    decision = policies.can_sort(actor, referral)
    subjects = (referral.patient_id,) if referral.patient_id else ()
    require(decision, code=REFUSED, subjects=subjects, object_type="referral", object_id=referral.public_id)


def _questions(pack: NetworkPack | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = value_of(pack, "reperage")["questions"] if pack else []
    return rows


def _check(asked: Asked, *, known: bool) -> None:
    if len(asked.motive.strip()) < SHORTEST:
        raise DomainError("Dites en quelques mots ce qui est demandé.", field="motive")
    if asked.about_person and not known and len(asked.family_name.strip()) < 2:
        raise DomainError(
            "Donnez le nom de la personne, ou dites que la demande ne concerne personne.", field="family_name"
        )
    if asked.birth_date is not None and not date(1900, 1, 1) <= asked.birth_date <= today():
        raise DomainError("Donnez une date de naissance passée, ou laissez vide.", field="birth_date")


def _journal(code: str, referral: Referral, action: str = "U") -> None:
    subjects = (referral.patient_id,) if referral.patient_id else ()
    record(code, action=action, subjects=subjects, object_type="referral", object_id=referral.public_id)
