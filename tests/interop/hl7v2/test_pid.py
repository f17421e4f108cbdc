"""PID of PAM France both ways (identite-ins §4.2), hostile values included."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fhir.test_mapper_patient import number, records
from tests.interop.hl7v2.samples import DEMO, INS, LOUISE, OWN, adt, msh, pid

from pepites.identity.dates import PartialDate
from pepites.interop.hl7v2.errors import Hl7Error
from pepites.interop.hl7v2.notifications import Named, Regional, linked, revised, separated
from pepites.interop.hl7v2.parsing import Segment, escaped, parse
from pepites.interop.hl7v2.pid import moment_of, record_of
from pepites.interop.hl7v2.writing import Header
from pepites.regional.values import IncomingRecord, InsNumber

NIA = "1.2.250.1.213.1.4.9"
IRP = "GF0000000000A"


def read(text: str) -> IncomingRecord:
    return record_of(parse(adt(text)).one("PID"), {OWN})


def refusal(text: str) -> Hl7Error:
    with pytest.raises(Hl7Error) as refused:
        read(text)
    return refused.value


def test_every_field_has_its_place() -> None:
    record = read(pid(f24="Y", f25="2", f6="JEAN^^^^^^M", f32="PROV~HOMD"))
    traits = record.traits
    assert (traits.birth_name, traits.first_given_name) == ("TEST-GUYANE", "LOUISE")
    assert traits.given_names == "LOUISE AMANDINE"
    assert (traits.used_name, traits.used_given_name, traits.mother_name) == ("MARTIN", "LOU", "JEAN")
    assert (traits.birth_date.stored, traits.sex) == (date(1985, 7, 14), "F")
    assert (traits.birth_place_cog, traits.birth_place_label) == ("97302", "Cayenne")
    assert (traits.address, record.commune_cog) == ("12 rue des Palmistes 97310 Kourou", "97304")
    assert (record.local_id, record.phones) == ("IPP-1", ("0694123456",))
    assert (record.status, record.attributes) == ("PROV", frozenset({"HOMD"}))
    assert (traits.multiple_birth, record.birth_rank) == (True, 2)


@pytest.mark.parametrize(
    ("codes", "with_ins", "status"),
    [
        ("VALI", True, "QUAL"),
        ("QUAL", True, "QUAL"),
        ("VALI", False, "VALI"),
        ("PROV", False, "PROV"),
        ("", False, "PROV"),
        ("RECUP", False, "RECUP"),
        ("DOUT", False, "PROV"),
    ],
)
def test_the_status_of_pid_32(codes: str, with_ins: bool, status: str) -> None:
    """§4.2: « VALI + INS in PID-3 » is qualified, « VALI » alone validated."""
    record = read(pid(f32=codes, more=INS if with_ins else ""))
    assert (record.status, record.ins) == (status, InsNumber(DEMO, LOUISE) if with_ins else None)


@pytest.mark.parametrize("codes", ["PROV", "RECUP", "PROV~DOUT", "PROV~FICT", ""])
def test_a_number_with_another_status_is_refused(codes: str) -> None:
    """§2.6-1."""
    assert refusal(pid(f32=codes, more=INS)).where == "PID-3"


def test_the_billing_number_is_no_ins() -> None:
    """INS-3: type NH, same authority."""
    assert read(pid(more=f"~{LOUISE}^^^&1.2.250.1.213.1.4.8&ISO^NH", f32="VALI")).ins is None


def test_former_numbers_and_the_nia_go_to_history() -> None:
    """INS-4, and CX-8."""
    nia, old = number("1991297302123", NIA), number("1991297302124")
    first = f"~{nia.matricule}^^^ASIP-SANTE-INS-NIA&{NIA}&ISO^INS"
    last = f"~{old.matricule}^^^X&{DEMO}&ISO^INS^^20200101^20240101"
    record = read(pid(more=f"{first}{INS}{last}", f32="VALI"))
    assert (record.ins, record.ins_history) == (InsNumber(DEMO, LOUISE), (nia, old))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (pid(f3="IPP-1^^^CHK&1.2.3&ISO^PI"), "PID-3"),
        (pid(more=f"~IPP-2^^^CHK&{OWN}&ISO^PI"), "PID-3"),
        (pid("A" * 65), "PID-3"),
        (pid(f3=""), "PID-3"),
        (pid(more=INS.replace("75^", "74^"), f32="VALI"), "PID-3"),
        (pid(more=INS.replace(DEMO, "1.2.3"), f32="VALI"), "PID-3"),
        (pid(more=f"{INS}~{number('1991297302123').matricule}^^^X&{DEMO}&ISO^INS", f32="VALI"), "PID-3"),
        (pid(f5=""), "PID-5"),
        (pid(f5="MARTIN^LOU^^^^^D"), "PID-5"),
        (pid(f5="T3ST^LOUISE^^^^^L"), "PID-5"),
        (pid(f5="TEST^^^^^^L"), "PID-5"),
        (pid(f5="TEST^AMANDINE^LOUISE AMANDINE^^^^L"), "PID-5"),
        (pid(f5="ТЕСТ^LOUISE^^^^^L"), "PID-5"),
        (pid(f5="TEST安^LOUISE^^^^^L"), "PID-5"),
        (pid(f5="A" * 101 + "^LOUISE^^^^^L"), "PID-5"),
        (pid(f7=""), "PID-7"),
        (pid(f7="14/07/1985"), "PID-7"),
        (pid(f7="19850230"), "PID-7"),
        (pid(f7="00000000"), "PID-7"),
        (pid(f8="X"), "PID-8"),
        (pid(f11="^^^^^^BDL^^973"), "PID-11"),
        (pid(f25="dix"), "PID-25"),
        (pid(f25="²"), "PID-25"),
        (pid(f32="VALI~PROV"), "PID-32"),
        (pid(f32="<b>"), "PID-32"),
    ],
)
def test_what_is_wrong_is_told_with_its_field_and_no_value(text: str, where: str) -> None:
    error = refusal(text)
    assert error.where == where
    assert error.text
    for word in ("LOUISE", "TEST", "1985", LOUISE, "ТЕСТ"):
        assert word not in error.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1954", PartialDate.of_year(1954)),
        ("195405", PartialDate.of_month(1954, 5)),
        ("19540507", PartialDate(date(1954, 5, 7))),
        ("195405071230", PartialDate(date(1954, 5, 7))),
    ],
)
def test_partial_dates(text: str, expected: PartialDate) -> None:
    assert read(pid(f7=text)).traits.birth_date == expected


def test_direction_marks_are_taken_away() -> None:
    traits = read(pid(f5="TEST\u202e^LOUISE\u200f^^^^^L")).traits
    assert (traits.birth_name, traits.birth_name_typed) == ("TEST", "TEST")


@given(value=st.text(max_size=80), at=st.sampled_from([3, 5, 6, 7, 8, 11, 13, 24, 25, 32]))
def test_no_value_makes_the_reading_fall(value: str, at: int) -> None:
    for written in (escaped(value), f"{escaped(value)}^{escaped(value)}^^^^^L", f"IPP^^^{escaped(value)}&{OWN}&ISO^PI"):
        segment = Segment(tuple(pid(**{f"f{at}": written}).split("|")), parse(adt()).marks, "utf-8")
        try:
            record = record_of(segment, {OWN})
        except Hl7Error:
            continue
        assert record.traits.birth_name.isascii()
        assert record.traits.birth_name_typed.isprintable()


@given(record=records().filter(lambda r: r.local_id == r.local_id.strip()))
def test_what_we_write_reads_the_same(record: IncomingRecord) -> None:
    """But for what v2 has no word for: RECUP reads PROV, a full date is exact, a withdrawn identity is not told."""
    message = parse(revised(Header(), Named(record, OWN, "CHK"), Regional(IRP)))
    back = record_of(message.one("PID"), {OWN})
    expected = replace(
        record,
        active=True,
        status="PROV" if record.status == "RECUP" else record.status,
        traits=replace(
            record.traits,
            birth_date=PartialDate(record.traits.birth_date.stored),
            multiple_birth=record.traits.multiple_birth or record.birth_rank is not None,
        ),
    )
    plain = lambda r: replace(r, traits=replace(r.traits, birth_name_typed="", given_names_typed=""))  # noqa: E731
    assert plain(back) == plain(expected)


@given(record=records())
def test_no_number_leaves_without_a_qualified_identity(record: IncomingRecord) -> None:
    """§2.6-1, acceptance criterion 2."""
    for status in ("PROV", "RECUP", "VALI", "QUAL"):
        forced = replace(record, status=status, ins=number("2850797302001"), ins_history=(number("1991297302123"),))
        text = revised(Header(), Named(forced, OWN), Regional(IRP)).decode()
        assert (LOUISE in text or "1991297302123" in text) is (status == "QUAL")


def test_notifications_have_their_events() -> None:
    one = read(pid("IPP-1"))
    at = datetime(2026, 11, 26, 13, 15, tzinfo=UTC)
    header = Header(to_application="GAM", to_facility="CHK", control_id="N-1", at=at)
    for build, event in ((linked, "A24"), (separated, "A37")):
        message = parse(build(header, Named(one, OWN), Regional(IRP)))
        assert message.event == ("ADT", event)
        assert [p.text(3) for p in message.all("PID")] == ["IPP-1", IRP]
        assert message.msh.text(7) == "20261126101500-0300"
        assert (message.msh.text(12), message.msh.text(12, 3)) == ("2.5", "2.11")
        assert message.msh.text(21, 2) == "IHE_FRANCE-2.11-PAM"
        assert not message.all("PID")[1].text(5)
    assert parse(revised(header, Named(one, OWN), Regional(IRP))).event == ("ADT", "A31")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20261126101500-0300", datetime(2026, 11, 26, 13, 15, tzinfo=UTC)),
        ("202611261015", datetime(2026, 11, 26, 13, 15, tzinfo=UTC)),
        ("20261126101500.1234+0000", datetime(2026, 11, 26, 10, 15, tzinfo=UTC)),
    ],
)
def test_moments_are_those_of_cayenne_unless_they_say_so(text: str, expected: datetime) -> None:
    assert moment_of(text, "EVN-2") == expected


@pytest.mark.parametrize("text", ["hier", "20261301101500", "20261126106000", "20261126101500+9999"])
def test_impossible_moments_are_refused(text: str) -> None:
    with pytest.raises(Hl7Error):
        moment_of(text, "EVN-2")


def test_samples_are_sound() -> None:
    assert parse(adt()).msh.text(18) == "UNICODE UTF-8"
    assert msh().startswith("MSH|^~\\&|")
