"""What a domain may ask: cross-references, demographic queries, ``$match`` (ITI-83, ITI-78, ITI-119; STIC-10)."""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import DomainError
from pepites.identity.normalisation import TraitError, strict_birth_name, strict_given_name
from pepites.regional.database import ABSENT, UnknownLocalId, as_array, rows
from pepites.regional.engine import HARD, Judged, Thresholds, judge, likelihood
from pepites.regional.models import Domain, RuleSet
from pepites.regional.records import (
    incoming_match,
    keys_of,
    loaded,
    match_record,
    newborns_since,
    thresholds_of,
    traits_of,
)
from pepites.regional.values import CrossReference, Grade, IncomingRecord, MatchFound, Page, PdqCriteria, PersonFound

REFUSED = "regional.query.refused"
PAGE = 20


def domain_by_system(system: str) -> Domain | None:
    """The active domain that has this OID or this URI; ``urn:oid:`` before an OID is read too."""
    bare = system.removeprefix("urn:oid:").strip()
    if not bare:
        return None
    said = Domain.objects.filter(Q(oid=bare) | Q(uri=system.strip()), active=True)
    return min(said, key=lambda one: one.oid != bare, default=None)


def cross_references(*, actor: Actor, source: Domain, local_id: str, targets: Sequence[Domain]) -> list[CrossReference]:
    """Identifiers of the same person in the target domains (all when none is named), the source not repeated.

    A domain asks by its own numbers only. Raises ``UnknownLocalId``, ``Refused``.
    """
    del actor
    found = rows(
        REFUSED, "SELECT * FROM regional_cross_references(%s, %s, %s::bigint[])",
        [source.pk, local_id, [one.pk for one in targets]],
    )  # fmt: skip
    unknown = found == [(None, None, None)]
    domains = Domain.objects.in_bulk({row[0] for row in found})
    irps = {row[2] for row in found if row[2]}
    record(
        "regional.query.crossref", object_type="regional_person", object_id=next(iter(irps), ""),
        detail={"source": source.code, "targets": [one.code for one in targets], "found": 0 if unknown else len(found)},
    )  # fmt: skip
    if unknown:
        raise UnknownLocalId(ABSENT["record"])
    return [
        CrossReference(domains[one].uri or f"urn:oid:{domains[one].oid}", local, irp, one) for one, local, irp in found
    ]


def find_records(*, actor: Actor, criteria: PdqCriteria) -> Page:
    """Persons by complete criteria: date, name and given name; or by the domain's own number (ITI-78, STIC-10)."""
    del actor
    name = given = ""
    if not criteria.local_id:
        if criteria.birth_date is None or not criteria.family.strip() or not criteria.given.strip():
            raise DomainError(
                "Donnez la date de naissance, le nom et un prénom entiers, ou un identifiant de votre domaine.",
                code="incomplete",
            )
        try:
            name, given = strict_birth_name(criteria.family), strict_given_name(criteria.given)
        except TraitError as error:
            raise DomainError(error.message) from None
    page = min(max(criteria.page, 1), 50)
    found = rows(
        REFUSED, "SELECT * FROM regional_find(%s, %s, %s, %s, %s, %s, %s)",
        [criteria.domain_id, criteria.local_id, criteria.birth_date, name, given, criteria.sex, (page - 1) * PAGE],
    )  # fmt: skip
    persons = [_person(*row) for row in found[:PAGE]]
    _journal("regional.query.pdq", persons)
    return Page(persons, more=len(found) > PAGE)


def look_up(asked: IncomingRecord, limits: Thresholds) -> tuple[list[Judged], dict[int, str]]:
    """Everybody that checked traits may denote, judged, best first; and the regional identifier of each person."""
    since, born = newborns_since(), asked.traits.birth_date
    me = incoming_match(asked, since=since)
    found = rows(
        REFUSED, "SELECT * FROM regional_match(%s::bigint[], %s, %s, %s, %s, %s)",
        [
            as_array(keys_of(asked, me.written)),
            None if any(one.birth_date for one in asked.aliases) else born.stored.year,
            100 * born.stored.month + born.stored.day, me.interpreted, asked.traits.birth_name,
            asked.traits.given_names,
        ],
    )  # fmt: skip
    others = [match_record(one, person, domain, *said, since=since) for one, person, domain, _, *said in found]
    return judge(me, others, limits), {row[1]: row[3] for row in found}


def match_traits(*, actor: Actor, record: IncomingRecord, count: int, only_certain: bool) -> list[MatchFound]:
    """Regional persons that these traits may denote, best first (ITI-119). ``certain`` only when one alone is.

    Complete criteria are asked for here too: nobody fishes with a date alone (STIC-10).
    """
    del actor
    rules = RuleSet.objects.get(pk=1)
    limits = thresholds_of(rules)
    judged, irps = look_up(replace(record, traits=record.traits.checked()), limits)
    best: dict[int, Judged] = {}
    for one in judged:
        if one.score >= limits.low and one.cls != "C":
            best.setdefault(one.person_id, one)
    kept = [one for one in best.values() if not only_certain or _grade(one, rules, limits) == Grade.CERTAIN][
        : max(1, min(count, PAGE))
    ]
    persons = {
        row[0]: _person(*row)
        for row in rows(REFUSED, "SELECT * FROM regional_persons(%s::text[])", [[irps[one.person_id] for one in kept]])
    }
    shown = [one for one in kept if irps[one.person_id] in persons]
    _journal("regional.query.match", list(persons.values()))
    return [
        MatchFound(persons[irps[one.person_id]], likelihood(one.score), _grade(one, rules, limits)) for one in shown
    ]


def _grade(one: Judged, rules: RuleSet, limits: Thresholds) -> str:
    if one.deterministic or (one.cls == "A" and not rules.in_shadow):
        return Grade.CERTAIN
    return Grade.PROBABLE if one.score >= limits.high and not HARD.intersection(one.vetoes) else Grade.POSSIBLE


def _person(irp: str, source: str, local_id: str, data: object) -> PersonFound:
    values = loaded(data)
    return PersonFound(irp, traits_of(values), values["status"], source, local_id)


def _journal(code: str, persons: Sequence[PersonFound]) -> None:
    """One line a person shown, so that a wrong link can tell who read through it (STIC-9); one when nobody was."""
    for person in persons:
        record(code, object_type="regional_person", object_id=person.regional_id)
    if not persons:
        record(code, object_type="regional_person", detail={"found": 0})
