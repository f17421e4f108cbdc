"""Why a slot may not do: somebody is busy (their travel counted), away, or out of their usual hours."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from pepites.agenda.models import Absence, UsualHours
from pepites.agenda.selectors.lines import hour_words, names_of
from pepites.agenda.shapes import Clash, Planned
from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE, local_day


def clashes_of(actor: Actor, planned: Planned, *, except_for: UUID | None = None) -> list[Clash]:
    """What stands in the way, for each participant the actor may ask about; said before saving, never forbidding."""
    who = list(planned.participants or ((actor.practice_id,) if actor.practice_id else ()))
    names = names_of(who)
    return [
        *_busy(who, names, planned, except_for),
        *_away(who, names, planned),
        *_closed(who, names, planned),
    ]


def _busy(who: Sequence[int], names: dict[int, str], planned: Planned, except_for: UUID | None) -> list[Clash]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT practice_id, public_id, leaves_at, ends_at FROM agenda_busy(%s, %s, %s)",
            [list(who), planned.leaves_at, planned.ends_at],
        )
        rows: list[tuple[int, UUID, datetime, datetime]] = cursor.fetchall()
    return [
        Clash(practice, f"{names.get(practice, '')} est pris de {hour_words(leaves)} à {hour_words(ends)}"
              " (trajet compris).")
        for practice, public_id, leaves, ends in rows
        if public_id != except_for and leaves < planned.ends_at and ends > planned.leaves_at
    ]  # fmt: skip


def _away(who: Sequence[int], names: dict[int, str], planned: Planned) -> list[Clash]:
    first, last = (local_day(moment) for moment in (planned.starts_at, planned.ends_at))
    found = Absence.objects.filter(practice_id__in=who, cancelled_at=None, starts_on__lte=last, ends_on__gte=first)
    return [
        Clash(one.practice_id, f"{names.get(one.practice_id, '')} est absent jusqu'au {one.ends_on:%d/%m/%Y}"
              + (f", remplacé par {one.replaced_by.professional.display_name}." if one.replaced_by else "."))
        for one in found.select_related("replaced_by__professional")[:60]
    ]  # fmt: skip


def _closed(who: Sequence[int], names: dict[int, str], planned: Planned) -> list[Clash]:
    """Only for those who gave their hours."""
    local = planned.starts_at.astimezone(CAYENNE)
    end = (planned.ends_at - timedelta(seconds=1)).astimezone(CAYENNE).time()
    week: dict[int, dict[int, UsualHours]] = {}
    for one in UsualHours.objects.filter(practice_id__in=who):
        week.setdefault(one.practice_id, {})[one.weekday] = one
    made = []
    for practice, days in week.items():
        span = days.get(local.weekday())
        if span is None or local.time() < span.opens or end > span.closes:
            made.append(Clash(practice, f"{names.get(practice, '')} ne reçoit pas à cette heure d'habitude."))
    return made
