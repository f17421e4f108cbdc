"""The parser: delimiters, encodings, escapes, limits; anything else is refused, never a crash."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.interop.hl7v2.samples import adt, msh, pid

from pepites.interop.hl7v2.errors import Code, Hl7Error
from pepites.interop.hl7v2.parsing import Delimiters, Message, escaped, parse, unescaped


def refused(data: bytes) -> Hl7Error:
    with pytest.raises(Hl7Error) as refusal:
        parse(data)
    assert refusal.value.reject
    return refusal.value


def test_fields_repetitions_components_and_subcomponents() -> None:
    message = parse(adt(pid(more="~X^^^A&B&C^AN")))
    assert (message.event, message.control_id) == (("ADT", "A28"), "MSG-1")
    assert message.msh.text(3) == "GAM"
    first, second = message.one("PID").repetitions(3)
    assert (first.text(1), first.text(4, 2), first.text(5)) == ("IPP-1", "1.2.250.1.999.40", "PI")
    assert (second.text(4, 3), second.text(99), second.text(4, 99)) == ("C", "", "")
    assert message.one("PID").repetitions(99) == []


@pytest.mark.parametrize(
    ("charset", "encoding"), [("UNICODE UTF-8", "utf-8"), ("8859/1", "iso-8859-1"), ("8859/15", "iso-8859-15")]
)
def test_the_encoding_is_the_one_declared(charset: str, encoding: str) -> None:
    message = parse(adt(pid(f5="NOËL^Éléonore^^^^^L"), charset=charset, encoding=encoding))
    assert message.one("PID").text(5, 2) == "Éléonore"


@pytest.mark.parametrize(
    ("charset", "encoding", "where"),
    [
        ("UNICODE UTF-8", "iso-8859-1", "MSH-18"),
        ("", "utf-8", "MSH-18"),
        ("ASCII", "utf-8", "MSH-18"),
        ("BIG-5", "utf-8", "MSH-18"),
        ("8859/1", "utf-8", ""),
    ],
)
def test_another_encoding_is_refused_rather_than_guessed(charset: str, encoding: str, where: str) -> None:
    """A name read in the wrong encoding would be another identity; « Ã » is followed by a C1 control."""
    error = refused(adt(pid(f5="NOËL^ÉLÉONORE^^^^^L"), charset=charset, encoding=encoding))
    assert error.where == where


def test_other_delimiters_are_read() -> None:
    body = "MSH#*!%$#GAM#CHK#P#R#20261126##ADT*A28*ADT_A05#M1#P#2.5######UNICODE UTF-8\rPID###A%F%B*x!C\r"
    message = parse(body.encode())
    first, second = message.one("PID").repetitions(3)
    assert (first.text(1), first.text(2), second.text(1)) == ("A#B", "x", "C")


@pytest.mark.parametrize(
    "start",
    [
        "",
        "PID|1",
        "MSH",
        "MSH|",
        "MSH|^~\\",
        "MSH||||||",
        "MSHAAAAAA",
        "MSH|^^\\&|",
        "MSH|^~\\&x|",
        "MSH|^~\\\x00|",
        "FHS|^~\\&|",
        "msh|^~\\&|",
    ],
)
def test_a_header_that_is_none_is_refused(start: str) -> None:
    refused(start.encode())


@pytest.mark.parametrize(
    "tail",
    ["pid|1\r", "P|1\r", "PIDX|1\r", "|\r", "MSH|^~\\&|\r", "PID|a\x07b\r", "PID|a\nb\r", "PID|a\x1bb\r", "PID|\x85\r"],
)
def test_a_segment_that_is_none_is_refused(tail: str) -> None:
    refused((msh() + "\r" + tail).encode())


def test_sizes_are_bounded() -> None:
    head = msh() + "\r"
    for body in ("ZZZ|1\r" * 501, "PID|" + "|" * 300 + "\r", "PID|" + "A" * 30_000 + "\r"):
        refused((head + body).encode())
    many = parse((head + "PID|||" + "~".join("A" for _ in range(100)) + "\r").encode())
    with pytest.raises(Hl7Error):
        many.one("PID").repetitions(3)


def test_escapes_are_resolved() -> None:
    marks = Delimiters()
    read = lambda text: unescaped(text, marks, "utf-8")  # noqa: E731
    assert read("A\\F\\B\\S\\C\\T\\D\\R\\E\\E\\F") == "A|B^C&D~E\\F"
    assert read("A\\.br\\B\\H\\C\\N\\") == "A BC"
    assert read("\\XC389\\") == "É"
    assert read("A\\X0D0A\\B\\X00\\C") == "A  B C", "an escape brings no control character in"
    assert read("A\\Zinconnu\\B") == "AB"
    assert read("A\\B") == "A\\B", "a lone mark is kept"
    assert read("\\XFF\\") == "\ufffd"


@given(text=st.text(max_size=60))
def test_what_is_escaped_comes_back_without_controls(text: str) -> None:
    written = escaped(text)
    assert not set("|^~&\r") & set(written.replace("\\F\\", "").replace("\\S\\", "")), "no delimiter left"
    read = unescaped(written, Delimiters(), "utf-8")
    spaced = text.replace("\r", " ").replace("\n", " ").replace("\t", " ")
    assert read == "".join(c for c in spaced if (c.isprintable() or ord(c) > 0x9F) and not "\ud800" <= c <= "\udfff")


@given(
    data=st.binary(max_size=400)
    | st.binary(max_size=200).map(lambda tail: b"MSH|^~\\&|A|B|C|D|" + tail)
    | st.binary(max_size=200).map(lambda tail: msh().encode() + b"\rPID|" + tail)
)
def test_no_bytes_make_the_parser_fall(data: bytes) -> None:
    try:
        message = parse(data)
    except Hl7Error:
        return
    _read_everything(message)


def _read_everything(message: Message) -> None:
    for segment in message.segments:
        for number in range(len(segment.raw) + 1):
            try:
                for one in segment.repetitions(number):
                    one.text(1), one.text(4, 2)
            except Hl7Error:
                continue


def test_a_long_message_of_escapes_is_read_quickly() -> None:
    began = time.monotonic()
    text = "\\" * 19_000
    assert parse((msh() + f"\rPID|||{text}\r").encode()).one("PID").text(3) is not None
    unescaped("\\X" + "41" * 9000 + "\\", Delimiters(), "utf-8")
    assert time.monotonic() - began < 1


def test_codes_are_those_of_table_0357() -> None:
    assert (Code.REQUIRED_FIELD, Code.UNSUPPORTED_EVENT, Code.INTERNAL) == (101, 201, 207)
