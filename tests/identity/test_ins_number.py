"""The number: key, shape, environments (INS-1, INS-2, INS-6, INS-7, §1.2)."""

import datetime as dt
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pepites.config.modes import insi_refusal
from pepites.identity.ins import OID_DEMO, OID_NIA, OID_NIR, OID_TEST, InsNumber
from pepites.identity.insi.coherence import warnings
from pepites.identity.values import TraitError, ins_key

VECTORS = """
2360663220836 56
1090763220834 89
2751263220749 74
1100863220830 60
1810163220751 40
2790351215189 89
297022A020778 78
180032B020401 23
253072A073004 43
253072B073004 70
2850797302001 75
1850999416123 53
2850999410456 44
1802097302001 93
"""


@pytest.mark.parametrize("vector", VECTORS.strip().splitlines())
def test_1_2_key_of_each_vector(vector: str) -> None:
    body, key = vector.split()
    assert ins_key(body) == key
    assert InsNumber(OID_NIR, body + key).key_agrees
    wrong = f"{(int(key) + 1) % 98:02}"
    assert not InsNumber(OID_NIR, body + wrong).key_agrees
    with pytest.raises(TraitError, match="clé"):
        InsNumber.read(OID_NIR, body + wrong)


@given(st.from_regex(r"[12]\d{2}(0[1-9]|1[0-2])(\d{2}|2A|2B)\d{3}\d{3}", fullmatch=True).filter(str.isascii))
def test_1_2_one_digit_changed_is_always_seen(body: str) -> None:
    key = ins_key(body)
    for place in range(13):
        if body[place].isdigit():
            other = body[:place] + str((int(body[place]) + 1) % 10) + body[place + 1 :]
            try:
                assert ins_key(other) != key
            except TraitError:
                continue


def test_ins_1_the_authority_is_part_of_the_number() -> None:
    assert InsNumber(OID_NIR, "285079730200175") != InsNumber(OID_DEMO, "285079730200175")
    assert InsNumber(OID_NIA, "285079730200175").provisional


def test_ins_6_typed_numbers_lose_their_spaces_and_show_grouped() -> None:
    read = InsNumber.read(OID_NIR, "2 97 02 2a020 778 78")
    assert read.matricule == "297022A02077878"
    assert read.grouped == "2 97 02 2A020 778 78"
    for wrong in ("", "28507973020017", "2850797302001 7A", "９85079730200175"):
        with pytest.raises(TraitError):
            InsNumber.read(OID_NIR, wrong)
    with pytest.raises(TraitError, match="autorité"):
        InsNumber.read("1.2.250.1.213.1.4.2", "285079730200175")


@pytest.mark.parametrize(
    ("environment", "accepted"),
    [
        ("production", {OID_NIR, OID_NIA}),
        ("qualification", {OID_NIR, OID_NIA, OID_TEST}),
        ("demonstration", {OID_DEMO, OID_TEST}),
        ("autre", set()),
    ],
)
def test_ins_2_each_environment_has_its_authorities(environment: str, accepted: set[str]) -> None:
    found = {oid for oid in (OID_NIR, OID_NIA, OID_TEST, OID_DEMO) if InsNumber(oid, "0" * 15).accepted_in(environment)}
    assert found == accepted


@pytest.mark.parametrize(
    ("production", "environment", "demo", "refused"),
    [
        (True, "demonstration", False, True),
        (True, "qualification", False, True),
        (True, "production", False, False),
        (False, "qualification", False, False),
        (False, "production", True, True),
        (False, "autre", False, True),
    ],
)
def test_5_7_9_production_accepts_no_other_insi(
    monkeypatch: pytest.MonkeyPatch, production: bool, environment: str, demo: bool, refused: bool
) -> None:
    monkeypatch.setenv("PEPITES_ENV", "production" if production else "local")
    monkeypatch.delenv("PEPITES_PUBLIC_URL", raising=False)
    assert bool(insi_refusal(environment, demo=demo)) is refused


@pytest.mark.slow
@pytest.mark.parametrize("real", [{"PEPITES_ENV": "production"}, {"PEPITES_PUBLIC_URL": "https://pepites.example"}])
def test_5_7_9_the_settings_themselves_refuse_to_load(real: dict[str, str], tmp_path: object) -> None:
    """Whoever forgets PEPITES_ENV but serves a public address is stopped too."""
    done = subprocess.run(
        [sys.executable, "-c", "import pepites.config.settings as s; print(s.PEPITES_INSI_ENVIRONMENT)"],
        env=os.environ | real | {"PEPITES_INSI_ENVIRONMENT": "demonstration", "PEPITES_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "PEPITES_INSI_ENVIRONMENT" in done.stderr


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, []),
        ({"sex": "M"}, ["le sexe"]),
        ({"birth_date": dt.date(1986, 7, 14)}, ["l'année de naissance"]),
        ({"birth_date": dt.date(1985, 8, 14)}, ["le mois de naissance"]),
        ({"birth_place_cog": "99416"}, ["le département ou le pays de naissance"]),
        ({"birth_place_cog": "99999"}, []),
        ({"number": "180209730200193"}, ["le sexe", "l'année de naissance"]),  # a special month says nothing
    ],
)
def test_ins_8_coherence_is_a_warning_for_the_eye(values: dict[str, Any], said: list[str]) -> None:
    number = InsNumber(OID_NIR, values.get("number", "285079730200175"))
    traits = {"sex": "F", "birth_date": dt.date(1985, 7, 14), "birth_place_cog": "97302"} | values
    traits.pop("number", None)
    assert warnings(number, **traits) == said
