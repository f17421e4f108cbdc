"""Pépites' identities follow into the regional server, in the transaction that changes them."""

from pepites.audit.unit import current
from pepites.common.events import subscribe
from pepites.identity.events import CardSettled, IdentityChanged, IdentityCreated, PatientsMerged, PatientsSeparated
from pepites.regional.services.pepites import feed_persons, merge_persons, separate_persons


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


def on_merged(event: PatientsMerged) -> None:
    """Two files of one person."""
    merge_persons(actor=current().actor, survivor_id=event.survivor_id, absorbed_id=event.absorbed_id)


def on_separated(event: PatientsSeparated) -> None:
    """Two persons again."""
    separate_persons(actor=current().actor, survivor_id=event.survivor_id, absorbed_id=event.absorbed_id)


def subscribe_to_identities() -> None:
    """Done once, when the application is ready."""
    subscribe(IdentityCreated, on_created)
    subscribe(IdentityChanged, on_changed)
    subscribe(CardSettled, on_settled)
    subscribe(PatientsMerged, on_merged)
    subscribe(PatientsSeparated, on_separated)
