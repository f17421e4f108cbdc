"""What messages do when something changes below."""

from pepites.access.events import RightsChanged
from pepites.audit.unit import current, in_unit
from pepites.common.actor import system_actor
from pepites.messaging import services


def rights_changed(event: RightsChanged) -> None:
    """Rights on a person changed: outsiders leave the talks about that person, streams reload."""
    actor = current().actor if in_unit() else system_actor("messaging.rights")
    services.drop_outsiders(actor=actor, patient_id=event.patient_id)
