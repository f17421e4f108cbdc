"""From the rows of a file to canonical records and their blocking keys, in DuckDB: the same columns as ``matching``."""

import pyarrow as pa

from pepites.identity.linkage.base import Base
from pepites.identity.matching.blocking import LARGEST_FILE_BLOCK
from pepites.identity.matching.standard import UNKNOWN_PLACES, address_words, is_newborn, name_form

_TEXT = pa.string()
_WORDS = pa.list_(pa.string())
_FORMS = pa.schema(
    [
        ("written", _TEXT), ("joined", _TEXT), ("tokens", _WORDS), ("sound", _TEXT), ("first", _TEXT), ("first_sound", _TEXT),
        ("coarse", _WORDS), ("newborn", pa.bool_()),
    ]
)  # fmt: skip
_ADDRESSES = pa.schema([("written", _TEXT), ("joined", _TEXT), ("tokens", _WORDS)])
_NAMES = ("birth_name", "use_name", "given_name", "other_given", "mother_given")

_DIGITS = "regexp_replace(phone, '[^0-9]', '', 'g')"
_TAIL = f"right({_DIGITS}, 8)"

_BODY = "upper(regexp_replace(ins, '[^0-9A-Za-z]', '', 'g'))"
_NUMBER = (
    f"try_cast(concat(left({_BODY}, 5), replace(replace(substr({_BODY}, 6, 2), '2A', '19'), '2B', '18'),"
    f" substr({_BODY}, 8, 6)) AS bigint)"
)
_INS = (
    (
        f"CASE WHEN NOT regexp_full_match(left({_BODY}, 13), '[1-478][0-9]{{{{4}}}}([0-9]{{{{2}}}}|2[AB])[0-9]{{{{6}}}}') THEN NULL"
        f" WHEN length({_BODY}) = 15 AND 97 - {_NUMBER} % 97 = try_cast(right({_BODY}, 2) AS int) THEN left({_BODY}, 13)"
        f" WHEN length({_BODY}) = 13 THEN {_BODY} END"
    )
    .replace("{{", "{")
    .replace("}}", "}")
)
"""The 13 characters, the key having been checked when it is there: a matricule wrong by one digit says nothing (INS-6)."""

_RECORDS = f"""
CREATE OR REPLACE TABLE bare AS SELECT r.id,
  b.joined sn, b.sound snk, b.tokens snt, u.joined un, u.sound unk,
  CASE WHEN b.tokens IS NOT NULL OR u.tokens IS NOT NULL
    THEN list_distinct(list_concat(coalesce(b.tokens, []), coalesce(u.tokens, []))) END sall,
  g.joined gn, g.sound gnk, g.first g1, g.first_sound g1k, g.tokens gt,
  CASE WHEN g.tokens IS NOT NULL OR o.tokens IS NOT NULL
    THEN list_distinct(list_concat(coalesce(g.tokens, []), coalesce(o.tokens, []))) END gall,
  o.joined og, o.tokens ogt, year(born)::int y, month(born)::int m, day(born)::int dd, born,
  (month(born) = 1 AND day(born) = 1) OR (month(born) = 12 AND day(born) = 31) wk,
  CASE WHEN sex IN ('M', 'F') THEN sex END sx,
  CASE WHEN birth_place NOT IN {tuple(sorted(UNKNOWN_PLACES))} THEN birth_place END pl, nullif(commune, '') co,
  CASE WHEN length({_DIGITS}) >= 8 AND {_TAIL} NOT LIKE '%123456'
    AND right({_TAIL}, 6) <> repeat(right({_TAIL}, 1), 6) THEN {_TAIL} END ph,
  m.joined mo, m.sound mok, {_INS} ins, a.joined ad, a.tokens adt, coalesce(g.newborn, false) nb,
  list_distinct(list_concat(coalesce(b.coarse, []), coalesce(u.coarse, []))) sc,
  list_distinct(list_concat(coalesce(g.coarse, []), coalesce(o.coarse, []))) gc
FROM (SELECT *, try_cast(left(trim(birth_date), 10) AS date) born FROM rows) r
LEFT JOIN forms b ON b.written = r.birth_name LEFT JOIN forms u ON u.written = r.use_name
LEFT JOIN forms g ON g.written = r.given_name LEFT JOIN forms o ON o.written = r.other_given
LEFT JOIN forms m ON m.written = r.mother_given LEFT JOIN addresses a ON a.written = r.address
"""

