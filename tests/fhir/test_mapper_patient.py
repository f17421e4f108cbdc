"""The Patient mapper, both ways (FHIR-1, §4.1): two generations, one identity."""

import contextlib
import itertools
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import shared_data
from tests.fhir.conftest import OWN, patient

from pepites.common.errors import DomainError
from pepites.fhir.checking import check
from pepites.fhir.codec_json import read_json, write_json
from pepites.fhir.codec_xml import read_xml, write_xml
from pepites.fhir.mappers import fr_core as fr
from pepites.fhir.mappers.patient import from_patient, to_patient
from pepites.identity.dates import PartialDate
from pepites.identity.normalisation import ins_key
from pepites.identity.traits import IdentityTraits
from pepites.regional.values import IncomingRecord, InsNumber

NIR, NIA, TEST, DEMO = (f"1.2.250.1.213.1.4.{n}" for n in (8, 9, 10, 11))
LOUISE = "285079730200175"


def number(body: str, oid: str = DEMO) -> InsNumber:
    return InsNumber(oid, body + ins_key(body))


# Any identity that the services could hold


letters = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
word = st.text(letters, min_size=1, max_size=12)
name = st.lists(word, min_size=1, max_size=3).map(" ".join)
hyphened = st.lists(word, min_size=1, max_size=3).map("-".join)
years = st.integers(1930, 2025)
dates = st.one_of(
    st.dates(date(1930, 1, 1), date(2025, 12, 31)).map(PartialDate),
    years.map(PartialDate.of_year),
    st.builds(PartialDate.of_month, years, st.integers(1, 12)),
)
numbers = st.builds(number, st.integers(0, 999).map(lambda n: f"2850797302{n:03}"), st.sampled_from([NIR, TEST, DEMO]))


@st.composite
def records(draw: st.DrawFn) -> IncomingRecord:
    given_names = draw(name)
    status = draw(st.sampled_from(["PROV", "RECUP", "VALI", "QUAL"]))
    history = draw(st.lists(numbers, max_size=2, unique=True)) if status == "QUAL" else []
    active = draw(numbers.filter(lambda n: n not in history)) if status == "QUAL" else None
    traits = IdentityTraits(
        birth_name=draw(hyphened), first_given_name=given_names.split()[0], given_names=given_names,
        birth_date=draw(dates), sex=draw(st.sampled_from("MFI")),
        birth_place_cog=draw(st.sampled_from(["97302", "99416", "2A004", "99999"])),
        used_name=draw(st.just("") | hyphened), used_given_name=draw(st.just("") | word),
        birth_place_label=draw(st.sampled_from(["", "Cayenne", "Saint-Laurent-du-Maroni"])),
        mother_name=draw(st.just("") | hyphened), multiple_birth=draw(st.booleans()),
        address=draw(st.sampled_from(["", "12 rue des Palmistes, 97300 Cayenne"])),
    ).checked()  # fmt: skip
    rank = draw(st.none() | st.integers(1, 4)) if traits.multiple_birth else None
    allowed = ["HOMD", "HOMA"] + (["DOUT"] if status == "PROV" else [])
    return IncomingRecord(
        local_id=draw(st.text("ABC0123456789-/.", min_size=1, max_size=64).filter(lambda t: t.strip() == t)),
        traits=traits, status=status, attributes=frozenset(draw(st.lists(st.sampled_from(allowed), max_size=2))),
        ins=active, ins_history=tuple(history), phones=tuple(draw(st.lists(st.from_regex(r"0694\d{6}", fullmatch=True),
                                                                         max_size=2, unique=True))),
        commune_cog=draw(st.sampled_from(["", "97304"])), birth_rank=rank, active=draw(st.booleans()),
    )  # fmt: skip


def same(one: IncomingRecord, other: IncomingRecord) -> bool:
    """But for what was typed, which FHIR has no place for."""
    plain = lambda r: replace(r, traits=replace(r.traits, birth_name_typed="", given_names_typed=""))  # noqa: E731
    return plain(one) == plain(other)


@given(record=records())
def test_the_later_generation_loses_nothing(record: IncomingRecord) -> None:
    resource = to_patient(record, system=OWN)
    assert same(from_patient(check(resource, "Patient"), systems={OWN}), record)


