"""The rows of the *file active*, ready to print: no formatting left to the template."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from pepites.common.addresses import address
from pepites.coordination.enums import PathwayStatus
from pepites.coordination.selectors.labels import age_label, birth_label, moment_label
from pepites.networks.models import Network
from pepites.terminology.cog import cog_table

STATUS_LABEL = {"PROV": "Provisoire", "RECUP": "Récupérée", "VALI": "Validée", "QUAL": "Qualifiée"}


@dataclass(frozen=True, slots=True)
class ListRow:
    """One person of a list, every text made."""

    url: str
    public_id: UUID
    name: str
    used: str
    born: str
    age: str
    sex: str
    status: str
    status_label: str
    homonym: bool
    commune: str
    networks: list[dict[str, Any]]
    unread: int
    late: int
    next_appointment: str
    last_contact: str


def list_rows(
    found: Iterable[tuple[Any, ...]], unread: dict[int, int], networks: dict[int, Network], today: date
) -> list[ListRow]:
    """Those rows of ``coordination_rows``, in that order, every text made."""
    return [_row(row, unread.get(row[0], 0), networks, today) for row in found]


def _row(row: tuple[Any, ...], unread: int, networks: dict[int, Network], today: date) -> ListRow:
    used = f"{row[4] or row[2]} {row[5] or row[3]}" if row[4] or row[5] else ""
    return ListRow(
        url=address("coordination:file", row[1]),
        public_id=row[1],
        name=f"{row[2]} {row[3]}",
        used=used,
        born=birth_label(row[6], row[7]),
        age=age_label(row[6], today),
        sex={"M": "M", "F": "F"}.get(row[8], ""),
        status=row[9].lower(),
        status_label=STATUS_LABEL.get(row[9], ""),
        homonym="HOM" in (row[10] or ""),
        commune=commune_label(row[11]),
        networks=_networks(row[16] or [], networks),
        unread=unread,
        late=int(row[15]),
        next_appointment=moment_label(row[14], today),
        last_contact=_last_contact(row[12], row[13], row[17], today),
    )


@lru_cache(maxsize=4096)
def commune_label(code: str) -> str:
    """Name of a commune by code, empty when unknown."""
    place = cog_table().get(code) if code else None
    return place.name if place else ""


def _networks(pairs: list[str], networks: dict[int, Network]) -> list[dict[str, Any]]:
    shown = []
    for pair in pairs:
        key, _, status = pair.partition(":")
        network = networks.get(int(key))
        if network is not None:
            suffix = "" if status == PathwayStatus.ACTIVE else f" ({PathwayStatus(status).label.lower()})"
            shown.append({"colour": network.colour, "name": f"{network.short_name}{suffix}"})
    return shown


def _last_contact(act_at: datetime | None, act: str | None, message_at: datetime | None, today: date) -> str:
    if message_at and (act_at is None or message_at > act_at):
        return f"Message, {moment_label(message_at, today)}"
    return f"{act}, {moment_label(act_at, today)}" if act_at else ""
