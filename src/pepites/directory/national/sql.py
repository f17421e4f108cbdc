"""SQL of a load: staging tables, what differs, and how it is applied. Constants of the code only.

``{person}``, ``{structure}``, ``{activity}`` and ``{word}`` name the tables written to: the served ones for a daily
load, new ones beside them when most of the directory changes (``rebuild``).
"""

from typing import Final

from pepites.directory.national.columns import FileKind
from pepites.directory.national.parsing import CODED, PERSON_COLUMNS, STRUCTURE_COLUMNS, ActivityRows

LOCK: Final = 0x70657064  # any number of our own: one load at a time on this base
STAGE: Final = {kind: f"directory_stage_{kind}" for kind in FileKind}
STAGED_FILES: Final = "directory_stage_file"
SERVED: Final = {
    "person": "directory_nationalperson",
    "structure": "directory_nationalstructure",
    "activity": "directory_nationalactivity",
    "word": "directory_nationalword",
}
CODED_TABLE: Final = {FileKind.SKILL: "directory_nationalskill", FileKind.DIPLOMA: "directory_nationaldiploma"}
BIG_SHARE: Final = 0.2  # of new activities, beyond which building new tables is quicker than changing the old ones

_PERSON_KEY = (
    "CASE WHEN national_id ~ '^8[0-9]{11}$' THEN national_id::bigint"
    " ELSE -1 - (hashtextextended(national_id, 0) & 9223372036854775807) END"
)
_PERSON: Final = (*PERSON_COLUMNS, "sort_key")
_STRUCTURE: Final = (*STRUCTURE_COLUMNS, "address")


def _codes(kind: FileKind) -> tuple[str, ...]:
    return tuple(f"{one}_code" for one in CODED[kind])


def _digest(columns: tuple[str, ...]) -> str:
    return "hashtextextended(" + " || '|' || ".join(columns) + ", 0)"


def _listed(columns: tuple[str, ...], alias: str = "") -> str:
    return ", ".join(f"{alias}{one}" for one in columns)


FILES_TABLE: Final = (
    f"CREATE UNLOGGED TABLE IF NOT EXISTS {STAGED_FILES} (kind text PRIMARY KEY, sha256 text, size bigint, scope text,"
    " rows int, bad_rows int, labels jsonb)"
)


def stage_tables(kind: FileKind) -> list[str]:
    """The staging table of a file, made anew. Its keys are digests that the base computes on the way in."""
    name, codes = STAGE[kind], _codes(kind)
    place = ", place" if kind is FileKind.ACTIVITY else ""
    content = ("national_id", "coalesce(place, '')", *codes) if place else ("national_id", *codes)
    own = _listed(tuple(f"{one} {_type(one)}" for one in columns(kind)))
    keys = f"id bigint GENERATED ALWAYS AS ({_digest(content)}) STORED, person_id bigint GENERATED ALWAYS AS ({_PERSON_KEY}) STORED"
    if place:
        keys += ", structure_id bigint GENERATED ALWAYS AS (hashtextextended(place, 0)) STORED"
    return [f"DROP TABLE IF EXISTS {name}", f"CREATE UNLOGGED TABLE {name} ({own}, {keys})"]


def columns(kind: FileKind) -> tuple[str, ...]:
    """Columns of the staging table that COPY fills."""
    return ActivityRows.columns if kind is FileKind.ACTIVITY else ("national_id", *_codes(kind))


def _type(column: str) -> str:
    return "int[]" if column in ("terms", "word_terms") else "text"


def copy(kind: FileKind) -> str:
    return f"COPY {STAGE[kind]} ({_listed(columns(kind))}) FROM STDIN WITH (DELIMITER '|')"


PREPARE: Final = (
    # The same activity twice in a file: once is enough. Its line stays, for the person it may have brought.
    (
        f"UPDATE {STAGE[FileKind.ACTIVITY]} s SET terms = NULL FROM (SELECT id, min(ctid) AS kept"
        f" FROM {STAGE[FileKind.ACTIVITY]} GROUP BY id HAVING count(*) > 1) d WHERE s.id = d.id AND s.ctid <> d.kept"
    ),
    "DROP TABLE IF EXISTS directory_stage_person, directory_stage_structure",
    # Of two ways of writing a person or a structure, the same one wins whatever the order of the lines.
    (
        f"CREATE UNLOGGED TABLE directory_stage_person AS SELECT DISTINCT ON (person_id) person_id AS id, {_listed(_PERSON)},"
        f" {_digest(_PERSON)} AS digest FROM {STAGE[FileKind.ACTIVITY]} WHERE family_name IS NOT NULL"
        " ORDER BY person_id, digest"
    ),
    (
        f"CREATE UNLOGGED TABLE directory_stage_structure AS SELECT DISTINCT ON (structure_id) structure_id AS id,"
        f" {_listed(_STRUCTURE)}, {_digest(_STRUCTURE)} AS digest FROM {STAGE[FileKind.ACTIVITY]}"
        " WHERE technical_id IS NOT NULL ORDER BY structure_id, digest"
    ),
    f"ANALYZE {STAGE[FileKind.ACTIVITY]} (id, person_id)",
    "ANALYZE directory_stage_person (id)",
    "ANALYZE directory_stage_structure (id)",
)

NEW_SHARE: Final = (
    f"SELECT coalesce(avg((a.id IS NULL)::int), 0) FROM {STAGE[FileKind.ACTIVITY]} s"
    f" LEFT JOIN {SERVED['activity']} a ON a.id = s.id WHERE s.terms IS NOT NULL"
)


def _set(columns: tuple[str, ...]) -> str:
    return ", ".join(f"{one} = s.{one}" for one in columns)


