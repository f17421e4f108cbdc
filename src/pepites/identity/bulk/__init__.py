"""Many identities at once, for imports: candidates of a whole batch in one statement, creations in one call."""

from pepites.identity.bulk.creation import NewPerson, create_identities_bulk
from pepites.identity.bulk.matching import Match, card_states, compare, known_persons, line_key

__all__ = [
    "Match",
    "NewPerson",
    "card_states",
    "compare",
    "create_identities_bulk",
    "known_persons",
    "line_key",
]
