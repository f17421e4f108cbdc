"""Receiving what a domain says: stored, then matched at once, in one transaction (STIC-2, STIC-7)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from django.conf import settings

from pepites.audit.idempotency import once
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import DomainError
from pepites.identity.phones import clean_phones
from pepites.identity.statuses import compatible
from pepites.identity.values import OID_DEMO, OID_TEST, is_place_code
from pepites.regional.database import rows, value
from pepites.regional.enums import Queue
from pepites.regional.models import Domain
from pepites.regional.records import keys_of, row_of
from pepites.regional.services.keys import REFUSED, idempotency_key, require_domain
from pepites.regional.services.local import withdraw_record
from pepites.regional.services.matching import lock_all, lock_keys, match_records, open_pair
from pepites.regional.values import IncomingRecord, Received

MAX_LOCAL_ID, MAX_PHONES, MAX_HISTORY, BATCH = 64, 10, 30, 500
STATUSES = ("PROV", "RECUP", "VALI", "QUAL")
TEST_OIDS = (OID_TEST, OID_DEMO)
_STORE = "SELECT * FROM regional_store(%s, %s::jsonb)"


def checked(incoming: IncomingRecord) -> IncomingRecord:
    """The record in strict form, its sizes bounded; raises ``DomainError`` that says what to mend.

    A fictitious identity is not fed at all (STIC-7, §2.2); a test INS never enters a real base (INS-2).
    """
    local_id = incoming.local_id.strip()
    if not local_id or len(local_id) > MAX_LOCAL_ID or not local_id.isprintable():
        raise DomainError("L'identifiant local doit compter 1 à 64 caractères imprimables.", field="local_id")
    attributes = frozenset(incoming.attributes)
    if attributes & {"FICT", "CACH", "ANOM"}:
        raise DomainError(
            "Une identité fictive, cachée ou anonyme ne s'envoie pas au serveur régional.", field="status"
        )
    if incoming.status not in STATUSES or not compatible(incoming.status, attributes):
        raise DomainError("Le statut de confiance et les attributs ne vont pas ensemble (RNIV).", field="status")
    if len(incoming.phones) > MAX_PHONES or len(incoming.ins_history) > MAX_HISTORY:
        raise DomainError("Trop de téléphones (10 au plus) ou d'anciens matricules (30 au plus).", field="phones")
    numbers = [one for one in (incoming.ins, *incoming.ins_history) if one]
    if not all(one.well_formed for one in numbers):
        raise DomainError("Un matricule INS compte 15 caractères, sous l'OID de son autorité.", field="ins")
    if settings.PRODUCTION and any(one.oid in TEST_OIDS for one in numbers):
        raise DomainError("Un matricule de test ou de démonstration n'entre pas en production.", field="ins")
    if incoming.commune_cog and not is_place_code(incoming.commune_cog):
        raise DomainError("La commune doit être un code officiel géographique à 5 caractères.", field="commune")
    if incoming.birth_rank is not None and not 1 <= incoming.birth_rank <= 9:
        raise DomainError("Le rang de naissance va de 1 à 9.", field="birth_rank")
    if incoming.status == "QUAL" and incoming.ins is None:
        raise DomainError("Une identité qualifiée s'envoie avec son matricule INS.", field="ins")
    return replace(
        incoming, local_id=local_id, traits=incoming.traits.checked(), phones=tuple(clean_phones(incoming.phones)),
        attributes=attributes,
    )  # fmt: skip


def receive_record(*, actor: Actor, domain: Domain, record: IncomingRecord, key: str = "") -> Received:
    """Create or update one identity of a domain, and match it at once. Replay-safe by ``key``.

    ``active`` false is a removal. Raises ``DomainError`` naming what to mend, ``Conflict`` for an identity that its
    domain merged, ``Refused`` for whoever is not that domain.
    """
    require_domain(domain)
    if not record.active:
        return withdraw_record(actor=actor, domain=domain, local_id=record.local_id, key=key)
    incoming = checked(record)

    def work() -> dict[str, object]:
        lock_keys(keys_of(incoming))
        (stored,) = rows(REFUSED, _STORE, [domain.pk, json.dumps([row_of(incoming)])])
        return _matched(actor, domain, [stored])[0]

    asked = row_of(incoming) | {"public_id": "", "irp": ""}
    done = once(actor, idempotency_key(domain, "record", key), asked, work)
    return _received(done)


def receive_batch(*, actor: Actor, domain: Domain, records: Sequence[IncomingRecord]) -> list[Received]:
    """The first load of a domain, 500 records a unit of work at most; the last word wins for a number said twice."""
    require_domain(domain)
    if len(records) > BATCH:
        raise DomainError("Envoyez 500 identités au plus à la fois.")
    latest = {one.local_id: one for one in map(checked, records)}
    if not latest:
        return []
    lock_all()
    stored = rows(REFUSED, _STORE, [domain.pk, json.dumps([row_of(one) for one in latest.values()])])
    return [_received(done) for done in _matched(actor, domain, stored)]


def _matched(actor: Actor, domain: Domain, stored: Sequence[tuple[object, ...]]) -> list[dict[str, object]]:
    ids = [int(str(row[0])) for row in stored]
    outcomes = match_records(actor, ids, fuzzy=len(ids) == 1)
    record(
        "regional.record.received", action="U" if len(ids) == 1 and not stored[0][3] else "C",
        object_type="regional_record", object_id=stored[0][1] if len(ids) == 1 else domain.public_id,
        detail={"count": len(ids)},
    )  # fmt: skip
    _watch_status(stored)
    irps = _irps(ids)
    return [
        {
            "record": str(row[1]), "irp": irps.get(one, str(row[5])), "created": bool(row[3]), "outcome": outcomes[one],
        }
        for one, row in zip(ids, stored, strict=True)
    ]  # fmt: skip


def _irps(ids: Sequence[int]) -> dict[int, str]:
    found = rows(REFUSED, "SELECT * FROM regional_identifiers(%s::bigint[])", [list(ids)])
    return {int(one): str(irp) for one, irp in found}


def _watch_status(stored: Sequence[tuple[object, ...]]) -> None:
    """An INS withdrawn or found wrong while the identity is linked to others: queue « vérifications » (§2.8)."""
    for row in stored:
        if row[4] == "QUAL":
            for other in rows(REFUSED, "SELECT * FROM regional_lost_ins(%s)", [row[0]]):
                open_pair(Queue.CHECKS, int(str(row[0])), int(other[0]), "INS retirée ou refusée par la vérification")


def _received(done: Mapping[str, object]) -> Received:
    return Received(UUID(str(done["record"])), str(done["irp"]), bool(done["created"]), str(done["outcome"]))


def note_feed_error(*, actor: Actor, domain: Domain, message: str) -> None:
    """A message of the domain could not be read: shown on its page. No personal data in ``message``."""
    del actor
    value(REFUSED, "SELECT regional_note_error(%s, %s)", [domain.pk, message])
