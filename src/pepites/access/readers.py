"""Who may read a reserved item: named by its author, taken off by its author (coordination §2.3 b; design, law 3)."""

from collections.abc import Iterable
from uuid import UUID

from pepites.access.models import ItemReader
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.decision import Reason, deny
from pepites.common.errors import DomainError, Refused

MOST_READERS = 30


def open_reserved(*, actor: Actor, patient_id: int, item: UUID, practices: Iterable[int]) -> None:
    """Name the readers of an item about to be written; its author is the first, so that its row can be read back."""
    author = own_practice(actor)
    _name(author, patient_id, item, {author, *practices})


def change_readers(*, actor: Actor, patient_id: int, item: UUID, practices: Iterable[int]) -> None:
    """The readers of one's own item, as they are from now on; its author always stays among them.

    Raises ``Refused`` to whoever is not the author.
    """
    if not is_author(actor, item):
        raise Refused(deny(Reason.NOT_AUTHOR), code="access.readers.refused", subject_ids=(patient_id,))
    author = own_practice(actor)
    wanted = {author, *practices}
    standing = set(readers_of(item))
    ItemReader.objects.filter(item=item, ended_at=None, practice_id__in=standing - wanted).update(ended_at=now())
    _name(author, patient_id, item, wanted - standing)


def readers_of(item: UUID) -> list[int]:
    """The practices that may read an item, as far as the actor may know: its author all, a reader their own."""
    return list(ItemReader.objects.filter(item=item, ended_at=None).values_list("practice_id", flat=True))


def is_author(actor: Actor, item: UUID) -> bool:
    """Whether the actor's practice wrote that reserved item: its first reader, named by itself."""
    mine = actor.practice_id
    return mine is not None and ItemReader.objects.filter(item=item, practice_id=mine, named_by_id=mine).exists()


def own_practice(actor: Actor) -> int:
    """The place of practice that signs. Raises ``Refused`` without one."""
    if actor.practice_id is None:
        raise Refused(deny(Reason.NO_CONTEXT), code="access.readers.refused")
    return actor.practice_id


def _name(author: int, patient_id: int, item: UUID, practices: set[int]) -> None:
    if len(practices) > MOST_READERS:
        raise DomainError(f"Nommez {MOST_READERS} lecteurs au plus.", field="readers")
    ItemReader.objects.bulk_create(
        [
            ItemReader(patient_id=patient_id, item=item, practice_id=practice, named_by_id=author)
            for practice in sorted(practices)
        ]
    )
    record("access.readers.named", action="U", subjects=(patient_id,), object_type="reserved", object_id=item,
           detail={"readers": len(practices)})  # fmt: skip
