"""The *file active*: pages of persons one may see, found, filtered and sorted (interface §8; pile-technique, trap 5).

A coordinator's list reads the index of pathways by network, status and name, with a LIMIT; everybody else's reads their
own grants. Persons come after, by key: no page ever reads more rows than it shows, but for the capped total.
"""

import itertools
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from pepites.common.actor import Actor
from pepites.coordination.enums import PathwayStatus
from pepites.coordination.selectors.query import Query

TOTAL_CAP = 10_000
IDS_CAP = 5_000
OPEN_STATUSES = (PathwayStatus.ACTIVE.value, PathwayStatus.SUSPENDED.value)
_PERSONS = "SELECT p.id AS patient_id, p.sort_key, p.birth_date FROM patients_patient p"
_WIDE = "SELECT DISTINCT patient_id, sort_key, birth_date FROM coordination_search(%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)"
_COUNT_WIDE = "coordination_count(%s,%s,%s,%s,%s,%s,%s,%s)"
_PATHWAY = "SELECT 1 FROM coordination_pathway w WHERE w.person_id = p.id"
NO_QUERY = Query()
_OPEN = "starts_at <= statement_timestamp() AND (ends_at IS NULL OR ends_at > statement_timestamp())"


@dataclass(frozen=True, slots=True)
class ListFilters:
    """What a reader asked for; ``network`` is a network id, ``sort`` is ``nom`` or ``naissance``."""

    query: Query = NO_QUERY
    network: int | None = None
    commune: str = ""
    status: str = ""
    late: bool = False
    unread: bool = False
    sort: str = "nom"
    descending: bool = False
    page: int = 1
    size: int = 25


@dataclass(frozen=True, slots=True)
class Found:
    """One page, in order, as ``coordination_rows`` gives it, and the total (capped at ``TOTAL_CAP`` + 1)."""

    rows: list[tuple[Any, ...]]
    total: int

    @property
    def ids(self) -> list[int]:
        """Keys of the persons of the page."""
        return [row[0] for row in self.rows]


NOBODY = Found([], 0)


def find_patients(actor: Actor, filters: ListFilters, today: date, unread: dict[int, int]) -> Found:
    """The persons of one page of the actor's *file active*; row-level security is the filter, the SQL only orders.

    Found, counted and read in one statement; a page past the last one is empty.
    """
    only = _only(filters, today, unread)
    if only is not None and not only:
        return NOBODY
    networks = [n for n in sorted(actor.coordinated) if filters.network in (None, n)]
    branches, values = _branches(filters, only, networks, _own_ids(actor, only))
    if not branches:
        return NOBODY
    column = "birth_date" if filters.sort == "naissance" else "sort_key"
    order = f"{column} {'DESC' if filters.descending else 'ASC'}, patient_id"
    start = (max(filters.page, 1) - 1) * filters.size
    wanted = [[*each, column, filters.descending, start + filters.size] if wide else each for wide, each in values]
    total, counted = _total(branches, values) if networks else ("count(*) OVER ()", [])
    statement = f"""
        SELECT r.*, p.total FROM (
          SELECT array_agg(f.patient_id ORDER BY f.rank) AS ids, min(f.total) AS total FROM (
            SELECT patient_id, row_number() OVER (ORDER BY {order}) AS rank, {total} AS total
            FROM ({" UNION ".join(branches)}) u ORDER BY {order} LIMIT %s OFFSET %s) f
        ) p, coordination_rows(p.ids, %s) r ORDER BY array_position(p.ids, r.id)
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [*counted, *itertools.chain(*wanted), filters.size, start, today])
        rows = cursor.fetchall()
    return Found(rows, int(rows[0][-1])) if rows else NOBODY


def _total(branches: list[str], values: list[tuple[bool, list[Any]]]) -> tuple[str, list[Any]]:
    """SQL of the size of the whole list and its parameters: each way in counts its own."""
    parts = [
        _COUNT_WIDE if wide else f"(SELECT count(*) FROM ({branch}) o)"  # noqa: S608
        for branch, (wide, _) in zip(branches, values, strict=True)
    ]
    counted = [[*each, TOTAL_CAP + 1] if wide else each for wide, each in values]
    return f"(SELECT {' + '.join(parts)})", [*itertools.chain(*counted)]


def _own_ids(actor: Actor, only: list[int] | None) -> list[int]:
    """Persons opened to the actor's own practice, from the social level: a pending invitation is not one's file."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT patient_id FROM access_accessgrant WHERE practice_id = %s AND level >= 2 AND {_OPEN}",  # noqa: S608
            [actor.practice_id],
        )
        ids = {row[0] for row in cursor.fetchall()}
    return sorted(ids if only is None else ids & set(only))


