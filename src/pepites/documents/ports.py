"""What other domains plug in: the names of files still in use, and an antivirus."""

from collections.abc import Callable, Iterable

NamesInUse = Callable[[], Iterable[str]]
Scanner = Callable[[bytes], bool]
_owners: list[NamesInUse] = []
_scanners: list[Scanner] = []


def register_owner(names_in_use: NamesInUse) -> None:
    """Declare who keeps references to the store; the cleaning job removes only what nobody names."""
    if names_in_use not in _owners:
        _owners.append(names_in_use)


def register_scanner(is_clean: Scanner) -> None:
    """Declare an antivirus: given the bytes received, it answers whether they are clean."""
    if is_clean not in _scanners:
        _scanners.append(is_clean)


def names_in_use() -> set[str]:
    """Every name of the store that some row holds."""
    return {name for owner in _owners for name in owner()}


def is_clean(content: bytes) -> bool:
    """What the antivirus says; yes when none is plugged in (docs: the type checks still apply)."""
    return all(scanner(content) for scanner in _scanners)
