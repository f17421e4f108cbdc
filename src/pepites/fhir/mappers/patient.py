"""`Patient` of FR Core from an identity, and an identity from it (FHIR-1).

The two generations are told apart by the code system when reading, chosen per partner when writing. A matricule leaves
with a qualified identity only (§2.6-1), and is never read from the NSS, which has the same OID (INS-3).
"""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from pepites.common.errors import DomainError
from pepites.fhir.mappers import fr_core as fr
from pepites.fhir.mappers.systems import from_uri, to_uri
from pepites.identity.dates import DateError, PartialDate, Precision
from pepites.identity.normalisation import UNKNOWN_PLACE, TraitError
from pepites.identity.traits import IdentityTraits
from pepites.interop.text import visible
from pepites.regional.values import IncomingRecord, InsNumber

_SEX = {"M": "male", "F": "female", "I": "unknown"}
_GENDER = {"male": "M", "female": "F", "unknown": "I", "other": "I"}
Json = dict[str, Any]


# Writing


def to_patient(
    record: IncomingRecord,
    *,
    system: str = "",
    regional_id: str = "",
    regional_system: str = "",
    generation: str = "2.2",
) -> Json:
    """The resource of an identity. ``system`` is the domain of ``record.local_id``, empty to leave the number out."""
    qualified = record.status == "QUAL" and record.ins is not None
    traits = record.traits
    resource: Json = {"resourceType": "Patient"}
    if regional_id:
        resource["id"] = regional_id
    resource["meta"] = {"profile": [fr.PATIENT_INS if qualified else fr.PATIENT]}
    resource["extension"] = list(_extensions(record, generation, qualified=qualified))
    if identifiers := list(_identifiers(record, system, regional_id, regional_system, qualified=qualified)):
        resource["identifier"] = identifiers
    resource["active"] = record.active
    resource["name"] = list(_names(traits))
    if record.phones:
        resource["telecom"] = [{"system": "phone", "value": phone} for phone in record.phones]
    resource["gender"] = _SEX[traits.sex]
    resource |= _birth_date(traits.birth_date)
    if address := _address(record):
        resource["address"] = [address]
    if record.birth_rank is not None:
        resource["multipleBirthInteger"] = record.birth_rank
    elif traits.multiple_birth:
        resource["multipleBirthBoolean"] = True
    return resource


def _extensions(record: IncomingRecord, generation: str, *, qualified: bool) -> Iterator[Json]:
    yield from _reliability(record, generation, qualified=qualified)
    traits = record.traits
    place: Json = {}
    if traits.birth_place_cog != UNKNOWN_PLACE or qualified:
        place = {"extension": [_commune(traits.birth_place_cog)]}
    if traits.birth_place_label:
        place["city"] = traits.birth_place_label
    if place:
        yield {"url": fr.BIRTH_PLACE, "valueAddress": place}
    if traits.mother_name:
        yield {"url": fr.MOTHER, "valueString": traits.mother_name}


def _reliability(record: IncomingRecord, generation: str, *, qualified: bool) -> Iterator[Json]:
    """FHIR-1: the status in the partner's generation, the attributes beside it."""
    if generation == "2.1":
        status = "VALI" if qualified or record.status in {"VALI", "QUAL"} else "PROV"
        for code in (status, *sorted(record.attributes)):
            yield {"url": fr.RELIABILITY, "extension": [_coding(fr.SUB_STATUS, fr.STATUS_2_1, code)]}
        return
    parts = [_coding(fr.SUB_STATUS, fr.STATUS_2_2, record.status)]
    parts += [
        {"url": fr.SUB_COMMENT, "valueCodeableConcept": {"coding": [{"system": fr.COMMENT, "code": code}]}}
        for code in sorted(record.attributes)
    ]
    yield {"url": fr.RELIABILITY, "extension": parts}


def _coding(url: str, system: str, code: str) -> Json:
    return {"url": url, "valueCoding": {"system": system, "code": code}}


def _commune(code: str) -> Json:
    return _coding(fr.INSEE_CODE, fr.COMMUNES, code)


def _identifiers(
    record: IncomingRecord, system: str, regional_id: str, regional_system: str, *, qualified: bool
) -> Iterator[Json]:
    if system and record.local_id:
        yield identifier(system, record.local_id, fr.HL7_TYPES, "PI", "usual")
    if qualified and record.ins is not None:
        yield _ins(record.ins, "temp" if record.ins.oid == fr.NIA else "official")
        for former in record.ins_history:
            yield _ins(former, "old")
    if regional_id and regional_system:
        yield identifier(regional_system, regional_id, fr.HL7_TYPES, "RRI", "secondary")


def _ins(number: InsNumber, use: str) -> Json:
    return identifier(number.oid, number.matricule, fr.IDENTIFIER_TYPES, fr.INS_TYPES[number.oid], use)


