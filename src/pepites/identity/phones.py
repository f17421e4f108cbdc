"""Phone numbers as typed, checked just enough to be called and compared."""

from collections.abc import Iterable

from pepites.common.errors import DomainError

MAX_LENGTH = 30
_ALLOWED = frozenset("0123456789+ .-()/")


def phone_tail(phone: str) -> str:
    """Last eight digits of a phone number, empty when shorter: survives +594, 00594 and 0 prefixes."""
    digits = phone if phone.isdecimal() else "".join(c for c in phone if c.isdigit())
    return digits[-8:] if len(digits) >= 8 else ""


def clean_phone(raw: str) -> str:
    """A number trimmed; raises ``DomainError`` when it has fewer than eight digits or a foreign character."""
    number = " ".join(raw.split())
    if not phone_tail(number) or len(number) > MAX_LENGTH or set(number) - _ALLOWED:
        raise DomainError("Écrivez le numéro avec ses chiffres, par exemple 0694 12 34 56.", field="phone")
    return number


def clean_phones(numbers: Iterable[str]) -> list[str]:
    """Each number cleaned, empty ones left out."""
    return [clean_phone(number) for number in numbers if number.strip()]
