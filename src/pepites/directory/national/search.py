"""One box to search the national copy: names, profession, role, town, structure, RPPS number, in any order.

Each word typed becomes the numbers of the words of the directory it may stand for: itself, those it begins (the last
word), or its neighbours by trigrams when nobody has it. Trigrams are compared to the distinct words only; the lines are
found by one inverted index.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from pepites.common.text import sort_key
from pepites.directory.national.text import words_of

MAX_WORDS: Final = 8
BEGUN: Final = 40  # words that the last one may begin
NEIGHBOURS: Final = 8
LIKENESS: Final = "0.27"  # of trigrams: two letters exchanged in a word of six leave no more
FREQUENT: Final = 50_000  # lines of a word beyond which its whole list is long to read
FIRST: Final = 20_000  # lines where frequent words are looked for before
LOOKED_AT: Final = 400  # lines sorted for the screen: who wants another types one word more
_RPPS: Final = re.compile(r"8?(\d{11})")


@dataclass(frozen=True, slots=True)
class Found:
    """An activity found, or a person without any. Labels are French, ready to print."""

    person_id: int
    rpps: str
    name: str
    profession: str
    skill: str
    structure: str
    town: str
    active: bool


@dataclass(frozen=True, slots=True)
class Results:
    """What was found; ``corrected``: words that nobody has, with those looked for instead; ``more``: others exist."""

    rows: tuple[Found, ...]
    corrected: tuple[tuple[str, str], ...] = ()
    more: bool = False


@dataclass(slots=True)
class Meaning:
    """Numbers a typed word may stand for; ``lines``: about how many lines have one; ``instead``: looked for instead."""

    word: str
    numbers: set[int] = field(default_factory=set)
    lines: int = 0
    exact: int | None = None  # the word itself, or the nearest one: what has it comes first
    instead: str = ""


# Two frequent words may have no line in common, which the planner cannot know: reading all the lines to find out would
# take long. ``_SELECT``, once planned, comes back to the usual.
_SETTINGS = (
    "SELECT set_config('enable_seqscan', %(scan)s, true),"
    " set_config('pg_trgm.similarity_threshold', %(likeness)s, true)"
)
_SELECT = """
WITH usual AS MATERIALIZED (SELECT set_config('enable_seqscan', 'on', true))
SELECT p.id, p.national_id, p.title, p.given_name, p.family_name, p.active,
       coalesce(lp.label, a.profession_code), coalesce(lf.label, ''), a.function_code,
       coalesce(ls.label, a.skill_code), coalesce(nullif(s.name, ''), s.sign, ''), coalesce(s.town, ''), {rank} AS sure
