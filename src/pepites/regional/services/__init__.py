"""Writing on the regional server: feeds of the domains, decisions of the cell."""

from pepites.regional.database import UnknownLocalId
from pepites.regional.services.cards import decide_card, lock_card, request_link, request_unlink
from pepites.regional.services.domains import set_domain
from pepites.regional.services.feed import note_feed_error, receive_batch, receive_record
from pepites.regional.services.links import lift_non_link, link_records, undo_link, unlink_record
from pepites.regional.services.local import change_local_id, merge_local_ids, withdraw_record

__all__ = [
    "UnknownLocalId",
    "change_local_id",
    "decide_card",
    "lift_non_link",
    "link_records",
    "lock_card",
    "merge_local_ids",
    "note_feed_error",
    "receive_batch",
    "receive_record",
    "request_link",
    "request_unlink",
    "set_domain",
    "undo_link",
    "unlink_record",
    "withdraw_record",
]
