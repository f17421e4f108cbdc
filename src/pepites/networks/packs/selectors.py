"""What the screens and the other apps read of packs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pepites.common.clock import CAYENNE
from pepites.networks.models import Network
from pepites.networks.packs.comparing import differences
from pepites.networks.packs.models import NetworkPack, PackState
from pepites.networks.packs.registry import empty_pack, section_named
from pepites.networks.packs.schema import Rows, Section

MOST_KEPT: Final = 64
_read: dict[UUID, NetworkPack] = {}
FORMAT: Final = "pepites-pack"
FORMAT_VERSION: Final = 1


def in_force(network_id: int) -> NetworkPack | None:
    """The version that new cases are opened with."""
    return NetworkPack.objects.filter(network_id=network_id, state=PackState.PUBLISHED).order_by("-number").first()


def published_packs(public_ids: Sequence[UUID]) -> list[NetworkPack]:
    """Published versions, in that order; the process keeps what it read, for they never change (the database sees to
    it)."""
    known = {one: _read.get(one) for one in public_ids}
    missing = [one for one, pack in known.items() if pack is None]
    if missing:
        known |= {
            pack.public_id: pack
            for pack in NetworkPack.objects.filter(public_id__in=missing, state=PackState.PUBLISHED)
        }
        if len(_read) > MOST_KEPT:
            _read.clear()
        _read.update({one: pack for one, pack in known.items() if pack is not None})
    return [pack for one in public_ids if (pack := known[one]) is not None]


def in_force_of(network_ids: Iterable[int]) -> dict[int, NetworkPack]:
    """The version in force of each network, in one query."""
    packs = NetworkPack.objects.filter(network_id__in=list(network_ids), state=PackState.PUBLISHED)
    return {pack.network_id: pack for pack in packs.order_by("network_id", "-number").distinct("network_id")}


def draft_of(network: Network) -> NetworkPack | None:
    """The draft under way, for those who administer the network."""
    return NetworkPack.objects.filter(network=network, state=PackState.DRAFT).first()


def value_of(pack: NetworkPack | None, key: str) -> dict[str, Any]:
    """A section as its app reads it: what an older version, or no version, does not say takes its default."""
    section = section_named(key)
    if section is None:
        raise KeyError(key)
    return filled(section, pack.sections.get(key) if pack is not None else None)


def filled(section: Section, stored: Mapping[str, Any] | None) -> dict[str, Any]:
    """The stored value over the defaults, rows included."""
    value = section.empty() | dict(stored or {})
    if section.rows is not None:
        value[section.rows.name] = _filled_rows(section.rows, value[section.rows.name])
    return value


def _filled_rows(rows: Rows, stored: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    defaults = {field.name: field.empty() for field in rows.fields}
    made = []
    for one in stored:
        row = defaults | dict(one)
        if rows.rows is not None:
            row[rows.rows.name] = _filled_rows(rows.rows, row.get(rows.rows.name, []))
        made.append(row)
    return made


@dataclass(frozen=True, slots=True)
class PackLine:
    """One published version, ready to print; ``changes`` are sentences against the one before."""

    number: int
    note: str
    day: str
    author: int | None
    changes: tuple[str, ...]


def history(network: Network, limit: int = 20) -> list[PackLine]:
    """The published versions, the last first."""
    packs = list(
        NetworkPack.objects.filter(network=network, state=PackState.PUBLISHED).order_by("-number")[: limit + 1]
    )
    lines = []
    for place, one in enumerate(packs[:limit]):
        before = packs[place + 1].sections if place + 1 < len(packs) else empty_pack()
        day = one.published_at.astimezone(CAYENNE).strftime("%d/%m/%Y à %H h %M") if one.published_at else ""
        lines.append(PackLine(one.number, one.note, day, one.published_by, differences(before, one.sections)))
    return lines


def version_of(network: Network, number: int) -> NetworkPack | None:
    """One published version."""
    return NetworkPack.objects.filter(network=network, number=number, state=PackState.PUBLISHED).first()


def as_file(network: Network, pack: NetworkPack) -> str:
    """A pack as the file another platform imports; nothing in it names a person."""
    content = {
        "format": FORMAT, "version": FORMAT_VERSION, "network": network.slug, "number": pack.number,
        "note": pack.note, "sections": pack.sections,
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
