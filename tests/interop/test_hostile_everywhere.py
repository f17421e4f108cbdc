"""Hostile names at every border (criterion 6): refused or kept safely, never a crash, nothing half-written.

XML bombs, XXE and cut SOAP are thrown in ``test_insi_hostile``, ``tests/fhir/test_codecs``; broken frames in ``hl7v2``.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.accounts.machines import service_client
from tests.conftest import as_owner
from tests.fhir.conftest import Caller, patient
from tests.identity.identity_factories import actor
from tests.identity.test_views import CREATE, DATE, SEARCH, creation, signed_in
from tests.interop.hl7v2.samples import OWN, adt, pid
from tests.interop.test_regional_wired import pix, two, wired

from pepites.identity.models import Alias, DomainIdentity, Phone
from pepites.interop.hl7v2.parsing import parse
from pepites.interop.hl7v2.processing import answer
from pepites.patients.models import Patient
from pepites.regional.models import Card, Link, NonLink, RecordKey, RegionalPerson, RegionalRecord

__all__ = ["two", "wired"]
pytestmark = pytest.mark.django_db
STRICT = re.compile(r"[A-Z'][A-Z' -]*")
TABLES = (Patient, DomainIdentity, Alias, Phone, RegionalRecord, RegionalPerson, Link, RecordKey, Card, NonLink)
HOSTILE = {
    "dix mégaoctets": "A" * 10_000_000,
    "nul": "TEST\x00GUYANE",
    "commandes": "TEST\x07\x1b[31mGUYANE",
    "sens inversé": "TEST\u202eENAYUG\u202c",
    "invisibles": "TE\u200bST\u2060GUY\ufeffANE",
    "cyrillique mêlé": "Т\u0415ST GUYАNE",
    "chinois": "測試圭亞那",
    "arabe": "اختبار",
    "surrogat seul": "TEST\ud800",
    "zalgo": "T" + "\u0301\u0316" * 400 + "EST",
    "html": "<script>alert(1)</script>",
    "sql": "'; DROP TABLE patients_patient; --",
    "gabarit": "{{ settings.SECRET_KEY }} {% load x %}",
    "formule": '=HYPERLINK("http://x","y")',
    "hl7": "TEST|^~\\&GUYANE\\X0D\\",
    "sauts": "TEST\r\nPID|1\r\nGUYANE",
    "vide": "",
    "espaces": " \u00a0\u2003 ",
    "apostrophes": "'" * 100,
    "tirets": "-" * 100,
    "emoji": "🙂🇬🇫",
}  # fmt: skip
each = pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)


def counted() -> dict[str, int]:
    with as_owner():
        return {model.__name__: model.objects.count() for model in TABLES}


def kept_safely() -> None:
    """Whatever is stored is in strict form, without an invisible character."""
    with as_owner():
        stored = [
            *DomainIdentity.objects.values_list("birth_name", "first_given_name", "given_names"),
            *RegionalRecord.objects.values_list("birth_name", "first_given_name", "given_names"),
        ]
        typed = [*DomainIdentity.objects.values_list("birth_name_typed", "given_names_typed")]
    assert all(STRICT.fullmatch(name) for names in stored for name in names)
    assert all(character.isprintable() for names in typed for name in names for character in name)


def whole_or_nothing(act: Callable[[], bool]) -> None:
    """``act`` says whether it was accepted; refused, not a row moved."""
    before = counted()
    accepted = act()
    if not accepted:
        assert counted() == before
    kept_safely()


def sent(value: str) -> str:
    """As JSON carries it; a lone surrogate only as an escape."""
    return json.dumps(value)


def body(name: str) -> str:
    return json.dumps(patient(name=[{"use": "official", "family": "@@", "given": ["@@"]}])).replace('"@@"', sent(name))


@each
def test_a_feed_by_fhir(two: tuple[Caller, Caller], name: str) -> None:
    def act() -> bool:
        response = two[0].put("IPP-1", body(name))
        assert response.status_code in (200, 201, 400, 413, 422), response.status_code
        if response.status_code >= 400:
            assert response.json()["resourceType"] == "OperationOutcome"
        return bool(response.status_code < 300)

    whole_or_nothing(act)


@each
def test_match_and_searches_by_fhir(two: tuple[Caller, Caller], name: str) -> None:
    def act() -> bool:
        matched = two[0].ask("POST", "Patient/$match", body(name))
        assert matched.status_code in (200, 400, 413, 422), matched.status_code
        if len(name) < 5_000 and name.isprintable() and name:
            found = pix(two[0], f"urn:oid:{OWN}", name)
            assert found.status_code in (200, 400, 404), found.status_code
        return False

    whole_or_nothing(act)


@each
def test_a_feed_by_hl7v2(two: tuple[Caller, Caller], name: str, settings: Any) -> None:
    with as_owner():
        service_client(client_id="gam", domain_system=OWN, scopes=["hl7v2.pam"])
    settings.PEPITES_HL7_PEERS = {"127.0.0.1": "gam"}
    message = adt(pid("H-1", f5="@@^@@^@@^^^^L")).replace(b"@@", name.encode("utf-8", "surrogatepass"))

    def act() -> bool:
        reply = parse(answer(message, address="127.0.0.1"))
        code = reply.one("MSA").text(1)
        assert code in ("AA", "AE", "AR")
        return code == "AA"

    whole_or_nothing(act)


@each
def test_the_screens(name: str) -> None:
    client = signed_in(actor())

    def act() -> bool:
        value = name[:300_000].encode("utf-8", "replace").decode()
        for field in ("letters", "number", "birth_year"):
            searched = client.post(SEARCH, {**DATE, field: value})
            assert searched.status_code in (200, 400, 413, 422), (field, searched.status_code)
        made = creation(client, birth_name=value, given_names=value, used_name=value, mother_name=value, phone=value)
        assert made.status_code in (302, 400, 413, 422), made.status_code
        assert client.get(f"{CREATE}?recherche={value[:100]}").status_code in (200, 302, 400, 404)
        return bool(made.status_code == 302)

    whole_or_nothing(act)


WORDS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("\u0000", "\u0130\u0307")
@example("ﬁ\u00ad", "ẞ\u0345")
@given(family=WORDS, given_name=WORDS)
def test_any_name_by_fhir(two: tuple[Caller, Caller], family: str, given_name: str) -> None:
    def act() -> bool:
        sent_body = patient(name=[{"use": "official", "family": family, "given": [given_name]}])
        response = two[0].put("IPP-1", sent_body)
        assert response.status_code in (200, 201, 400, 413, 422), response.status_code
        return bool(response.status_code < 300)

    whole_or_nothing(act)


@pytest.mark.skipif(not apps.is_installed("pepites.regional"), reason="le serveur régional n'est pas installé ici")
def test_a_bundle_of_lies_changes_nothing(two: tuple[Caller, Caller]) -> None:
    """Deep, repeated, contradictory or mistyped JSON is refused in words."""
    deep: Any = "x"
    for _ in range(5_000):
        deep = [deep]
    bodies = [
        '{"resourceType":"Patient",' * 2_000,
        json.dumps(patient(name=[{"family": ["a", "b"]}])),
        json.dumps(patient(birthDate="9999-99-99")),
        json.dumps(patient(birthDate={"a": 1})),
        json.dumps(patient(identifier=[{"system": f"urn:oid:{OWN}", "value": "x"}] * 5_000)),
        '{"resourceType":"Patient","resourceType":"Group"}',
        "[" * 100_000,
        '{"a":' * 50_000 + "1" + "}" * 50_000,
        "null",
        '"Patient"',
        "1e999",
        '{"resourceType":"Patient","birthDate":NaN}',
    ]

    def act() -> bool:
        for sent_body in bodies:
            for response in (two[0].put("IPP-1", sent_body), two[0].ask("POST", "Patient/$match", sent_body)):
                assert response.status_code in (400, 413, 422), (sent_body[:60], response.status_code)
        return False

    whole_or_nothing(act)