def _branches(
    filters: ListFilters, only: list[int] | None, networks: list[int], own: list[int]
) -> tuple[list[str], list[tuple[bool, list[Any]]]]:
    """SQL of each way in, with whether it is the coordination's and its parameters."""
    branches: list[str] = []
    values: list[tuple[bool, list[Any]]] = []
    if networks:
        branches.append(_WIDE)
        values.append((True, _asked(networks, filters, only)))
    if own:
        sql, params = _granted(filters, networks, own)
        branches.append(sql)
        values.append((False, params))
    return branches, values


def _only(filters: ListFilters, today: date, unread: dict[int, int]) -> list[int] | None:
    """Keys a filter restricts the list to; None when none does."""
    kept: set[int] | None = None
    if filters.unread:
        kept = set(unread)
    if filters.late:
        kept = _late_ids(today) if kept is None else kept & _late_ids(today)
    if filters.query.regional_id:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(survivor_id, id) FROM patients_patient WHERE regional_id = %s",
                [filters.query.regional_id],
            )
            named = {row[0] for row in cursor.fetchall()}
        kept = named if kept is None else kept & named
    return None if kept is None else sorted(kept)[:IDS_CAP]


def _late_ids(today: date) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT coalesce(p.survivor_id, p.id) FROM coordination_task t JOIN patients_patient p"
            " ON p.id = t.patient_id WHERE t.state IN ('a_faire', 'en_cours') AND t.due_on < %s LIMIT %s",
            [today, IDS_CAP],
        )
        return {row[0] for row in cursor.fetchall()}


def _statuses(filters: ListFilters) -> list[str]:
    if filters.status == "tous":
        return list(PathwayStatus.values)
    return [filters.status] if filters.status in PathwayStatus.values else list(OPEN_STATUSES)


def _fragments(query: Query) -> list[str]:
    return [*query.fragments, query.phone] if query.phone else list(query.fragments)


def _asked(networks: list[int], filters: ListFilters, only: list[int] | None) -> list[Any]:
    """Arguments shared by the two functions that read the pathways of the networks the actor coordinates."""
    query = filters.query
    return [networks, _statuses(filters), _fragments(query), filters.commune, only, query.born_from, query.born_to]


def _granted(filters: ListFilters, networks: list[int], own: list[int]) -> tuple[str, list[Any]]:
    """The actor's own persons that match; those the coordination branch already gives are left to it, so that a total
    is a sum.
    """
    clauses = ""
    params: list[Any] = [own]
    query = filters.query
    if query.born_from:
        clauses += " AND p.birth_date BETWEEN %s AND %s"
        params += [query.born_from, query.born_to]
    if filters.commune:
        clauses += " AND p.commune_cog = %s"
        params.append(filters.commune)
    for fragment in _fragments(query):
        clauses += " AND (p.search_text || ' ' || p.phone_keys) LIKE %s"
        params.append(f"%{fragment}%")
    pathway = f"{_PATHWAY}{'' if filters.network is None else ' AND w.network_id = %s'}"
    clauses += f" AND (EXISTS ({pathway} AND w.status = ANY(%s))"
    params += [*([] if filters.network is None else [filters.network]), _statuses(filters)]
    clauses += ")" if filters.network or filters.status == PathwayStatus.CLOSED else f" OR NOT EXISTS ({pathway}))"
    if networks:
        clauses += f" AND NOT EXISTS ({_PATHWAY} AND w.network_id = ANY(%s) AND w.status = ANY(%s))"
        params += [networks, _statuses(filters)]
    return f"{_PERSONS} WHERE p.id = ANY(%s) AND p.survivor_id IS NULL{clauses}", params
