"""Whom an author may name: active members of the person's circle, in their own place of practice."""

from collections.abc import Collection

from pepites.access.enums import Level
from pepites.common.actor import Actor
from pepites.common.errors import DomainError
from pepites.coordination.enums import MemberStatus
from pepites.coordination.models import CareTeamMember
from pepites.coordination.selectors.labels import who


def nameable_readers(actor: Actor, patient_id: int, *, level: int = Level.SOCIAL) -> list[tuple[int, str]]:
    """Practices that may be named, with their words; those who could not read that level are not offered."""
    members = (
        CareTeamMember.objects.filter(patient_id__same_person=patient_id, status=MemberStatus.ACTIVE, level__gte=level)
        .exclude(practice_id=actor.practice_id)
        .select_related("practice__professional", "practice__organization")
        .order_by("practice__professional__sort_key")
    )
    found = {member.practice_id: who(member.practice) for member in members}
    return [(key, f"{words['name']}, {words['role']}, {words['organization']}") for key, words in found.items()]


def choose_readers(actor: Actor, patient_id: int, practices: Collection[int]) -> set[int]:
    """The practices asked for, each checked. Raises ``DomainError`` for one outside the circle."""
    known = {key for key, _ in nameable_readers(actor, patient_id)}
    if not set(practices) <= known:
        raise DomainError("Un des lecteurs choisis n'est plus dans le cercle : rechargez la page.", field="readers")
    return set(practices)
