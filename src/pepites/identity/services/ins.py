"""Giving an INS to an identity, and taking it away (§2.1, RNIV-1, RNIV-2, RNIV-3, RNIV-8)."""

import json

from django.conf import settings
from django.db import connection

from pepites.access.policies import require
from pepites.access.services import database_refusals
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import Conflict, DomainError
from pepites.common.events import publish
from pepites.identity import policies, statuses
from pepites.identity.dates import Precision
from pepites.identity.enums import InsiIssue, InsiState, InsSource
from pepites.identity.events import InsWithdrawn
from pepites.identity.ins import InsNumber
from pepites.identity.insi.answers import proposal
from pepites.identity.insi.differences import differences, forbids
from pepites.identity.insi.sealing import fingerprint
from pepites.identity.models import DomainIdentity, InsiCall
from pepites.identity.normalisation import first_given_name, first_name_consistent
from pepites.identity.ports import InsiPerson
from pepites.identity.selectors.stored import traits_of
from pepites.identity.services.correction import keep_former, locked, rebuild_blocks, require_edit, save
from pepites.identity.services.proof import check_document, move
from pepites.identity.statuses import Event
from pepites.identity.traits import STRICT_FIELDS

STALE = "Cette réponse d'INSi ne vaut plus : l'identité a changé depuis. Interrogez INSi de nouveau."


def accept_insi(*, actor: Actor, call: InsiCall, confirmed: bool) -> DomainIdentity:
    """The operator confirms that the traits of INSi are those of the person: they replace ours (INSI-4, RNIV-2).

    PROV becomes RECUP, VALI becomes QUAL. A birth name, date or sex that differs forbids: the cell decides (RNIV-3).
    """
    require_edit(actor, call.identity)
    current = locked(call.identity)
    fresh = InsiCall.objects.select_for_update().get(pk=call.pk)
    person = proposal(fresh)
    if fresh.state != InsiState.PROPOSED or person is None or fresh.identity_version != current.version:
        raise Conflict(STALE)
    if not confirmed:
        raise DomainError(
            "Comparez avec la personne présente, puis cochez que ces traits sont les siens.", field="confirmed"
        )
    if forbids(differences(traits_of(current), person)):
        raise DomainError(
            "Le nom, la date ou le sexe diffèrent : cet INS ne peut pas être attribué. Envoyez la réponse à la cellule"
            " d'identitovigilance."
        )
    if statuses.next_status(current.status, Event.INSI_ACCEPTED, current.attributes) is None:
        raise DomainError("Une identité douteuse ou fictive ne reçoit pas d'INS : levez d'abord l'attribut.")
    _decide(actor, fresh, InsiState.ACCEPTED, "")
    give_ins(actor, current, person, Event.INSI_ACCEPTED, InsSource.INSI, fresh.environment)
    record(
        "identity.insi.accepted", action="U", subjects=(current.patient_id,), object_type="insi",
        object_id=fresh.public_id, detail={"status": current.status, "ins": fingerprint(person.active)[:16]},
    )  # fmt: skip
    return current


def refuse_insi(*, actor: Actor, call: InsiCall, reason: str, to_cell: bool = False) -> None:
    """« Ce n'est pas la même personne »: nothing is attributed; the cell examines when asked to (RNIV-3)."""
    require_edit(actor, call.identity)
    if not reason.strip():
        raise DomainError("Dites pourquoi ces traits ne sont pas ceux de la personne.", field="reason")
    fresh = InsiCall.objects.select_for_update().get(pk=call.pk)
    if fresh.state != InsiState.PROPOSED:
        raise Conflict(STALE)
    _decide(actor, fresh, InsiState.REFUSED, reason, issue=InsiIssue.TRAITS if to_cell else fresh.issue)
    record(
        "identity.insi.rejected", action="U", subjects=(fresh.patient_id,), object_type="insi",
        object_id=fresh.public_id, justification=reason.strip()[:200],
    )  # fmt: skip


def _decide(actor: Actor, call: InsiCall, state: InsiState, reason: str, issue: str | None = None) -> None:
    call.state, call.decided_by_id = state, actor.practice_id
    call.decision_reason = reason.strip()[:300]
    call.issue = call.issue if issue is None else issue
    call.save(update_fields=["state", "decided_by", "decision_reason", "issue"])


def accept_vitale_app(*, actor: Actor, identity: DomainIdentity, person: InsiPerson, confirmed: bool) -> DomainIdentity:
    """Traits and number read from the carte Vitale app: qualified at once, without any call (§2.1, device AV).

    ``person`` comes from the reader of the app, never from a keyboard. The device must be open in the region's list.
    """
    require_edit(actor, identity)
    if not confirmed:
        raise DomainError("Comparez avec la personne présente avant d'accepter.", field="confirmed")
    current = locked(identity)
    if current.attributes & {statuses.DOUBTFUL, statuses.FICTITIOUS}:
        raise DomainError("Une identité douteuse ou fictive ne reçoit pas d'INS : levez d'abord l'attribut.")
    if forbids(differences(traits_of(current), person)):
        raise DomainError("Le nom, la date ou le sexe diffèrent : prévenez la cellule d'identitovigilance.")
    if not person.active.accepted_in(settings.PEPITES_INSI_ENVIRONMENT):
        raise DomainError("Ce numéro vient d'un autre environnement : il n'est pas gardé.")
    check = check_document(actor=actor, identity=current, device_code="AV")
    if not check.accepted:
        raise DomainError(check.refusal)
    current = locked(identity)
    give_ins(actor, current, person, Event.CARTE_VITALE_APP, InsSource.APP, settings.PEPITES_INSI_ENVIRONMENT)
    return current


