"""Trust statuses and attributes of the RNIV as data: the transitions of §2.1, the compatibilities of §2.2. Pure."""

from collections.abc import Set
from enum import StrEnum
from typing import Final

from pepites.identity.enums import Attribute
from pepites.patients.enums import IdentityStatus


class Event(StrEnum):
    """What may change a trust status."""

    DOCUMENT_ACCEPTED = "document_accepted"
    DOCUMENT_REVOKED = "document_revoked"
    INSI_ACCEPTED = "insi_accepted"
    INSI_WITHDRAWN = "insi_withdrawn"
    CARTE_VITALE_APP = "carte_vitale_app"
    ATTRIBUTE_SET = "attribute_set"


P, R, V, Q = (
    IdentityStatus.PROVISIONAL,
    IdentityStatus.RETRIEVED,
    IdentityStatus.VALIDATED,
    IdentityStatus.QUALIFIED,
)

TRANSITIONS: Final[dict[tuple[str, Event], str]] = {
    (P, Event.DOCUMENT_ACCEPTED): V,
    (R, Event.DOCUMENT_ACCEPTED): Q,
    (V, Event.DOCUMENT_ACCEPTED): V,
    (Q, Event.DOCUMENT_ACCEPTED): Q,
    (V, Event.DOCUMENT_REVOKED): P,
    (Q, Event.DOCUMENT_REVOKED): R,
    (P, Event.INSI_ACCEPTED): R,
    (V, Event.INSI_ACCEPTED): Q,
    (R, Event.INSI_ACCEPTED): R,
    (Q, Event.INSI_ACCEPTED): Q,
    (R, Event.INSI_WITHDRAWN): P,
    (Q, Event.INSI_WITHDRAWN): V,
    **{(status, Event.CARTE_VITALE_APP): Q for status in (P, R, V, Q)},
    **{(status, Event.ATTRIBUTE_SET): P for status in (P, R, V, Q)},
}

DOUBTFUL, FICTITIOUS = Attribute.DOUBTFUL.value, Attribute.FICTITIOUS.value
HOMONYMS: Final = frozenset({Attribute.HOMONYM_DETECTED.value, Attribute.HOMONYM_PROVEN.value})
BLOCKED_BY_ATTRIBUTE: Final = frozenset({Event.DOCUMENT_ACCEPTED, Event.INSI_ACCEPTED})


def next_status(status: str, event: Event, attributes: Set[str] = frozenset()) -> str | None:
    """Status after an event, None when the event is not allowed there (§2.1).

    A doubtful or fictitious identity neither validates nor calls INSi (§2.2, §2.6-3).
    """
    if event in BLOCKED_BY_ATTRIBUTE and attributes & {DOUBTFUL, FICTITIOUS}:
        return None
    return TRANSITIONS.get((status, event))


def compatible(status: str, attributes: Set[str]) -> bool:
    """Whether a status and attributes may stand together (§2.2): the same matrix as the table's CHECK constraints.

    Doubtful and fictitious only with PROV; only doubtful and homonym combine; fictitious combines with nothing; one
    homonym mark at most.
    """
    if attributes & {DOUBTFUL, FICTITIOUS} and status != P:
        return False
    if FICTITIOUS in attributes and attributes & (HOMONYMS | {DOUBTFUL}):
        return False
    return len(attributes & HOMONYMS) <= 1
