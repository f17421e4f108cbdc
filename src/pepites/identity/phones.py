"""Phone numbers as typed, checked just enough to be called and compared."""

from collections.abc import Iterable

from pepites.common.errors import DomainError
from pepites.identity.similarity import phone_tail

MAX_LENGTH = 30
_ALLOWED = frozenset("0123456789+ .-()/")


def clean_phone(raw: str) -> str:
    """A number trimmed; raises ``DomainError`` when it has fewer than eight digits or a foreign character."""
    number = " ".join(raw.split())
    if not phone_tail(number) or len(number) > MAX_LENGTH or set(number) - _ALLOWED:
        raise DomainError("Écrivez le numéro avec ses chiffres, par exemple 0694 12 34 56.", field="phone")
    return number


def clean_phones(numbers: Iterable[str]) -> list[str]:
    """Each number cleaned, empty ones left out."""
    return [clean_phone(number) for number in numbers if number.strip()]
