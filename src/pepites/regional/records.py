"""Records as rows: what goes to the database, and what the judge reads of it."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from pepites.common.clock import today
from pepites.common.identifiers import new_regional_id, new_uuid
from pepites.common.text import words
from pepites.identity.blocks import hashed_keys
from pepites.identity.dates import PartialDate, Precision
from pepites.identity.frequencies import current
from pepites.identity.matching.model import shipped
from pepites.identity.packed import packed, unpacked
from pepites.identity.traits import AliasValue, IdentityTraits
from pepites.identity.written import Written, written
from pepites.regional.engine import MatchRecord, Thresholds
from pepites.regional.models import RuleSet
from pepites.regional.values import IncomingRecord, InsNumber

NEWBORN_DAYS = 28
KEPT_ALIASES = 20


def row_of(record: IncomingRecord, irp: str = "") -> dict[str, object]:
    """A checked record as a row of ``regional_store``; the matricule of a qualified identity only (§2.6-1)."""
    traits = record.traits.columns()
    shape = written(record.traits, record.phones, record.aliases, commune=record.commune_cog)
    ins = record.ins if record.status == "QUAL" else None
    aliases = [
        [one.birth_name, one.given_names, one.birth_date.isoformat() if one.birth_date else None]
        for one in record.aliases[:KEPT_ALIASES]
    ]
    for name in ("birth_name_typed", "given_names_typed", "birth_place_label", "address"):
        del traits[name]
    return traits | {
        "public_id": str(new_uuid()),
        "irp": irp or new_regional_id(),
        "local_id": record.local_id,
        "occurred_at": record.occurred_at.isoformat() if record.occurred_at else None,
        "keys": [str(key) for key in keys_of(record, shape)],
        "form": packed(shape),
        "name_text": _name_text(record),
        "birth_date": record.traits.birth_date.stored.isoformat(),
        "birth_rank": record.birth_rank,
        "commune_cog": record.commune_cog,
        "phones": list(record.phones),
        "aliases": aliases,
        "status": record.status,
        "attributes": sorted(record.attributes),
        "ins_oid": ins.oid if ins else "",
        "ins_matricule": ins.matricule if ins else "",
        "ins_history": [[one.oid, one.matricule] for one in record.ins_history],
    }


def _name_text(record: IncomingRecord) -> str:
    traits = record.traits
    names = [traits.birth_name, traits.used_name, traits.given_names, traits.used_given_name]
    names += [f"{one.birth_name} {one.given_names}" for one in record.aliases]
    return words(" ".join(names))[:420]


def keys_of(record: IncomingRecord, shape: Written | None = None) -> list[int]:
    """Hashed blocking keys of a record: its names, aliases, phones, INS and former INS (§5.4 point 2)."""
    numbers = [record.ins] if record.ins and record.status == "QUAL" else []
    known = shape or written(record.traits, record.phones, record.aliases, commune=record.commune_cog)
    return hashed_keys(known, [f"{one.oid}|{one.matricule}" for one in (*numbers, *record.ins_history)])


def thresholds_of(rules: RuleSet) -> Thresholds:
    """The region's own thresholds, or those of the model for as many records as the region has."""
    own = Thresholds.of(shipped().among(current().total))
    high = own.high if rules.t_high is None else rules.t_high
    return Thresholds(high, own.low if rules.t_low is None else rules.t_low, rules.runner_up)


def loaded(data: object) -> dict[str, Any]:
    """The JSON of a record, whether the driver read it or not."""
    value = json.loads(data) if isinstance(data, str | bytes) else data
    assert isinstance(value, dict)
    return value


def traits_of(data: Mapping[str, Any]) -> IdentityTraits:
    """The traits of a stored record, as a value."""
    return IdentityTraits(
        birth_name=data["birth_name"],
        first_given_name=data["first_given_name"],
        given_names=data["given_names"],
        birth_date=PartialDate(
            dt.date.fromisoformat(data["birth_date"]),
            Precision(data["birth_date_precision"]),
            interpreted=data["birth_date_interpreted"],
        ),
        sex=data["sex"],
        birth_place_cog=data["birth_place_cog"],
        used_name=data["used_name"],
        used_given_name=data["used_given_name"],
        mother_name=data["mother_name"],
        multiple_birth=data["multiple_birth"],
    )


