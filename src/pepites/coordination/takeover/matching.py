"""Whom a line is about: one person of the network's file active, for sure, or nobody (ADR 0032)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from pepites.access.services import database_refusals
from pepites.coordination.takeover.lines import LineError, PersonKeys

REFUSED = "coordination.takeover.refused"


class UnmatchedError(LineError):
    """No person, or not one for sure: the line waits for somebody to say who it is."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the base answers for one line: ids of persons by each way, and the person it was taken over for before."""

    by_number: frozenset[int]
    by_ins: frozenset[int]
    by_traits: frozenset[int]
    stored: int | None
    opposed: frozenset[int]


def match(network_id: int, tool: str, asked: Sequence[tuple[str, str, PersonKeys]]) -> list[Found]:
    """Look up a batch of lines (kind, external id, what names the person) in one statement."""
    rows = [
        {
            "ref": ref, "kind": kind, "external_id": external_id, "number": keys.number, "ins": keys.ins,
            "birth_name": keys.birth_name, "given_names": keys.given_names, "sex": keys.sex,
            "birth_date": keys.birth_date.isoformat() if keys.birth_date else None,
        }
        for ref, (kind, external_id, keys) in enumerate(asked)
    ]  # fmt: skip
    with database_refusals(REFUSED), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM coordination_history_match(%s, %s, %s::jsonb) ORDER BY ref",
            [network_id, tool, json.dumps(rows)],
        )
        found = cursor.fetchall()
    return [
        Found(frozenset(number or ()), frozenset(ins or ()), frozenset(traits or ()), stored, frozenset(opposed))
        for _, number, ins, traits, stored, opposed in found
    ]


def one_person(keys: PersonKeys, found: Found) -> int:
    """The one person named. Raises ``UnmatchedError``.

    A number or an INS unknown here is passed over when the traits name somebody; traits that are said must agree.
    """
    if not keys.said:
        raise UnmatchedError("Rien de sûr ne nomme la personne : numéro de dossier, INS, ou nom, prénom et naissance.")
    ways = [ids for ids in (found.by_number, found.by_ins, found.by_traits) if ids]
    if not ways:
        raise UnmatchedError("Aucune personne suivie par le réseau ne correspond : importez d'abord la file active.")
    if keys.birth_name and not found.by_traits:
        raise UnmatchedError("Le numéro est connu, mais l'identité écrite ici est différente : vérifiez la ligne.")
    agreed = frozenset.intersection(*ways)
    if not agreed:
        raise UnmatchedError("Le numéro, l'INS et l'identité désignent des personnes différentes.")
    if len(agreed) > 1:
        raise UnmatchedError("Plusieurs personnes correspondent : ajoutez le numéro de dossier ou l'INS.")
    return next(iter(agreed))
