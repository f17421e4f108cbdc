"""The real processes: `pepites serve` with its front and its HL7 v2 listener, spoken to over the network."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.accounts.machines import assertion, ec_key, public_set, token_form
from tests.accounts.test_machine_clients import STRUCTURE
from tests.cli.serving import Serving, environment, free_port, new_var, pepites, prepared_var, remove, wait_until
from tests.interop.hl7v2.samples import OWN, adt

from pepites.interop.hl7v2.framing import framed
from pepites.interop.hl7v2.parsing import Message, parse

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("serve")]
ADD = ["admin", "client", "add", "gam-kourou", "--name", "GAM", "--structure", "970000001", "--domain", OWN,
       "--scope", "ITI-83", "--scope", "hl7v2.pam", "--jwks"]  # fmt: skip


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Serving, int]]:
    var, port = prepared_var(), free_port()
    try:
        subprocess.run([sys.executable, "-c", STRUCTURE], env=environment(var), check=True)
        keys = var / "cles.json"
        keys.write_text(json.dumps(public_set(ec_key())))
        added = pepites(var, *ADD, str(keys))
        assert added.returncode == 0, added.stderr
        running = Serving(var, PEPITES_HL7_PORT=str(port), PEPITES_HL7_PEERS="127.0.0.1=gam-kourou")
        try:
            yield running, port
        finally:
            running.process.terminate()
            running.process.wait(20)
    finally:
        remove(Path(var))


def ask(running: Serving, method: str, path: str, body: str = "", **headers: str) -> tuple[int, dict[str, object]]:
    connection = HTTPConnection("127.0.0.1", running.port, timeout=20)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_a_client_obtains_a_token_and_asks(served: tuple[Serving, int]) -> None:
    running, _ = served
    status, statement = ask(running, "GET", "/fhir/metadata")
    assert (status, statement["resourceType"]) == (200, "CapabilityStatement")
    address = f"http://127.0.0.1:{running.port}/oauth2/token"
    signed = assertion("gam-kourou", alg="ES256", aud=address)
    form = urlencode(token_form("gam-kourou", client_assertion=signed))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    status, issued = ask(running, "POST", "/oauth2/token", form, **kind)
    assert (status, issued["scope"]) == (200, "ITI-83 hl7v2.pam")
    bearer = {"Authorization": f"Bearer {issued['access_token']}"}
    status, outcome = ask(running, "GET", f"/fhir/Patient/$ihe-pix?sourceIdentifier=urn:oid:{OWN}|1", **bearer)
    assert outcome["resourceType"] == "OperationOutcome"
    assert status in {400, 403, 404, 503}, "no domain is declared on this base"
    assert ask(running, "GET", "/fhir/Patient/1", **bearer)[0] == 403
    assert ask(running, "POST", "/oauth2/token", form, **kind)[0] == 401


async def _exchange(port: int, data: bytes) -> Message:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(framed(data))
    answered = await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 20)
    writer.close()
    return parse(answered[1:-2])


def _listening(port: int) -> bool:
    try:
        asyncio.run(_exchange(port, adt(control="ESSAI")))
    except OSError:
        return False
    return True


def test_the_listener_answers_beside_the_front(served: tuple[Serving, int]) -> None:
    _, port = served
    wait_until(lambda: _listening(port), 30, "l'écoute n'a pas ouvert")
    reply = asyncio.run(_exchange(port, adt(control="M-42")))
    assert reply.one("MSA").text(2) == "M-42"
    assert reply.one("MSA").text(1) in {"AE", "AR"}, "no domain is declared on this base"
    assert asyncio.run(_exchange(port, b"rien")).one("MSA").text(1) == "AR"


def test_alone_it_says_that_it_is_off() -> None:
    var = new_var()
    try:
        done = pepites(var, "hl7")
        assert done.returncode == 1
        assert "PEPITES_HL7_PORT" in done.stderr
        wrong = pepites(var, "hl7", PEPITES_HL7_PORT="2575", PEPITES_HL7_TLS_CERT="/inexistant.pem")
        assert wrong.returncode == 1
        assert "ensemble" in wrong.stderr
    finally:
        remove(Path(var))
