"""Secret calendar addresses: shown once, kept as a fingerprint, revoked in one act (interface §11)."""

import hashlib
import secrets

from pepites.agenda.models import CalendarFeed
from pepites.agenda.services.planning import own_practice
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError

MOST_FEEDS = 5


def digest_of(secret: str) -> str:
    """What the base keeps of a secret of 256 bits drawn at random."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_feed(*, actor: Actor, label: str = "") -> str:
    """A new address for the actor's place of practice; returns its secret, which cannot be read again."""
    practice_id, user_id = own_practice(actor), actor.user_id or 0
    if CalendarFeed.objects.filter(user_id=user_id, revoked_at=None).count() >= MOST_FEEDS:
        raise DomainError(f"Vous avez déjà {MOST_FEEDS} adresses : révoquez-en une d'abord.", field="label")
    secret = secrets.token_urlsafe(32)
    made = CalendarFeed(practice_id=practice_id, user_id=user_id, digest=digest_of(secret),
                        label=label.strip()[:40])  # fmt: skip
    made.save(force_insert=True)
    record("agenda.feed.opened", action="C", object_type="feed", object_id=made.public_id)
    return secret


def revoke_feed(*, actor: Actor, feed: CalendarFeed) -> None:
    """The address answers no more, at once."""
    if CalendarFeed.objects.filter(pk=feed.pk, user_id=actor.user_id or 0, revoked_at=None).update(revoked_at=now()):
        record("agenda.feed.revoked", action="U", object_type="feed", object_id=feed.public_id)
