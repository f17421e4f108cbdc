"""The reconciliation server of this instance (``pepites.regional``) behind the gateway of the interfaces."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from pepites.audit.unit import record as record_line
from pepites.common.actor import Actor
from pepites.interop.gateway import Domain, UnknownLocalId
from pepites.regional import database, records, selectors, services
from pepites.regional.models import RegionalRecord
from pepites.regional.values import CrossReference, IncomingRecord, MatchFound, Page, PdqCriteria, PersonFound, Received


@contextmanager
def _named() -> Generator[None]:
    """An identifier that the server does not know, in the word of the interfaces."""
    try:
        yield
    except services.UnknownLocalId as unknown:
        raise UnknownLocalId(unknown.message) from None


class RegionalServer:
    """Calls the services and selectors of ``regional``; rights are theirs to check (STIC-10)."""

    def domain_by_system(self, system: str) -> Any:
        """The active domain of an OID or URI."""
        return selectors.domain_by_system(system)

    def receive_record(self, *, actor: Actor, domain: Any, record: IncomingRecord, key: str = "") -> Received:
        """ITI-104, A28, A31."""
        with _named():
            return services.receive_record(actor=actor, domain=domain, record=record, key=key)

    def merge_local_ids(self, *, actor: Actor, domain: Any, survivor: str, absorbed: str, key: str = "") -> Received:
        """ITI-104 Resolve Duplicate, A40."""
        with _named():
            return services.merge_local_ids(actor=actor, domain=domain, survivor=survivor, absorbed=absorbed, key=key)

    def change_local_id(self, *, actor: Actor, domain: Any, former: str, new: str, key: str = "") -> Received:
        """A47."""
        with _named():
            return services.change_local_id(actor=actor, domain=domain, former=former, new=new, key=key)

    def withdraw_record(self, *, actor: Actor, domain: Any, local_id: str, key: str = "") -> None:
        """ITI-104 Remove."""
        with _named():
            services.withdraw_record(actor=actor, domain=domain, local_id=local_id, key=key)

    def ask_link(
        self, *, actor: Actor, one: tuple[Any, str], other: tuple[Any, str], reason: str, key: str = ""
    ) -> None:
        """A24: a card asks the cell; a link is never made on the word of one domain (STIC-6)."""
        del key  # asked again, the card is the same
        with _named():
            services.request_link(
                actor=actor, domain=one[0], local_id=one[1], other=other[0], other_local_id=other[1], reason=reason
            )

    def ask_unlink(
        self, *, actor: Actor, one: tuple[Domain, str], other: tuple[Domain, str], reason: str, key: str = ""
    ) -> None:
        """A37: a card asks the cell to take the domain's own identity out of its person."""
        del key, other  # asked again, the card is the same
        found = RegionalRecord.objects.filter(domain_id=one[0].pk, local_id=one[1], active=True).first()
        if found is None:
            raise UnknownLocalId
        services.request_unlink(actor=actor, record_public_id=found.public_id, reason=reason)

    def cross_references(
        self, *, actor: Actor, source: Any, local_id: str, targets: Sequence[Any]
    ) -> list[CrossReference]:
        """ITI-83."""
        with _named():
            return list(selectors.cross_references(actor=actor, source=source, local_id=local_id, targets=targets))

    def find_records(self, *, actor: Actor, criteria: PdqCriteria) -> Page:
        """ITI-78."""
        with _named():
            return selectors.find_records(actor=actor, criteria=criteria)

    def match_traits(self, *, actor: Actor, record: IncomingRecord, count: int, only_certain: bool) -> list[MatchFound]:
        """ITI-119."""
        return list(selectors.match_traits(actor=actor, record=record, count=count, only_certain=only_certain))

    def read_person(self, *, actor: Actor, regional_id: str) -> PersonFound | None:
        """ITI-78 read: a person that has a number in the reader's own domain, no other (STIC-10)."""
        found = database.rows("regional.query.refused", "SELECT * FROM regional_persons(%s::text[])", [[regional_id]])
        persons = [_person(*row) for row in found]
        known = next((one for one in persons if one.local_id), None)
        if known is not None:
            record_line("regional.query.pdq", object_type="regional_person", object_id=known.regional_id)
        return known


def _person(irp: str, source: str, local_id: str, data: object) -> PersonFound:
    values = records.loaded(data)
    return PersonFound(irp, records.traits_of(values), values["status"], source, local_id)
