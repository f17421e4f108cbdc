"""Events of the ANS guide NdE: an admission and a discharge declared by FHIR, with or without a number of stay."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.accounts.machines import keyed_client
from tests.conftest import as_owner, shared_data
from tests.coordination.test_stays import IPP, fil, followed, notices, tell
from tests.fhir.conftest import OWN, Caller, caller_of
from tests.regional.regional_factories import domain

from pepites.common.clock import CAYENNE, now
from pepites.coordination.models import HospitalStay
from pepites.fhir.limits import bucket
from pepites.fhir.stays import EVENTS, GUIDE
from pepites.interop import gateway
from pepites.regional.models import Domain

pytestmark = pytest.mark.django_db


@pytest.fixture
def hospital(db: None) -> Iterator[Domain]:
    from pepites.interop.regional_server import RegionalServer

    before = list(gateway._registered)
    gateway.register(RegionalServer())
    bucket.forget()
    yield domain("CHK", oid=OWN)
    gateway.register(before[0] if before else None)


@pytest.fixture
def caller(hospital: Domain) -> Caller:
    with as_owner():
        row = keyed_client(domain_system=OWN, scopes=["NDE"])
    return caller_of(row)


def declaration(code: str, *, hours: float = -5, visit: str = "", **changes: Any) -> dict[str, Any]:
    """An event some hours from now."""
    moment = (now() + timedelta(hours=hours)).astimezone(CAYENNE).replace(microsecond=0)
    body = {
        "resourceType": "CommunicationRequest", "meta": {"profile": [f"{GUIDE}/nde-eventdeclaration"]},
        "contained": [
            {"resourceType": "Patient", "id": "p", "identifier": [{"system": f"urn:oid:{OWN}", "value": IPP}]},
            {"resourceType": "Organization", "id": "o", "name": "Service de pneumologie"},
        ],
        "extension": [
            {"url": f"{GUIDE}/event-type", "valueCodeableConcept": {"coding": [{"system": EVENTS, "code": code}]}},
            {"url": f"{GUIDE}/event-time", "valueDateTime": moment.isoformat()},
        ],
        "status": "active", "subject": {"reference": "#p"}, "requester": {"reference": "#o"},
        "payload": [{"contentString": "Sortie de pneumologie"}],
    }  # fmt: skip
    if visit:
        body["encounter"] = {"identifier": {"value": visit}}
    return body | changes


def said(caller: Caller, body: dict[str, Any]) -> int:
    return int(caller.ask("POST", "CommunicationRequest", body).status_code)


def stays() -> list[tuple[bool, bool]]:
    """Whether each stay has its entry and its exit."""
    with as_owner():
        return [
            (one.admission_said_at is not None, one.discharged_at is not None)
            for one in HospitalStay.objects.order_by("id")
        ]


def test_an_event_is_told_to_the_circle_without_its_words(hospital: Domain, caller: Caller) -> None:
    w = followed(hospital)
    assert said(caller, declaration("ADM", visit="V-1")) == 202
    tell()
    assert notices(w, "nurse") == ["Entrée à l'hôpital"]
    assert "pneumologie" not in "".join(fil(w))
    with as_owner():
        assert "pneumologie" not in str(list(HospitalStay.objects.values()))
    assert said(caller, declaration("SOR", hours=-1, visit="V-1")) == 202
    tell()
    assert notices(w, "nurse")[0] == "Sortie de l'hôpital"
    assert stays() == [(True, True)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 0, 1, 1), (1, 0, 1, 0)])
def test_without_a_number_the_dates_tell_which_stay(hospital: Domain, caller: Caller, order: tuple[int, ...]) -> None:
    followed(hospital)
    both = (declaration("ADM", hours=-20), declaration("SOR", hours=-2))
    for rank in order:
        assert said(caller, both[rank]) == 202
    assert stays() == [(True, True)]
    for code, hours in (("ADM", -1.5), ("SOR", -1)):
        assert said(caller, declaration(code, hours=hours)) == 202
    assert stays() == [(True, True), (True, True)]


def _without(name: str) -> dict[str, Any]:
    body = declaration("ADM")
    return body | {"extension": [one for one in body["extension"] if not one["url"].endswith(name)]}


def _dated(text: str) -> dict[str, Any]:
    body = declaration("ADM")
    body["extension"][1]["valueDateTime"] = text
    return body


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (lambda: declaration("DOC"), 422), (lambda: _without("event-type"), 422), (lambda: _without("event-time"), 422),
        (lambda: _dated("2026-03-01"), 422), (lambda: _dated("hier"), 400),
        (lambda: declaration("ADM", subject={"reference": "#o"}), 422),
        (lambda: declaration("ADM", contained=[{"resourceType": "Patient", "id": "p"}]), 422),
        (lambda: declaration("ADM", visit="V" * 65), 422), (lambda: declaration("ADM", inconnu=1), 400),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_kept(hospital: Domain, caller: Caller, body: Any, status: int) -> None:
    followed(hospital)
    assert said(caller, body()) == status
    assert stays() == []


def test_the_scope_is_its_own(hospital: Domain) -> None:
    followed(hospital)
    with as_owner():
        row = keyed_client(domain_system=OWN, scopes=["ITI-104"])
    assert said(caller_of(row), declaration("ADM")) == 403
    assert stays() == []


def test_the_published_example_is_read(hospital: Domain, caller: Caller) -> None:
    """Its patient has no identifier: it is understood up to there."""
    path = shared_data() / "nde" / "CommunicationRequest-com2.json"
    path = path if path.exists() else shared_data() / "fhir-examples" / "nde" / "CommunicationRequest-com2.json"
    if not path.exists():
        pytest.skip("sans les exemples des guides")
    followed(hospital)
    body = json.loads(path.read_text())
    answer = caller.ask("POST", "CommunicationRequest", body)
    assert answer.status_code == 422
    assert "identifiant du patient" in answer.content.decode()
    body["contained"][0]["identifier"] = [{"system": f"urn:oid:{OWN}", "value": IPP}]
    assert said(caller, body) == 202
    with as_owner():
        stay = HospitalStay.objects.get()
        assert stay.discharged_at == datetime.fromisoformat("2019-01-01T00:00:00+00:00")
    assert tell() == 1