def give_ins(
    actor: Actor, current: DomainIdentity, person: InsiPerson, event: Event, source: InsSource, environment: str
) -> None:
    """Traits, status and number in one go; former traits stay in the history and as an alias (RNIV-2)."""
    columns = _columns(current, person)
    changed = [name for name in STRICT_FIELDS if getattr(current, name) != columns[name]]
    keep_former(actor, current, changed)
    former = current.status
    for name, value in columns.items():
        setattr(current, name, value)
    current.status = str(statuses.next_status(current.status, event, current.attributes))
    current.registration_pending = False
    save(actor, current, "Réponse d'INSi acceptée" if source is InsSource.INSI else "Application carte Vitale")
    with database_refusals("identity.insi.refused", current.patient_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT identity_store_ins(%s, %s, %s, %s::jsonb, %s::jsonb)",
            [current.pk, str(source), environment, json.dumps(_number(person.active)), json.dumps(_former(person))],
        )
    rebuild_blocks(current)
    if changed:
        record("identity.corrected", action="U", subjects=(current.patient_id,), object_id=current.public_id,
               justification="INSi", detail={"fields": changed})  # fmt: skip
    if former != current.status:
        record("identity.status.changed", action="U", subjects=(current.patient_id,), object_type="identity",
               object_id=current.public_id, detail={"from": former, "to": current.status})  # fmt: skip


def _columns(current: DomainIdentity, person: InsiPerson) -> dict[str, object]:
    """The strict traits as INSi says them (INS-7); a composed first name of ours stays when it fits (INS-10)."""
    first = current.first_given_name
    if not first_name_consistent(first, person.given_names):
        first = first_given_name(person.given_names)
    columns: dict[str, object] = {
        "birth_name": person.birth_name,
        "birth_name_typed": person.birth_name,
        "first_given_name": first,
        "given_names": person.given_names,
        "given_names_typed": person.given_names,
        "birth_date": person.birth_date,
        "birth_date_precision": str(Precision.JOUR),
        "birth_date_interpreted": False,
        "sex": person.sex,
        "birth_place_cog": person.birth_place_cog,
    }
    if person.birth_place_cog != current.birth_place_cog:
        columns["birth_place_label"] = ""
    return columns


def _number(number: InsNumber) -> dict[str, str]:
    return {"oid": number.oid, "matricule": number.matricule, "fingerprint": fingerprint(number)}


def _former(person: InsiPerson) -> list[dict[str, str | None]]:
    """INS-9: the history as INSi gives it, odd periods included; the active number again is no history."""
    return [
        {
            **_number(former.number),
            "starts_on": former.starts_on.isoformat() if former.starts_on else None,
            "ends_on": former.ends_on.isoformat() if former.ends_on else None,
        }
        for former in person.history
    ]


def withdraw_ins(*, actor: Actor, identity: DomainIdentity, reason: str) -> DomainIdentity:
    """The identity cell takes an INS back: QUAL becomes VALI, RECUP becomes PROV, the number becomes history (§2.1)."""
    require(policies.can_withdraw_ins(actor), code="identity.insi.refused", subjects=(identity.patient_id,))
    if not reason.strip():
        raise DomainError("Dites pourquoi cet INS est retiré.", field="reason")
    return lower(actor, identity, reason)


def lower(actor: Actor, identity: DomainIdentity, reason: str) -> DomainIdentity:
    """§2.1, « vérification KO ou INS retiré »: the status goes down, a trigger empties the slot, senders are told."""
    current = locked(identity)
    if not move(actor, current, Event.INSI_WITHDRAWN, reason):
        raise DomainError("Cette identité ne porte pas d'INS.")
    record("identity.ins.withdrawn", action="U", subjects=(current.patient_id,), object_id=current.public_id,
           justification=reason.strip()[:200])  # fmt: skip
    publish(InsWithdrawn(current.patient_id))
    return current


def set_registration(*, actor: Actor, identity: DomainIdentity, pending: bool) -> DomainIdentity:
    """« Immatriculation en cours »: the only case where INSi is recalled to the operator (GUY-1)."""
    require_edit(actor, identity)
    current = locked(identity)
    if current.registration_pending != pending:
        current.registration_pending = pending
        save(actor, current, "Immatriculation en cours" if pending else "Immatriculation terminée ou abandonnée")
        record("identity.registration.set", action="U", subjects=(current.patient_id,), object_id=current.public_id,
               detail={"pending": pending})  # fmt: skip
    return current


def close_issue(*, actor: Actor, call: InsiCall) -> None:
    """The identity cell has dealt with an answer that waited."""
    require(policies.can_withdraw_ins(actor), code="identity.insi.refused", subjects=(call.patient_id,))
    fresh = InsiCall.objects.select_for_update().get(pk=call.pk)
    if not fresh.issue or fresh.issue_closed_at is not None:
        raise Conflict("Cette réponse a déjà été traitée.")
    fresh.issue_closed_at = now()
    fresh.save(update_fields=["issue_closed_at"])
    record("identity.insi.closed", action="U", subjects=(fresh.patient_id,), object_type="insi",
           object_id=fresh.public_id)  # fmt: skip
