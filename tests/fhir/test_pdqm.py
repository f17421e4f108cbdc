"""PDQm: ITI-78 search and read, ITI-119 $match, over HTTP (identite-ins §4.3, STIC-10)."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from tests.accounts.machines import keyed_client
from tests.conftest import as_owner
from tests.fhir.conftest import OTHER, OWN, Caller, caller_of, patient
from tests.interop.regional_fake import FakeRegional

from pepites.common.clock import now
from pepites.identity.dates import PartialDate
from pepites.identity.traits import IdentityTraits
from pepites.regional.values import IncomingRecord, MatchFound, PersonFound

pytestmark = pytest.mark.django_db
WHOLE = {"family": "Test", "given": "Louise", "birthdate": "1985-07-14"}


def find(caller: Caller, **params: str) -> Any:
    return caller.get(f"Patient?{urlencode(params)}")


def feed(caller: Caller, count: int) -> None:
    for number in range(count):
        caller.put(f"IPP-{number}", patient(f"IPP-{number}"))


def test_complete_criteria_find_the_person(caller: Caller, server: FakeRegional) -> None:
    feed(caller, 1)
    body = find(caller, **WHOLE).json()
    assert (body["resourceType"], body["type"], body["total"]) == ("Bundle", "searchset", 1)
    (one,) = body["entry"]
    resource = one["resource"]
    assert one["search"] == {"mode": "match"}
    assert one["fullUrl"] == f"http://testserver/fhir/Patient/{resource['id']}"
    types = {i["type"]["coding"][0]["code"]: i["value"] for i in resource["identifier"]}
    assert types == {"PI": "IPP-0", "RRI": server.persons[1, "IPP-0"]}
    assert body["link"][0]["relation"] == "self"
    assert "birthdate=1985-07-14" in body["link"][0]["url"]


@pytest.mark.parametrize("missing", WHOLE)
def test_incomplete_criteria_are_refused(caller: Caller, server: FakeRegional, missing: str) -> None:
    """STIC-10: date, name and given name at least."""
    answer = find(caller, **{name: value for name, value in WHOLE.items() if name != missing})
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (400, "required")
    assert server.calls == []


def test_an_own_identifier_is_enough_and_anothers_is_refused(caller: Caller) -> None:
    feed(caller, 2)
    body = find(caller, identifier=f"urn:oid:{OWN}|IPP-1").json()
    assert [e["resource"]["identifier"][0]["value"] for e in body["entry"]] == ["IPP-1"]
    assert find(caller, identifier=f"urn:oid:{OTHER}|IPP-1").status_code == 403
    assert find(caller, identifier="urn:oid:1.2.250.1.213.1.4.8|285079730200175").status_code == 403


def test_the_search_may_be_posted_to_keep_names_out_of_addresses(caller: Caller) -> None:
    feed(caller, 1)
    answer = caller.ask("POST", "Patient/_search", urlencode(WHOLE), content_type="application/x-www-form-urlencoded")
    assert answer.json()["total"] == 1
    assert caller.ask("POST", "Patient/_search", WHOLE).status_code == 415


def test_a_domain_that_is_not_known_is_404_as_a_warning(caller: Caller) -> None:
    answer = find(caller, **WHOLE, identifier="urn:oid:1.2.3|")
    one = answer.json()["issue"][0]
    assert (answer.status_code, one["severity"], one["code"]) == (404, "warning", "not-found")
    assert one["diagnostics"] == "targetSystem not found"


def test_the_domains_asked_narrow_the_identifiers_returned(caller: Caller) -> None:
    feed(caller, 1)
    own = find(caller, **WHOLE, identifier=f"urn:oid:{OWN}|,urn:oid:{OTHER}|").json()["entry"][0]["resource"]
    other = find(caller, **WHOLE, identifier=f"urn:oid:{OTHER}|").json()["entry"][0]["resource"]
    codes = lambda r: [i["type"]["coding"][0]["code"] for i in r["identifier"]]  # noqa: E731
    assert (codes(own), codes(other)) == (["PI", "RRI"], ["RRI"])


def test_what_is_not_respected_is_left_out_of_the_self_link(caller: Caller) -> None:
    feed(caller, 1)
    body = find(caller, **WHOLE, **{"address-city": "Kourou", "family:exact": ""}).json()
    assert "address" not in body["link"][0]["url"]
    assert find(caller, **WHOLE, organization="x").status_code == 400
    assert find(caller, **WHOLE, family__icontains="x").status_code == 400


@pytest.mark.parametrize(
    "params",
    [{"birthdate": "1985"}, {"birthdate": "ge1985-07-14"}, {"birthdate": "1985-02-30"}, {"birthdate": "hier"},
     {"gender": "x"}, {"_count": "0"}, {"_count": "-1"}, {"_count": "²"}, {"_count": "dix"}, {"family": "a" * 300},
     {"identifier": "a|b,c|d"}],
)  # fmt: skip
def test_criteria_badly_written_are_refused(caller: Caller, params: dict[str, str]) -> None:
    assert find(caller, **WHOLE | params).status_code in {400, 403}


def test_pages_follow_one_another_to_the_last(caller: Caller, server: FakeRegional) -> None:
    server.page_size = 3
    feed(caller, 8)
    seen, url = [], f"Patient?{urlencode(WHOLE | {'_count': '2'})}"
    while url:
        body = caller.get(url).json()
        seen += [e["resource"]["identifier"][0]["value"] for e in body["entry"]]
        assert len(body["entry"]) <= 2
        links = {one["relation"]: one["url"] for one in body["link"]}
        url = links.get("next", "").removeprefix("http://testserver/fhir/")
    assert sorted(seen) == [f"IPP-{n}" for n in range(8)]


def next_link(caller: Caller, server: FakeRegional) -> str:
    server.page_size = 1
    feed(caller, 2)
    body = find(caller, **WHOLE).json()
    assert "total" not in body, "unknown while pages follow"
    return next(one["url"] for one in body["link"] if one["relation"] == "next").removeprefix("http://testserver/fhir/")


def test_a_next_link_is_opaque_and_serves_its_client_only(caller: Caller, server: FakeRegional) -> None:
    link = next_link(caller, server)
    for word in ("Louise", "TG91aXNl", "1985"):
        assert word not in link
    assert caller.get(link).json()["entry"]
    with as_owner():
        other = caller_of(keyed_client(domain_system=OWN))
    assert other.get(link).status_code == 400
    assert caller.get(link[:-4] + "AAAA").status_code == 400
    assert caller.get("Patient?_page=" + "A" * 5000).status_code == 400
    assert caller.get("Patient?_page=é").status_code == 400


def test_a_next_link_does_not_last(caller: Caller, server: FakeRegional) -> None:
    link = next_link(caller, server)
    with time_machine.travel(now() + timedelta(minutes=31)):
        fresh = caller_of(caller.row)
        assert fresh.get(link).status_code == 400


def test_a_person_is_read_by_regional_identifier_with_an_etag(caller: Caller, server: FakeRegional) -> None:
    feed(caller, 1)
    regional_id = server.persons[1, "IPP-0"]
    answer = caller.get(f"Patient/{regional_id}")
    assert (answer.status_code, answer.json()["id"]) == (200, regional_id)
    assert caller.get(f"Patient/{regional_id}", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
    assert caller.get("Patient/GF0000000000X").status_code == 404


def test_the_generation_is_the_partners_own(caller: Caller, server: FakeRegional) -> None:
    """FHIR-1."""
    feed(caller, 1)
    with as_owner():
        old = caller_of(keyed_client(domain_system=OWN, fr_core="2.1"))
    path = f"Patient/{server.persons[1, 'IPP-0']}"
    systems = [
        one.get(path).json()["extension"][0]["extension"][0]["valueCoding"]["system"].rpartition("/")[2]
        for one in (caller, old)
    ]
    assert systems == ["fr-core-cs-identity-status", "fr-core-cs-v2-0445"]


# ITI-119


def found(score: float, grade: str) -> MatchFound:
    traits = IdentityTraits("TEST", "LOUISE", "LOUISE", PartialDate(date(1985, 7, 14)), sex="F").checked()
    return MatchFound(PersonFound(f"GF{grade.upper()[:10]}", traits, "PROV", "essai"), score, grade)


def asked(**values: Any) -> dict[str, Any]:
    named = {"onlyCertainMatches": "valueBoolean", "count": "valueInteger"}
    parameters = [{"name": "resource", "resource": patient(identifier=[{"value": "x"}])}]
    parameters += [{"name": name, named[name]: value} for name, value in values.items()]
    return {"resourceType": "Parameters", "parameter": parameters}


def match(caller: Caller, body: Any) -> Any:
    return caller.ask("POST", "Patient/$match", body)


def test_match_gives_score_and_grade_best_first(caller: Caller, server: FakeRegional) -> None:
    server.matches = [found(0.4, "possible"), found(0.98, "certain"), found(0.8, "probable")]
    body = match(caller, asked()).json()
    assert [(e["search"]["score"], e["search"]["extension"][0]["valueCode"]) for e in body["entry"]] == [
        (0.98, "certain"), (0.8, "probable"), (0.4, "possible"),
    ]  # fmt: skip
    url = body["entry"][0]["search"]["extension"][0]["url"]
    assert url == "http://hl7.org/fhir/StructureDefinition/match-grade"
    name, (_, record, count, only) = server.calls[-1]
    assert (name, record.traits.birth_name, count, only) == ("match", "TEST-GUYANE", 20, False)


def test_only_certain_matches_and_count(caller: Caller, server: FakeRegional) -> None:
    server.matches = [found(0.98, "certain"), found(0.8, "probable")]
    body = match(caller, asked(onlyCertainMatches=True, count=5)).json()
    assert [e["search"]["score"] for e in body["entry"]] == [0.98]
    assert server.calls[-1][1][2:] == (5, True)
    assert len(match(caller, asked(count=1)).json()["entry"]) == 1


def test_a_bare_patient_is_accepted_and_nobody_found_is_an_empty_bundle(caller: Caller) -> None:
    body = match(caller, patient()).json()
    assert (body["total"], "entry" in body) == (0, False)


@pytest.mark.parametrize(
    "body",
    [
        {"resourceType": "Parameters"},
        {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "x"}]},
        asked(count=0), {"resourceType": "Parameters", "parameter": asked()["parameter"] * 2},
        {"resourceType": "Parameters", "parameter": [{"name": "resource", "valueString": "x"}]},
        {"resourceType": "Parameters", "parameter": [{"name": "autre", "valueString": "x"}]},
    ],
)  # fmt: skip
def test_a_match_badly_asked_is_400(caller: Caller, body: Any) -> None:
    assert match(caller, body).status_code == 400


def test_a_match_writes_no_identity(caller: Caller, server: FakeRegional) -> None:
    match(caller, asked())
    assert server.records == {}
    assert isinstance(server.calls[-1][1][1], IncomingRecord)
