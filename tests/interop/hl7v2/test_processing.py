"""From the bytes of a message to its acknowledgement: AA, AE, AR, the journal, replays (PAM France, §4.2-4.3)."""

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError
from tests.accounts.machines import certificate, service_client, sha256
from tests.conftest import as_owner
from tests.interop.hl7v2.conftest import ADDRESS
from tests.interop.hl7v2.samples import OTHER, OWN, adt, pid
from tests.interop.regional_fake import FakeRegional

from pepites.accounts.models import ServiceClient
from pepites.audit.models import Entry
from pepites.common.clock import CAYENNE, now
from pepites.common.decision import Reason, deny
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.interop import gateway
from pepites.interop.hl7v2 import registry
from pepites.interop.hl7v2.parsing import Message, parse
from pepites.interop.hl7v2.processing import answer

pytestmark = pytest.mark.django_db


def send(data: bytes, address: str = ADDRESS, certificate_sha256: str = "") -> Message:
    return parse(answer(data, address=address, certificate_sha256=certificate_sha256))


def told(reply: Message) -> tuple[str, str, str]:
    """MSA-1, ERR-3 and the segment and field of ERR-2."""
    errors = reply.all("ERR")
    code, where = (errors[0].text(3), f"{errors[0].text(2)}-{errors[0].text(2, 3)}") if errors else ("", "")
    return reply.one("MSA").text(1), code, where.rstrip("-")


def lines() -> list[Entry]:
    with as_owner():
        return list(Entry.objects.filter(code__startswith="hl7v2.").order_by("id"))


def mrg(local_id: str, system: str = OWN) -> str:
    return f"MRG|{local_id}^^^CHK&{system}&ISO^PI"


def test_an_identity_created_is_acknowledged_and_journalled(peer: ServiceClient, server: FakeRegional) -> None:
    reply = send(adt())
    assert told(reply) == ("AA", "", "")
    assert reply.one("MSA").text(2) == "MSG-1"
    assert (reply.event, reply.msh.text(9, 3)) == (("ACK", "A28"), "ACK")
    assert (reply.msh.text(3), reply.msh.text(5), reply.msh.text(6)) == ("PEPITES", "GAM", "CHK")
    record = server.records[1, "IPP-1"]
    assert record.traits.given_names == "LOUISE AMANDINE"
    assert record.occurred_at == datetime(2026, 11, 26, 10, 14, tzinfo=CAYENNE)
    (line,) = lines()
    assert (line.code, line.outcome, line.channel, line.actor_kind) == ("hl7v2.adt.a28", 0, "hl7v2", "machine")
    assert (line.service_client_id, line.auth_method, line.ip) == (peer.pk, "adresse", ADDRESS)
    assert line.detail == {"created": True, "class": "C", "insi": False}
    for word in ("LOUISE", "GUYANE", "IPP-1", "1985-07"):
        assert word not in str([str(value) for value in vars(line).values()])


def test_a_revision_and_the_date_of_the_insi_query(peer: ServiceClient, server: FakeRegional) -> None:
    send(adt())
    reply = send(adt(pid(f8="U"), "ZFD||||||20261101", event="A31", control="MSG-2"))
    assert told(reply)[0] == "AA"
    assert server.records[1, "IPP-1"].traits.sex == "I"
    assert lines()[-1].detail["insi"] is True
    assert told(send(adt(pid(), "ZFD||||||hier", event="A31", control="MSG-3"))) == ("AE", "102", "ZFD-6")


def test_the_same_message_again_does_nothing_twice(peer: ServiceClient, server: FakeRegional) -> None:
    """Replay-safe by MSH-10 and sender."""
    assert [told(send(adt()))[0] for _ in range(2)] == ["AA", "AA"]
    keys = {call[1][-1] for call in server.calls}
    assert keys == {"hl7v2|GAM|CHK|MSG-1"}
    send(adt(control="MSG-2"))
    assert len({call[1][-1] for call in server.calls}) == 2


def test_a_merge_names_survivor_and_absorbed(peer: ServiceClient, server: FakeRegional) -> None:
    send(adt())
    send(adt(pid("IPP-2"), control="MSG-2"))
    reply = send(adt(pid("IPP-1"), mrg("IPP-2"), event="A40", structure="ADT_A39", control="MSG-3"))
    assert told(reply)[0] == "AA"
    assert server.calls[-1] == ("merge", (peer.pk, 1, "IPP-1", "IPP-2", "hl7v2|GAM|CHK|MSG-3"))


