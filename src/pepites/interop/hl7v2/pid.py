"""PID of PAM France to an identity, and an identity to PID (identite-ins §4.2)."""

import datetime as dt
import re
from collections.abc import Collection, Iterator
from typing import Final

from pepites.common.clock import CAYENNE
from pepites.common.errors import DomainError
from pepites.identity.dates import DateError, PartialDate
from pepites.identity.normalisation import UNKNOWN_PLACE, TraitError
from pepites.identity.traits import IdentityTraits
from pepites.interop.hl7v2.errors import Code, Hl7Error
from pepites.interop.hl7v2.parsing import Repetition, Segment, escaped
from pepites.interop.hl7v2.writing import segment
from pepites.interop.text import visible
from pepites.regional.values import IncomingRecord, InsNumber

NIA: Final = "1.2.250.1.213.1.4.9"
INS_NAMES: Final = {
    "1.2.250.1.213.1.4.8": "ASIP-SANTE-INS-NIR", NIA: "ASIP-SANTE-INS-NIA",
    "1.2.250.1.213.1.4.10": "ASIP-SANTE-INS-NIR-TEST", "1.2.250.1.213.1.4.11": "ASIP-SANTE-INS-NIR-DEMO",
}  # fmt: skip
_SEX = {"M": "M", "F": "F", "U": "I", "O": "I", "A": "I", "N": "I", "": "I"}
_STATUSES = ("QUAL", "VALI", "RECUP", "PROV")
_DATE = re.compile(r"(\d{4})(?:(\d{2})(?:(\d{2})(?:\d{2,6}(?:\.\d{1,4})?)?)?)?(?:[+-]\d{4})?", re.ASCII)
_MOMENT = re.compile(r"(\d{8})(\d{2})(\d{2})(\d{2})?(?:\.\d{1,4})?([+-]\d{4})?", re.ASCII)


# Reading


def record_of(pid: Segment, systems: Collection[str], *, occurred_at: dt.datetime | None = None) -> IncomingRecord:
    """The identity of a PID sent by the domain of those names; raises ``Hl7Error`` naming the field."""
    status, attributes = _status(pid)
    ins, history = _ins(pid)
    if status == "VALI" and ins is not None:
        status = "QUAL"  # §4.2: « VALI and an INS in PID-3 » means qualified
    if ins is not None and status != "QUAL":
        raise Hl7Error("Un matricule INS ne s'envoie qu'avec une identité qualifiée.", Code.DATA_TYPE, "PID-3")
    home = next((one for one in pid.repetitions(11) if one.text(7) not in {"BDL", "BR", "N"}), None)
    return IncomingRecord(
        local_id=local_id_of(pid, 3, systems), traits=_checked(_traits(pid, home)), status=status,
        attributes=attributes, ins=ins, ins_history=history if status == "QUAL" else (), phones=_phones(pid),
        commune_cog=home.text(9) if home else "", birth_rank=_rank(pid), occurred_at=occurred_at,
    )  # fmt: skip


def local_id_of(source: Segment, number: int, systems: Collection[str]) -> str:
    """The number of the domain in a CX field; raises ``Hl7Error`` unless there is exactly one."""
    where = f"{source.name}-{number}"
    own = {
        one.text(1)
        for one in source.repetitions(number)
        if set(_authority(one)) & set(systems) and one.text(5) in {"PI", ""} and one.text(1)
    }
    if len(own) != 1:
        said = "manque" if not own else "est donné plusieurs fois"
        raise Hl7Error(f"L'identifiant du patient dans votre domaine (PI) {said}.", Code.REQUIRED_FIELD, where)
    value = own.pop()
    if len(value) > 64 or visible(value) != value:
        raise Hl7Error("L'identifiant local compte 1 à 64 caractères imprimables.", Code.DATA_TYPE, where)
    return value


def system_and_id(pid: Segment) -> tuple[str, str]:
    """Authority and number of the first internal identifier, of whatever domain (A24, A37)."""
    for one in pid.repetitions(3):
        names = [name for name in _authority(one) if name]
        if one.text(5) in {"PI", ""} and names and 0 < len(one.text(1)) <= 64:
            return names[0], one.text(1)
    raise Hl7Error("Un identifiant interne (PI) avec son autorité manque.", Code.REQUIRED_FIELD, "PID-3")


def _authority(one: Repetition) -> tuple[str, str]:
    """Universal id, then namespace, of CX-4."""
    return one.text(4, 2), one.text(4, 1)