@given(record=records())
def test_the_older_generation_loses_only_what_it_has_no_word_for(record: IncomingRecord) -> None:
    """RECUP reads PROV; the rest comes back, QUAL through « VALI with an INS » (FHIR-1)."""
    resource = to_patient(record, system=OWN, generation="2.1")
    expected = replace(record, status="PROV" if record.status == "RECUP" else record.status)
    assert same(from_patient(check(resource, "Patient"), systems={OWN}), expected)


@given(record=records(), generation=st.sampled_from(["2.1", "2.2"]))
def test_both_formats_say_the_same(record: IncomingRecord, generation: str) -> None:
    resource = to_patient(
        record, system=OWN, regional_id="GF0123456789A", regional_system="urn:r", generation=generation
    )
    assert read_json(write_json(resource)) == resource
    assert check(read_xml(write_xml(resource)), "Patient") == resource


@given(record=records(), generation=st.sampled_from(["2.1", "2.2"]))
def test_no_number_leaves_without_a_qualified_identity(record: IncomingRecord, generation: str) -> None:
    """§2.6-1 and acceptance criterion 2: forced into any status, the number stays here unless it is QUAL."""
    for status in ("PROV", "RECUP", "VALI", "QUAL"):
        forced = replace(record, status=status, ins=number("2850797302001"), ins_history=(number("1991297302123"),))
        text = write_json(to_patient(forced, system=OWN, generation=generation)).decode()
        assert (LOUISE in text or "1991297302123" in text) is (status == "QUAL")


# What the standard says, word for word


def reliability(resource: dict[str, Any]) -> list[tuple[str, str, str]]:
    parts = itertools.chain(*(e["extension"] for e in resource["extension"] if e["url"] == fr.RELIABILITY))
    found = []
    for part in parts:
        coding = part.get("valueCoding") or part["valueCodeableConcept"]["coding"][0]
        found.append((part["url"], coding["system"].rpartition("/")[2], coding["code"]))
    return found


TRAITS = IdentityTraits(
    "TEST-GUYANE", "LOUISE", "LOUISE AMANDINE", PartialDate(date(1985, 7, 14)), sex="F", birth_place_cog="97302"
).checked()
QUALIFIED = IncomingRecord(
    "IPP-1", TRAITS, "QUAL", ins=InsNumber(DEMO, LOUISE), ins_history=(number("1991297302123", NIA),)
)
TYPES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
NEW, OLD = "fr-core-cs-identity-status", "fr-core-cs-v2-0445"


@pytest.mark.parametrize(
    ("status", "generation", "system", "written"),
    [
        ("PROV", "2.2", NEW, "PROV"), ("RECUP", "2.2", NEW, "RECUP"), ("VALI", "2.2", NEW, "VALI"),
        ("QUAL", "2.2", NEW, "QUAL"), ("PROV", "2.1", OLD, "PROV"), ("RECUP", "2.1", OLD, "PROV"),
        ("VALI", "2.1", OLD, "VALI"), ("QUAL", "2.1", OLD, "VALI"),
    ],
)  # fmt: skip
def test_each_status_in_each_generation(status: str, generation: str, system: str, written: str) -> None:
    """FHIR-1, the table."""
    resource = to_patient(replace(QUALIFIED, status=status), system=OWN, generation=generation)
    assert reliability(resource) == [("identityStatus", system, written)]
    kinds = {i["type"]["coding"][0]["code"] for i in resource["identifier"]}
    assert kinds == ({"PI", "INS-NIR-DEMO", "INS-NIA"} if status == "QUAL" else {"PI"})
    profile = "fr-core-patient-ins" if status == "QUAL" else "fr-core-patient"
    assert resource["meta"]["profile"] == [f"https://hl7.fr/ig/fhir/core/StructureDefinition/{profile}"]


def test_attributes_have_their_place_in_each_generation() -> None:
    doubtful = replace(QUALIFIED, status="PROV", attributes=frozenset({"DOUT", "HOMD"}))
    system = "fr-core-cs-identity-status-comment"
    assert reliability(to_patient(doubtful))[1:] == [("comment", system, "DOUT"), ("comment", system, "HOMD")]
    assert reliability(to_patient(doubtful, generation="2.1"))[1:] == [
        ("identityStatus", OLD, "DOUT"), ("identityStatus", OLD, "HOMD"),
    ]  # fmt: skip


