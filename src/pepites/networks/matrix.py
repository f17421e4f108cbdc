"""A network's matrix of habilitations: read, changed by a new version, compared (annuaire §6.3)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Max

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.directory.professions import PROFESSIONS
from pepites.networks.acts import ACTS
from pepites.networks.models import HabilitationVersion, Network, NetworkMembership
from pepites.networks.policies import can_administer_network
from pepites.networks.selectors import in_force

MOST_ROLES: Final = 60


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One role and, for each act, whether it is left to it."""

    code: str
    label: str
    people: int
    acts: tuple[tuple[str, str, bool], ...]

    def ticked(self, left: Collection[str]) -> "RoleRow":
        """The same row as somebody ticked it: ``left`` holds ``role:act``."""
        acts = tuple((act, name, f"{self.code}:{act}" in left) for act, name, _ in self.acts)
        return replace(self, acts=acts)


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version, ready to print; ``changes`` are sentences against the one before."""

    number: int
    note: str
    day: str
    author: int | None
    changes: tuple[str, ...]


def latest(network: Network) -> HabilitationVersion | None:
    """The version that holds."""
    return HabilitationVersion.objects.filter(network=network).order_by("-number").first()


def roles_of(network: Network) -> list[RoleRow]:
    """The roles that members of the network practise, and those the matrix names, with what is left to each."""
    counts: dict[str, tuple[str, int]] = {}
    rows = NetworkMembership.objects.filter(in_force(), network=network)
    for code, label in rows.values_list("practice__role_code", "practice__role_label").order_by("practice_id"):
        known = counts.get(code)
        counts[code] = (_label(code, label), (known[1] if known else 0) + 1)
    version = latest(network)
    withheld: Mapping[str, list[str]] = version.withheld if version else {}
    for code in withheld:
        counts.setdefault(code, (_label(code, code), 0))
    ordered = sorted(counts.items(), key=lambda item: item[1][0])
    return [
        RoleRow(
            code, label, people, tuple((act, name, act not in withheld.get(code, [])) for act, name in ACTS.items())
        )
        for code, (label, people) in ordered
    ]


def _label(code: str, label: str) -> str:
    return PROFESSIONS[code].label if code in PROFESSIONS else label


def publish(
    *, actor: Actor, network: Network, withheld: Mapping[str, list[str]], note: str, after: int
) -> HabilitationVersion:
    """A new version, in force at once for everybody; ``after`` is the number the editor started from.

    Raises ``Conflict`` when somebody published meanwhile, ``DomainError`` for an unknown act, no motive or no change.
    """
    decision = can_administer_network(actor, network.pk)
    if not decision:
        raise Refused(decision, code="networks.refused", object_type="network", object_id=network.slug)
    clean = {code[:40]: sorted(set(acts)) for code, acts in withheld.items() if acts}
    if len(clean) > MOST_ROLES or any(act not in ACTS for acts in clean.values() for act in acts):
        raise DomainError("Un acte de ce tableau n'existe pas : rechargez la page.")
    if len(note.strip()) < 5:
        raise DomainError("Dites en quelques mots pourquoi les habilitations changent.", field="note")
    number = HabilitationVersion.objects.filter(network=network).aggregate(last=Max("number"))["last"] or 0
    if number != after:
        raise Conflict("Quelqu'un a publié une version entre-temps : rechargez la page et reprenez vos changements.")
    current = latest(network)
    if clean == (current.withheld if current else {}):
        raise DomainError("Rien n'a changé dans le tableau.")
    try:
        with transaction.atomic():
            made = HabilitationVersion.objects.create(
                network=network, number=number + 1, withheld=clean, note=note.strip()[:300], published_by=actor.user_id
            )
    except IntegrityError:
        raise Conflict("Quelqu'un a publié une version au même moment : rechargez la page.") from None
    record("networks.matrix.published", action="C", object_type="network", object_id=network.slug,
           detail={"version": made.number})  # fmt: skip
    return made


def history(network: Network, limit: int = 20) -> list[VersionLine]:
    """The versions, the last first, each with what it changed."""
    versions = list(HabilitationVersion.objects.filter(network=network).order_by("-number")[: limit + 1])
    lines = []
    for place, one in enumerate(versions[:limit]):
        before = versions[place + 1].withheld if place + 1 < len(versions) else {}
        day = one.published_at.astimezone(CAYENNE).strftime("%d/%m/%Y à %H h %M")
        lines.append(VersionLine(one.number, one.note, day, one.published_by, changes(before, one.withheld)))
    return lines


def changes(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> tuple[str, ...]:
    """What differs between two matrices, in words."""
    found = []
    for code in sorted({*before, *after}):
        was, now = set(before.get(code, [])), set(after.get(code, []))
        found += [f"{_label(code, code)} : « {ACTS.get(act, act).lower()} » retiré" for act in sorted(now - was)]
        found += [f"{_label(code, code)} : « {ACTS.get(act, act).lower()} » rendu" for act in sorted(was - now)]
    return tuple(found)