_RARITY = """
CREATE OR REPLACE TABLE canonical AS WITH
  s AS (SELECT snk, count(*) n FROM bare GROUP BY 1), g AS (SELECT gnk, count(*) n FROM bare GROUP BY 1),
  b AS (SELECT snk, gnk, count(*) n FROM bare GROUP BY 1, 2), d AS (SELECT born, count(*) n FROM bare GROUP BY 1),
  ss AS (SELECT sn, count(*) n FROM bare GROUP BY 1), gs AS (SELECT gn, count(*) n FROM bare GROUP BY 1)
SELECT r.*, coalesce(s.n, 1) * 1e5 / {total} rs, coalesce(g.n, 1) * 1e5 / {total} rg, coalesce(b.n, 1)::double nc,
  coalesce(ss.n, 1)::double ns, coalesce(gs.n, 1)::double ng,
  log10(coalesce(s.n, 1)::double * coalesce(g.n, 1) * greatest(coalesce(d.n, {total} / 20000.0), 1.0)
        / ({total}::double * {total})) ex
FROM bare r LEFT JOIN s USING (snk) LEFT JOIN g USING (gnk) LEFT JOIN b USING (snk, gnk) LEFT JOIN d USING (born)
LEFT JOIN ss USING (sn) LEFT JOIN gs USING (gn)
"""

_PAIRS = "flatten(list_transform(sc, lambda s: list_transform(gc, lambda g: concat(least(s, g), '|', greatest(s, g)))))"
_DAY = "least(m, dd), '.', greatest(m, dd)"


def _each(values: str, *parts: str) -> str:
    return f"list_transform({values}, lambda one: concat({', '.join(parts)}, one))"


def _one(condition: str, *parts: str) -> str:
    return f"CASE WHEN {condition} THEN [concat({', '.join(parts)})] ELSE [] END"


def _many(condition: str, values: str, *parts: str) -> str:
    return f"CASE WHEN {condition} THEN {_each(values, *parts)} ELSE [] END"


_DATED = "y IS NOT NULL"
_GUESSED = "y IS NOT NULL AND (wk OR dd IN (1, 15))"
KEYS = [
    _many(_DATED, "list_distinct(list_concat(sc, gc))", "'d'", "y", "'.'", _DAY),
    _many(_DATED, "pairs", "'y'", "y"),
    _many(f"{_DATED} AND NOT wk", "pairs", "'m'", _DAY),
    _one(f"{_DATED} AND ph IS NOT NULL", "'u'", "ph", "y"),
    _one(f"{_DATED} AND co IS NOT NULL AND snk IS NOT NULL", "'c'", "y", "co", "snk"),
    _one(f"{_DATED} AND co IS NOT NULL AND gnk IS NOT NULL", "'g'", "y", "co", "gnk"),
    _many(f"{_DATED} AND mok IS NOT NULL", "sc", "'o'", "mok", "y"),
    _many(_GUESSED, "pairs", "'x'", "y // 4", "'.'"),
    _many(_GUESSED, "pairs", "'z'", "(y + 2) // 4", "'.'"),
    _one(f"{_DATED} AND co IS NOT NULL AND snk IS NOT NULL", "'s'", "snk", "co", "m", "'.'", "dd"),
    _one(f"{_DATED} AND co IS NOT NULL AND gnk IS NOT NULL", "'e'", "gnk", "co", "m", "'.'", "dd"),
    _one("snk IS NOT NULL AND gnk IS NOT NULL", "'n'", "least(snk, gnk)", "'|'", "greatest(snk, gnk)"),
    _many("co IS NOT NULL", "pairs", "'p'", "co"),
    _many("pl IS NOT NULL", "pairs", "'q'", "pl"),
    _many("mok IS NOT NULL", "gc", "'r'", "mok"),
    _many("ph IS NOT NULL", "list_distinct(list_concat(sc, gc))", "'t'", "ph"),
    _one("ins IS NOT NULL", "'i'", "ins"),
]
"""One list expression for each kind of key: mirrors ``matching.blocking.keys``, held equal by a test."""

