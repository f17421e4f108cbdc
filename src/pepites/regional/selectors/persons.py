"""A regional person: best traits with their source, its records, its links and separations (STIC-3, STIC-9)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from pepites.audit.journal import label_of
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import NotFound
from pepites.identity.selectors.labels import grouped_regional_id, status_label
from pepites.regional.database import subjects_of
from pepites.regional.models import Link, NonLink, RegionalPerson, RegionalRecord
from pepites.regional.selectors.labels import chance_label, moment, number_label, trait_lines
from pepites.regional.values import UnlinkDone

STATUSES = ("QUAL", "VALI", "RECUP", "PROV")


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything the page prints."""

    person: RegionalPerson
    irp_label: str
    status_label: str
    best: list[tuple[str, str]]
    source: str
    records: list[dict[str, Any]]
    history: list[dict[str, Any]]
    apart: list[dict[str, Any]]
    merged_into: str


def best_record(records: list[RegionalRecord]) -> RegionalRecord:
    """The record shown: best status, then the latest received; never a doubtful one if another is there (STIC-3)."""
    return min(
        records,
        key=lambda one: ("DOUT" in one.attributes, STATUSES.index(one.status), -one.received_at.timestamp(), one.pk),
    )


def person_visible_to(actor: Actor, irp: str) -> PersonPage:
    """One regional person; 404 for whoever is no cell; journalled."""
    del actor
    person = RegionalPerson.objects.select_related("merged_into").filter(irp=irp).first()
    if person is None:
        raise NotFound
    links = list(
        Link.objects.filter(person=person).select_related("record__domain", "author__professional", "other__domain")
        .order_by("-id")[:50]
    )  # fmt: skip
    live = [link for link in links if link.active]
    subjects = subjects_of([link.record_id for link in live])
    record("regional.person.read", subjects=subjects, object_type="regional_person", object_id=irp)
    best = best_record([link.record for link in live]) if live else None
    return PersonPage(
        person=person, irp_label=grouped_regional_id(irp), status_label=status_label(person.status),
        best=[(label, text) for _, label, text in trait_lines(best) if text] if best else [],
        source=best.domain.name if best else "",
        records=[_record(link) for link in reversed(live)],
        history=[_link(link) for link in links],
        apart=_apart([link.record_id for link in live]),
        merged_into=person.merged_into.irp if person.merged_into else "",
    )  # fmt: skip


def _record(link: Link) -> dict[str, Any]:
    one = link.record
    return {
        "public_id": one.public_id, "name": f"{one.birth_name} {one.given_names}", "domain": one.domain.name,
        "number": number_label(one), "born": f"{one.birth_date:%d/%m/%Y}", "status": one.status,
        "status_label": status_label(one.status), "received": moment(one.received_at),
        "origin": link.get_origin_display(),
    }  # fmt: skip


def _link(link: Link) -> dict[str, Any]:
    words = f"{_short(link.record)} : {link.get_origin_display().lower()}"
    if link.score is not None:
        words += f", probabilité : {chance_label(link.score)}"
    if link.author:
        words += f", {link.author.professional.display_name}"
    if link.reason:
        words += f" ({link.reason})"
    ended = f"jusqu'au {moment(link.ended_at)}" + (f" : {link.ended_reason}" if link.ended_reason else "")
    return {
        "at": moment(link.created_at), "words": words, "ended": ended if link.ended_at else "",
        "undo": link.public_id if link.active and link.origin != "seul" else None,
    }  # fmt: skip


def _apart(record_ids: list[int]) -> list[dict[str, Any]]:
    found = (
        NonLink.objects.filter(Q(one__in=record_ids) | Q(two__in=record_ids), lifted_at=None)
        .select_related("one__domain", "two__domain")
        .order_by("-id")[:20]
    )
    return [
        {
            "public_id": one.public_id, "reason": one.reason, "at": moment(one.created_at),
            "pair": f"{_short(one.one)} / {_short(one.two)}",
        }
        for one in found
    ]  # fmt: skip


def _short(one: RegionalRecord) -> str:
    return " ".join(filter(None, (one.domain.name, number_label(one))))


def record_summary(public_id: UUID) -> dict[str, object]:
    """What the page that separates an identity says of it; 404 for whoever is no cell."""
    link = (
        Link.objects.filter(record__public_id=public_id, active=True).select_related("record__domain", "person").first()
    )
    if link is None:
        raise NotFound
    return _summary(link, [link.record])


def link_summary(public_id: UUID) -> dict[str, object]:
    """What the page that undoes an act says of it: every identity that it moved."""
    link = Link.objects.filter(public_id=public_id, active=True).select_related("person").first()
    if link is None:
        raise NotFound
    moved = Link.objects.filter(batch=link.batch, active=True).select_related("record__domain")
    return _summary(link, [one.record for one in moved])


def _summary(link: Link, records: list[RegionalRecord]) -> dict[str, object]:
    record("regional.person.read", object_type="regional_person", object_id=link.person.irp)
    rest = (
        Link.objects.filter(person=link.person, active=True)
        .exclude(record__in=records)
        .select_related("record__domain")
    )
    return {
        "irp": link.person.irp,
        "irp_label": grouped_regional_id(link.person.irp),
        "leaving": [f"{one.birth_name} {one.given_names}, {_short(one)}" for one in records],
        "staying": [f"{one.record.birth_name} {one.record.given_names}, {_short(one.record)}" for one in rest],
    }


def irp_of_separation(public_id: UUID) -> str:
    """The person of the first record of a « deux personnes »; 404 for whoever is no cell."""
    found = NonLink.objects.filter(public_id=public_id).first()
    link = Link.objects.filter(record=found.one_id, active=True).select_related("person").first() if found else None
    if link is None:
        raise NotFound
    return link.person.irp


def separation(done: UnlinkDone) -> dict[str, object]:
    """What a separation did, in words."""
    return {
        "left": done.record_regional_id, "left_label": grouped_regional_id(done.record_regional_id),
        "rest": done.rest_regional_id, "rest_label": grouped_regional_id(done.rest_regional_id),
        "accesses": [
            {
                "at": moment(one["at"]) if isinstance(one["at"], dt.datetime) else "", "who": one["who"],
                "organization": one["organization"], "what": label_of(str(one["code"])),
            }
            for one in done.accesses
        ],
    }  # fmt: skip