def test_the_ins_profile_is_obeyed() -> None:
    """fr-core-patient-ins (§4.1): what it makes obligatory."""
    resource = to_patient(QUALIFIED, system=OWN, regional_id="GF0123456789A", regional_system="urn:regional")
    by_type = {i["type"]["coding"][0]["code"]: i for i in resource["identifier"]}
    assert by_type["INS-NIR-DEMO"] == {
        "use": "official", "system": f"urn:oid:{DEMO}", "value": LOUISE,
        "type": {"coding": [{"system": TYPES, "code": "INS-NIR-DEMO"}]},
    }  # fmt: skip
    assert (by_type["INS-NIA"]["use"], by_type["INS-NIA"]["system"]) == ("old", f"urn:oid:{NIA}")
    assert (by_type["PI"]["use"], by_type["RRI"]["use"]) == ("usual", "secondary")
    assert by_type["RRI"]["type"]["coding"][0]["system"] == "http://terminology.hl7.org/CodeSystem/v2-0203"
    (official,) = resource["name"]
    assert (official["use"], official["family"], official["given"]) == ("official", "TEST-GUYANE", ["LOUISE"])
    assert official["extension"] == [
        {"url": "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-birth-list-given-name",
         "valueString": "LOUISE AMANDINE"}
    ]  # fmt: skip
    place = next(e for e in resource["extension"] if e["url"].endswith("patient-birthPlace"))
    assert place["valueAddress"]["extension"][0]["valueCoding"] == {
        "system": "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM", "code": "97302"
    }  # fmt: skip
    assert (resource["gender"], resource["birthDate"]) == ("female", "1985-07-14")
    uses = [i["use"] for i in resource["identifier"]]
    assert uses.count("official") == 1


def test_an_unknown_place_is_said_only_where_the_profile_wants_one() -> None:
    unknown = replace(QUALIFIED, traits=replace(TRAITS, birth_place_cog="99999"))
    assert any(e["url"] == fr.BIRTH_PLACE for e in to_patient(unknown)["extension"])
    assert not any(e["url"] == fr.BIRTH_PLACE for e in to_patient(replace(unknown, status="PROV"))["extension"])


def test_a_nia_alone_is_temporary() -> None:
    """INS-4."""
    resource = to_patient(replace(QUALIFIED, ins=number("2850797302001", NIA), ins_history=()))
    assert [i["use"] for i in resource["identifier"]] == ["temp"]


def test_an_interpreted_date_says_so() -> None:
    """INS-14 and INS-15: a full date, with what was known of it."""
    resource = to_patient(replace(QUALIFIED, traits=replace(TRAITS, birth_date=PartialDate.of_year(1954))))
    assert resource["birthDate"] == "1954-12-31"
    assert resource["_birthDate"]["extension"][0]["valueCode"] == "ANNEE"


# Reading what others write


def read(**changes: Any) -> IncomingRecord:
    return from_patient(check(patient(**changes), "Patient"), systems={OWN})


def ins(value: str = LOUISE, oid: str = DEMO, code: str = "INS-NIR-DEMO", use: str = "official") -> dict[str, Any]:
    return {"system": f"urn:oid:{oid}", "value": value, "use": use, "type": {"coding": [{"code": code}]}}


def status(code: str, system: str = fr.STATUS_2_2) -> dict[str, Any]:
    part = {"url": "identityStatus", "valueCoding": {"system": system, "code": code}}
    return {"url": fr.RELIABILITY, "extension": [part]}


def own(*more: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"system": f"urn:oid:{OWN}", "value": "IPP-1"}, *more]


def test_a_status_of_the_old_table_with_a_number_is_qualified() -> None:
    old = read(extension=[status("VALI", fr.STATUS_2_1)], identifier=own(ins()))
    assert (old.status, old.ins) == ("QUAL", InsNumber(DEMO, LOUISE))
    assert read(extension=[status("VALI", fr.STATUS_2_1)]).status == "VALI"
    with pytest.raises(DomainError, match="qualifiée"):
        read(extension=[status("VALI")], identifier=own(ins()))


