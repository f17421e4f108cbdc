"""Answers that are broken, late, cut or hostile: a code that has its message, never an exception, never a long wait."""

import datetime as dt
import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from tests.interop.insi_sandbox import SOFTWARE, client, serving

from pepites.identity.ports import InsiQuery, Outcome
from pepites.interop.breaker import FAILURES
from pepites.interop.insi import client as wire
from pepites.interop.insi.parsing import MAX_BYTES, Unreadable, read_answer
from pepites_sandbox.insi import answers
from pepites_sandbox.insi.persons import QUALIFICATION, Person
from pepites_sandbox.insi.service import FAULTS, MAGIC

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
ZOE = InsiQuery("ADRUN", "ZOE", "F", dt.date(1975, 12, 31))


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "WAITS", (0.0, 0.0))


@contextmanager
def answering(status: int, body: bytes, write: Callable[[object], None] | None = None) -> Iterator[str]:
    """A server that says always the same thing, or writes what it wants on the socket."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if write is not None:
                write(self)
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Silence."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/lps"
    finally:
        server.shutdown()
        server.server_close()


EXPECTED = {
    "siram_40": ("siram_40", 3),
    "insi_102": ("siram_40/insi_102", 3),
    "autorisation": ("siram_30/insi_050", 1),
    "lent": ("delai", 1),
    "coupe": ("reseau", 3),
    "malforme": ("illisible", 1),
    "code_inconnu": ("code_inconnu/77", 1),
    "erreur_inconnue": ("siram_99/insi_999", 1),
    "page": ("illisible", 1),
}


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"aucun", "verification_ko"}))
def test_3_4_each_fault_gives_its_code_and_its_number_of_tries(fault: str) -> None:
    """Retry only on a network error or siram_40, twice at most; a try that used the whole time is the last."""
    with serving() as (url, state):
        state.fault = fault
        began = time.monotonic()
        replies = client(url, timeout=0.7).search(ZOE)
        assert time.monotonic() - began < 4
    assert (replies[-1].code, len(replies)) == EXPECTED[fault]
    assert len({reply.message_id for reply in replies}) == len(replies)
    assert replies[-1].outcome is Outcome.FAULT


@pytest.mark.parametrize("name", [name for name in sorted(MAGIC) if MAGIC[name] not in ("verification_ko", "lent")])
def test_a_magic_name_asks_for_a_fault_by_itself(name: str) -> None:
    with serving() as (url, _):
        replies = client(url).search(InsiQuery(name, "ANA", "F", dt.date(1990, 1, 1)))
    assert replies[-1].code == EXPECTED[MAGIC[name]][0]


def test_insi_5_the_breaker_stops_calling_a_dead_service(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as (url, state):
        state.fault = "siram_40"
        insi = client(url)
        for _ in range(FAILURES):
            insi.search(ZOE)
        calls = state.calls
        assert [reply.code for reply in insi.search(ZOE)] == ["disjoncteur"]
        assert state.calls == calls == FAILURES
        state.fault = "aucun"
        monkeypatch.setattr("pepites.interop.breaker.PAUSE", 0.0)
        assert insi.search(ZOE)[-1].code == "00"
        assert insi.search(ZOE)[-1].code == "00"


def test_3_4_the_quirk_does_not_open_the_breaker() -> None:
    """On the qualification platform, « insi_102 » is how nobody found is said: the service is there."""
    with serving() as (url, state):
        state.quirks = True
        insi = client(url)
        for _ in range(FAILURES):
            assert insi.search(InsiQuery("PERSONNE", "ANA", "F", dt.date(1990, 1, 1)))[-1].code == "siram_40/insi_102"
        assert insi.search(ZOE)[-1].code == "00"


def test_nobody_listening_is_a_network_trouble() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        replies = client(f"http://127.0.0.1:{probe.getsockname()[1]}/lps").search(ZOE)
    assert {reply.code for reply in replies} <= {"reseau", "certificat"}
    assert replies[-1].code == "reseau"


def test_3_2_no_call_leaves_the_machine_without_tls() -> None:
    replies = client("http://192.0.2.7/lps").search(ZOE)
    assert [reply.code for reply in replies] == ["certificat"]


def test_slow_drip_is_cut_at_the_deadline() -> None:
    def drip(handler: object) -> None:
        handler.send_response(200)  # type: ignore[attr-defined]
        handler.send_header("Content-Length", "100000")  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]
        for _ in range(100):
            handler.wfile.write(b"<")  # type: ignore[attr-defined]
            time.sleep(0.05)

    with answering(200, b"", drip) as url:
        began = time.monotonic()
        replies = client(url, timeout=0.5).search(ZOE)
    assert replies[-1].code == "delai"
    assert time.monotonic() - began < 2


SOUND = answers.result("00", inside=answers.person(QUALIFICATION[0], QUALIFICATION[0].oid)).decode()
BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
HOSTILE = {
    "xxe": '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>' + SOUND.partition("?>")[2].replace("ZOE", "&f;"),
    "external dtd": '<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">' + SOUND.partition("?>")[2],
    "billion laughs": f'<!DOCTYPE x [<!ENTITY a0 "ha">{BOMB}]>' + SOUND.partition("?>")[2].replace("ZOE", "&a11;"),
    "utf-16 dtd": (
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY f "A">]>' + SOUND.partition("?>")[2]
    ).encode("utf-16"),
    "oversize": SOUND.replace("ZOE", "Z" * MAX_BYTES),
    "deep": "<a>" * 5000 + "</a>" * 5000,
    "empty": "",
    "not xml": "bonjour",
    "no envelope": "<RESULTAT><CR><CodeCR>00</CodeCR></CR></RESULTAT>",
    "empty envelope": answers.envelope("").decode(),
    "control character": SOUND.replace("ZOE", "ZO&#1;E"),
    "right-to-left mark": SOUND.replace("ZOE", "ZO‮E"),
    "zero width": SOUND.replace("ADRUN", "ADR​UN"),
    "digits in the name": SOUND.replace("ADRUN", "ADRUN2"),
    "lower case": SOUND.replace("ADRUN", "Adrun"),
    "other sex": SOUND.replace("<Sexe>F", "<Sexe>X"),
    "impossible date": SOUND.replace("1975-12-31", "1975-02-31"),
    "postal code for a place": SOUND.replace(">63220<", ">973<"),
    "short matricule": SOUND.replace("2751263220749", "275126322074"),
    "no key": SOUND.replace("<Cle>74</Cle>", ""),
    "unknown authority": SOUND.replace(QUALIFICATION[0].oid, "1.2.3"),
    "two active numbers": SOUND.replace("<TIQ>", "<INSACTIF/><TIQ>"),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_answers_are_refused_and_kept_for_examination(name: str) -> None:
    raw = HOSTILE[name] if isinstance(HOSTILE[name], bytes) else HOSTILE[name].encode()
    with answering(200, raw) as url:
        began = time.monotonic()
        replies = client(url).search(ZOE)
        assert time.monotonic() - began < 2
    assert [(reply.code, reply.person) for reply in replies] == [("illisible", None)]
    assert len(replies[0].raw) <= MAX_BYTES


def test_order_and_prefixes_do_not_matter() -> None:
    """§3.3: parse by local name, whatever the order."""
    one = QUALIFICATION[0]
    raw = f"""<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Header/><e:Body>
      <z:RESULTAT xmlns:z="urn:autre"><z:INDIVIDU><z:TIQ><z:LieuNaissance>63220</z:LieuNaissance><z:Sexe>F</z:Sexe>
      <z:DateNaissance>1975-12-31</z:DateNaissance><z:ListePrenom>ZOE</z:ListePrenom><z:NomNaissance>ADRUN</z:NomNaissance>
      </z:TIQ><z:INSACTIF><z:OID>{one.oid}</z:OID><z:IdIndividu><z:TypeMatricule>NIR</z:TypeMatricule><z:Cle>74</z:Cle>
      <z:NumIdentifiant>2751263220749</z:NumIdentifiant></z:IdIndividu></z:INSACTIF></z:INDIVIDU>
      <z:CR><z:LibelleCR>OK</z:LibelleCR><z:CodeCR>00</z:CodeCR></z:CR></z:RESULTAT></e:Body></e:Envelope>"""
    person = read_answer(raw.encode()).person
    assert person is not None
    assert (person.active.matricule, person.birth_name, person.given_names) == ("275126322074974", "ADRUN", "ZOE")


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with suppress(Unreadable):
        read_answer(raw)


@given(st.text(max_size=60))
def test_any_name_is_kept_as_it_is_or_refused(name: str) -> None:
    """INS-7: never repaired."""
    tree = etree.fromstring(SOUND.encode())
    node = next(one for one in tree.iter() if etree.QName(one).localname == "NomNaissance")
    try:
        node.text = name
    except ValueError:
        return
    try:
        person = read_answer(etree.tostring(tree)).person
    except Unreadable:
        return
    assert person is not None
    assert person.birth_name == name.strip()


def test_3_3_the_envelope_carries_what_the_contract_asks() -> None:
    seen: list[bytes] = []

    with answering(200, b"") as url:
        insi = client(url)
        original = wire.InsiClient._post

        def spy(self: wire.InsiClient, action: str, sent: bytes) -> tuple[int, bytes]:
            seen.append(sent)
            return original(self, action, sent)

        wire.InsiClient._post = spy  # type: ignore[method-assign]
        try:
            replies = insi.search(ZOE)
        finally:
            wire.InsiClient._post = original  # type: ignore[method-assign]
    root = etree.fromstring(seen[0])
    said = {etree.QName(one).localname: one for one in root.iter()}
    assert root.tag == "{http://www.w3.org/2003/05/soap-envelope}Envelope"
    assert said["ContexteBAM"].get("Version") == "01_02"
    assert (said["ContexteLPS"].get("Nature"), said["ContexteLPS"].get("Version")) == ("CTXLPS", "01_00")
    assert (said["IDAM"].get("R"), said["IDAM"].text) == ("4", SOFTWARE.idam)
    assert said["Action"].text == "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
    assert said["MessageID"].text == f"uuid:{replies[0].message_id}"
    assert said["RECSANSVITALE"].tag == "{http://www.cnamts.fr/INSiRecSans}RECSANSVITALE"
    assert said["Temps"].text.endswith("Z")
    assert len(said["Temps"].text) == len("2026-01-01T00:00:00.000Z")
    assert "Security" not in said
    assert "LieuNaissance" not in said


def test_no_number_in_the_representation_of_what_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """RNIV-7: no INS in plain technical logs."""
    with serving() as (url, _), caplog.at_level("DEBUG"):
        reply = client(url).search(ZOE)[-1]
        assert reply.person is not None
        text = f"{caplog.text} {reply!r} {reply.person!r} {reply.person.active!r}"
    assert "2751263220749" not in text
    assert "ADRUN" not in text


def test_every_fault_has_a_name_that_may_be_typed() -> None:
    from pepites.identity.values import strict_birth_name

    assert set(MAGIC.values()) == set(FAULTS) - {"aucun"}
    assert all(strict_birth_name(name) == name for name in MAGIC)


def test_the_simulator_refuses_what_breaks_the_contract() -> None:
    """A third-party client meets the real refusals: no envelope, no context, lower case."""
    with serving() as (url, _):
        bad = InsiQuery("Adrun", "ZOE", "F", dt.date(1975, 12, 31))
        assert client(url).search(bad)[-1].code == "siram_10/insi_101"
        import httpx

        answer = httpx.post(url, content=b"<a/>", trust_env=False)
        assert (answer.status_code, b"insi_001" in answer.content) == (500, True)
        page = httpx.get(url.replace("/lps", "/"), trust_env=False).text
        assert "Simulateur INSi" in page
        done = httpx.post(url.replace("/lps", "/commandes"), data={"panne": "siram_40"}, trust_env=False)
        assert done.status_code == 303
        assert client(url).search(ZOE)[-1].code == "siram_40"


def test_persons_of_the_simulator_have_a_right_key_but_the_published_one() -> None:
    from pepites.identity.ins import InsNumber

    def wrong(one: Person) -> bool:
        return not InsNumber(one.oid, one.matricule).key_agrees

    assert [one.family for one in QUALIFICATION if wrong(one)] == ["HERMANN"]
