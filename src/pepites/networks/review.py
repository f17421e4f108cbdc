"""The quarterly review of habilitations: who holds which role, and what is to be looked at again (RIE §6.3)."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE, now
from pepites.common.text import plain_cell
from pepites.networks.enums import MemberRole
from pepites.networks.models import NetworkMembership
from pepites.networks.selectors import in_force

EVERY: Final = timedelta(days=90)
LATE: Final = timedelta(days=30)  # after which a role not reviewed is marked late
COLUMNS: Final = ("Réseau", "Nom", "Profession", "Numéro RPPS", "Structure", "Rôle d'exercice", "Rôle dans le réseau",
                  "Depuis", "Confirmé le", "Confirmé par")  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoleLine:
    """One role to keep or to withdraw, ready to print."""

    id: int
    name: str
    profession: str
    place: str
    network: str
    colour: int
    role: str
    since: str
    confirmed: str
    late: bool
    suspended: str
    ends_soon: str


def _rows(actor: Actor, *, suspended: bool = False) -> "QuerySet[Any]":
    """Roles in force, and those suspended for want of a review when they are asked for too."""
    waiting = Q(suspended_at__isnull=False, practice__ends_at__isnull=True)
    which = in_force() | waiting if suspended else in_force()
    rows = NetworkMembership.objects.filter(which, network__active=True)
    if not actor.platform_admin:
        rows = rows.filter(network_id__in=actor.administered)
    return rows.select_related("network", "practice__professional", "practice__organization").annotate(
        looked_at=Coalesce("confirmed_at", "starts_at")
    )


def due(actor: Actor, *, limit: int = 100) -> tuple[list[RoleLine], int]:
    """Roles not looked at for ninety days in the networks the actor administers, those suspended first, then the
    oldest; and how many."""
    ordered = _due(actor).order_by(F("suspended_at").asc(nulls_last=True), "looked_at", "pk")
    return [_line(row) for row in ordered[:limit]], ordered.count()


def _due(actor: Actor) -> "QuerySet[Any]":
    rows = _rows(actor, suspended=True).filter(looked_at__lt=now() - EVERY)
    return rows if actor.professional_id is None else rows.exclude(practice__professional_id=actor.professional_id)


def due_count(actor: Actor) -> int:
    """How many roles wait for a review by the actor: one's own are for another."""
    return _due(actor).count()


def chosen(actor: Actor, ids: Iterable[int]) -> list[NetworkMembership]:
    """Roles named by their keys, among those the actor administers."""
    return list(_rows(actor, suspended=True).filter(pk__in=list(ids)))


def _line(row: Any) -> RoleLine:
    person = row.practice.professional
    looked_at: datetime = row.looked_at
    days = settings.PEPITES_HABILITATION_REVIEW_SUSPEND_DAYS
    ends_on = looked_at + EVERY + timedelta(days=days) if days and not row.suspended_at else None
    return RoleLine(
        row.pk, person.display_name, row.practice.role_label, row.practice.organization.name, row.network.name,
        row.network.colour, MemberRole(row.role).label, _day(row.starts_at), _day(row.confirmed_at),
        looked_at < now() - EVERY - LATE, _day(row.suspended_at), _day(ends_on),
    )  # fmt: skip


def as_csv(actor: Actor, names: dict[int, str]) -> tuple[str, int]:
    """Every role in force of the networks administered, for an audit, and how many; ``names``: accounts by key."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    count = 0
    for row in _rows(actor).order_by("network__name", "practice__professional__sort_key", "pk"):
        person = row.practice.professional
        cells = (
            row.network.name, person.display_name, person.profession_label, person.rpps or "",
            row.practice.organization.name, row.practice.role_label, MemberRole(row.role).label, _day(row.starts_at),
            _day(row.confirmed_at), names.get(row.confirmed_by or 0, ""),
        )  # fmt: skip
        writer.writerow([plain_cell(cell) for cell in cells])
        count += 1
    return out.getvalue(), count


def reviewers(actor: Actor) -> set[int]:
    """Accounts that confirmed roles there, for their names."""
    found = _rows(actor).filter(confirmed_by__isnull=False).values_list("confirmed_by", flat=True)
    return {key for key in found if key is not None}


def _day(moment: datetime | None) -> str:
    return moment.astimezone(CAYENNE).strftime("%d/%m/%Y") if moment else ""
