"""The domains that feed the server: who answers, whether they send, what their identities are worth (RNIV §2.7)."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, F, Max, Q, QuerySet

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import NotFound
from pepites.identity.collisions.selectors import incidents_of
from pepites.regional.enums import Queue
from pepites.regional.models import Card, Domain, DriftReport, Notification, RegionalPerson, RegionalRecord, RuleSet
from pepites.regional.selectors.labels import moment

SILENT = dt.timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Region:
    """The region in figures: counts of identities, no person; when the server closes, or has closed."""

    domains: list[dict[str, Any]]
    facts: list[tuple[str, str]]
    closure: str = ""
    drift: list[str] = field(default_factory=list)
    drift_at: str = ""


def region_visible_to(actor: Actor) -> Region:
    """Every domain with its feed and its indicators, and the region's: for the cell."""
    del actor
    record("regional.domain.read", object_type="regional_domain")
    found = _counted().order_by("name")
    waiting = Card.objects.filter(closed_at=None, queue=Queue.DUPLICATES)
    doubles = dict(waiting.values_list("one__domain_id").annotate(n=Count("id")).order_by())
    return Region([_domain(one, doubles.get(one.pk, 0)) for one in found], _facts(), closure_words(), *_drift())


def _drift() -> tuple[list[str], str]:
    """The alerts of the last weekly look, and when it was."""
    last = DriftReport.objects.order_by("-id").first()
    return (list(last.alerts), moment(last.taken_at)) if last else ([], "")


def closure_words() -> str:
    """What the pages say of the end of the server; nothing while no end is set."""
    rules = RuleSet.objects.get(pk=1)
    if rules.closed_at is not None:
        return f"Le serveur régional est fermé depuis le {moment(rules.closed_at)} : rien ne s'y rapproche plus."
    return f"Le serveur régional fermera le {rules.closes_on:%d/%m/%Y}." if rules.closes_on else ""


def domain_visible_to(actor: Actor, public_id: UUID) -> Domain:
    """One domain: its page, its export; journalled."""
    del actor
    found = Domain.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    record("regional.domain.read", object_type="regional_domain", object_id=found.code)
    return found


def feed_of(domain: Domain) -> dict[str, Any]:
    """The health of a domain's feed: last identity, delay of its messages, what was refused, doubles it must treat."""
    doubles = Card.objects.filter(closed_at=None, queue=Queue.DUPLICATES, one__domain=domain)
    day = dt.timedelta(days=1)
    recent = RegionalRecord.objects.filter(domain=domain, received_at__gte=now() - 30 * day)
    delay = recent.filter(occurred_at__isnull=False).aggregate(mean=Avg(F("received_at") - F("occurred_at")))["mean"]
    late = doubles.filter(due_at__lt=now()).count()
    return _domain(_counted().get(pk=domain.pk), doubles.count()) | {
        "recent": spaced(recent.count()),
        "delay": duration(delay),
        "late": spaced(late),
        "incidents": _incidents(domain),
        "notices": _notices(domain),
        "last_error_at": moment(domain.last_error_at),
    }


def _notices(domain: Domain) -> str:
    """What waits to be told to the domain, and the last reason why it was not taken."""
    waiting = Notification.objects.filter(domain=domain, sent_at=None)
    failed = waiting.exclude(last_error="").order_by("-id").values_list("last_error", "tries").first()
    words = f"{spaced(waiting.count())} en attente"
    return f"{words} ; {failed[1]} essais, {failed[0]}" if failed else words


def _incidents(domain: Domain) -> str:
    """Identity adverse events of the domain's structure; all of them for Pépites, which has no structure of its own."""
    waiting, total = incidents_of(domain.organization_id if domain.code != "PEPITES" else None)
    return f"{spaced(waiting)} à traiter, {spaced(total)} en tout"


def _counted() -> QuerySet[Domain]:
    active = Q(records__active=True)
    return Domain.objects.annotate(
        total=Count("records", filter=active),
        qualified=Count("records", filter=active & Q(records__status="QUAL")),
        validated=Count("records", filter=active & Q(records__status="VALI")),
        doubtful=Count("records", filter=active & Q(records__attributes__contains=["DOUT"])),
        last=Max("records__received_at"),
    )


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


def duration(delay: dt.timedelta | None) -> str:
    """« 3 min », « 5 h », « 2 j »; « inconnu » when no message told when it happened."""
    if delay is None:
        return "inconnu"
    minutes = max(0, round(delay.total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} j"
