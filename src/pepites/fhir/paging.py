"""Pages of a search: ``_count``, and a *next* link sealed for the client that asked.

The link holds the search itself, names included, so it is encrypted, and opens for no other client (law 6).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from cryptography.exceptions import InvalidTag

from pepites.accounts.crypto import from_text, seal, to_text, unseal
from pepites.common.clock import now
from pepites.fhir.errors import invalid

DEFAULT_COUNT, MAX_COUNT = 20, 50
LIFE = timedelta(minutes=30)
PARAMETER = "_page"
MAX_LINK = 4096


def count_of(params: Mapping[str, Sequence[str]]) -> int:
    """Results by page; more than ``MAX_COUNT`` asked gives ``MAX_COUNT``."""
    asked = params.get("_count", ())
    if not asked:
        return DEFAULT_COUNT
    text = asked[0]
    if len(asked) > 1 or not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise invalid("_count est un nombre entier à partir de 1.", expression="_count")
    return min(int(text), MAX_COUNT)


def sealed_link(client_id: str, path: str, params: Mapping[str, Sequence[str]], position: tuple[int, int]) -> str:
    """The value of ``_page`` for what follows in the same search: page of the domain, and how many of it were shown."""
    content = {"s": path, "q": {k: list(v) for k, v in params.items()}, "p": position, "t": now().timestamp()}
    return to_text(seal(json.dumps(content).encode(), where=_where(client_id)))


def opened_link(client_id: str, path: str, text: str) -> tuple[dict[str, list[str]], tuple[int, int]]:
    """The search and the position of a link; raises ``FhirError`` 400 for another's, an old one, or none."""
    try:
        if len(text) > MAX_LINK:
            raise ValueError
        content = json.loads(unseal(from_text(text), where=_where(client_id)))
    except (ValueError, InvalidTag):
        raise invalid("Le lien de page n'est pas lisible : refaites la recherche.") from None
    if content["s"] != path or now().timestamp() - content["t"] > LIFE.total_seconds():
        raise invalid("Le lien de page a expiré : refaites la recherche.")
    page, shown = content["p"]
    return content["q"], (page, shown)


def _where(client_id: str) -> str:
    return f"fhir|page|{client_id}"
