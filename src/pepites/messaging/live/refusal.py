"""Writing a refused stream in the journal: the one synchronous act of the live stream."""

import contextlib
from uuid import UUID

from django.db import connections

from pepites.access.selectors import build_actor
from pepites.accounts.models import User
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Channel
from pepites.common.decision import Reason, deny
from pepites.common.errors import Refused
from pepites.messaging.live.store import Reader
from pepites.messaging.selectors import subject_of


def write(reader: Reader, public_id: UUID, ip: str) -> None:
    """Journal that ``reader`` asked for a conversation it does not take part in."""
    try:
        user = User.objects.select_related("professional").get(pk=reader.user_id)
        actor = build_actor(user, reader.practice_id, session_ref=reader.session_ref, channel=Channel.LIVE, ip=ip[:45])
        with contextlib.suppress(Refused), unit_of_work(actor):
            raise Refused(
                deny(Reason.NOT_PARTICIPANT),
                code="messaging.flux.refused",
                subject_ids=subject_of("conversation", public_id),
                object_type="conversation",
                object_id=str(public_id),
                hide=True,
            )
    finally:
        connections["default"].close()