def identifier(system: str, value: str, types: str, code: str, use: str) -> Json:
    """An Identifier with its type."""
    kind = {"coding": [{"system": types, "code": code}]}
    return {"use": use, "type": kind, "system": to_uri(system), "value": value}


def _names(traits: IdentityTraits) -> Iterator[Json]:
    """The usual name only when the person has one (EXI ID 08)."""
    yield {
        "extension": [{"url": fr.BIRTH_LIST, "valueString": traits.given_names}],
        "use": "official", "family": traits.birth_name, "given": [traits.first_given_name],
    }  # fmt: skip
    if traits.used_name or traits.used_given_name:
        usual: Json = {"use": "usual"}
        if traits.used_name:
            usual["family"] = traits.used_name
        if traits.used_given_name:
            usual["given"] = [traits.used_given_name]
        yield usual


def _birth_date(date: PartialDate) -> Json:
    """The full date that the RNIV asks for (INS-14), with what was really known beside it (INS-15)."""
    found: Json = {"birthDate": date.stored.isoformat()}
    if date.interpreted:
        found["_birthDate"] = {"extension": [{"url": fr.PRECISION, "valueCode": str(date.precision)}]}
    return found


def _address(record: IncomingRecord) -> Json:
    address: Json = {"extension": [_commune(record.commune_cog)]} if record.commune_cog else {}
    if record.traits.address:
        address["text"] = record.traits.address
    return address


# Reading


def from_patient(resource: Json, *, systems: Collection[str], generation: str = "2.2") -> IncomingRecord:
    """The identity of a resource sent by the domain of those names; raises ``DomainError`` in plain French.

    Its traits are checked. Without any name of domain it needs no local number (ITI-119).
    """
    status, attributes = _read_reliability(resource, generation)
    ins, history = _read_ins(resource)
    if status == "VALI" and ins is not None and _old_generation(resource, generation):
        status = "QUAL"
    if ins is not None and status != "QUAL":
        raise DomainError("Un matricule INS ne s'envoie qu'avec une identité qualifiée.", field="identifier")
    rank = resource.get("multipleBirthInteger")
    address: Json = next((one for one in resource.get("address", ()) if one.get("use") != "old"), {})
    return IncomingRecord(
        local_id=local_id_of(resource, systems) if systems else "",
        traits=_read_traits(resource, address).checked(),
        status=status,
        attributes=attributes,
        ins=ins,
        ins_history=history if status == "QUAL" else (),
        phones=_read_phones(resource),
        commune_cog=_insee(address),
        birth_rank=rank,
        active=resource.get("active", True),
    )


def local_id_of(resource: Json, systems: Collection[str]) -> str:
    """The number of the identity in that domain; raises ``DomainError`` unless there is exactly one in use."""
    values = [
        str(one.get("value", "")).strip()
        for one in resource.get("identifier", ())
        if from_uri(one.get("system", "")) in systems and one.get("use") != "old"
    ]
    found = sorted(set(filter(None, values)))
    if len(found) != 1:
        said = "manque" if not found else "est donné plusieurs fois"
        raise DomainError(f"L'identifiant du patient dans votre domaine {said}.", field="identifier")
    if len(found[0]) > 64 or not found[0].isprintable():
        raise DomainError("L'identifiant local compte 1 à 64 caractères imprimables.", field="identifier")
    return found[0]


def _read_traits(resource: Json, address: Json) -> IdentityTraits:
    official, usual = _official(resource), _name(resource, "usual")
    given = [visible(str(one)) for one in official.get("given", ()) if one]
    listed = visible(_extension(official, fr.BIRTH_LIST).get("valueString", ""))
    place = _extension(resource, fr.BIRTH_PLACE).get("valueAddress", {})
    return IdentityTraits(
        birth_name=visible(official.get("family", "")), first_given_name=given[0] if given else "",
        given_names=listed or " ".join(given), birth_date=_read_date(resource),
        sex=_GENDER.get(resource.get("gender", ""), "I"), birth_place_cog=_insee(place) or UNKNOWN_PLACE,
        birth_place_label=visible(str(place.get("city", "")))[:100], used_name=visible(usual.get("family", "")),
        used_given_name=next((visible(str(one)) for one in usual.get("given", ()) if one), ""),
        mother_name=visible(_extension(resource, fr.MOTHER).get("valueString", "")),
        multiple_birth=bool(resource.get("multipleBirthBoolean") or resource.get("multipleBirthInteger")),
        address=_address_text(address),
    )  # fmt: skip


def _official(resource: Json) -> Json:
    names = resource.get("name", [])
    found = _name(resource, "official") or next((one for one in names if "use" not in one), {})
    if not found:
        raise DomainError("Le nom de naissance (name, use=official) manque.", field="name")
    return found


