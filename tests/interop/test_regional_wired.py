"""FHIR and HL7 v2 on the real reconciliation server: two hospitals, one person, through HTTP and MLLP messages."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from tests.accounts.machines import keyed_client, service_client
from tests.conftest import as_owner
from tests.fhir.conftest import OTHER, OWN, Caller, caller_of, patient
from tests.interop.hl7v2.samples import LOUISE, adt, pid

from pepites.fhir.limits import bucket
from pepites.fhir.mappers import fr_core as fr
from pepites.interop import gateway
from pepites.interop.hl7v2.parsing import parse
from pepites.interop.hl7v2.processing import answer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not apps.is_installed("pepites.regional"), reason="le serveur régional n'est pas installé ici"),
]
OWN_URI, OTHER_URI = f"urn:oid:{OWN}", f"urn:oid:{OTHER}"
DEMO = "urn:oid:1.2.250.1.213.1.4.11"


@pytest.fixture(autouse=True)
def wired() -> Iterator[None]:
    from pepites.interop.regional_server import RegionalServer

    before = list(gateway._registered)
    gateway.register(RegionalServer())
    bucket.forget()
    yield
    gateway.register(before[0] if before else None)


def domain(code: str, oid: str) -> None:
    from pepites.regional.models import Domain

    with as_owner():
        Domain.objects.create(code=code, oid=oid, name=code)


@pytest.fixture
def two(db: None) -> tuple[Caller, Caller]:
    domain("CHK", OWN)
    domain("CHC", OTHER)
    with as_owner():
        rows = keyed_client(domain_system=OWN), keyed_client(domain_system=OTHER)
    return caller_of(rows[0]), caller_of(rows[1])


def qualified(local_id: str, system: str) -> dict[str, Any]:
    """The same INS in two domains, both qualified: a deterministic link (§5.3, class A)."""
    number = {"use": "official", "system": DEMO, "value": LOUISE, "type": {"coding": [{"code": "INS-NIR-DEMO"}]}}
    status = {"url": "identityStatus", "valueCoding": {"system": fr.STATUS_2_2, "code": "QUAL"}}
    place = {"url": fr.INSEE_CODE, "valueCoding": {"system": fr.COMMUNES, "code": "97302"}}
    return patient(
        identifier=[{"system": system, "value": local_id}, number],
        extension=[
            {"url": fr.RELIABILITY, "extension": [status]},
            {"url": fr.BIRTH_PLACE, "valueAddress": {"extension": [place]}},
        ],
    )


def pix(caller: Caller, system: str, local_id: str) -> Any:
    return caller.get(f"Patient/$ihe-pix?sourceIdentifier={quote(f'{system}|{local_id}')}")


def test_two_hospitals_find_the_same_person(two: tuple[Caller, Caller]) -> None:
    kourou, cayenne = two
    made = kourou.put("K-1", qualified("K-1", OWN_URI))
    assert made.status_code == 201, made.content
    assert cayenne.put("C-9", qualified("C-9", OTHER_URI), system=OTHER_URI).status_code == 201
    assert kourou.put("K-1", qualified("K-1", OWN_URI)).status_code == 200
    body = pix(kourou, OWN_URI, "K-1").json()
    found = {p["name"]: p.get("valueIdentifier") or p.get("valueReference") for p in body["parameter"]}
    assert found["targetIdentifier"] == {"system": OTHER_URI, "value": "C-9"}
    assert pix(kourou, OWN_URI, "inconnu").json()["issue"][0]["diagnostics"] == (
        "sourceIdentifier Patient Identifier not found"
    )
    assert pix(kourou, OTHER_URI, "C-9").status_code == 403


def test_a_person_is_searched_read_and_compared(two: tuple[Caller, Caller]) -> None:
    kourou, cayenne = two
    kourou.put("K-1", qualified("K-1", OWN_URI))
    search = kourou.get("Patient?family=Test-Guyane&given=Louise&birthdate=1985-07-14").json()
    (one,) = search["entry"]
    identifiers = {i["type"]["coding"][0]["code"]: i["value"] for i in one["resource"]["identifier"]}
    assert identifiers["PI"] == "K-1"
    assert LOUISE not in str(search), "the number of a person found is not the seeker's to read"
    assert kourou.get(f"Patient/{one['resource']['id']}").status_code == 200
    assert cayenne.get(f"Patient/{one['resource']['id']}").status_code == 404, "STIC-10"
    matched = cayenne.ask("POST", "Patient/$match", patient())
    assert matched.status_code == 200, matched.content


def test_a_merge_and_a_removal_by_fhir(two: tuple[Caller, Caller]) -> None:
    kourou, _ = two
    kourou.put("K-1", qualified("K-1", OWN_URI))
    kourou.put("K-2", patient("K-2"))
    link = [{"type": "replaced-by", "other": {"identifier": {"system": OWN_URI, "value": "K-1"}}}]
    assert kourou.put("K-2", patient("K-2", active=False, link=link)).status_code == 200
    assert pix(kourou, OWN_URI, "K-2").status_code == 404
    remove = lambda: kourou.ask("DELETE", f"Patient?identifier={OWN_URI}|K-1").status_code  # noqa: E731
    assert remove() == 204
    assert pix(kourou, OWN_URI, "K-1").status_code == 404


def test_a_hospital_speaks_by_hl7v2(two: tuple[Caller, Caller], settings: Any) -> None:
    kourou, _ = two
    with as_owner():
        service_client(client_id="gam", domain_system=OWN, scopes=["hl7v2.pam"])
    settings.PEPITES_HL7_PEERS = {"127.0.0.1": "gam"}

    def send(*segments: str, **header: Any) -> tuple[str, str]:
        reply = parse(answer(adt(*segments, **header), address="127.0.0.1"))
        errors = reply.all("ERR")
        return reply.one("MSA").text(1), errors[0].text(8) if errors else ""

    assert send(pid("H-1"), control="1") == ("AA", "")
    assert send(pid("H-1"), control="1") == ("AA", ""), "the same message again"
    assert send(pid("H-2"), control="2") == ("AA", "")
    mrg = f"MRG|H-2^^^CHK&{OWN}&ISO^PI"
    assert send(pid("H-1"), mrg, event="A40", control="3") == ("AA", "")
    assert send(pid("H-9"), f"MRG|H-1^^^CHK&{OWN}&ISO^PI", event="A47", control="4") == ("AA", "")
    assert pix(kourou, OWN_URI, "H-9").status_code == 200
    assert send(pid("H-9"), pid("C-1", system=OTHER), event="A37", control="5")[0] in {"AA", "AE"}
    cayenne = two[1]
    name = [{"use": "official", "family": "Autre", "given": ["Personne"]}]
    body = patient("C-1", identifier=[{"system": OTHER_URI, "value": "C-1"}], name=name)
    assert cayenne.put("C-1", body, system=OTHER_URI).status_code == 201
    before = cards()
    assert send(pid("C-1", system=OTHER), pid("H-9"), event="A24", control="6") == ("AA", "")
    assert cards() == before + 1, "the cell decides"
    assert send(pid("H-9"), pid("C-1", system=OTHER), event="A24", control="7") == ("AA", "")
    assert send(pid("H-9"), pid("inconnu", system=OTHER), event="A24", control="8") == ("AA", ""), "nothing is learnt"
    assert cards() == before + 1
    assert send(pid("jamais"), pid("C-1", system=OTHER), event="A24", control="9")[0] == "AE"
    assert send(pid("H-8"), control="10") == ("AA", "")
    assert send(pid("H-9"), pid("H-8"), event="A24", control="11") == ("AA", "")


def cards() -> int:
    from pepites.regional.models import Card

    with as_owner():
        return Card.objects.filter(closed_at=None, queue="candidats").count()