def aliases_of(data: Mapping[str, Any]) -> list[AliasValue]:
    """The other names and dates of a stored record."""
    return [
        AliasValue(name, given, dt.date.fromisoformat(date) if date else None) for name, given, date in data["aliases"]
    ]


def incoming_of(data: Mapping[str, Any]) -> IncomingRecord:
    """A stored record as its domain said it."""
    ins = InsNumber(data["ins_oid"], data["ins_matricule"]) if data["ins_matricule"] else None
    return IncomingRecord(
        data["local_id"], traits_of(data), data["status"], frozenset(data["attributes"]), ins,
        tuple(InsNumber(oid, number) for oid, number in data["ins_history"]), tuple(data["phones"]),
        data["commune_cog"], data["birth_rank"], aliases=tuple(aliases_of(data)),
    )  # fmt: skip


def numbers_of(data: Mapping[str, Any]) -> list[str]:
    """The matricules of a stored record, former ones included, each after its authority."""
    own = [f"{data['ins_oid']}|{data['ins_matricule']}"] if data["ins_matricule"] else []
    return own + [f"{oid}|{matricule}" for oid, matricule in data["ins_history"]]


def match_record(
    record_id: int,
    person_id: int,
    domain_id: int,
    form: str,
    status: str,
    born: dt.date,
    data: object,
    *,
    since: dt.date | None = None,
    blocked: bool = False,
) -> MatchRecord:
    """A stored record as the judge sees it: by its ``form`` when it was computed, else by its traits in ``data``.

    ``data`` is None for a record with a form and nothing that qualifies it. ``since``: see ``newborns_since``.
    """
    newborn = born > (since or newborns_since())
    if data is None:
        shape = unpacked(form)
        return MatchRecord(
            record_id, person_id, domain_id, shape, status, interpreted=bool(shape.forms[0].wk), newborn=newborn,
            blocked=blocked,
        )  # fmt: skip
    said = loaded(data)
    ins = (said["ins_oid"], said["ins_matricule"]) if said["ins_matricule"] else None
    shape = unpacked(form, ins[1] if ins else "") if form else shape_of(said, ins[1] if ins else "")
    return MatchRecord(
        record_id, person_id, domain_id, shape, status, ins,
        frozenset((oid, number) for oid, number in said["ins_history"]), bool(shape.forms[0].wk),
        "DOUT" in said["attributes"], newborn, said["multiple_birth"], said["birth_rank"], blocked,
    )  # fmt: skip


def shape_of(data: Mapping[str, Any], ins: str = "") -> Written:
    """Every way a stored record may have been written."""
    return written(traits_of(data), data["phones"], aliases_of(data), commune=data["commune_cog"], ins=ins)


def incoming_match(record: IncomingRecord, domain_id: int = 0, *, since: dt.date | None = None) -> MatchRecord:
    """A record that nobody stored, for ``$match``. ``since``: see ``newborns_since``."""
    ins = (record.ins.oid, record.ins.matricule) if record.ins and record.status == "QUAL" else None
    shape = written(record.traits, record.phones, record.aliases, commune=record.commune_cog, ins=ins[1] if ins else "")
    return MatchRecord(
        0, 0, domain_id, shape, record.status, ins,
        frozenset((one.oid, one.matricule) for one in record.ins_history), bool(shape.forms[0].wk),
        "DOUT" in record.attributes, record.traits.birth_date.stored > (since or newborns_since()),
        record.traits.multiple_birth, record.birth_rank,
    )  # fmt: skip


def newborns_since() -> dt.date:
    """Whoever is born after that day is less than 28 days old: no link by itself (STIC-7)."""
    return today() - dt.timedelta(days=NEWBORN_DAYS)