@pytest.mark.parametrize("code", ["PROV", "RECUP", "VALI"])
def test_a_number_with_another_status_is_refused(code: str) -> None:
    """§2.6-1: what may not be sent is not taken."""
    with pytest.raises(DomainError, match="qualifiée"):
        read(extension=[status(code)], identifier=own(ins()))


def test_the_social_security_number_is_no_ins() -> None:
    """INS-3: same OID, other meaning; without a type nothing tells them apart."""
    assert read(identifier=own(ins(oid=NIR, code="NH"))).ins is None
    for typed in ({"text": "x"}, {"coding": [{"code": "INS-NIA"}]}):
        with pytest.raises(DomainError, match="type"):
            read(identifier=own(ins(oid=NIR) | {"type": typed}))


def test_a_number_with_a_wrong_key_is_refused() -> None:
    """INS-6."""
    with pytest.raises(DomainError, match="clé"):
        read(extension=[status("QUAL")], identifier=own(ins("285079730200174")))


def test_the_nir_comes_before_the_nia_and_two_nir_are_too_many() -> None:
    nia = number("1991297302123", NIA)
    both = read(extension=[status("QUAL")], identifier=own(ins(nia.matricule, NIA, "INS-NIA", "temp"), ins()))
    assert (both.ins, both.ins_history) == (InsNumber(DEMO, LOUISE), (nia,))
    with pytest.raises(DomainError, match="Deux matricules"):
        second = number("1991297302123")
        read(extension=[status("QUAL")], identifier=own(ins(), ins(second.matricule)))


@pytest.mark.parametrize(
    ("text", "stored", "precision"),
    [
        ("1954", date(1954, 12, 31), "ANNEE"),
        ("1954-05", date(1954, 5, 1), "MOIS"),
        ("1954-05-07", date(1954, 5, 7), "JOUR"),
    ],
)
def test_a_partial_date_is_stored_as_the_rniv_says(text: str, stored: date, precision: str) -> None:
    """Table §1.4."""
    found = read(birthDate=text).traits.birth_date
    assert (found.stored, str(found.precision), found.interpreted) == (stored, precision, precision != "JOUR")


def test_impossible_dates_are_told() -> None:
    with pytest.raises(DomainError, match="calendrier"):
        read(birthDate="1985-02-30")


def test_names_without_the_list_and_without_a_use() -> None:
    several = read(name=[{"family": "Lovelace", "given": ["Ada", "Augusta"]}]).traits
    assert (several.first_given_name, several.given_names) == ("ADA", "ADA AUGUSTA")
    usual = read(
        name=[{"use": "usual", "family": "King"}, {"use": "official", "family": "Byron", "given": ["Ada"]}]
    ).traits
    assert (usual.birth_name, usual.used_name, usual.used_given_name) == ("BYRON", "KING", "")


def test_old_numbers_phones_and_addresses_are_left() -> None:
    record = read(
        identifier=[*own(), {"system": f"urn:oid:{OWN}", "value": "IPP-0", "use": "old"}],
        telecom=[{"system": "email", "value": "a@example.org"}, {"system": "phone", "value": "0694 12 34 56"},
                 {"system": "phone", "value": "0694 00 00 00", "use": "old"}],
        address=[{"use": "old", "city": "Mana"}, {"line": ["12 rue X"], "postalCode": "97300", "city": "Cayenne"}],
    )  # fmt: skip
    assert (record.local_id, record.phones) == ("IPP-1", ("0694 12 34 56",))
    assert record.traits.address == "12 rue X 97300 Cayenne"


EXAMPLE = shared_data() / "fhir-examples" / "cds" / "Patient-cds-patient-example.json"


@pytest.mark.skipif(not EXAMPLE.is_file(), reason="exemples publics absents : ../shared/data/fhir-examples")
def test_a_published_example_is_read() -> None:
    resource = check(read_json(EXAMPLE.read_bytes()), "Patient")
    assert check(read_xml(write_xml(resource)), "Patient") == resource
    system = resource["identifier"][0]["system"].removeprefix("urn:oid:")
    with contextlib.suppress(DomainError):  # an example of a profile without birth name may be refused, never fall
        from_patient(resource, systems={system})
