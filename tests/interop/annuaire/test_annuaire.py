"""The directory's FHIR API: what is read, what is refused, how often it is asked (annuaire-et-authentification §3)."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import httpx
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import shared_data
from tests.interop.annuaire.stand_in import client, serving

from pepites.directory.ports import NationalAway
from pepites.interop.annuaire import client as wire
from pepites.interop.annuaire.client import Pace
from pepites.interop.annuaire.reading import mailboxes, person, rpps_of
from pepites_sandbox.annuaire.data import PRACTITIONERS
from pepites_sandbox.annuaire.server import KEY, PATH, Server

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
NURSE = "99900000011"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(wire, "WAITS", (0.0, 0.01, 0.02))
    with serving() as found:
        yield found


def why(work: Any) -> str:
    with pytest.raises(NationalAway) as caught:
        work()
    return caught.value.reason


def test_a_person_with_their_places_and_mailbox(server: Server) -> None:
    found = client(server).find(NURSE)
    assert found is not None
    assert (found.national_id, found.family_name, found.given_name) == (f"8{NURSE}", "AMAYOTA", "JOSETTE")
    assert found.professions == ("60",)
    assert [one.finess for one in found.places] == ["970309911", "970309905"]
    assert found.places[0].address.endswith("97300 CAYENNE")
    assert found.mailboxes == ("josette.amayota@mssante.demo.invalid",)


def test_a_role_alone_has_no_profession(server: Server) -> None:
    found = client(server).find("99900000501")
    assert found is not None
    assert (found.professions, found.places[0].function) == ((), "309")


def test_nobody_is_nobody(server: Server) -> None:
    assert client(server).find("99999999999") is None


def test_the_delta_follows_every_page(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    recent = [rpps_of(one) for one in PRACTITIONERS if one["meta"]["lastUpdated"] > "2026-11"]
    monkeypatch.setattr("pepites_sandbox.annuaire.search.MOST_COUNT", 2)
    with time_machine.travel("2026-11-26T12:00:00Z", tick=True):
        assert list(client(server).changed_since(date(2026, 11, 15))) == recent
        assert why(lambda: list(client(server).changed_since(date(2026, 10, 1)))) == "delta_too_old"
    assert len(recent) > 2


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("panne", "http_500"), ("quota", "http_429"), ("malforme", "malformed"), ("page", "malformed"), ("cle", "key"),
     ("lien", "foreign_link")],
)  # fmt: skip
def test_each_fault_is_said(server: Server, fault: str, reason: str) -> None:
    server.state.fault = fault
    assert why(lambda: client(server).find(NURSE)) == reason


def test_what_may_pass_is_tried_again_and_what_may_not_is_not(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = wire.call

    def counted(*args: Any, **kwargs: Any) -> Any:
        asked.append(args[1])
        if len(asked) == 2:
            server.state.fault = "aucune"
        return real(*args, **kwargs)

    monkeypatch.setattr(wire, "call", counted)
    server.state.fault = "quota"
    assert client(server).find(NURSE) is not None
    assert len(asked) == 3  # refused once, then the two calls of a look-up
    asked.clear()
    server.state.fault = "cle"
    asked.append("-")
    assert why(lambda: client(server, key="fausse").find(NURSE)) == "key"
    assert len(asked) == 2


def test_a_slow_directory_is_not_waited_for(server: Server) -> None:
    server.state.fault = "lent"
    began = time.monotonic()
    assert why(lambda: client(server, timeout=0.2).find(NURSE)) == "network"
    assert time.monotonic() - began < 3


def test_after_failures_it_is_left_alone(server: Server) -> None:
    server.state.fault = "panne"
    asking = client(server)
    for _ in range(2):
        why(lambda: asking.find(NURSE))
    server.state.fault = "aucune"
    assert why(lambda: asking.find(NURSE)) == "breaker"


def test_the_pace_keeps_under_the_quota() -> None:
    pace = Pace(50.0)
    began = time.monotonic()
    for _ in range(11):
        pace.wait()
    assert time.monotonic() - began >= 10 / 50


def test_nothing_leaves_without_tls() -> None:
    from pepites.interop.outgoing import Peer

    away = wire.AnnuaireClient("http://annuaire.invalid/fhir/v2", KEY, Peer(1.0), Pace(100))
    assert why(lambda: away.find(NURSE)) == "network"


def test_only_marked_mailboxes_are_mssante() -> None:
    marked = PRACTITIONERS[0]["telecom"][0]
    plain = {"system": "email", "value": "contact@exemple.invalid"}
    other = {**marked, "extension": [{**marked["extension"][0], "valueCoding": {"code": "AUTRE"}}]}
    assert mailboxes({"telecom": [plain, marked, other]}) == [marked["value"]]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=15,
)
FIELDS = (
    "name",
    "identifier",
    "telecom",
    "qualification",
    "active",
    "code",
    "organization",
    "address",
    "family",
    "given",
)


@given(
    st.dictionaries(st.sampled_from(FIELDS), values),
    st.lists(st.dictionaries(st.sampled_from(FIELDS), values), max_size=3),
)
def test_lying_resources_are_read_without_a_crash(practitioner: dict[str, Any], roles: list[dict[str, Any]]) -> None:
    found = person(practitioner, roles, {"o": practitioner})
    assert isinstance(found.family_name, str)
    assert all(isinstance(one.name, str) for one in found.places)


def test_the_published_examples_are_read() -> None:
    folder = shared_data() / "annuaire"
    if not folder.is_dir():
        pytest.skip("les exemples des guides ne sont pas à côté du projet")

    def read(name: str) -> Any:
        return json.loads((folder / name).read_text(encoding="utf-8"))

    doctor = read("practitioner-pp19-medecin.json")
    role, where = read("practitionerrole-pp19-salarie-ch.json"), read("organization-eg-ch.json")
    found = person(doctor, [role], {where["id"]: where})
    assert (found.rpps, found.family_name, found.professions) == ("10003461033", "Saucier", ("10",))
    assert (found.places[0].name, found.places[0].finess, found.places[0].mode) == ("CH EURE-SEINE", "754567860", "S")
    assert found.mailboxes == ("jeromebonnet@pro.mssante.fr",)
    bundle = read("bundle-searchset-practitionerrole.json")
    assert all("resource" in entry for entry in bundle["entry"])


# The stand-in, as a third party would find it


def get(server: Server, path: str, key: str = KEY) -> httpx.Response:
    return httpx.get(f"{server.base}{PATH}/{path}", headers={"ESANTE-API-KEY": key})


def test_searches_of_the_stand_in(server: Server) -> None:
    assert get(server, "Practitioner?family=amay").json()["total"] == 1
    assert get(server, "Practitioner?name=invente&_count=10").json()["total"] == 36
    assert get(server, "Organization?address-postalcode=97300").json()["total"] == 2
    assert get(server, "Organization?identifier=https://finess.esante.gouv.fr%7C970309905").json()["total"] == 1
    assert get(server, "PractitionerRole?role=309").json()["total"] == 1
    include = get(server, "Practitioner?identifier=99900000011&_revinclude=PractitionerRole:practitioner").json()
    assert [one["search"]["mode"] for one in include["entry"]] == ["match", "include", "include"]
    assert get(server, "Practitioner/p0").json()["id"] == "p0"
    posted = httpx.post(
        f"{server.base}{PATH}/Practitioner/_search", data={"family": "amay"}, headers={"ESANTE-API-KEY": KEY}
    )
    assert posted.json()["total"] == 1


def test_refusals_of_the_stand_in(server: Server) -> None:
    assert get(server, "Practitioner", key="x").status_code == 401
    assert get(server, "PractitiXXXner").status_code == 400
    assert get(server, "Practitioner/inconnu").status_code == 404
    assert get(server, "Practitioner?couleur=bleu").status_code == 400
    assert get(server, "_page?id=x").status_code == 410
    assert get(server, "Practitioner?x=" + "y" * 9000).status_code == 414
    assert get(server, "Practitioner?couleur=bleu").json()["resourceType"] == "OperationOutcome"
    with ThreadPoolExecutor(10) as pool:  # together, so that a slow machine passes the quota too
        answers = pool.map(lambda _: get(server, "Practitioner/p0").status_code, range(80))
        assert set(answers) == {200, 429}