def _traits(pid: Segment, home: Repetition | None) -> IdentityTraits:
    names = pid.repetitions(5)
    legal = next((one for one in names if one.text(7) == "L"), None) or next(
        (one for one in names if not one.text(7)), None
    )
    if legal is None:
        raise Hl7Error("Le nom de naissance (type L) manque.", Code.REQUIRED_FIELD, "PID-5")
    used = next((one for one in names if one.text(7) == "D"), None)
    birth = next((one for one in pid.repetitions(11) if one.text(7) == "BDL"), None)
    return IdentityTraits(
        birth_name=visible(legal.text(1)), first_given_name=visible(legal.text(2)),
        given_names=visible(legal.text(3)) or visible(legal.text(2)), birth_date=_birth_date(pid),
        sex=_sex(pid), birth_place_cog=(birth.text(9) if birth else "") or UNKNOWN_PLACE,
        used_name=visible(used.text(1)) if used else "", used_given_name=visible(used.text(2)) if used else "",
        birth_place_label=visible(birth.text(3))[:100] if birth else "", mother_name=visible(pid.text(6)),
        multiple_birth=pid.text(24) == "Y" or _rank(pid) is not None, address=_address(home),
    )  # fmt: skip


def _checked(traits: IdentityTraits) -> IdentityTraits:
    fields = {
        "birth_name": "PID-5", "given_names": "PID-5", "first_given_name": "PID-5", "used_name": "PID-5",
        "used_given_name": "PID-5", "birth_place": "PID-11", "sex": "PID-8", "mother_name": "PID-6",
    }  # fmt: skip
    try:
        return traits.checked()
    except DomainError as error:
        raise Hl7Error(error.message, Code.DATA_TYPE, fields.get(error.field or "", "PID")) from None


def _sex(pid: Segment) -> str:
    if pid.text(8) not in _SEX:
        raise Hl7Error("Le sexe vaut M, F ou U.", Code.TABLE_VALUE, "PID-8")
    return _SEX[pid.text(8)]


def _birth_date(pid: Segment) -> PartialDate:
    found = _DATE.fullmatch(pid.text(7))
    if found is None:
        raise Hl7Error("La date de naissance s'écrit AAAAMMJJ, ou AAAA.", Code.REQUIRED_FIELD, "PID-7")
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        if not month:
            return PartialDate.of_year(year)
        return PartialDate(dt.date(year, month, day)) if day else PartialDate.of_month(year, month)
    except (DateError, ValueError):
        raise Hl7Error("La date de naissance n'existe pas au calendrier.", Code.DATA_TYPE, "PID-7") from None


def _rank(pid: Segment) -> int | None:
    text = pid.text(25)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= 9:
        raise Hl7Error("Le rang de naissance va de 1 à 9.", Code.DATA_TYPE, "PID-25")
    return int(text)


def _address(home: Repetition | None) -> str:
    if home is None:
        return ""
    return visible(" ".join(home.text(part) for part in (1, 2, 5, 3)))[:300]


def _phones(pid: Segment) -> tuple[str, ...]:
    found = (one.text(12) or one.text(1) for number in (13, 14) for one in pid.repetitions(number)
             if one.text(3) != "Internet")  # fmt: skip
    return tuple(dict.fromkeys(phone for phone in found if phone))


def _status(pid: Segment) -> tuple[str, frozenset[str]]:
    """PID-32, repeatable: the status, provisional when nothing says better, and the attributes (table 0445)."""
    codes = {one.text(1) for one in pid.repetitions(32)}
    if any(not re.fullmatch(r"[A-Z]{2,5}", code) for code in codes):
        raise Hl7Error("Un code de fiabilité de l'identité est impossible.", Code.TABLE_VALUE, "PID-32")
    stated = [status for status in _STATUSES if status in codes]
    if len(stated) > 1:
        raise Hl7Error("Deux statuts de confiance pour une même identité.", Code.TABLE_VALUE, "PID-32")
    return (stated or ["PROV"])[0], frozenset(codes - set(_STATUSES))


def _ins(pid: Segment) -> tuple[InsNumber | None, tuple[InsNumber, ...]]:
    """The active number and the former ones. A number of type NH is the billing one, never an INS (INS-3)."""
    active: list[InsNumber] = []
    former: list[InsNumber] = []
    for one in pid.repetitions(3):
        oid = one.text(4, 2)
        if one.text(5) != "INS":
            continue
        if oid not in INS_NAMES:
            raise Hl7Error("L'autorité d'un matricule INS n'est pas connue.", Code.TABLE_VALUE, "PID-3")
        (former if one.text(8) else active).append(_number(oid, one.text(1)))
    active.sort(key=lambda number: number.oid == NIA)
    if len({number for number in active if number.oid != NIA}) > 1:
        raise Hl7Error("Deux matricules INS actifs pour une même identité.", Code.DUPLICATE_KEY, "PID-3")
    if not active:
        return None, tuple(former)
    return active[0], tuple(dict.fromkeys([*active[1:], *former]))  # INS-4: the NIA goes to history


