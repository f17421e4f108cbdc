"""Pépites' identities follow into the regional server, in the transaction that changes them."""

from pepites.audit.unit import current
from pepites.common.events import subscribe
from pepites.identity.events import CardSettled, IdentityChanged, IdentityCreated
from pepites.regional.services.pepites import feed_persons


def on_created(event: IdentityCreated) -> None:
    """One person, or the batch of an import."""
    feed_persons(actor=current().actor, patient_ids=event.patient_ids)


def on_changed(event: IdentityChanged) -> None:
    """Traits, status, attributes, aliases or phones."""
    feed_persons(actor=current().actor, patient_ids=(event.patient_id,))


def on_settled(event: CardSettled) -> None:
    """« Deux personnes » marks both as homonyms."""
    if event.other_id is not None and not event.same:
        feed_persons(actor=current().actor, patient_ids=(event.patient_id, event.other_id))


def subscribe_to_identities() -> None:
    """Done once, when the application is ready."""
    subscribe(IdentityCreated, on_created)
    subscribe(IdentityChanged, on_changed)
    subscribe(CardSettled, on_settled)