def test_several_merges_in_one_message_have_each_its_key(peer: ServiceClient, server: FakeRegional) -> None:
    for number in range(1, 5):
        send(adt(pid(f"IPP-{number}"), control=f"MSG-{number}"))
    pairs = (pid("IPP-1"), mrg("IPP-2"), pid("IPP-3"), mrg("IPP-4"))
    assert told(send(adt(*pairs, event="A40", control="M9")))[0] == "AA"
    assert [call[1][-1] for call in server.calls[-2:]] == ["hl7v2|GAM|CHK|M9", "hl7v2|GAM|CHK|M9#1"]


def test_a_number_changes(peer: ServiceClient, server: FakeRegional) -> None:
    send(adt())
    assert told(send(adt(pid("IPP-9"), mrg("IPP-1"), event="A47", control="MSG-2")))[0] == "AA"
    assert (1, "IPP-9") in server.records
    assert told(send(adt(pid("IPP-8"), mrg("IPP-77"), event="A47", control="MSG-3"))) == ("AE", "204", "PID-3")


@pytest.mark.parametrize(("event", "call"), [("A24", "link"), ("A37", "unlink")])
def test_a_domain_says_that_two_are_one_or_two(
    peer: ServiceClient, server: FakeRegional, event: str, call: str
) -> None:
    reply = send(adt(pid("IPP-1"), pid("B-7", system=OTHER), event=event))
    assert told(reply)[0] == "AA"
    assert server.calls[-1] == (call, (peer.pk, (1, "IPP-1"), (2, "B-7"), event, "hl7v2|GAM|CHK|MSG-1"))


@pytest.mark.parametrize(
    ("segments", "event", "expected"),
    [
        ((pid("B-1", system=OTHER), pid("B-2", system=OTHER)), "A24", ("AE", "204", "PID-3")),
        ((pid(), pid()), "A24", ("AE", "205", "PID-3")),
        ((pid(), pid("X", system="1.2.3")), "A37", ("AE", "204", "PID-3")),
        ((pid(),), "A24", ("AR", "100", "PID")),
        ((pid(), pid("IPP-2")), "A28", ("AR", "100", "PID")),
        ((pid(), mrg("IPP-1")), "A40", ("AE", "205", "MRG-1")),
        ((pid(), mrg("IPP-2", OTHER)), "A40", ("AE", "101", "MRG-1")),
        ((pid(),), "A40", ("AR", "100", "MRG")),
        ((mrg("IPP-1"),), "A40", ("AR", "100", "PID")),
        ((pid(), pid("IPP-2"), mrg("IPP-3")), "A40", ("AR", "100", "MRG")),
        ((pid(f8="X"),), "A31", ("AE", "103", "PID-8")),
        ((pid(f5="ТЕСТ^A^^^^^L"),), "A28", ("AE", "102", "PID-5")),
    ],
)
def test_what_cannot_be_done_is_told_and_undone(
    peer: ServiceClient, server: FakeRegional, segments: tuple[str, ...], event: str, expected: tuple[str, ...]
) -> None:
    assert told(send(adt(*segments, event=event))) == expected
    assert server.records == {}
    (line,) = lines()
    assert (line.code, line.outcome) == (f"hl7v2.adt.{event.lower()}", 4)
    assert line.reason == f"{expected[0]} {expected[1]}"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"event": "A05"}, ("AR", "201", "MSH-9")), ({"kind": "ORU", "event": "R01"}, ("AR", "200", "MSH-9")),
        ({"version": "2.3.1"}, ("AR", "203", "MSH-12")), ({"control": ""}, ("AR", "101", "MSH-10")),
        ({"control": "1" * 200}, ("AR", "101", "MSH-10")), ({"processing": "X"}, ("AR", "202", "MSH-11")),
        ({"charset": "BIG-5"}, ("AR", "103", "MSH-18")),
    ],
)  # fmt: skip
def test_what_is_not_for_us_is_rejected(peer: ServiceClient, header: dict[str, str], expected: tuple[str, ...]) -> None:
    assert told(send(adt(**header))) == expected


