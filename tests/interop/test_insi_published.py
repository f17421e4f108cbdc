"""Each published test identity (§3.6) and each Guiana one (§5.6) against the simulator, on a real socket."""

import datetime as dt
from collections.abc import Iterator

import pytest
from tests.interop.insi_sandbox import client, serving

from pepites.identity.ports import InsiQuery, InsiReply
from pepites.interop.insi import client as wire
from pepites_sandbox.insi.service import State

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture(scope="module")
def insi() -> Iterator[tuple[wire.InsiClient, State]]:
    with serving() as (url, state):
        yield client(url), state


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "WAITS", (0.0, 0.0))


def ask(
    insi: tuple[wire.InsiClient, State], family: str, given: str, sex: str, born: str, place: str = ""
) -> InsiReply:
    return insi[0].search(InsiQuery(family, given, sex, dt.date.fromisoformat(born), place))[-1]


# family, given name sent, sex, birth date, place sent → matricule where one was published, list, place, authority
_ROWS = """
base   | ADRUN | ZOE | F | 1975-12-31 | | 275126322074974 | ZOE | 63220 | 8
base   | NESSI | MICHELANGELO | M | 2010-08-07 | | 110086322083060 | MICHELANGELO ANTHONY | 63220 | 8
base   | ADRTROIS | DOMINIQUE | F | 1997-02-26 | | 297022A02077878 | DOMINIQUE | 2A020 | 8
base   | ADRDEUX | LAURENT | M | 1981-01-01 | | 181016322075140 | LAURENT | 63220 | 8
2.03-1 | D'ARTAGNAN DE L'HERAULT | PIERRE-ALAIN | M | 2001-06-17 | 63220 | | PIERRE-ALAIN | 63220 | 8
2.03-2 | ADRTROIS | TOUSSAINT | M | 1960-01-01 | 2B020 | | TOUSSAINT | 2B020 | 8
2.04   | ECETINSI | PIERRE-ALAIN | M | 2009-07-14 | | 109076322083489 | PIERRE-ALAIN MURIEL FLORIANT | 63220 | 8
2.05   | PROVISOIRE | MATRICULE | M | 2009-07-01 | | | MATRICULE | 63220 | 9
2.06-2 | DE VINCI | LEONARDO | M | 2014-02-01 | 63220 | | LEONARDO | 63220 | 8
2.07-1 | TCHITCHI | CATARINA | F | 1936-06-21 | | 236066322083656 | CATARINA BELLA | 63220 | 8
2.08-1 | CORSE | ANTHONY | M | 1980-03-02 | | 180032B02040123 | ANTHONY | 2B020 | 8
2.08-2 | HERMANN | GATIEN | M | 1981-03-24 | | 181036322045660 | GATIEN | 63220 | 8
other  | PATB-QUATRE | LAURENCE | F | 1907-05-25 | | | LAURENCE | 63220 | 8
DMP    | PAT-TROIS | DOMINIQUE | F | 1979-03-28 | | 279035121518989 | DOMINIQUE MARIE-LOUISE | 51215 | 10
5.6    | TEST-GUYANE | LOUISE | F | 1985-07-14 | | 285079730200175 | LOUISE AMANDINE | 97302 | 11
5.6    | TEST-KOUROU | MATHIS | M | 1999-12-05 | | 199129730212376 | MATHIS | 97302 | 11
5.6    | TEST-BRESIL DA SILVA | JOAO | M | 1985-09-10 | | 185099941612353 | JOAO PEDRO | 99416 | 11
5.6    | TEST-HAITI | MARIE-ANGE | F | 1985-09-21 | | 285099941045644 | MARIE-ANGE | 99410 | 11
"""
FOUND = [tuple(cell.strip() for cell in line.split("|")) for line in _ROWS.strip().splitlines()]


@pytest.mark.parametrize("row", FOUND, ids=lambda row: f"{row[0]} {row[1]} {row[2]}")
def test_3_6_found(insi: tuple[wire.InsiClient, State], row: tuple[str, ...]) -> None:
    _, family, given, sex, born, place, matricule, names, cog, oid = row
    reply = ask(insi, family, given, sex, born, place)
    assert (reply.code, reply.text) == ("00", "OK")
    person = reply.person
    assert person is not None
    assert (person.birth_name, person.given_names, person.sex) == (family, names, sex)
    assert (person.birth_date.isoformat(), person.birth_place_cog, person.active.oid) == (
        born,
        cog,
        f"1.2.250.1.213.1.4.{oid}",
    )
    assert not matricule or person.active.matricule == matricule
    assert person.active.key_agrees is (family != "HERMANN")


