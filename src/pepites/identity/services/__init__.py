"""Writing identities: search before creation, creation, correction, proof, attributes, doubles."""

from pepites.identity.collisions.service import (
    close_incident,
    collision_state,
    decide_collision,
    declare_collision,
    frozen_among,
    give_other,
    refuse_frozen,
    settle_collision,
    tell_incident,
)
from pepites.identity.merging.service import ask_merge, decide_merge, sort_row, undo_merge
from pepites.identity.services.complements import add_alias, add_phone, remove_phone
from pepites.identity.services.correction import correct_identity
from pepites.identity.services.creation import LikelyDoubles, create_identity, lock_for_import
from pepites.identity.services.doubles import open_line_card, settle_card
from pepites.identity.services.filiation import declare_ase, end_filiation, link_mother
from pepites.identity.services.ins import (
    accept_insi,
    accept_vitale_app,
    close_issue,
    refuse_insi,
    set_registration,
    withdraw_ins,
)
from pepites.identity.services.insi import ask_insi
from pepites.identity.services.proof import check_document, clear_attribute, revoke_document, set_attribute
from pepites.identity.services.search import (
    SearchResult,
    count_attempt,
    search_before_create,
    search_by_ins,
    search_by_number,
)
from pepites.identity.services.verification import verify_ins

__all__ = [
    "LikelyDoubles",
    "SearchResult",
    "accept_insi",
    "accept_vitale_app",
    "add_alias",
    "add_phone",
    "ask_insi",
    "ask_merge",
    "check_document",
    "clear_attribute",
    "close_incident",
    "close_issue",
    "collision_state",
    "correct_identity",
    "count_attempt",
    "create_identity",
    "decide_collision",
    "decide_merge",
    "declare_ase",
    "declare_collision",
    "end_filiation",
    "frozen_among",
    "give_other",
    "link_mother",
    "lock_for_import",
    "open_line_card",
    "refuse_frozen",
    "refuse_insi",
    "remove_phone",
    "revoke_document",
    "search_before_create",
    "search_by_ins",
    "search_by_number",
    "set_attribute",
    "set_registration",
    "settle_card",
    "settle_collision",
    "sort_row",
    "tell_incident",
    "undo_merge",
    "verify_ins",
    "withdraw_ins",
]