_SOUNDS = "list_distinct(list_concat(sc, gc))"
WIDE_KEYS = [
    "pairs",
    _one(_DATED, "'D'", "y", "'.'", _DAY),
    _one(f"{_DATED} AND co IS NOT NULL", "'E'", "co", "'.'", _DAY),
    _one(f"{_DATED} AND co IS NOT NULL", "'F'", "co", "'.'", "y"),
    _one(f"{_DATED} AND pl IS NOT NULL", "'G'", "pl", "'.'", "y"),
    _many("co IS NOT NULL", _SOUNDS, "'H'", "co"),
    _many("pl IS NOT NULL", _SOUNDS, "'I'", "pl"),
    _many(_DATED, _SOUNDS, "'J'", _DAY),
    _many(_DATED, _SOUNDS, "'K'", "y", "'.'", "m"),
    _many(_DATED, _SOUNDS, "'L'", "y", "'/'", "dd"),
    _one("ph IS NOT NULL", "'M'", "ph"),
    _one("ad IS NOT NULL", "'N'", "ad"),
]
"""What a small file affords besides, for a model that compares any two dates: one agreement is enough."""
_GROUP, _MOST_DRAWS = 40, 100
WIDE_RECORDS = 100_000
"""Above, these keys would find nothing but strangers."""


def build(base: Base, *, wide: bool = False) -> int:
    """Make ``canonical`` and ``blocked`` (canonical with its ``keys``) from ``rows``; the number of records."""
    _forms(base)
    _addresses(base)
    base.run(_RECORDS)
    total = int(base.value("SELECT count(*) FROM bare"))
    base.run(_RARITY.format(total=max(total, 1)))
    base.run("DROP TABLE bare")
    _keys(base, KEYS + WIDE_KEYS if wide and total <= WIDE_RECORDS else KEYS)
    return total


def _forms(base: Base) -> None:
    union = " UNION ".join(f"SELECT {name} written FROM rows" for name in _NAMES)
    written = [row[0] for row in base.rows(f"SELECT written FROM ({union}) WHERE written <> ''")]
    lines = []
    for text in written:
        form = name_form(text)
        line = {"written": text, "newborn": is_newborn(text)}
        if form is not None:
            line |= {
                "joined": form.joined, "tokens": form.tokens, "sound": form.sound, "first": form.first,
                "first_sound": form.first_sound, "coarse": form.coarse,
            }  # fmt: skip
        lines.append(line)
    _table(base, "forms", pa.Table.from_pylist(lines, schema=_FORMS))


def _addresses(base: Base) -> None:
    lines = []
    for (text,) in base.rows("SELECT DISTINCT address FROM rows WHERE address <> ''"):
        if found := address_words(text):
            lines.append({"written": text, "joined": "".join(found), "tokens": found})
    _table(base, "addresses", pa.Table.from_pylist(lines, schema=_ADDRESSES))


def _table(base: Base, name: str, rows: pa.Table) -> None:
    base.connection.register("rows_made", rows)
    base.run(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM rows_made")
    base.connection.unregister("rows_made")


def _keys(base: Base, kinds: list[str]) -> None:
    concat = f"list_distinct(list_concat({', '.join(kinds)}))"
    base.run(
        f"CREATE OR REPLACE TABLE held AS SELECT id, hash(unnest({concat})) k FROM (SELECT *, {_PAIRS} pairs FROM canonical)"
    )
    base.run(
        f"CREATE OR REPLACE TABLE sized AS SELECT k FROM held GROUP BY k HAVING count(*) BETWEEN 2 AND {LARGEST_FILE_BLOCK}"
    )
    base.run(
        "CREATE OR REPLACE TABLE blocked AS SELECT c.*, coalesce(h.keys, []) keys FROM canonical c"
        " LEFT JOIN (SELECT id, list(k) keys FROM held SEMI JOIN sized USING (k) GROUP BY id) h USING (id)"
    )
    base.run("DROP TABLE held")
    base.run("DROP TABLE sized")
    base.run("DROP TABLE canonical")


def shuffle(base: Base, pairs: int) -> None:
    """Give the records of ``blocked`` other keys, drawn, that make about ``pairs`` pairs of any two records."""
    count = int(base.value("SELECT count(*) FROM blocked"))
    groups = max(1, count // _GROUP)
    times = min(_MOST_DRAWS, max(1, round(pairs / max(count * _GROUP / 2, 1))))
    keys = ", ".join(f"hash(id * {times} + {time}) % {groups} + {time * groups}" for time in range(times))
    base.run(f"CREATE OR REPLACE TABLE blocked AS SELECT * REPLACE ([{keys}] AS keys) FROM blocked")