NOT_FOUND = [
    ("2.06-1", "DE VINCI", "LEONARDO", "M", "2014-02-01", "02"),
    ("2.07-1", "TCHITCHI", "OLA", "F", "1936-06-21", "01"),
    ("2.07-2", "HOUILLES", "PIERRE", "M", "1993-01-27", "01"),
    ("2.07-2", "HOUILLES", "PAUL", "M", "1993-01-27", "01"),
    ("2.07-2", "HOUILLES", "JACQUES", "M", "1993-01-27", "01"),
    ("2.07-2", "HOUILLES", "PIERRE PAUL JACQUES", "M", "1993-01-27", "01"),
    ("2.03-3", "D'AEION", "COEUR", "M", "1987-01-01", "siram_40/insi_102"),
    ("other", "NESSI", "RUTH", "F", "1990-01-01", "siram_40/insi_102"),
    ("other", "DE VINCI", "RUTH", "F", "1990-01-01", "siram_40/insi_102"),
]


@pytest.mark.parametrize("row", NOT_FOUND, ids=lambda row: f"{row[0]} {row[1]} {row[2]}")
def test_3_6_not_found_or_fault(insi: tuple[wire.InsiClient, State], row: tuple[str, ...]) -> None:
    _, family, given, sex, born, code = row
    reply = ask(insi, family, given, sex, born)
    assert (reply.code, reply.person) == (code, None)


def test_3_6_history_is_kept_as_it_comes(insi: tuple[wire.InsiClient, State]) -> None:
    """2.04: dates before or after the number, a period whose start is after its end (§3.3, INS-9)."""
    person = ask(insi, "ECETINSI", "PIERRE-ALAIN", "M", "2009-07-14").person
    assert person is not None
    assert [(one.number.matricule, one.starts_on, one.ends_on) for one in person.history] == [
        ("209076322083439", dt.date(2009, 7, 14), dt.date(2012, 1, 31)),
        ("209066322012355", dt.date(2015, 3, 1), dt.date(2011, 5, 2)),
    ]
    assert all(one.number.key_agrees for one in person.history)


def test_3_6_history_may_repeat_the_active_number(insi: tuple[wire.InsiClient, State]) -> None:
    person = ask(insi, "CORSE", "ANTHONY", "M", "1980-03-02").person
    assert person is not None
    assert person.history[0].number == person.active


def test_ins_7_a_wrong_key_is_kept_as_it_came(insi: tuple[wire.InsiClient, State]) -> None:
    """2.08-2 HERMANN GATIEN: the published keys are wrong (computed 76 and 26)."""
    person = ask(insi, "HERMANN", "GATIEN", "M", "1981-03-24").person
    assert person is not None
    assert person.active.matricule == "181036322045660"
    assert person.history[0].number.matricule == "281036322045610"


def test_3_4_the_quirk_answers_a_fault_instead_of_nobody(insi: tuple[wire.InsiClient, State]) -> None:
    _, state = insi
    state.quirks = True
    try:
        assert ask(insi, "PERSONNE", "INVENTEE", "F", "1990-01-01").code == "siram_40/insi_102"
        assert ask(insi, "HOUILLES", "PIERRE", "M", "1993-01-27").code == "01"
    finally:
        state.quirks = False
    assert ask(insi, "PERSONNE", "INVENTEE", "F", "1990-01-01").code == "01"


def test_ws_ins3_says_whether_number_and_traits_agree(insi: tuple[wire.InsiClient, State]) -> None:
    person = ask(insi, "ADRUN", "ZOE", "F", "1975-12-31").person
    assert person is not None
    query = InsiQuery("ADRUN", "ZOE", "F", dt.date(1975, 12, 31), "63220")
    assert insi[0].verify(person.active, query)[-1].code == "00"
    other = InsiQuery("ADRUNE", "ZOE", "F", dt.date(1975, 12, 31), "63220")
    assert insi[0].verify(person.active, other)[-1].code == "01"