_ACTIVITY: Final = ("id", "person_id", "structure_id", *_codes(FileKind.ACTIVITY), "terms")

# (what it counts as, statement), in order.
APPLY: Final = (
    (
        "changed",
        (
            f"UPDATE {{person}} p SET {_set((*_PERSON, 'digest'))}, active = true, missing_since = NULL"
            " FROM directory_stage_person s WHERE p.id = s.id AND (p.digest <> s.digest OR NOT p.active)"
        ),
    ),
    (
        "gone",
        (
            "UPDATE {person} p SET active = false, missing_since = %(day)s WHERE active"
            " AND NOT EXISTS (SELECT FROM directory_stage_person s WHERE s.id = p.id)"
        ),
    ),
    (
        "added",
        (
            f"INSERT INTO {{person}} (id, {_listed(_PERSON)}, digest, active) SELECT s.id, {_listed(_PERSON, 's.')}, s.digest,"
            " true FROM directory_stage_person s WHERE NOT EXISTS (SELECT FROM {person} p WHERE p.id = s.id) ORDER BY s.id"
        ),
    ),
    (
        "changed",
        (
            f"UPDATE {{structure}} p SET {_set((*_STRUCTURE, 'digest'))} FROM directory_stage_structure s"
            " WHERE p.id = s.id AND p.digest <> s.digest"
        ),
    ),
    (
        "added",
        (
            f"INSERT INTO {{structure}} (id, {_listed(_STRUCTURE)}, digest) SELECT s.id, {_listed(_STRUCTURE, 's.')}, s.digest"
            " FROM directory_stage_structure s WHERE NOT EXISTS (SELECT FROM {structure} p WHERE p.id = s.id)"
        ),
    ),
    (  # those of a person who is no longer there stay: what they last did
        "gone",
        (
            f"DELETE FROM {{activity}} a WHERE NOT EXISTS (SELECT FROM {STAGE[FileKind.ACTIVITY]} s WHERE s.id = a.id)"
            " AND EXISTS (SELECT FROM directory_stage_person p WHERE p.id = a.person_id)"
        ),
    ),
    (  # a label or the name of a structure changed
        "changed",
        (
            f"UPDATE {{activity}} a SET terms = s.terms FROM {STAGE[FileKind.ACTIVITY]} s"
            " WHERE a.id = s.id AND s.terms IS NOT NULL AND a.terms <> s.terms"
        ),
    ),
    (
        "added",
        (
            f"INSERT INTO {{activity}} ({_listed(_ACTIVITY)}) SELECT {_listed(_ACTIVITY, 's.')} FROM {STAGE[FileKind.ACTIVITY]} s"
            " WHERE s.terms IS NOT NULL AND NOT EXISTS (SELECT FROM {activity} a WHERE a.id = s.id)"
        ),
    ),
    (
        "gone",
        (
            "DELETE FROM {structure} p WHERE NOT EXISTS (SELECT FROM directory_stage_structure s WHERE s.id = p.id)"
            " AND NOT EXISTS (SELECT FROM {activity} a WHERE a.structure_id = p.id)"
        ),
    ),
    (
        "",
        (
            "INSERT INTO {word} (word, term) SELECT DISTINCT n.word, n.term FROM"
            f" {STAGE[FileKind.ACTIVITY]} s, unnest(string_to_array(s.words, ' '), s.word_terms) AS n(word, term)"
            " WHERE s.words IS NOT NULL AND NOT EXISTS (SELECT FROM {word} w WHERE w.word = n.word)"
        ),
    ),
)

# The scope was France and is Guiana: the others did not leave the directory, they are no longer kept.
NARROW: Final = (
    (
        "gone",
        (
            "DELETE FROM {person} p WHERE NOT EXISTS (SELECT FROM directory_stage_person s WHERE s.id = p.id)"
            " AND NOT EXISTS (SELECT FROM directory_professional o WHERE p.national_id = '8' || o.rpps)"
        ),
    ),
    ("gone", "DELETE FROM {activity} a WHERE NOT EXISTS (SELECT FROM {person} p WHERE p.id = a.person_id)"),
)

COUNT_WORDS: Final = (
    "UPDATE {word} w SET lines = c.lines FROM (SELECT t.term, count(*) * {weight} AS lines"
    " FROM {activity} a TABLESAMPLE SYSTEM ({share}), unnest(a.terms) AS t(term) GROUP BY t.term) c"
    " WHERE c.term = w.term AND w.lines <> c.lines"
)

LABELS: Final = (
    "INSERT INTO directory_nationallabel AS l (kind, code, label) SELECT kind, code, label"
    " FROM jsonb_to_recordset(%(labels)s::jsonb) AS n(kind text, code text, label text)"
    " ON CONFLICT (kind, code) DO UPDATE SET label = excluded.label WHERE l.label <> excluded.label"
)


def apply_coded(kind: FileKind) -> tuple[tuple[str, str], ...]:
    """The same for SavoirFaire and Dipl_AutExerc: rows of the persons we have."""
    table, stage, codes = CODED_TABLE[kind], STAGE[kind], ("id", "person_id", *_codes(kind))
    return (
        ("gone", (f"DELETE FROM {table} a WHERE NOT EXISTS (SELECT FROM {stage} s WHERE s.id = a.id)"
         f" AND EXISTS (SELECT FROM {SERVED['person']} p WHERE p.id = a.person_id AND p.active)")),
        ("added", (f"INSERT INTO {table} ({_listed(codes)}) SELECT DISTINCT {_listed(codes, 's.')} FROM {stage} s"
         f" WHERE NOT EXISTS (SELECT FROM {table} a WHERE a.id = s.id)"
         f" AND EXISTS (SELECT FROM {SERVED['person']} p WHERE p.id = s.person_id)")),
    )  # fmt: skip
