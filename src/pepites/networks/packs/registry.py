"""The sections that apps declare, in ``AppConfig.ready``: each owns its part of every pack."""

from collections.abc import Mapping
from typing import Any

from pepites.networks.packs.schema import Problem, Section, clean_section

_SECTIONS: dict[str, Section] = {}


def register_section(section: Section) -> None:
    """Declare a section; the same key twice is a mistake of the house."""
    if _SECTIONS.get(section.key, section) != section:
        raise ValueError(f"section {section.key} is declared twice")
    _SECTIONS[section.key] = section


def all_sections() -> list[Section]:
    """Every section, in the order of the screen."""
    return sorted(_SECTIONS.values(), key=lambda one: (one.order, one.key))


def section_named(key: str) -> Section | None:
    """The section of that key."""
    return _SECTIONS.get(key)


def empty_pack() -> dict[str, Any]:
    """What a network that set nothing works with."""
    return {section.key: section.empty() for section in all_sections()}


def clean_pack(raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, Problem]]]:
    """Every section made sound, and what is to mend, each with its section's key.

    A section that this platform does not know is refused; one that is missing takes its default.
    """
    problems: list[tuple[str, Problem]] = [
        (str(key)[:40], Problem((), "Cette plateforme ne connaît pas cette partie."))
        for key in sorted(map(str, raw))
        if key not in _SECTIONS
    ]
    value: dict[str, Any] = {}
    for section in all_sections():
        given = raw.get(section.key)
        value[section.key], found = clean_section(section, section.empty() if given is None else given, raw)
        if given is not None:
            problems += [(section.key, one) for one in found]
    return value, problems
