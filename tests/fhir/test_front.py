"""What holds for every FHIR request: format, proof, scope, method, sizes, journal, limits (law 4, API4)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from tests.accounts.machines import certificate, keyed_client, service_client, sha256
from tests.accounts.test_machine_tokens import shown
from tests.conftest import as_owner
from tests.fhir.conftest import JSON, OWN, XML, Caller, caller_of, patient
from tests.interop.regional_fake import FakeRegional

from pepites.accounts.models import AccessToken, ServiceClient
from pepites.audit.models import Entry
from pepites.common.clock import now
from pepites.common.decision import Reason, deny
from pepites.common.errors import Conflict, DomainError, Refused, TooMany
from pepites.fhir.codec_xml import read_xml
from pepites.fhir.registry import Kind, methods_of, mounted

pytestmark = pytest.mark.django_db
PIX = f"Patient/$ihe-pix?sourceIdentifier=urn:oid:{OWN}|IPP-1"


def lines() -> list[Entry]:
    with as_owner():
        return list(Entry.objects.filter(code__startswith="fhir.").order_by("id"))


def issue(answer: Any) -> dict[str, Any]:
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    return body["issue"][0]


# The capability statement


def statement(caller: Caller) -> dict[str, Any]:
    return Client().get("/fhir/metadata").json()


def test_the_statement_is_open_and_lists_exactly_what_is_mounted(caller: Caller) -> None:
    body = statement(caller)
    assert (body["resourceType"], body["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    listed: set[tuple[str, str]] = set()
    for resource in body["rest"][0]["resource"]:
        name = resource["type"]
        listed |= {(name, one["code"]) for one in resource.get("interaction", ())}
        listed |= {(name, f"${one['name']}") for one in resource.get("operation", ())}
        listed |= {(name, Kind.CONDITIONAL_UPDATE)} if resource.get("conditionalUpdate") else set()
        listed |= {(name, Kind.CONDITIONAL_DELETE)} if resource.get("conditionalDelete") == "single" else set()
    assert listed == {one.key for one in mounted()}
    params = {p["name"] for r in body["rest"][0]["resource"] for p in r.get("searchParam", ())}
    assert params == {p.name for one in mounted() for p in one.params}
    assert body["rest"][0]["security"]["extension"][0]["extension"][0]["valueUri"].endswith("/oauth2/token")


def test_what_is_listed_answers_and_nothing_else_does(caller: Caller) -> None:
    """Each path with every method: 404 or 405 exactly where the registry has nothing."""
    paths = {
        "Patient": {Kind.SEARCH: "GET", Kind.CREATE: "POST", Kind.CONDITIONAL_UPDATE: "PUT",
                    Kind.CONDITIONAL_DELETE: "DELETE"},
        "Patient/GF0": {Kind.READ: "GET", Kind.UPDATE: "PUT", Kind.DELETE: "DELETE"},
    }  # fmt: skip
    have = {one.key: methods_of(one) for one in mounted()}
    for path, kinds in paths.items():
        for kind, method in kinds.items():
            status = caller.ask(method, path, patient()).status_code
            assert (status != 405) is (("Patient", kind) in have), (method, path, status)
        assert caller.ask("PATCH", path, {}).status_code == 405
    for name in ("$ihe-pix", "$match"):
        for method in ("GET", "POST"):
            status = caller.ask(method, f"Patient/{name}", patient()).status_code
            assert (status != 405) is (method in have["Patient", name]), (method, name)
    assert caller.get("CommunicationRequest").status_code == 405
    for unknown in ("", "Observation", "Patient/$everything", "Patient/GF0/_history", "../admin", "Patient/a%00b"):
        assert caller.get(unknown).status_code == 404, unknown
    assert caller.ask("PUT", "Patient/GF0", patient())["Allow"] == "GET"


def test_the_statement_says_nothing_of_persons_and_keeps_to_get(caller: Caller) -> None:
    assert Client().post("/fhir/metadata", {}).status_code == 405
    assert Client().get("/fhir/metadata", HTTP_ACCEPT=XML)["Content-Type"].startswith(XML)


# Formats


@pytest.mark.parametrize(
    ("accept", "query", "kind"),
    [
        ("*/*", "", JSON), ("", "", JSON), ("application/json", "", JSON), (XML, "", XML), (JSON, "&_format=xml", XML),
        (XML, "&_format=application/fhir%2Bjson", JSON), (XML, "&_format=application/fhir+json", JSON),
        (f"{JSON};q=0.2, {XML};q=0.9", "", XML), (f"{JSON}; fhirVersion=4.0", "", JSON),
        ("text/html, */*;q=0.1", "", JSON),
    ],
)  # fmt: skip
def test_the_format_is_the_one_asked(caller: Caller, accept: str, query: str, kind: str) -> None:
    caller.put("IPP-1", patient())
    answer = caller.get(PIX + query, HTTP_ACCEPT=accept)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith(kind)
    body = read_xml(answer.content) if kind == XML else answer.json()
    assert body == {"resourceType": "Parameters"}


@pytest.mark.parametrize(
    ("accept", "query"),
    [("text/html", ""), (f"{JSON}; fhirVersion=5.0", ""), (JSON, "&_format=ttl"), (f"{JSON};q=0", ""), ("x;q=z", "")],
)
def test_another_format_is_406(caller: Caller, accept: str, query: str) -> None:
    answer = caller.get(PIX + query, HTTP_ACCEPT=accept)
    assert answer.status_code == 406
    assert issue(answer)["code"] == "not-supported"


def test_the_outcome_too_is_in_the_format_asked(caller: Caller) -> None:
    answer = caller.get(PIX, HTTP_ACCEPT=XML)
    assert answer.status_code == 404
    body: Any = read_xml(answer.content)
    assert body["issue"][0]["diagnostics"] == "sourceIdentifier Patient Identifier not found"


@pytest.mark.parametrize("kind", ["text/plain", "application/json; charset=latin-1", "*/*", f"{JSON}; fhirVersion=3.0"])
def test_another_type_of_body_is_415(caller: Caller, kind: str) -> None:
    assert caller.put("IPP-1", patient(), content_type=kind).status_code == 415


def test_a_body_too_long_is_413_before_it_is_read(caller: Caller) -> None:
    answer = caller.put("IPP-1", patient(name=[{"family": "A" * 1_100_000}]))
    assert answer.status_code == 413
    assert issue(answer)["code"] == "too-long"


# Who


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer abc", "Basic eDp5", "Bearer " + "x" * 43, "Bearer " + "é" * 40]
)
def test_nobody_unproved_passes(caller: Caller, header: str) -> None:
    answer = caller.get(PIX, HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401
    assert issue(answer)["code"] == "login"
    assert "Bearer" in answer["WWW-Authenticate"]
    (line,) = lines()
    assert (line.code, line.outcome, line.reason, line.service_client_id) == ("fhir.refused", 4, "http 401", None)


def test_a_revoked_client_is_out_at_its_next_request(caller: Caller) -> None:
    with as_owner():
        ServiceClient.objects.filter(pk=caller.row.pk).update(is_active=False, revoked_at=now())
    assert caller.get(PIX).status_code == 401


def test_a_token_over_is_401(caller: Caller) -> None:
    with as_owner():
        AccessToken.objects.update(expires_at=now() - timedelta(seconds=1))
    assert caller.get(PIX).status_code == 401


def test_a_token_opens_its_scopes_and_no_other(caller: Caller) -> None:
    narrow = caller_of(caller.row, "ITI-83")
    narrow_answer = narrow.put("IPP-1", patient())
    assert narrow_answer.status_code == 403
    assert issue(narrow_answer)["code"] == "forbidden"
    assert narrow.get(PIX).status_code == 404
    refused = lines()[0]
    assert (refused.code, refused.outcome, refused.reason) == ("fhir.patient.feed", 4, "http 403")
    assert refused.service_client_id == caller.row.pk


def test_a_certificate_alone_is_a_proof_where_it_was_registered(caller: Caller, settings: Any) -> None:
    settings.PEPITES_MTLS_HEADER, settings.PEPITES_MTLS_PROXIES = "X-Client-Cert", ["127.0.0.1"]
    made = certificate()
    with as_owner():
        service_client(certificate_sha256=sha256(made), domain_system=OWN)
    http = Client()
    assert http.get(f"/fhir/{PIX}").status_code == 401
    assert http.get(f"/fhir/{PIX}", **shown(certificate())).status_code == 401
    assert http.get(f"/fhir/{PIX}", **shown(made)).status_code == 404
    assert lines()[-1].auth_method == "mtls"


def test_a_session_opens_nothing_here(caller: Caller) -> None:
    from tests import factories

    with as_owner():
        user = factories.user(platform_admin=True)
    http = Client()
    http.force_login(user, backend="pepites.accounts.backends.LocalBackend")
    assert http.get(f"/fhir/{PIX}").status_code == 401


# The journal


def test_each_request_leaves_its_line(caller: Caller) -> None:
    caller.put("IPP-1", patient(), HTTP_X_REQUEST_ID="demande-0001")
    caller.get(PIX)
    made, asked = lines()
    assert (made.code, made.action, made.outcome) == ("fhir.patient.feed", "C", 0)
    assert (made.request_id, made.channel, made.purpose, made.actor_kind) == (
        "demande-0001",
        "api",
        "identite",
        "machine",
    )
    assert (made.service_client_id, made.organization_id) == (caller.row.pk, caller.row.organization_id)
    assert made.session_ref
    assert (asked.code, asked.action, asked.basis, asked.detail) == (
        "fhir.patient.crossref", "R", "ITI-83", {"status": 200, "count": 0},
    )  # fmt: skip
    written = json.dumps([[str(v) for v in vars(line).values()] for line in lines()])
    for word in ("Louise", "Guyane", "LOUISE", "1985-07", "IPP-1"):
        assert word not in written


def test_when_the_journal_fails_nothing_is_shown(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    caller.put("IPP-1", patient())

    def broken(*_: object) -> None:
        raise DatabaseError("journal")

    monkeypatch.setattr("pepites.audit.unit.journal.write", broken)
    answer = caller.get(PIX)
    assert answer.status_code == 500
    assert issue(answer)["code"] == "exception"


@pytest.mark.parametrize(
    ("error", "status", "code", "outcome"),
    [
        (DomainError("Message pour l'appelant."), 422, "business-rule", 4),
        (Conflict("Déjà."), 409, "conflict", 4),
        (TooMany("Lentement."), 429, "throttled", 4),
        (ValueError("LOUISE TEST-GUYANE 1985"), 500, "exception", 8),
        (DatabaseError("LOUISE"), 500, "exception", 8),
    ],
)
def test_errors_of_the_domain_become_outcomes(
    caller: Caller, server: FakeRegional, error: Exception, status: int, code: str, outcome: int,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    server.fails = error
    answer = caller.put("IPP-1", patient())
    assert (answer.status_code, issue(answer)["code"]) == (status, code)
    assert "LOUISE" not in answer.content.decode() + caplog.text
    assert ("Retry-After" in answer) is (status == 429)
    (line,) = lines()
    assert (line.code, line.outcome, line.reason) == ("fhir.patient.feed", outcome, f"http {status}")


def test_a_refusal_of_the_domain_is_written_once_under_its_own_code(caller: Caller, server: FakeRegional) -> None:
    server.fails = Refused(deny(Reason.ROLE_MISSING), code="access.refused")
    answer = caller.put("IPP-1", patient())
    assert (answer.status_code, issue(answer)["code"]) == (403, "forbidden")
    with as_owner():
        refused = Entry.objects.get(code="access.refused")
    assert (refused.outcome, refused.service_client_id) == (4, caller.row.pk)
    assert lines() == []


def test_a_read_writes_nothing(caller: Caller, server: FakeRegional, monkeypatch: pytest.MonkeyPatch) -> None:
    def meddling(**_: Any) -> list[Any]:
        ServiceClient.objects.filter(pk=caller.row.pk).update(last_used_at=now())
        return []

    monkeypatch.setattr(server, "cross_references", meddling)
    assert caller.get(PIX).status_code == 500


# Limits


def test_a_client_too_quick_waits_and_another_does_not(caller: Caller, settings: Any) -> None:
    settings.PEPITES_FHIR_PER_MINUTE = 8
    with as_owner():
        other = caller_of(keyed_client(domain_system=OWN))
    statuses = [caller.get(PIX).status_code for _ in range(4)]
    assert statuses == [404, 404, 429, 429]
    answer = caller.get(PIX)
    assert int(answer["Retry-After"]) >= 1
    assert issue(answer)["code"] == "throttled"
    assert other.get(PIX).status_code == 404


def test_the_unproved_are_limited_by_network(caller: Caller, settings: Any) -> None:
    settings.PEPITES_FHIR_ANONYMOUS_PER_MINUTE = 8
    get = lambda address: Client().get(f"/fhir/{PIX}", REMOTE_ADDR=address).status_code  # noqa: E731
    assert [get("198.51.100.7") for _ in range(3)] == [401, 401, 429]
    assert get("198.51.100.8") == 401
    assert caller.get(PIX).status_code == 404


def test_an_address_too_long_is_refused(caller: Caller) -> None:
    assert caller.get(f"Patient?family={'a' * 9000}").status_code == 400
    many = "&".join(f"identifier=a|{n}" for n in range(60))
    assert caller.get(f"Patient?{many}").status_code == 400


def test_answers_are_kept_nowhere(caller: Caller) -> None:
    answer = caller.get(PIX)
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert not answer.cookies
