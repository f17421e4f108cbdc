"""The domains that feed the server: who answers, whether they send, what their identities are worth (RNIV §2.7)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import NotFound
from pepites.regional.enums import Queue
from pepites.regional.models import Card, Domain, RegionalPerson, RegionalRecord, RuleSet
from pepites.regional.selectors.labels import moment

SILENT = dt.timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Region:
    """The region in figures: counts of identities, no person."""

    domains: list[dict[str, Any]]
    facts: list[tuple[str, str]]


def region_visible_to(actor: Actor) -> Region:
    """Every domain with its feed and its indicators, and the region's: for the cell."""
    del actor
    record("regional.domain.read", object_type="regional_domain")
    active = Q(records__active=True)
    found = Domain.objects.annotate(
        total=Count("records", filter=active),
        qualified=Count("records", filter=active & Q(records__status="QUAL")),
        validated=Count("records", filter=active & Q(records__status="VALI")),
        doubtful=Count("records", filter=active & Q(records__attributes__contains=["DOUT"])),
        last=Max("records__received_at"),
    ).order_by("name")
    waiting = Card.objects.filter(closed_at=None, queue=Queue.DUPLICATES)
    doubles = dict(waiting.values_list("one__domain_id").annotate(n=Count("id")).order_by())
    return Region([_domain(one, doubles.get(one.pk, 0)) for one in found], _facts())


def domain_visible_to(actor: Actor, public_id: UUID) -> Domain:
    """One domain, to change who answers for it."""
    del actor
    found = Domain.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def _domain(one: Any, doubles: int) -> dict[str, Any]:
    silent = one.active and one.code != "PEPITES" and (one.last is None or one.last < now() - SILENT)
    return {
        "public_id": one.public_id, "name": one.name, "system": one.oid or one.uri, "active": one.active,
        "total": spaced(one.total),
        "qualified": share(one.qualified, one.total), "validated": share(one.validated, one.total),
        "doubtful": spaced(one.doubtful), "doubles": spaced(doubles), "last": moment(one.last) or "jamais",
        "silent": silent, "errors": one.errors, "last_error": one.last_error, "referent": one.referent,
        "contact": one.cell_contact, "charter": f"{one.charter_signed_on:%d/%m/%Y}" if one.charter_signed_on else "",
    }  # fmt: skip


def _facts() -> list[tuple[str, str]]:
    records = RegionalRecord.objects.filter(active=True)
    total = records.count()
    persons = RegionalPerson.objects.filter(active=True).count()
    rules = RuleSet.objects.get(pk=1)
    precision = share(rules.confirmed, rules.decided, digits=1) if rules.decided else "pas encore mesurée"
    measured = f"{spaced(rules.decided)} sur {spaced(rules.shadow_decisions)}"
    mode = "les rapprochements par traits attendent un lecteur" if rules.in_shadow else "automatique"
    return [
        ("Identités actives", spaced(total)),
        ("Personnes régionales", spaced(persons)),
        ("Identités qualifiées", share(records.filter(status="QUAL").count(), total)),
        ("Sans aucune INS", spaced(RegionalPerson.objects.filter(active=True).exclude(status="QUAL").count())),
        ("Identités douteuses", spaced(records.filter(attributes__contains=["DOUT"]).count())),
        ("Cartes ouvertes", spaced(Card.objects.filter(closed_at=None).count())),
        ("dont en retard", spaced(Card.objects.filter(closed_at=None, due_at__lt=now()).count())),
        ("Mode du rapprochement", mode),
        ("Décisions de la cellule sur les cas presque certains", measured),
        ("Précision mesurée", precision),
    ]  # fmt: skip


def spaced(number: int) -> str:
    """1 204."""
    return f"{number:,}".replace(",", " ")


def share(part: int, whole: int, digits: int = 0) -> str:
    """A percentage, « – » of nothing."""
    return f"{100 * part / whole:.{digits}f} %".replace(".", ",") if whole else "–"
