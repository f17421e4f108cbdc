"""PIXm: ITI-104 and ITI-83 over HTTP, errors word for word (identite-ins §4.3, acceptance criterion 6)."""

import copy
from typing import Any
from urllib.parse import quote

import pytest
from tests.accounts.machines import keyed_client
from tests.conftest import as_owner
from tests.fhir.conftest import OTHER, OWN, XML, Caller, caller_of, patient
from tests.interop.regional_fake import FakeRegional

from pepites.audit.models import Entry
from pepites.fhir.codec_xml import read_xml, write_xml

pytestmark = pytest.mark.django_db
OWN_URI, OTHER_URI = f"urn:oid:{OWN}", f"urn:oid:{OTHER}"


def issue(answer: Any) -> tuple[int, str, str]:
    one = answer.json()["issue"][0]
    return answer.status_code, one["code"], one.get("diagnostics", "")


def pix(caller: Caller, source: str, *targets: str, **headers: Any) -> Any:
    more = "".join(f"&targetSystem={quote(target)}" for target in targets)
    return caller.get(f"Patient/$ihe-pix?sourceIdentifier={quote(source)}{more}", **headers)


# ITI-104


def test_a_new_identity_is_201_and_its_revision_200(caller: Caller, server: FakeRegional) -> None:
    made = caller.put("IPP-1", patient())
    revised = caller.put("IPP-1", patient(gender="unknown"))
    assert (made.status_code, revised.status_code) == (201, 200)
    assert made["Location"] == revised["Location"] == f"http://testserver/fhir/Patient/{server.persons[1, 'IPP-1']}"
    record = server.records[1, "IPP-1"]
    assert (record.traits.birth_name, record.traits.sex, record.status) == ("TEST-GUYANE", "I", "PROV")
    with as_owner():
        actions = list(Entry.objects.filter(code="fhir.patient.feed").order_by("id").values_list("action", flat=True))
    assert actions == ["C", "U"]


def test_the_feed_reads_xml_as_well(caller: Caller, server: FakeRegional) -> None:
    answer = caller.put("IPP-1", write_xml(patient()), content_type=XML)
    assert answer.status_code == 201
    assert server.records[1, "IPP-1"].traits.given_names == "LOUISE"


def test_a_client_feeds_its_own_domain_only(caller: Caller, server: FakeRegional) -> None:
    body = patient(identifier=[{"system": OTHER_URI, "value": "IPP-1"}])
    answer = caller.put("IPP-1", body, system=OTHER_URI)
    assert issue(answer)[:2] == (403, "forbidden")
    assert caller.ask("DELETE", f"Patient?identifier={OTHER_URI}|IPP-1").status_code == 403
    assert server.records == {}


def test_a_client_whose_domain_is_not_declared_is_told_so(caller: Caller) -> None:
    with as_owner():
        lost = caller_of(keyed_client(domain_system="1.2.250.1.999.77"))
    assert lost.put("IPP-1", patient()).status_code == 403


@pytest.mark.parametrize(
    "query",
    ["", "identifier=", "identifier=IPP-1", f"identifier={OWN_URI}|", "identifier=|IPP-1", "family=X",
     f"identifier={OWN_URI}|IPP-1&identifier={OWN_URI}|IPP-2", f"identifier={OWN_URI}|IPP-1&family=X",
     f"identifier={OWN_URI}|{'9' * 65}", f"identifier={OWN_URI}|a%07b", f"identifier={OWN_URI}|a%00b"],
)  # fmt: skip
def test_the_condition_is_one_identifier(caller: Caller, server: FakeRegional, query: str) -> None:
    assert caller.ask("PUT", f"Patient?{query}", patient()).status_code == 400
    assert caller.ask("DELETE", f"Patient?{query}").status_code == 400
    assert server.calls == []


def test_address_and_resource_speak_of_the_same_number(caller: Caller, server: FakeRegional) -> None:
    assert caller.put("IPP-2", patient("IPP-1")).status_code == 400
    assert server.records == {}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"birthDate": None}, "date de naissance"),
        ({"name": None}, "nom de naissance"),
        ({"name": [{"use": "official", "family": "A1", "given": ["X"]}]}, "lettres"),
        ({"identifier": [{"system": OWN_URI, "value": "IPP-1"}, {"system": OWN_URI, "value": "IPP-9"}]}, "plusieurs"),
    ],
)
def test_an_identity_that_breaks_a_rule_is_422_with_what_to_do(
    caller: Caller, changes: dict[str, Any], words: str
) -> None:
    body = {k: v for k, v in patient(**changes).items() if v is not None}
    answer = caller.put("IPP-1", body)
    assert issue(answer)[:2] == (422, "business-rule")
    assert words in answer.json()["issue"][0]["details"]["text"]


def test_no_version_is_kept_so_none_is_matched(caller: Caller) -> None:
    assert issue(caller.put("IPP-1", patient(), HTTP_IF_MATCH='W/"1"'))[:2] == (412, "conflict")


