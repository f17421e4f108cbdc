"""What a domain does with its own numbers: merge (A40), change (A47), removal (ITI-104). Never another domain's."""

from uuid import UUID

from pepites.audit.idempotency import once
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import DomainError
from pepites.regional.database import rows, value
from pepites.regional.enums import Queue
from pepites.regional.models import Domain
from pepites.regional.services.keys import REFUSED, idempotency_key, require_domain
from pepites.regional.services.matching import lock_all, match_records, open_pair
from pepites.regional.values import Received


def merge_local_ids(*, actor: Actor, domain: Domain, survivor: str, absorbed: str, key: str = "") -> Received:
    """A40, ITI-104 « replaced-by »: the domain says that two of its identities are one (RNIV-13).

    The absorbed one stays, inactive. When it was linked to identities that the survivor is not, a card asks the cell.
    """
    require_domain(domain)
    if survivor.strip() == absorbed.strip():
        raise DomainError("Une identité ne se fusionne pas avec elle-même.", field="absorbed")

    def work() -> dict[str, object]:
        lock_all()
        ((kept, left),) = rows(
            REFUSED, "SELECT * FROM regional_merge_local(%s, %s, %s)", [domain.pk, survivor.strip(), absorbed.strip()]
        )
        if left is not None:
            open_pair(
                Queue.CANDIDATES, kept, left, "Fusion dans le domaine : l'identité absorbée était liée à celle-ci"
            )
        outcome = match_records(actor, [kept])[kept]
        done = _answer(kept, outcome)
        record("regional.record.merged", action="U", object_type="regional_record", object_id=done["record"])
        return done

    asked = {"survivor": survivor.strip(), "absorbed": absorbed.strip()}
    return _received(once(actor, idempotency_key(domain, "merge", key), asked, work))


def change_local_id(*, actor: Actor, domain: Domain, former: str, new: str, key: str = "") -> Received:
    """A47: the same identity under another number of its domain."""
    require_domain(domain)
    new = new.strip()
    if not new or len(new) > 64 or not new.isprintable():
        raise DomainError("L'identifiant local doit compter 1 à 64 caractères imprimables.", field="new")

    def work() -> dict[str, object]:
        one = value(REFUSED, "SELECT regional_rename_local(%s, %s, %s)", [domain.pk, former.strip(), new])
        done = _answer(one, "C")
        record("regional.record.renamed", action="U", object_type="regional_record", object_id=done["record"])
        return done

    asked = {"former": former.strip(), "new": new}
    return _received(once(actor, idempotency_key(domain, "rename", key), asked, work))


def withdraw_record(*, actor: Actor, domain: Domain, local_id: str, key: str = "") -> Received:
    """ITI-104 DELETE: the identity leaves its person; the row stays, and comes back if the domain sends it again."""
    require_domain(domain)

    def work() -> dict[str, object]:
        known = value(REFUSED, "SELECT regional_withdraw(%s, %s)", [domain.pk, local_id.strip()])
        record("regional.record.withdrawn", action="D", object_type="regional_record", object_id=known)
        return {"record": str(known), "irp": "", "outcome": "C"}

    return _received(once(actor, idempotency_key(domain, "withdraw", key), {"local_id": local_id.strip()}, work))


def _answer(record_id: int, outcome: str) -> dict[str, object]:
    ((public_id, irp),) = rows(REFUSED, "SELECT * FROM regional_known(%s)", [record_id])
    return {"record": str(public_id), "irp": irp, "outcome": outcome}


def _received(done: dict[str, object]) -> Received:
    return Received(UUID(str(done["record"])), str(done["irp"]), created=False, outcome=str(done["outcome"]))
