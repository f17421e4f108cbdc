"""Finding professionals, structures and places of practice: no patient data, readable by whoever is signed in."""

from uuid import UUID

from django.db.models import Q

from pepites.common.clock import now
from pepites.common.text import sort_key
from pepites.directory.models import Organization, PractitionerRole, Professional
from pepites.directory.professions import PROFESSIONS


def practices_in_force() -> Q:
    """Places of practice whose dates hold now."""
    moment = now()
    return Q(starts_at__lte=moment) & (Q(ends_at__isnull=True) | Q(ends_at__gt=moment))


def search_practices(text: str, limit: int = 20) -> list[PractitionerRole]:
    """Places of practice in force whose professional, role or structure holds every word of ``text``.

    Also found by a complete RPPS number. Ordered by name; at most ``limit``.
    """
    words = sort_key(text).split()
    if not words:
        return []
    found = PractitionerRole.objects.filter(practices_in_force(), professional__active=True).select_related(
        "professional", "organization"
    )
    if len(words) == 1 and words[0].isdigit() and len(words[0]) == 11:
        return list(found.filter(professional__rpps=words[0])[:limit])
    for word in words:
        found = found.filter(
            Q(professional__sort_key__icontains=word)
            | Q(organization__sort_key__icontains=word)
            | Q(role_label__icontains=word)
            | Q(role_code__in=[code for code, item in PROFESSIONS.items() if word in sort_key(item.label)])
            | Q(professional__profession_label__icontains=word)
        )
    return list(found.order_by("professional__sort_key", "organization__sort_key", "pk")[:limit])


def search_organizations(text: str, limit: int = 20) -> list[Organization]:
    """Active structures whose name holds every word of ``text``, or whose FINESS number it is."""
    words = sort_key(text).split()
    if not words:
        return []
    found = Organization.objects.filter(active=True)
    if len(words) == 1 and words[0].isdigit() and len(words[0]) == 9:
        return list(found.filter(Q(finess=words[0]) | Q(finess_legal=words[0]))[:limit])
    for word in words:
        found = found.filter(sort_key__icontains=word)
    return list(found.order_by("sort_key")[:limit])


def practice_by_public_id(public_id: UUID) -> PractitionerRole | None:
    """A place of practice in force."""
    return (
        PractitionerRole.objects.filter(practices_in_force(), public_id=public_id)
        .select_related("professional", "organization")
        .first()
    )


def organization_by_public_id(public_id: UUID) -> Organization | None:
    """An active structure."""
    return Organization.objects.filter(public_id=public_id, active=True).first()


def organization_by_finess(finess: str) -> Organization | None:
    """The active structure of that geographic FINESS number."""
    return Organization.objects.filter(finess=finess, active=True).first()


def professional_by_rpps(rpps: str) -> Professional | None:
    """The professional of that RPPS number."""
    return Professional.objects.filter(rpps=rpps).first()