FROM usual CROSS JOIN {lines} a
JOIN directory_nationalperson p ON p.id = a.person_id
LEFT JOIN directory_nationalstructure s ON s.id = a.structure_id
LEFT JOIN directory_nationallabel lp ON lp.kind = 'profession' AND lp.code = a.profession_code
LEFT JOIN directory_nationallabel lf ON lf.kind = 'function' AND lf.code = a.function_code
LEFT JOIN directory_nationallabel ls ON ls.kind = 'skill' AND ls.code = a.skill_code
"""
_ORDER = (
    " ORDER BY p.active DESC, sure DESC, (p.sort_key ~~ ANY(%(begins)s::text[])) DESC, p.sort_key, s.name, a.id"
    " LIMIT {limit}"
)

# Exact words, words begun by the last, neighbours of those nobody has: one query, on the table of words.
_RESOLVE = """
WITH typed AS (SELECT word, rank FROM unnest(%(words)s::text[]) WITH ORDINALITY AS t(word, rank)),
exact AS (SELECT t.rank, w.word, w.term, w.lines FROM typed t JOIN directory_nationalword w ON w.word = t.word),
begun AS (
  SELECT %(last)s::bigint AS rank, w.word, w.term, w.lines FROM directory_nationalword w
  WHERE w.word ~>=~ %(prefix)s AND w.word ~<~ %(after)s ORDER BY w.lines DESC, w.word LIMIT %(begun)s
),
near AS (
  SELECT t.rank, n.word, n.term, n.lines FROM typed t CROSS JOIN LATERAL (
    SELECT w.word, w.term, w.lines FROM directory_nationalword w
    WHERE w.word %% t.word AND abs(length(w.word) - length(t.word)) <= 2
    ORDER BY levenshtein(w.word, t.word), similarity(w.word, t.word) DESC, w.lines DESC, w.word LIMIT %(neighbours)s
  ) n WHERE length(t.word) >= 4 AND NOT EXISTS (SELECT FROM exact e WHERE e.rank = t.rank)
  AND (t.rank <> %(last)s OR NOT EXISTS (SELECT FROM begun))
)
SELECT rank, word, term, lines, 0 FROM exact
UNION ALL SELECT rank, word, term, lines, 1 FROM begun
UNION ALL SELECT rank, word, term, lines, 2 FROM near
"""


def search_national(text: str, *, limit: int = 20) -> Results:
    """The people every word of ``text`` leads to, active ones first, then by name; at most ``limit`` lines.

    Three queries: how to plan, the words, the lines; to be run inside a transaction, as every page is. A RPPS number
    (eleven digits) is looked up alone.
    """
    if number := _RPPS.fullmatch(text.replace(" ", "")):
        return _rows(_by_number(number.group(1), limit), limit)
    words = list(dict.fromkeys(words_of(sort_key(text))))[:MAX_WORDS]
    if not words:
        return Results(())
    meant = _resolved(words)
    if not all(one.numbers for one in meant):
        return Results(())
    rows = _by_terms(meant, limit)
    return _rows(rows, limit, tuple((one.word, one.instead) for one in meant if one.instead))


def _resolved(words: list[str]) -> list[Meaning]:
    """What each word typed may stand for."""
    last, scan = words[-1], "on" if len(words) == 1 else "off"
    _ask(_SETTINGS, {"scan": scan, "likeness": LIKENESS})
    parameters: dict[str, object] = {
        "words": words, "last": len(words), "prefix": last, "after": last + "\U0010ffff", "begun": BEGUN,
        "neighbours": NEIGHBOURS,
    }  # fmt: skip
    meant = [Meaning(word) for word in words]
    for rank, word, number, lines, how in _ask(_RESOLVE, parameters):
        one = meant[rank - 1]
        one.numbers.add(number)
        one.lines += lines
        if how == 0 or (how == 2 and not one.instead):
            one.exact = number
        one.instead = one.instead or (word if how == 2 else "")
    return meant


def _by_terms(meant: list[Meaning], limit: int) -> list[Any]:
    """Lines that have one of the meanings of each word. Those with the very words come first."""
    table = "directory_nationalactivity"
    sure = {number for one in meant if len(one.numbers) == 1 for number in one.numbers}
    conditions = [f"terms @> {_array(sure)}"] if sure else []
    conditions += [f"terms && {_array(one.numbers)}" for one in meant if len(one.numbers) > 1]
    wanted = f"{table} WHERE {' AND '.join(conditions)} LIMIT {LOOKED_AT}"
    lines = f"(SELECT * FROM {wanted})"  # noqa: S608
    if len(meant) > 1 and all(one.lines > FREQUENT for one in meant):
        # They are most likely together among the first lines; their whole lists are read when they are not.
        first = f"SELECT * FROM (SELECT * FROM {table} LIMIT {FIRST}) f WHERE {' AND '.join(conditions)}"  # noqa: S608
        lines = f"(SELECT DISTINCT ON (id) * FROM ({first} UNION ALL SELECT * FROM {wanted}) u)"  # noqa: S608
    exact = {one.exact for one in meant if one.exact is not None}
    rank = f"(a.terms @> {_array(exact)})" if exact else "false"
    query = (_SELECT + _ORDER).format(lines=lines, rank=rank, limit=limit + 1)
    return _ask(query, {"begins": [f"{one.word} %" for one in meant]})


def _array(numbers: set[int]) -> str:
    """Written in the query, where the planner sees them: a plan for any number suits neither MARTIN nor a rare name."""
    return f"'{{{','.join(str(int(one)) for one in sorted(numbers))}}}'::int[]"


def _by_number(rpps: str, limit: int) -> list[Any]:
    query = (_SELECT + " WHERE p.national_id = %(national)s" + _ORDER).format(
        lines="directory_nationalactivity", rank="true", limit=limit + 1
    )
    return _ask(query, {"national": f"8{rpps}", "begins": []})


def _ask(query: str, parameters: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def _rows(rows: list[Any], limit: int, corrected: tuple[tuple[str, str], ...] = ()) -> Results:
    return Results(tuple(_found(row) for row in rows[:limit]), corrected, len(rows) > limit)


def _found(row: Any) -> Found:
    key, national, title, given, family, active, profession, role, function, skill, structure, town, _ = row
    return Found(
        person_id=key, rpps=national[1:] if re.fullmatch(r"8[0-9]{11}", national) else "",
        name=" ".join(filter(None, (title.capitalize(), given, family))),
        profession=profession or (role if not function.startswith("FON-AU") else ""), skill=skill,
        structure=structure, town=town, active=active,
    )  # fmt: skip