def test_a_trial_message_never_enters_production(peer: ServiceClient, settings: Any) -> None:
    assert told(send(adt(processing="T")))[0] == "AA"
    settings.PRODUCTION = True
    assert told(send(adt(processing="T", control="MSG-2"))) == ("AR", "202", "MSH-11")


@pytest.mark.parametrize("data", [b"", b"\x00", b"MSH", b"GET / HTTP/1.1", b"MSH|^~\\&|\xff", b"A" * 1000])
def test_bytes_that_are_no_message_are_rejected(peer: ServiceClient, data: bytes) -> None:
    reply = send(data)
    assert told(reply)[0] == "AR"
    assert lines()[0].code == "hl7v2.refused"


# Who


def test_an_unknown_peer_is_rejected_and_does_not_fill_the_journal(peer: ServiceClient, server: FakeRegional) -> None:
    replies = [told(send(adt(), "198.51.100.7")) for _ in range(40)]
    assert set(replies) == {("AR", "204", "MSH-3")}
    assert server.calls == []
    assert 1 <= len(lines()) <= 20


def test_a_revoked_peer_is_out_at_its_next_message(peer: ServiceClient) -> None:
    assert told(send(adt()))[0] == "AA"
    with as_owner():
        ServiceClient.objects.filter(pk=peer.pk).update(is_active=False, revoked_at=now())
    assert told(send(adt(control="MSG-2"))) == ("AR", "204", "MSH-3")


def test_a_certificate_names_the_peer_and_an_address_does_not_replace_it(peer: ServiceClient) -> None:
    made = certificate()
    with as_owner():
        other = service_client(domain_system=OTHER, scopes=["hl7v2.pam"], certificate_sha256=sha256(made))
    body = adt(pid("B-1", system=OTHER))
    assert told(send(body, certificate_sha256=sha256(made)))[0] == "AA"
    assert told(send(adt(control="M2"), certificate_sha256="ab" * 32)) == ("AR", "204", "MSH-3")
    assert lines()[0].service_client_id == other.pk


def test_a_peer_without_the_scope_is_rejected(peer: ServiceClient, server: FakeRegional) -> None:
    with as_owner():
        ServiceClient.objects.filter(pk=peer.pk).update(scopes=["ITI-83"])
    assert told(send(adt())) == ("AR", "204", "MSH-3")
    assert server.calls == []


def test_a_peer_whose_domain_is_not_declared(peer: ServiceClient, server: FakeRegional) -> None:
    server.domains.clear()
    assert told(send(adt())) == ("AR", "204", "MSH-4")


# When something fails


@pytest.mark.parametrize(
    ("error", "expected", "outcome"),
    [
        (DomainError("Une règle."), ("AE", "102", "PID"), 4),
        (Conflict("Déjà servi."), ("AE", "205", "MSH-10"), 4),
        (gateway.UnknownLocalId(), ("AE", "204", "PID-3"), 4),
        (ValueError("LOUISE"), ("AE", "207", ""), 8),
        (DatabaseError("LOUISE"), ("AE", "207", ""), 8),
    ],
)
def test_errors_of_the_domain_are_acknowledged(
    peer: ServiceClient, server: FakeRegional, error: Exception, expected: tuple[str, ...], outcome: int,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    server.fails = error
    reply = send(adt())
    assert told(reply) == expected
    assert "LOUISE" not in caplog.text
    assert (lines()[0].outcome, lines()[0].code) == (outcome, "hl7v2.adt.a28")


def test_a_refusal_is_written_once_under_its_own_code(peer: ServiceClient, server: FakeRegional) -> None:
    server.fails = Refused(deny(Reason.ROLE_MISSING))
    assert told(send(adt())) == ("AE", "204", "MSH-3")
    assert lines() == []
    with as_owner():
        assert Entry.objects.get(code="access.refused").service_client_id == peer.pk


def test_without_a_regional_server_the_sender_is_told_to_try_again(peer: ServiceClient) -> None:
    gateway.register(None)
    assert told(send(adt())) == ("AE", "207", "")


def test_a_message_has_one_handler() -> None:
    spec = registry.accepted("ADT", "A28")
    assert spec is not None
    other = registry.Accepted("ADT", "A28", lambda reception: registry.Done(), "x", "y")
    with pytest.raises(ValueError, match="already"):
        registry.register(other)
