"""The queue of demandes, one's own, one of them, and the files it may be about."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from pepites.common.actor import Actor
from pepites.common.addresses import address
from pepites.common.clock import local_day, now, today
from pepites.common.text import sort_key
from pepites.coordination.referrals.enums import DECIDED, WAITING, ReferralState, Urgency
from pepites.coordination.referrals.models import Referral, ReferralFile
from pepites.coordination.selectors.labels import moment_label, short_day
from pepites.networks.packs.selectors import value_of
from pepites.patients.models import Patient

PAGE: Final = 50
VIEWS: Final = {
    "a-traiter": ("À traiter", WAITING),
    "a-repondre": ("Réponse à donner", DECIDED),
    "closes": ("Closes", (ReferralState.CLOSED,)),
    "envoyees": ("Envoyées", tuple(ReferralState)),
}
_TONES: Final = {
    ReferralState.RECEIVED: "warning", ReferralState.QUALIFIED: "info", ReferralState.ACCEPTED: "success",
    ReferralState.REDIRECTED: "info", ReferralState.REFUSED: "danger", ReferralState.CLOSED: "neutral",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """One demande of a list, ready to print."""

    url: str
    reference: str
    person: str
    requester: str
    target: str
    motive: str
    state: str
    tone: str
    urgent: bool
    flagged: bool
    received: str
    delay: str
    late: bool


def _asked_of(actor: Actor) -> Q:
    return Q(network_id__in=actor.coordinated) | Q(organization_id=actor.ref.organization_id)


def _related(found: QuerySet[Referral]) -> QuerySet[Referral]:
    return found.select_related("network", "organization", "pack", "patient", "requester_practice__professional")


def list_visible_to(
    actor: Actor, view: str, *, page: int = 1
) -> tuple[list[ReferralLine], dict[str, int], tuple[int, ...]]:
    """One page of a view, the urgent first then the oldest; how many each view holds; the persons shown."""
    counts = {
        name: Referral.objects.filter(_asked_of(actor), state__in=states).count()
        for name, (_, states) in VIEWS.items()
        if name != "envoyees"
    }
    counts["envoyees"] = Referral.objects.filter(requester_practice_id=actor.practice_id).count()
    if view == "envoyees":
        found = Referral.objects.filter(requester_practice_id=actor.practice_id).order_by("-received_at")
    else:
        urgent = Case(When(urgency=Urgency.URGENT, then=Value(0)), default=Value(1), output_field=IntegerField())
        order = ("-closed_at",) if view == "closes" else (urgent, "received_at")
        found = Referral.objects.filter(_asked_of(actor), state__in=VIEWS[view][1]).order_by(*order)
    rows = list(_related(found)[(page - 1) * PAGE : page * PAGE])
    subjects = tuple({row.patient_id for row in rows if row.patient_id})
    return [line_of(row) for row in rows], counts, subjects


def waiting_for(actor: Actor, limit: int = 5) -> list[ReferralLine]:
    """What waits for the actor's networks or structure: for the home page, in one query."""
    urgent = Case(When(urgency=Urgency.URGENT, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = Referral.objects.filter(_asked_of(actor), state__in=WAITING).order_by(urgent, "received_at")
    return [line_of(row) for row in _related(found)[:limit]]


def referral_visible_to(actor: Actor, public_id: UUID) -> Referral | None:
    """One demande, for who asked and who is asked."""
    del actor
    found = _related(Referral.objects.filter(public_id=public_id))
    return found.select_related(
        "network", "organization", "pack", "patient", "requester_practice__professional",
        "requester_practice__organization", "qualified_by__professional", "decided_by__professional",
    ).first()  # fmt: skip


def file_visible_to(actor: Actor, public_id: UUID) -> ReferralFile | None:
    """A file out of quarantine, for who is asked; the database hides those of others, and the requester's own."""
    del actor
    return (
        ReferralFile.objects.filter(public_id=public_id, released_at__isnull=False).select_related("referral").first()
    )


def linked_to(actor: Actor, patient_id: int) -> list[dict[str, str]]:
    """Demandes linked to a person's file, the last first, for who asked and who is asked, in one query."""
    del actor
    found = Referral.objects.filter(patient_id__same_person=patient_id).annotate(held=Count("files"))
    return [
        {
            "url": address("coordination:referral", one.public_id), "reference": one.reference,
            "state": str(one.get_state_display()), "received": short_day(local_day(one.received_at)),
            "files": f"{one.held} fichier{'s' if one.held > 1 else ''}" if one.held else "",
        }
        for one in found.order_by("-received_at")[:20]
    ]  # fmt: skip


def candidates_for(actor: Actor, referral: Referral) -> list[Patient]:
    """Files that the actor already reads and that may be the person: same birth date, or every word of the name.

    Only a help to choose: the identity cell's search before creation is the one that knows the region.
    """
    del actor
    words = sort_key(f"{referral.family_name} {referral.given_name}").split()
    named = Q()
    for word in words:
        named &= Q(sort_key__contains=word)
    if referral.birth_date is not None:
        first = sort_key(referral.family_name)[:2]
        named = Q(birth_date=referral.birth_date, sort_key__startswith=first) | (named if words else Q(pk=None))
    elif not words:
        return []
    return list(Patient.objects.filter(named, survivor=None).order_by("sort_key")[:10])


def line_of(referral: Referral) -> ReferralLine:
    """The texts of one demande."""
    day = today()
    words, late = delay_of(referral)
    state = ReferralState(referral.state)
    target = (
        referral.network.short_name if referral.network else referral.organization.name if referral.organization else ""
    )
    motive = " ".join(referral.motive.split())
    return ReferralLine(
        address("coordination:referral", referral.public_id), referral.reference, person_of(referral),
        referral.requester_name, target, motive if len(motive) <= 120 else f"{motive[:117]}…", state.label,
        _TONES[state], referral.urgency == Urgency.URGENT, is_flagged(referral),
        moment_label(referral.received_at, day), words, late,
    )  # fmt: skip


def person_of(referral: Referral) -> str:
    """Whom it is about, as the file says it once linked."""
    if referral.patient is not None:
        return f"{referral.patient.birth_name} {referral.patient.first_given_name}"
    if not referral.about_person:
        return "Sans personne désignée"
    return f"{referral.family_name.upper()} {referral.given_name}".strip()


def is_flagged(referral: Referral) -> bool:
    """The screening reached the network's threshold."""
    threshold = value_of(referral.pack, "reperage")["threshold"] if referral.pack else None
    return threshold is not None and referral.score is not None and referral.score >= threshold


def delay_of(referral: Referral) -> tuple[str, bool]:
    """How long the requester waited, or waits, against the network's own delay."""
    settings = value_of(referral.pack, "demandes")
    promised = settings["urgent_days"] if referral.urgency == Urgency.URGENT else settings["days"]
    until = referral.decided_at or now()
    held = _days(referral.received_at, until)
    late = held > promised
    words = "le jour même" if held == 0 else "en un jour" if held == 1 else f"en {held} jours"
    if referral.decided_at is not None:
        return f"répondue {words}", late
    left = promised - held
    if late:
        return f"en retard de {-left} jour{'s' if left < -1 else ''}", True
    return ("à répondre aujourd'hui" if left == 0 else f"encore {left} jour{'s' if left > 1 else ''}"), False


def _days(start: datetime, end: datetime) -> int:
    first: date = local_day(start)
    return max((local_day(end) - first) // timedelta(days=1), 0)


def history_of(referral: Referral) -> list[tuple[str, str, str]]:
    """What happened, in order: (day, what, who)."""
    by = {
        "qualified": referral.qualified_by.professional.display_name if referral.qualified_by else "",
        "decided": referral.decided_by.professional.display_name if referral.decided_by else "",
    }
    steps = [(referral.received_at, "Reçue", referral.requester_name)]
    if referral.qualified_at:
        steps.append((referral.qualified_at, f"Qualifiée : {referral.get_level_display()}", by["qualified"]))
    if referral.decided_at:
        closed = referral.state == ReferralState.CLOSED
        steps.append((referral.decided_at, "Décidée" if closed else referral.get_state_display(), by["decided"]))
    if referral.closed_at:
        steps.append((referral.closed_at, f"Réponse donnée : {referral.get_means_display().lower()}", ""))
    return [(short_day(local_day(moment)), what, who) for moment, what, who in steps]
