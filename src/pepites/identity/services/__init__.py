"""Writing identities: search before creation, creation, correction, proof, attributes, doubles."""

from pepites.identity.services.complements import add_alias, add_phone, remove_phone
from pepites.identity.services.correction import correct_identity
from pepites.identity.services.creation import LikelyDoubles, create_identity, lock_for_import
from pepites.identity.services.doubles import open_line_card, settle_card
from pepites.identity.services.proof import check_document, clear_attribute, revoke_document, set_attribute
from pepites.identity.services.search import SearchResult, count_attempt, search_before_create, search_by_number

__all__ = [
    "LikelyDoubles",
    "SearchResult",
    "add_alias",
    "add_phone",
    "check_document",
    "clear_attribute",
    "correct_identity",
    "count_attempt",
    "create_identity",
    "lock_for_import",
    "open_line_card",
    "remove_phone",
    "revoke_document",
    "search_before_create",
    "search_by_number",
    "set_attribute",
    "settle_card",
]
