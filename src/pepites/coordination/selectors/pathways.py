"""The pathways of a person as cards: stages, criteria, protocols, the version of the settings each follows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.coordination.enums import PathwayStatus
from pepites.coordination.models import Pathway
from pepites.coordination.selectors.labels import day_label, short_day
from pepites.coordination.selectors.protocols import RunLine, runs_visible_to
from pepites.coordination.selectors.settings import protocols_of
from pepites.networks.packs.selectors import in_force_of, value_of


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage of the way: behind, here, or ahead."""

    code: str
    title: str
    place: str


@dataclass(frozen=True, slots=True)
class PathwayCard:
    """One pathway, ready to print."""

    pathway: Pathway
    tone: str
    opened: str
    suspended: str
    closed: str
    may: bool
    stages: tuple[StageLine, ...]
    stage_words: str
    overdue: bool
    criteria: tuple[tuple[str, bool], ...]
    waiver: str
    runs: tuple[RunLine, ...]
    steers: bool
    startable: bool
    newer: int


def pathway_cards(actor: Actor, patient_id: int, pathways: list[Pathway], *, may: bool) -> list[PathwayCard]:
    """The cards, with a constant number of queries."""
    runs = runs_visible_to(actor, patient_id)
    latest = in_force_of({one.network_id for one in pathways})
    day = today()
    cards = []
    for one in pathways:
        steers = may and one.status != PathwayStatus.CLOSED
        allowed = may and one.network_id in actor.coordinated and one.status != PathwayStatus.CLOSED
        stages = value_of(one.pack, "etapes")["stages"]
        words, overdue = _since(one, stages, day)
        kept = one.inclusion or {"criteria": [], "waiver": ""}
        newest = latest.get(one.network_id)
        own = tuple(line for line in runs if line.run.pathway_id == one.pk)
        under_way = {line.run.code for line in own if line.run.ended_at is None}
        cards.append(
            PathwayCard(
                one, {"actif": "success", "suspendu": "warning"}.get(one.status, "neutral"), day_label(one.opened_on),
                day_label(one.suspended_on), day_label(one.closed_on), allowed, _stages(stages, one.stage), words,
                overdue, tuple((row["title"], row["met"]) for row in kept["criteria"]), kept["waiver"], own,
                steers, steers and any(row["code"] not in under_way for row in protocols_of(one)),
                newest.number if allowed and newest is not None and newest.pk != one.pack_id else 0,
            )
        )  # fmt: skip
    return cards


def _stages(stages: list[dict[str, Any]], current: str) -> tuple[StageLine, ...]:
    codes = [row["code"] for row in stages]
    here = codes.index(current) if current in codes else -1
    return tuple(
        StageLine(row["code"], row["title"], "done" if place < here else "here" if place == here else "ahead")
        for place, row in enumerate(stages)
    )


def _since(pathway: Pathway, stages: list[dict[str, Any]], day: date) -> tuple[str, bool]:
    row = next((one for one in stages if one["code"] == pathway.stage), None)
    if row is None or pathway.stage_since is None or pathway.status == PathwayStatus.CLOSED:
        return "", False
    held, usual = (day - pathway.stage_since).days, row["days"]
    words = f"depuis le {short_day(pathway.stage_since)}"
    if usual and held > usual:
        return f"{words}, {held} jours (habituellement {usual})", True
    return words, False
