"""Reading one's own editions."""

from uuid import UUID

from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.coordination.editions.enums import EditionState
from pepites.coordination.editions.models import Edition


def edition_visible_to(actor: Actor, public_id: UUID) -> Edition | None:
    """An edition of the actor's own, while they may still read what it prints."""
    del actor
    return Edition.objects.filter(public_id=public_id).select_related("patient").first()


def is_over(edition: Edition) -> bool:
    """Whether its hours are passed, be the file still on the disk or not."""
    return edition.state == EditionState.GONE or (edition.ends_at is not None and edition.ends_at <= now())


def names_in_use() -> list[str]:
    """Files of the store that an edition holds."""
    return list(Edition.objects.exclude(blob="").values_list("blob", flat=True))
