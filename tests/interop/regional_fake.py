"""A regional server in memory: what the interfaces call, kept in lists (the real one is tested in its own app)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pepites.common.actor import Actor
from pepites.common.identifiers import new_regional_id, new_uuid
from pepites.interop.gateway import Domain, UnknownLocalId
from pepites.regional.values import CrossReference, IncomingRecord, MatchFound, Page, PdqCriteria, PersonFound, Received


@dataclass(frozen=True)
class FakeDomain:
    pk: int
    oid: str = ""
    uri: str = ""
    name: str = "Domaine"


@dataclass
class FakeRegional:
    domains: list[FakeDomain] = field(default_factory=list)
    records: dict[tuple[int, str], IncomingRecord] = field(default_factory=dict)
    persons: dict[tuple[int, str], str] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    matches: list[MatchFound] = field(default_factory=list)
    page_size: int = 20
    fails: Exception | None = None

    def _called(self, name: str, actor: Actor, *values: Any) -> None:
        self.calls.append((name, (actor.service_client_id, *values)))
        if self.fails is not None:
            raise self.fails

    def domain_by_system(self, system: str) -> FakeDomain | None:
        return next((one for one in self.domains if system and system in (one.oid, one.uri)), None)

    def receive_record(self, *, actor: Actor, domain: Domain, record: IncomingRecord, key: str = "") -> Received:
        self._called("receive", actor, domain.pk, record.local_id, key)
        if key and key in self.keys:
            return self.keys[key]
        place = (domain.pk, record.local_id)
        created = place not in self.records
        self.records[place] = record
        received = Received(new_uuid(), self.persons.setdefault(place, new_regional_id()), created, "C")
        if key:
            self.keys[key] = received
        return received

    def merge_local_ids(self, *, actor: Actor, domain: Domain, survivor: str, absorbed: str, key: str = "") -> Received:
        self._called("merge", actor, domain.pk, survivor, absorbed, key)
        if (domain.pk, survivor) not in self.records:
            raise UnknownLocalId
        self.persons[domain.pk, absorbed] = self.persons[domain.pk, survivor]
        return Received(new_uuid(), self.persons[domain.pk, survivor], created=False, outcome="C")

    def change_local_id(self, *, actor: Actor, domain: Domain, former: str, new: str, key: str = "") -> Received:
        self._called("change", actor, domain.pk, former, new, key)
        if (domain.pk, former) not in self.records:
            raise UnknownLocalId
        self.records[domain.pk, new] = self.records.pop((domain.pk, former))
        self.persons[domain.pk, new] = self.persons.pop((domain.pk, former))
        return Received(new_uuid(), self.persons[domain.pk, new], created=False, outcome="C")

    def withdraw_record(self, *, actor: Actor, domain: Domain, local_id: str, key: str = "") -> None:
        self._called("withdraw", actor, domain.pk, local_id, key)
        if self.records.pop((domain.pk, local_id), None) is None:
            raise UnknownLocalId

    def ask_link(
        self, *, actor: Actor, one: tuple[Domain, str], other: tuple[Domain, str], reason: str, key: str = ""
    ) -> None:
        self._called("link", actor, (one[0].pk, one[1]), (other[0].pk, other[1]), reason, key)

    def ask_unlink(
        self, *, actor: Actor, one: tuple[Domain, str], other: tuple[Domain, str], reason: str, key: str = ""
    ) -> None:
        self._called("unlink", actor, (one[0].pk, one[1]), (other[0].pk, other[1]), reason, key)

    def cross_references(
        self, *, actor: Actor, source: Domain, local_id: str, targets: Sequence[Domain]
    ) -> list[CrossReference]:
        self._called("crossref", actor, source.pk, local_id, [one.pk for one in targets])
        person = self.persons.get((source.pk, local_id))
        if person is None or (source.pk, local_id) not in self.records:
            raise UnknownLocalId
        wanted = {one.pk for one in targets}
        by_key = {one.pk: one for one in self.domains}
        return [
            CrossReference(by_key[pk].oid or by_key[pk].uri, number, person, pk)
            for (pk, number), found in self.persons.items()
            if found == person and (not wanted or pk in wanted)
        ]

    def _person(self, place: tuple[int, str]) -> PersonFound:
        record = self.records[place]
        return PersonFound(self.persons[place], record.traits, record.status, "essai", record.local_id)

    def find_records(self, *, actor: Actor, criteria: PdqCriteria) -> Page:
        self._called("find", actor, criteria)
        found = [
            place
            for place, record in self.records.items()
            if (criteria.local_id and place == (criteria.domain_id, criteria.local_id))
            or (
                not criteria.local_id
                and record.traits.birth_date.stored == criteria.birth_date
                and record.traits.birth_name.startswith(criteria.family.upper())
                and record.traits.given_names.startswith(criteria.given.upper())
                and criteria.sex in ("", record.traits.sex)
            )
        ]
        start = (criteria.page - 1) * self.page_size
        shown = found[start : start + self.page_size]
        return Page([self._person(place) for place in shown], more=len(found) > start + self.page_size)

    def match_traits(self, *, actor: Actor, record: IncomingRecord, count: int, only_certain: bool) -> list[MatchFound]:
        self._called("match", actor, record, count, only_certain)
        return self.matches

    def read_person(self, *, actor: Actor, regional_id: str) -> PersonFound | None:
        self._called("read", actor, regional_id)
        return next((self._person(place) for place, one in self.persons.items() if one == regional_id), None)