def test_a_key_makes_a_message_replay_safe(caller: Caller, server: FakeRegional) -> None:
    statuses = [caller.put("IPP-1", patient(), HTTP_IDEMPOTENCY_KEY="message-1").status_code for _ in range(2)]
    assert statuses == [201, 201]
    assert caller.put("IPP-1", patient(), HTTP_IDEMPOTENCY_KEY="é" * 10).status_code == 400


def merged(survivor: str = "IPP-1", **changes: Any) -> dict[str, Any]:
    other = {"identifier": {"system": OWN_URI, "value": survivor}}
    return patient("IPP-2", active=False, link=[{"type": "replaced-by", "other": other}], **changes)


def test_resolve_duplicate_merges_inside_the_domain(caller: Caller, server: FakeRegional) -> None:
    caller.put("IPP-1", patient())
    caller.put("IPP-2", patient("IPP-2"))
    answer = caller.put("IPP-2", merged())
    assert answer.status_code == 200
    assert server.calls[-1] == ("merge", (caller.row.pk, 1, "IPP-1", "IPP-2", ""))
    assert server.persons[1, "IPP-2"] == server.persons[1, "IPP-1"]


def test_a_duplicate_badly_told_is_refused(caller: Caller, server: FakeRegional) -> None:
    wrong = [copy.deepcopy(merged()) for _ in range(4)]
    wrong[0]["active"] = True
    wrong[1]["link"] *= 2
    wrong[2]["link"][0]["other"]["identifier"]["system"] = OTHER_URI
    wrong[3]["link"][0]["other"] = {"reference": "Patient/1"}
    assert {caller.put("IPP-2", body).status_code for body in wrong} == {422}
    assert caller.put("IPP-2", merged("IPP-77")).status_code == 404, "the survivor is not known"


def test_a_patient_removed_is_204_then_unknown(caller: Caller) -> None:
    caller.put("IPP-1", patient())
    remove = lambda: caller.ask("DELETE", f"Patient?identifier={OWN_URI}|IPP-1").status_code  # noqa: E731
    assert [remove(), remove()] == [204, 404]
    assert issue(pix(caller, f"{OWN_URI}|IPP-1"))[:2] == (404, "not-found")


# ITI-83


@pytest.fixture
def linked(caller: Caller, server: FakeRegional) -> str:
    """One person with a number in each of the three domains."""
    caller.put("IPP-1", patient())
    person = server.persons[1, "IPP-1"]
    server.persons |= {(2, "B-7"): person, (3, "C/9"): person}
    return person


def test_the_identifiers_elsewhere_without_the_one_asked(caller: Caller, linked: str) -> None:
    body = pix(caller, f"{OWN_URI}|IPP-1").json()
    assert body["resourceType"] == "Parameters"
    found = [(p["name"], p.get("valueIdentifier") or p["valueReference"]) for p in body["parameter"]]
    assert found == [
        ("targetIdentifier", {"system": OTHER_URI, "value": "B-7"}),
        ("targetIdentifier", {"system": "https://dom.example/ipp", "value": "C/9"}),
        ("targetId", {"reference": f"http://testserver/fhir/Patient/{linked}"}),
    ]


def test_target_systems_narrow_the_answer(caller: Caller, linked: str, server: FakeRegional) -> None:
    body = pix(caller, f"{OWN_URI}|IPP-1", OTHER_URI, "https://dom.example/ipp").json()
    assert len(body["parameter"]) == 3
    assert server.calls[-1][1][-1] == [2, 3]
    one = pix(caller, f"{OWN_URI}|IPP-1", "https://dom.example/ipp", HTTP_ACCEPT=XML)
    assert [p["name"] for p in read_xml(one.content)["parameter"]] == ["targetIdentifier", "targetId"]  # type: ignore[index]


def test_source_identifier_not_found(caller: Caller, linked: str) -> None:
    expected = (404, "not-found", "sourceIdentifier Patient Identifier not found")
    assert issue(pix(caller, f"{OWN_URI}|inconnu")) == expected


def test_source_domain_not_recognized(caller: Caller, linked: str) -> None:
    expected = (400, "code-invalid", "sourceIdentifier Assigning Authority not found")
    assert issue(pix(caller, "urn:oid:1.2.3.4|IPP-1")) == expected


def test_target_domain_not_recognized(caller: Caller, linked: str, server: FakeRegional) -> None:
    before = len(server.calls)
    assert issue(pix(caller, f"{OWN_URI}|IPP-1", OTHER_URI, "urn:oid:1.2.3.4")) == (
        403, "code-invalid", "targetSystem not found",
    )  # fmt: skip
    assert len(server.calls) == before


def test_a_domain_asks_of_its_own_patients_only(caller: Caller, linked: str) -> None:
    """STIC-10: cross-references of the patients it knows."""
    assert issue(pix(caller, f"{OTHER_URI}|B-7"))[:2] == (403, "forbidden")


@pytest.mark.parametrize("query", ["", "sourceIdentifier=", "sourceIdentifier=IPP-1", "sourceIdentifier=a|b&x=1",
                                   "sourceIdentifier=a|b&sourceIdentifier=a|c"])  # fmt: skip
def test_a_query_badly_written_is_400(caller: Caller, query: str) -> None:
    assert caller.get(f"Patient/$ihe-pix?{query}").status_code == 400