def _name(resource: Json, use: str) -> Json:
    return next((one for one in resource.get("name", ()) if one.get("use") == use), {})


def _extension(owner: Json, url: str) -> Json:
    return next((one for one in owner.get("extension", ()) if one.get("url") == url), {})


def _insee(address: Json) -> str:
    return str(_extension(address, fr.INSEE_CODE).get("valueCoding", {}).get("code", ""))


def _address_text(address: Json) -> str:
    lines = [*(line for line in address.get("line", ()) if line), address.get("postalCode"), address.get("city")]
    return visible(str(address.get("text", "")) or " ".join(str(line) for line in lines if line))[:300]


def _read_phones(resource: Json) -> tuple[str, ...]:
    kept = [
        str(one["value"]).strip()
        for one in resource.get("telecom", ())
        if one.get("system") in {"phone", "sms"} and one.get("use") != "old" and one.get("value")
    ]
    return tuple(dict.fromkeys(kept))


def _read_date(resource: Json) -> PartialDate:
    text = resource.get("birthDate", "")
    if not text:
        raise DomainError("La date de naissance manque : indiquez au moins l'année.", field="birthDate")
    parts = [int(part) for part in text.split("-")]
    try:
        if len(parts) == 1:
            return PartialDate.of_year(parts[0])
        if len(parts) == 2:
            return PartialDate.of_month(*parts)
        stored = dt.date(*parts)
    except (DateError, ValueError):
        raise DomainError("La date de naissance n'existe pas au calendrier.", field="birthDate") from None
    known = _extension(resource.get("_birthDate", {}), fr.PRECISION).get("valueCode", "")
    if known in set(Precision):
        return PartialDate(stored, Precision(known), interpreted=True)
    return PartialDate(stored)


def _read_reliability(resource: Json, generation: str) -> tuple[str, frozenset[str]]:
    """The status, provisional when nothing says better, and the attributes."""
    status, attributes = "PROV", set[str]()
    for part in _parts(resource, fr.SUB_STATUS):
        code = str(part.get("valueCoding", {}).get("code", ""))
        if code in fr.STATUSES and (code in {"PROV", "VALI"} or not _old_generation(resource, generation)):
            status = code
        elif code:
            attributes.add(code)
    for part in _parts(resource, fr.SUB_COMMENT):
        codings: Sequence[Json] = part.get("valueCodeableConcept", {}).get("coding", [part.get("valueCoding", {})])
        attributes |= {str(one["code"]) for one in codings if one.get("code")}
    return status, frozenset(attributes)


def _parts(resource: Json, url: str) -> Iterator[Json]:
    for extension in resource.get("extension", ()):
        if extension.get("url") == fr.RELIABILITY:
            yield from (part for part in extension.get("extension", ()) if part.get("url") == url)


def _old_generation(resource: Json, generation: str) -> bool:
    """Whether the status is of table 0445; the partner's generation when no code system says it."""
    systems = {part.get("valueCoding", {}).get("system") for part in _parts(resource, fr.SUB_STATUS)} - {None}
    return fr.STATUS_2_1 in systems if systems else generation == "2.1"


def _read_ins(resource: Json) -> tuple[InsNumber | None, tuple[InsNumber, ...]]:
    """The active number and the former ones; the NIR before the NIA, which then goes to history (INS-4)."""
    active: list[InsNumber] = []
    former: list[InsNumber] = []
    for one in resource.get("identifier", ()):
        oid = from_uri(one.get("system", ""))
        if oid not in fr.INS_TYPES or _type_code(one) == "NH":
            continue
        if _type_code(one) != fr.INS_TYPES[oid]:
            raise DomainError(
                f"Précisez le type de l'identifiant {to_uri(oid)} : {fr.INS_TYPES[oid]}, ou NH pour le numéro de "
                "sécurité sociale.", field="identifier",
            )  # fmt: skip
        (former if one.get("use") == "old" else active).append(_number(oid, str(one.get("value", ""))))
    active.sort(key=lambda number: number.oid == fr.NIA)
    if len({number for number in active if number.oid != fr.NIA}) > 1:
        raise DomainError("Deux matricules INS actifs pour une même identité.", field="identifier")
    if not active:
        return None, tuple(former)
    return active[0], tuple(dict.fromkeys([*active[1:], *former]))


def _type_code(one: Json) -> str:
    codes = [str(coding.get("code", "")) for coding in one.get("type", {}).get("coding", ())]
    return next((code for code in codes if code), "")


def _number(oid: str, value: str) -> InsNumber:
    try:
        return InsNumber.read(oid, value)
    except TraitError as error:
        raise DomainError(error.message, field="identifier") from None
