"""The part of a network's pack that says whom to warn of what, and who comes next when nobody answers (P10, P16)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pepites.coordination.enums import MemberRole
from pepites.networks.packs.schema import Field, Kind, Problem, Rows, Section, Sections
from pepites.notifications.registry import event_types

CIRCLE: Final = "cercle"
WARNED: Final = ((CIRCLE, "Tout le cercle"), *MemberRole.choices)


def _events(_: Sections) -> Sequence[tuple[str, str]]:
    return [(one.code, one.label) for one in event_types() if one.network_rules]


def _sound(value: Mapping[str, Any], _: Sections) -> Sequence[Problem]:
    """A rule is said once, and a role to warn afterwards comes with its delay."""
    found = []
    said: set[tuple[str, str]] = set()
    for row in value["rules"]:
        if (row["event"], row["role"]) in said:
            found.append(Problem((row["code"], "role"), "Cette règle est déjà dans la liste."))
        said.add((row["event"], row["role"]))
        if bool(row["hours"]) != bool(row["then"]):
            field = "then" if row["hours"] else "hours"
            found.append(Problem((row["code"], field), "Donnez le délai et le rôle à prévenir ensuite, ou aucun."))
    return found


ALERTS = Section(
    key="alertes",
    label="Alertes",
    lead="Qui est prévenu de quoi, et qui l'est ensuite si personne ne répond. Sans règle, tout le cercle est prévenu.",
    icon="bell",
    order=75,
    check=_sound,
    rows=Rows(
        name="rules", label="Règles", singular="Règle", feminine=True, most=40, title="event",
        fields=(
            Field(name="event", label="Ce qui arrive", kind=Kind.CHOICE, required=True, choices=_events),
            Field(name="role", label="Prévenir", kind=Kind.CHOICE, required=True, choices=WARNED, default=CIRCLE,
                  said="prévenir : {}"),
            Field(name="hours", label="Sans réponse après, en heures", kind=Kind.NUMBER, least=1, most=720,
                  said="sans réponse après {} h"),
            Field(name="then", label="Prévenir alors", kind=Kind.CHOICE, choices=WARNED, said="prévenir alors : {}"),
        ),
    ),
)  # fmt: skip
