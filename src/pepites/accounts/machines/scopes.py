"""The scopes a machine client may hold: each interface declares its own in its ``ready()``."""

import re
from collections.abc import Iterable, Mapping

from pepites.common.errors import DomainError

_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/.:_-]{0,59}", re.ASCII)
_known: dict[str, str] = {}


def register_scopes(scopes: Mapping[str, str]) -> None:
    """Declare scopes with their French label."""
    for name in scopes:
        if not _SHAPE.fullmatch(name):
            raise ValueError(f"scope badly written: {name}")
    _known.update(scopes)


def known_scopes() -> dict[str, str]:
    """The closed list of scopes."""
    return dict(_known)


def checked_scopes(names: Iterable[str]) -> list[str]:
    """The scopes to give a client, sorted; raises ``DomainError`` for none or for one that no interface declares."""
    wanted = sorted(set(names))
    unknown = [name for name in wanted if name not in _known]
    if unknown or not wanted:
        listed = ", ".join(sorted(_known)) or "aucune"
        said = f"La portée « {unknown[0][:60]} » n'existe pas." if unknown else "Donnez au moins une portée."
        raise DomainError(f"{said} Portées possibles : {listed}.", field="scopes")
    return wanted
