"""Small values that every resource is made of, both ways. Dates stay as FHIR writes them: nothing is made up."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pepites.fhir.mappers.guides import URIS

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ref:
    """Whom or what is meant: where it stands, or words alone."""

    reference: str = ""
    display: str = ""
    type: str = ""

    @classmethod
    def to(cls, kind: str, key: UUID | str, display: str = "") -> "Ref":
        """A resource of the same Bundle."""
        return cls(f"urn:uuid:{key}", display, kind)

    def __bool__(self) -> bool:
        return bool(self.reference or self.display)


@dataclass(frozen=True, slots=True)
class Code:
    """One coding."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class Ident:
    """One identifier; ``type`` is a code of ``types``."""

    value: str
    system: str = ""
    use: str = ""
    type: Code | None = None

    @classmethod
    def of(cls, key: UUID) -> "Ident":
        """The house's own: worth everywhere, whoever receives it."""
        return cls(f"urn:uuid:{key}", URIS)


@dataclass(frozen=True, slots=True)
class Span:
    """A Period."""

    start: str = ""
    end: str = ""


NO_REF = Ref()
NO_SPAN = Span()


def filled(values: Mapping[str, Any]) -> Json:
    """What says something: FHIR has no empty element."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {}, ())}


def moment(when: dt.datetime | dt.date | None) -> str:
    """A dateTime or a date."""
    return when.isoformat() if when else ""


def meta(*profiles: str, updated: str = "") -> Json:
    """The profiles a resource follows, and when it last changed."""
    return filled({"lastUpdated": updated, "profile": [one for one in profiles if one]})


def reference(ref: Ref) -> Json:
    return filled({"reference": ref.reference, "type": ref.type, "display": ref.display})


def references(refs: Iterable[Ref]) -> list[Json]:
    return [reference(one) for one in refs if one]


def coding(code: Code) -> Json:
    return filled({"system": code.system, "code": code.code, "display": code.display})


def concept(*codes: Code, text: str = "") -> Json:
    return filled({"coding": [coding(one) for one in codes], "text": text})


def concepts(codes: Iterable[Code]) -> list[Json]:
    return [concept(one) for one in codes]


def identifier(ident: Ident) -> Json:
    kind = concept(ident.type) if ident.type else {}
    return filled({"use": ident.use, "type": kind, "system": ident.system, "value": ident.value})


def identifiers(idents: Iterable[Ident]) -> list[Json]:
    return [identifier(one) for one in idents]


def period(span: Span) -> Json:
    return filled({"start": span.start, "end": span.end})


# Reading


def dicts(value: object) -> list[Json]:
    """The objects of a list, whatever else was sent."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def part(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def text(owner: Json, name: str) -> str:
    value = owner.get(name)
    return value if isinstance(value, str) else ""


def ref_of(value: object) -> Ref:
    one = part(value)
    return Ref(text(one, "reference"), text(one, "display"), text(one, "type"))


def refs_of(value: object) -> tuple[Ref, ...]:
    return tuple(ref for one in dicts(value) if (ref := ref_of(one)))


def codes_of(value: object) -> tuple[Code, ...]:
    """Every coding of a CodeableConcept, or of a list of them."""
    listed = dicts(value) if isinstance(value, list) else [part(value)]
    return tuple(code_of(one) for held in listed for one in dicts(held.get("coding")))


def code_of(value: object) -> Code:
    one = part(value)
    return Code(text(one, "system"), text(one, "code"), text(one, "display"))


def ident_of(value: object) -> Ident:
    one = part(value)
    kinds = codes_of(one.get("type"))
    return Ident(text(one, "value"), text(one, "system"), text(one, "use"), kinds[0] if kinds else None)


def idents_of(value: object) -> tuple[Ident, ...]:
    return tuple(ident_of(one) for one in dicts(value))


def span_of(value: object) -> Span:
    one = part(value)
    return Span(text(one, "start"), text(one, "end"))


def extension_of(owner: Json, url: str) -> Json:
    return next((one for one in dicts(owner.get("extension")) if one.get("url") == url), {})
