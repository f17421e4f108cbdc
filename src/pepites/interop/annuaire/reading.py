"""Resources of the directory, read with limits; what is not as it should be counts as nothing (§1.5, §3)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pepites.directory.ports import LivePerson, LivePlace

RPPS, IDNPS, FINESS = "https://rpps.esante.gouv.fr", "urn:oid:1.2.250.1.71.4.2.1", "https://finess.esante.gouv.fr"
_EMAIL_TYPE: Final = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type"
_PROFESSIONS: Final = ("TRE-G15", "TRE-R94", "TRE-R95", "TRE_G15", "TRE_R94", "TRE_R95")
_FUNCTIONS: Final = ("R21", "R85", "R96")
MOST: Final = 60


def rows(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list, as far as they are."""
    return [one for one in value[:MOST] if isinstance(one, Mapping)] if isinstance(value, list) else []


def text(value: object, longest: int = 200) -> str:
    """A short printable text."""
    return "".join(c for c in value if c.isprintable()).strip()[:longest] if isinstance(value, str) else ""


def identifier(resource: Mapping[str, Any], system: str) -> str:
    """The value of an identifier of that system."""
    return next(
        (text(one.get("value"), 60) for one in rows(resource.get("identifier")) if one.get("system") == system), ""
    )


def rpps_of(practitioner: Mapping[str, Any]) -> str:
    """The RPPS number of a Practitioner, empty when it is not eleven digits. Never the technical ``id`` (§1.2)."""
    number = identifier(practitioner, RPPS)
    return number if len(number) == 11 and number.isascii() and number.isdigit() else ""


def person(practitioner: Mapping[str, Any], roles: Iterable[Mapping[str, Any]],
           organizations: Mapping[str, Mapping[str, Any]]) -> LivePerson:  # fmt: skip
    """A Practitioner with its roles and their structures."""
    name = next(iter(rows(practitioner.get("name"))), {})
    held = [one for one in roles if one.get("active") is not False]
    boxes = [box for one in (practitioner, *held) for box in mailboxes(one)]
    return LivePerson(
        rpps=rpps_of(practitioner),
        national_id=identifier(practitioner, IDNPS),
        family_name=text(name.get("family"), 100),
        given_name=" ".join(_texts(name.get("given"))),
        title=" ".join(_texts(name.get("prefix"))),
        active=practitioner.get("active") is not False,
        professions=tuple(dict.fromkeys(_professions(practitioner))),
        places=tuple(_place(one, organizations) for one in held),
        mailboxes=tuple(dict.fromkeys(boxes)),
    )


def mailboxes(resource: Mapping[str, Any]) -> list[str]:
    """Only what is marked MSSanté: an ordinary address must never receive health data (§1.5)."""
    return [
        text(one.get("value"), 200)
        for one in rows(resource.get("telecom"))
        if one.get("system") == "email" and "@" in text(one.get("value")) and any(
            mark.get("url") == _EMAIL_TYPE and isinstance(mark.get("valueCoding"), Mapping)
            and mark["valueCoding"].get("code") == "MSSANTE" for mark in rows(one.get("extension"))
        )
    ]  # fmt: skip


def _texts(value: object) -> list[str]:
    return [text(one, 100) for one in value[:10] if text(one)] if isinstance(value, list) else []


def _codings(concept: object) -> list[Mapping[str, Any]]:
    return rows(concept.get("coding")) if isinstance(concept, Mapping) else []


def _professions(practitioner: Mapping[str, Any]) -> list[str]:
    return [
        text(coding.get("code"), 20)
        for one in rows(practitioner.get("qualification"))
        for coding in _codings(one.get("code"))
        if any(table in text(coding.get("system")) for table in _PROFESSIONS)
    ]


def _place(role: Mapping[str, Any], organizations: Mapping[str, Mapping[str, Any]]) -> LivePlace:
    reference = role.get("organization")
    key = text(reference.get("reference")) if isinstance(reference, Mapping) else ""
    where = organizations.get(key.split("/")[-1], {})
    codes = [coding for concept in rows(role.get("code")) for coding in _codings(concept)]
    address = next(iter(rows(where.get("address"))), {})
    lines = " ".join(_texts(address.get("line")))
    phones = [text(one.get("value"), 30) for one in rows(where.get("telecom")) if one.get("system") == "phone"]
    return LivePlace(
        name=text(where.get("name")),
        finess=identifier(where, FINESS)[:9],
        address=" ".join(filter(None, (lines, text(address.get("postalCode"), 10), text(address.get("city"), 80)))),
        phone=phones[0] if phones else "",
        function=_code(codes, _FUNCTIONS),
        mode=_code(codes, ("R23",)),
    )


def _code(codes: Iterable[Mapping[str, Any]], tables: tuple[str, ...]) -> str:
    for one in codes:
        if any(table in text(one.get("system")) for table in tables):
            return text(one.get("code"), 20)
    return ""
