"""The national guides (coordination §3): their examples are read and written back; what we write follows R4."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import shared_data
from tests.fhir.r4_check import assert_valid, faults

from pepites.assessments.questionnaire.answers import from_items, to_items
from pepites.assessments.questionnaire.parsing import parse
from pepites.common.errors import DomainError
from pepites.coordination.enums import NoteType
from pepites.fhir.mappers import actors, appointments, care_team, consents, notes, pathways, plans, responses
from pepites.fhir.mappers import guides as g
from pepites.fhir.mappers.parts import Code, Ident, Ref, Span
from pepites.fhir.mappers.reading import READERS, read, resources_of

EXAMPLES = shared_data() / "fhir-examples"
needs_examples = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="exemples publics absents : ../shared/data/fhir-examples"
)
# What the house does not hold, by type: everything else of an example must come back.
NOT_HELD = {
    "RelatedPerson": {"gender", "address"},
    "Organization": {"alias", "address", "type[].extension"},
    "Consent": {"scope.coding.display"},
    "Practitioner": {"meta"},  # a profile that asks for a national number, which the example has not
    "DocumentReference": {"content.attachment.data"},  # compared as words: the example is not in UTF-8
    "CarePlan": {"extension"},  # the document a plan came in with
    "QuestionnaireResponse": {"encounter"},
}


def examples() -> Iterator[Any]:
    for guide in ("cdl", "cds", "gap", "tddui", "fr-core"):
        for path in sorted((EXAMPLES / guide).glob("*.json")):
            resource = json.loads(path.read_text(encoding="utf-8"))
            for one in resources_of(resource) if resource["resourceType"] == "Bundle" else [resource]:
                if one["resourceType"] in READERS and "tddui-documentreference" not in str(one.get("meta")):
                    yield pytest.param(one, id=f"{guide}-{one['resourceType']}-{one['id']}")


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, child in value.items():
            yield from leaves(child, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for child in value:
            yield from leaves(child, f"{path}[]")
    else:
        yield path, value


@needs_examples
@pytest.mark.parametrize("resource", list(examples()))
def test_an_example_of_the_guides_loses_nothing_that_we_hold(resource: dict[str, Any]) -> None:
    kind = resource["resourceType"]
    written = READERS[kind][1](read(resource))
    lost = [
        leaf
        for leaf in leaves(resource)
        if leaf not in list(leaves(written))
        and not any(leaf[0].replace("[]", "").startswith(name.replace("[]", "")) for name in NOT_HELD.get(kind, ()))
    ]
    assert lost == []


@needs_examples
def test_the_text_of_the_published_note_is_read_though_it_is_not_in_utf_8() -> None:
    bundle = json.loads((EXAMPLES / "cdl" / "Bundle-cdl-bundle-creation-note.json").read_text(encoding="utf-8"))
    note = read(resources_of(bundle)[0])
    assert (note.type, note.text) == (NoteType.ADVICE, "Maman est fatiguée. Elle n'a pas voulu sortir ce matin.")


@needs_examples
def test_the_examples_written_back_follow_r4() -> None:
    assert_valid([READERS[one["resourceType"]][1](read(one)) for (one,) in (case.values for case in examples())])


@needs_examples
def test_the_form_of_tddui_is_read_by_the_engine_and_its_answers_come_back() -> None:
    folder = EXAMPLES / "tddui"
    form = parse(json.loads((folder / "Questionnaire-tddui-questionnaire-aggir-pa-ssiad.derive.json").read_text()))
    path = folder / "QuestionnaireResponse-tddui-questionnaire-response-aggir-pa-example.derive.json"
    response = read(json.loads(path.read_text()))
    answers = from_items(form, list(response.items))
    assert len(answers) > 15
    assert list(leaves(to_items(form, answers))) == list(leaves(list(response.items)))


@needs_examples
def test_the_validator_finds_the_known_fault_of_a_published_example() -> None:
    """The Consent of FR Core names no policy: ``ppc-1`` of R4. What we write of it does."""
    example = json.loads((EXAMPLES / "fr-core" / "Consent-FRCoreConsentExample.json").read_text())
    assert "ppc-1" in faults([example])[0][0]
    assert_valid([consents.to_consent(consents.from_consent(example))])


# Any value that the services could hold


def texts(size: int = 20) -> st.SearchStrategy[str]:
    alphabet = st.characters(codec="utf-8", categories=("L", "N", "P", "Zs"))
    return st.text(alphabet, min_size=1, max_size=size).map(str.strip).filter(bool)


uuids = st.uuids(version=4)
ids = uuids.map(str)
days = st.dates(min_value=date(1950, 1, 1)).map(lambda day: day.isoformat())
codes = st.builds(Code, st.just(g.house("essai")), st.from_regex(r"[a-z]{1,8}", fullmatch=True), texts())
idents = st.lists(uuids.map(Ident.of), min_size=1, max_size=2, unique=True).map(tuple)
spans = st.builds(Span, days)


def refs(kind: str) -> st.SearchStrategy[Ref]:
    return st.builds(Ref.to, st.just(kind), uuids, st.just("") | texts())


def many(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


role, person, maybe = refs("PractitionerRole"), refs("Patient"), st.none()
flags = st.booleans()
stays = st.builds(care_team.Stay, member=role, roles=many(codes), span=spans)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "CareTeam": st.builds(
        care_team.Circle, id=ids, subject=person, name=texts(), idents=idents, span=spans, managing=st.just(()),
        stays=st.lists(stays, min_size=1, max_size=3).map(tuple), status=st.sampled_from(["active", "inactive"]),
        updated=st.just(""),
    ),
    "DocumentReference": st.builds(
        notes.Note, id=ids, type=st.sampled_from(NoteType), subject=person, date=st.just("2026-01-02T03:04:05+00:00"),
        authors=st.tuples(role), text=texts(80), ident=uuids.map(Ident.of), emergency=maybe | flags,
        reply_to=st.just(Ref()) | refs("DocumentReference"), visibility=maybe | codes,
        status=st.sampled_from(["current", "entered-in-error"]),
    ),
    "CarePlan": st.builds(
        plans.Plan, id=ids, subject=person, title=texts(), idents=idents, span=spans, created=days, author=role,
        status=st.sampled_from(["draft", "active", "completed"]), circle=refs("CareTeam"),
        problems=many(refs("Condition")), goals=many(refs("Goal")), actions=many(refs("Task")),
        supports=many(st.builds(plans.Support, refs("Consent"), st.just("") | st.just("accordStructure"))),
    ),
    "Goal": st.builds(
        plans.Objective, id=ids, subject=person, text=texts(), idents=idents, title=texts(), plan=refs("CarePlan"),
        status=st.sampled_from(["active", "completed", "cancelled"]), problems=many(refs("Condition")),
        achievement=maybe | codes, due=st.just("") | days, reason=st.just("") | texts(), said_by=person, wish=flags,
    ),
    "Task": st.builds(
        plans.Action, id=ids, text=texts(), subject=person, idents=idents, title=texts(), goal=refs("Goal"),
        status=st.sampled_from(["requested", "in-progress", "completed", "cancelled"]), owner=role,
        plans=st.tuples(refs("CarePlan")), type=maybe | codes, span=spans, due=st.just("") | days,
        rule=st.sampled_from(["", "FREQ=DAILY"]), outcome=st.just("") | texts(),
    ),
    "Consent": st.builds(
        consents.Agreement, id=ids, date=days, status=st.sampled_from(["active", "inactive"]), permit=flags,
        subject=person, idents=idents, performers=st.tuples(person), organizations=many(refs("Organization")),
        regime=st.builds(Code, st.just(g.house("regime")), st.just("equipe")), authorities=st.just(()), span=spans,
        against=many(role),
    ),
    "Practitioner": st.builds(
        actors.Practitioner, id=ids, family=texts(), given=texts(), prefix=st.sampled_from(["", "Dr"]), idents=idents,
        professions=many(codes), active=flags,
    ),
    "PractitionerRole": st.builds(
        actors.Practice, id=ids, practitioner=refs("Practitioner"), organization=refs("Organization"),
        codes=many(codes), words=texts(), active=flags, span=spans,
    ),
    "Organization": st.builds(
        actors.Structure, id=ids, name=texts(), idents=idents, types=st.tuples(codes), active=flags
    ),
    "RelatedPerson": st.builds(
        actors.Relative, id=ids, patient=person, family=texts(), given=st.just("") | texts(), idents=idents,
        relations=st.tuples(codes), words=st.just("") | texts(), phones=many(texts()), active=flags,
    ),
    "QuestionnaireResponse": st.builds(
        responses.Response, id=ids, questionnaire=st.just(f"{g.TDDUI_FORMS}essai|1"), subject=person, authored=days,
        status=st.sampled_from(["completed", "amended"]), ident=uuids.map(Ident.of), author=role, source=role,
        items=st.just(({"linkId": "a", "answer": [{"valueBoolean": True}]},)),
    ),
    "Appointment": st.builds(
        appointments.Meeting, id=ids, idents=idents, services=many(codes), specialties=many(codes),
        status=st.sampled_from(["proposed", "cancelled"]), priority=maybe | st.integers(0, 9), created=days,
        participants=st.tuples(
            st.builds(appointments.Participant, role, st.just("accepted"), st.sampled_from(["", "required"]))
        ),
        description=st.just("") | texts(), minutes=maybe | st.integers(5, 90), slots=many(refs("Slot")),
        comment=st.just("") | texts(), requested=many(spans), operator=st.just(Ref()) | role,
    ),
    "Slot": st.builds(
        appointments.Opening, id=ids, schedule=refs("Schedule"), status=st.sampled_from(["free", "busy"]),
        start=st.just("2026-01-02T08:00:00-03:00"), end=st.just("2026-01-02T08:30:00-03:00"), idents=idents,
        services=many(codes), specialties=many(codes),
    ),
    "Schedule": st.builds(
        appointments.Agenda, id=ids, actors=st.tuples(role), idents=idents, active=flags, specialties=many(codes),
        horizon=spans, ranges=many(st.builds(appointments.Availability, codes, spans, maybe | uuids.map(Ident.of))),
        lengths=many(st.tuples(codes, st.integers(5, 90))),
    ),
}  # fmt: skip
ONE_WAY: dict[str, tuple[st.SearchStrategy[Any], Any]] = {
    "Condition": (
        st.builds(
            plans.Problem, id=ids, subject=person, text=texts(), domain=codes, priority=st.integers(1, 3),
            retained=flags, reason=st.just("") | texts(),
        ),
        plans.to_condition,
    ),
    "EpisodeOfCare": (
        st.builds(
            pathways.Inclusion, id=ids, subject=person, status=st.sampled_from(["active", "onhold", "finished"]),
            network=refs("Organization"), idents=idents, span=spans, circle=refs("CareTeam"), closing=maybe | codes,
        ),
        pathways.to_episode_of_care,
    ),
    "ServiceRequest": (
        st.builds(
            pathways.Request, id=ids, subject=person, status=st.sampled_from(["active", "revoked", "completed"]),
            urgent=flags, requester=role, performer=refs("Organization"), motive=texts(), received=days,
            idents=idents, level=maybe | codes, answer=st.just("") | texts(),
        ),
        pathways.to_service_request,
    ),
}  # fmt: skip


def test_every_reader_has_its_values() -> None:
    assert set(VALUES) == set(READERS)


@pytest.mark.parametrize("kind", sorted(VALUES))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_value_written_is_read_again(kind: str, data: st.DataObject) -> None:
    value = data.draw(VALUES[kind])
    assert read(READERS[kind][1](value)) == value


@pytest.mark.slow
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_we_write_follows_r4(data: st.DataObject) -> None:
    writers = {kind: (VALUES[kind], READERS[kind][1]) for kind in VALUES} | ONE_WAY
    assert_valid(
        [
            write(one)
            for values, write in writers.values()
            for one in data.draw(st.lists(values, min_size=3, max_size=6))
        ]
    )


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"resourceType": "CareTeam", "status": "actif"}, "code actif"),
    ({"resourceType": "CareTeam", "participant": [{"membre": {}}]}, "membre"),
    ({"resourceType": "Task", "status": "draft"}, "intent"),
    ({"resourceType": "Goal", "lifecycleStatus": "active", "description": {"text": "a"}}, "subject"),
]


def test_a_broken_resource_is_refused() -> None:
    found = faults([resource for resource, _ in BROKEN])
    assert all(
        any(fault in one for one in said) for (_, fault), said in zip(BROKEN, found, strict=True)
    ), found  # fmt: skip


def test_what_is_left_to_verify_is_worn_on_demand_only() -> None:
    goal = plans.Objective("a", Ref("Patient/1"), "Marcher", "active", title="Objectif", plan=Ref("CarePlan/1"))
    bare = plans.to_goal(goal, tddui=False)
    assert "tddui" not in json.dumps(bare)
    assert plans.to_goal(goal)["meta"]["profile"] == [g.GOAL]
    assert plans.to_task(plans.Action("a", "Marcher", "requested"), tddui=False).get("meta") is None


def test_a_profile_is_not_claimed_without_what_it_asks_for() -> None:
    assert "meta" not in actors.to_practitioner(actors.Practitioner("a", "Costa", "Ana"))
    known = actors.Practitioner("a", "Costa", "Ana", idents=(Ident("99900000011", g.RPPS),))
    assert actors.to_practitioner(known)["meta"]["profile"] == [g.PRACTITIONER]
    assert "meta" not in actors.to_related_person(actors.Relative("a", Ref("Patient/1"), "Saint"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": {"coding": [{"system": g.NOTE_TYPES, "code": "AUTRE"}]}}, "type"),
        ({"content": [{"attachment": {"contentType": "image/jpeg", "data": "AAAA"}}]}, "content"),
        ({"content": [{"attachment": {"contentType": "text/plain", "data": "!"}}]}, "content"),
        ({"content": [{"attachment": {"contentType": "text/plain", "data": "gYE="}}]}, "content"),
    ],
)
def test_a_note_out_of_the_guide_is_refused(change: dict[str, Any], field: str) -> None:
    note = notes.Note("a", NoteType.GENERAL, Ref("Patient/1"), (Ref("Practitioner/1"),), "2026-01-01", "Bonjour")
    with pytest.raises(DomainError) as refused:
        read(notes.to_document_reference(note) | change)
    assert refused.value.field == field


def test_a_type_that_nobody_reads_is_refused() -> None:
    with pytest.raises(DomainError, match="sorte de ressource"):
        read({"resourceType": "Binary"})