def _number(oid: str, value: str) -> InsNumber:
    try:
        return InsNumber.read(oid, value)
    except TraitError as error:
        raise Hl7Error(error.message, Code.DATA_TYPE, "PID-3") from None


def moment_of(text: str, where: str) -> dt.datetime | None:
    """A timestamp of the sender, in Cayenne time when it says no zone."""
    if not text:
        return None
    found = _MOMENT.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        day, *times, zone = found.groups()
        hour, minute, second = (int(part or 0) for part in times)
        return dt.datetime(int(day[:4]), int(day[4:6]), int(day[6:]), hour, minute, second, tzinfo=_zone(zone))
    except (ValueError, OverflowError):
        raise Hl7Error("L'horodatage s'écrit AAAAMMJJHHMMSS.", Code.DATA_TYPE, where) from None


def _zone(text: str | None) -> dt.tzinfo:
    if not text:
        return CAYENNE
    minutes = int(text[1:3]) * 60 + int(text[3:])
    return dt.timezone(dt.timedelta(minutes=minutes if text[0] == "+" else -minutes))


# Writing


def pid_of(record: IncomingRecord, *, system: str, namespace: str = "") -> str:
    """The PID of an identity: its number leaves with a qualified identity only (§2.6-1); RECUP reads PROV (§4.2)."""
    qualified = record.status == "QUAL" and record.ins is not None
    traits = record.traits
    fields = [""] * 33
    fields[0], fields[1] = "PID", "1"
    fields[3] = "~".join(_identifiers(record, system, namespace, qualified=qualified))
    fields[5] = "~".join(_names(traits))
    fields[6] = escaped(traits.mother_name)
    fields[7] = _written_date(traits.birth_date)
    fields[8] = {"M": "M", "F": "F"}.get(traits.sex, "U")
    fields[11] = "~".join(_addresses(record))
    fields[13] = "~".join(f"^PRN^PH^^^^^^^^^{escaped(phone)}" for phone in record.phones)
    fields[24] = "Y" if traits.multiple_birth else ""
    fields[25] = str(record.birth_rank or "")
    status = "VALI" if qualified or record.status in {"VALI", "QUAL"} else "PROV"
    fields[32] = "~".join([status, *sorted(map(escaped, record.attributes))])
    return segment(*fields)


def authority_of(system: str, namespace: str = "") -> str:
    """An assigning authority: its name, its OID or its address."""
    oid = re.fullmatch(r"[0-2](?:\.\d+)+", system)
    return f"{escaped(namespace)}&{escaped(system)}&{'ISO' if oid else 'URI'}"


def _identifiers(record: IncomingRecord, system: str, namespace: str, *, qualified: bool) -> Iterator[str]:
    yield f"{escaped(record.local_id)}^^^{authority_of(system, namespace)}^PI"
    if qualified and record.ins is not None:
        yield f"{record.ins.matricule}^^^{INS_NAMES[record.ins.oid]}&{record.ins.oid}&ISO^INS"
        for former in record.ins_history:
            yield f"{former.matricule}^^^{INS_NAMES[former.oid]}&{former.oid}&ISO^INS^^^{_LONG_AGO}"


_LONG_AGO: Final = "19000101"  # an end date, the true one being unknown: the number is no longer active


def _names(traits: IdentityTraits) -> Iterator[str]:
    names = map(escaped, (traits.birth_name, traits.first_given_name, traits.given_names))
    yield f"{'^'.join(names)}^^^^L"
    if traits.used_name or traits.used_given_name:
        yield f"{escaped(traits.used_name)}^{escaped(traits.used_given_name)}^^^^^D"


def _written_date(date: PartialDate) -> str:
    """The full date that the RNIV asks for: v2 has no place for what was interpreted (INS-15)."""
    return date.stored.strftime("%Y%m%d").zfill(8)


def _addresses(record: IncomingRecord) -> Iterator[str]:
    traits = record.traits
    if traits.birth_place_cog != UNKNOWN_PLACE or traits.birth_place_label:
        yield f"^^{escaped(traits.birth_place_label)}^^^^BDL^^{escaped(traits.birth_place_cog)}"
    if traits.address or record.commune_cog:
        yield f"{escaped(traits.address)}^^^^^^H^^{escaped(record.commune_cog)}"
