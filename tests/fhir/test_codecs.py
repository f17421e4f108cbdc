"""What comes in by JSON and XML: checked by the table, hostile bodies refused (SE-14, SE-12)."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fhir.conftest import patient

from pepites.fhir.checking import MAX_DEPTH, check
from pepites.fhir.codec_json import read_json
from pepites.fhir.codec_xml import read_xml, write_xml
from pepites.fhir.errors import FhirError
from pepites.fhir.shapes import elements_of, is_resource

OPENED = '<extension url="x">'
NS = 'xmlns="http://hl7.org/fhir"'


def refused(body: bytes, read: Any) -> FhirError:
    with pytest.raises(FhirError) as refusal:
        check(read(body), "Patient")
    assert refusal.value.status == 400
    return refusal.value


@pytest.mark.parametrize(
    "changes",
    [
        {"inconnu": 1}, {"name": {"family": "A"}}, {"name": []}, {"name": [None]}, {"name": [{}]}, {"active": "true"},
        {"active": 1}, {"gender": 3}, {"birthDate": "14/07/1985"}, {"birthDate": 1985}, {"birthDate": "1985-13"},
        {"gender": " male"}, {"gender": ""}, {"multipleBirthInteger": True}, {"multipleBirthInteger": 2**40},
        {"multipleBirthInteger": 1.5}, {"identifier": [{"system": "a b"}]}, {"_birthDate": "x"}, {"_name": [{}]},
        {"id": "é"}, {"id": "a" * 65}, {"contained": [{"resourceType": "Inconnue"}]}, {"link": "x"},
        {"name": [{"family": "A\u0000B"}]}, {"name": [{"family": "\ud800"}]}, {"name": [{"family": "A" * 100_001}]},
        {"name": [{"family": "A"}] * 501}, {"extension": [{"url": "x", "valueInconnue": 1}]},
    ],
)  # fmt: skip
def test_a_resource_badly_written_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(FhirError) as refusal:
        check(patient(**changes), "Patient")
    assert refusal.value.status == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b'"x"', b"null", b'{"resourceType":"Observation"}', b"{}",
                                  b'{"resourceType":["Patient"]}', b'{"resourceType":"Patient.contact"}'])  # fmt: skip
def test_another_thing_is_no_patient(body: bytes) -> None:
    refused(body, read_json)


@pytest.mark.parametrize(
    "body",
    [b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":Infinity}', b"\xff\xfe", b"{", b"[" * 100_000, b'{"a":' * 100_000,
     b"1" * 10_000, json.dumps({"a": 1}).encode("utf-16")],
)  # fmt: skip
def test_a_hostile_json_is_refused(body: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(FhirError):
        read_json(body)
    assert time.monotonic() - began < 1


def deep(depth: int) -> dict[str, Any]:
    extension: dict[str, Any] = {"url": "x", "valueString": "x"}
    for _ in range(depth):
        extension = {"url": "x", "extension": [extension]}
    return patient(extension=[extension])


def test_depth_is_bounded_in_both_formats() -> None:
    check(deep(MAX_DEPTH - 4))
    with pytest.raises(FhirError):
        check(deep(MAX_DEPTH))
    with pytest.raises(FhirError):
        read_xml(write_xml(deep(60)))


DTD = '<!DOCTYPE Patient [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
BOMB = "<!DOCTYPE Patient [<!ENTITY a0 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)
) + "]>"  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        f"{DTD}<Patient {NS}><name><family value='&x;'/></name></Patient>",
        f"<!DOCTYPE Patient SYSTEM 'http://127.0.0.1:9/x.dtd'><Patient {NS}><active value='true'/></Patient>",
        f"<!DOCTYPE Patient [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/x'> %p;]><Patient {NS}/>",
        f"{BOMB}<Patient {NS}><name><family value='&a9;'/></name></Patient>",
        f"{BOMB}<Patient {NS}><name>&a9;</name></Patient>",
        "<Patient/>", f"<Inconnue {NS}/>", f"<Patient {NS}><inconnu value='1'/></Patient>", "<Patient", "",
        f"<Patient {NS}><birthDate value='1985'/><birthDate value='1986'/></Patient>",
        f"<Patient {NS}><contained/></Patient>", f"<Patient {NS}><active value='oui'/></Patient>",
        f"<Patient {NS}><x:name xmlns:x='urn:autre'/></Patient>",
        f"<Patient {NS}>{OPENED * 300}{'</extension>' * 300}</Patient>",
        f"<Patient {NS}><multipleBirthInteger value='{'9' * 5000}'/></Patient>",
    ],
)  # fmt: skip
def test_a_hostile_xml_is_refused_at_once(body: str) -> None:
    began = time.monotonic()
    refused(body.encode(), read_xml)
    refused(body.encode("utf-16"), read_xml)
    assert time.monotonic() - began < 1


def test_xml_keeps_primitive_extensions_and_repeated_values_apart() -> None:
    body = (
        f"<Patient {NS}><name><given value='A'/><given><extension url='x'><valueCode value='c'/></extension></given>"
        "<given value='B'/></name><birthDate value='1985'><extension url='y'><valueBoolean value='true'/></extension>"
        "</birthDate><multipleBirthInteger value='2'/></Patient>"
    )
    resource = check(read_xml(body.encode()), "Patient")
    assert resource["name"] == [
        {"given": ["A", None, "B"], "_given": [None, {"extension": [{"url": "x", "valueCode": "c"}]}, None]}
    ] or resource["name"] == [
        {"given": ["A", None, "B"], "_given": [None, {"extension": [{"url": "x", "valueCode": "c"}]}]}
    ]
    assert resource["_birthDate"] == {"extension": [{"url": "y", "valueBoolean": True}]}
    assert resource["multipleBirthInteger"] == 2
    assert check(read_xml(write_xml(resource)), "Patient") == resource


def test_the_table_of_shapes_names_types_that_exist() -> None:
    from pepites.fhir.shapes import _SHAPES

    for type_name in _SHAPES:
        for element in elements_of(type_name).values():
            assert element.primitive or element.type == "Resource" or element.type in _SHAPES, (type_name, element)
    assert not is_resource("Identifier")
    assert not is_resource(None)


NAMES = ["resourceType", "name", "family", "extension", "url", "_birthDate", "identifier", "x"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(value=json_values, key=st.sampled_from(["name", "identifier", "extension", "birthDate", "link", "contained"]))
def test_no_json_makes_the_check_fall(value: Any, key: str) -> None:
    for body in (value, {"resourceType": "Patient", key: value}, {"resourceType": "Parameters", "parameter": [value]}):
        try:
            checked = check(body)
        except FhirError:
            continue
        assert check(read_xml(write_xml(checked)))


@given(body=st.binary(max_size=400))
def test_no_bytes_make_the_readers_fall(body: bytes) -> None:
    for read in (read_json, read_xml):
        try:
            check(read(body))
        except FhirError:
            continue
