"""Rights follow the person when two of their files are merged (design, law 2; ADR 0023).

``patient_id`` never changes: what a practice holds on one file is copied on the others, marked ``merged``, and the
copies end when the files are separated. The policies read them as any right, so that they cost nothing more.
"""

from pepites.common import rls
from pepites.common.rls import internal_function, trigger_function

PERSON_SET = rls.definer_function(
    "access_person_set(p_patient bigint)",
    "bigint[]",
    """
    DECLARE root bigint := (SELECT coalesce(p.survivor_id, p.id) FROM patients_patient p WHERE p.id = p_patient);
    BEGIN
      RETURN ARRAY(SELECT p.id FROM patients_patient p WHERE p.id = root OR p.survivor_id = root ORDER BY p.id);
    END
    """,
    language="plpgsql",
    volatile="STABLE",
)

# The same as rows, told to be one, as nearly always: a statement that joins it keeps its plan (``coordination.selectors.fil``).
PERSONS = """
CREATE OR REPLACE FUNCTION access_persons(p_patient bigint) RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 1
SET search_path = pg_catalog, public, pg_temp AS
$body$ BEGIN RETURN QUERY SELECT unnest(access_person_set(p_patient)); END $body$
"""

# By the clock, not by the start of the statement: it may have waited for another merge, whose copies are younger.
_IN_FORCE = "{0}.starts_at <= clock_timestamp() AND ({0}.ends_at IS NULL OR {0}.ends_at > clock_timestamp())"
_OPEN_GRANT, _OPEN_ENROLMENT = _IN_FORCE.format("g"), _IN_FORCE.format("e")
_GRANTS = f"""
      SELECT m.id AS patient_id, g.practice_id, g.basis, max(g.level) AS level, max(g.offered_level) AS offered,
        (array_agg(g.regime ORDER BY g.level DESC, g.id))[1] AS regime, min(g.accepted_at) AS accepted_at,
        nullif(max(coalesce(g.ends_at, 'infinity')), 'infinity') AS ends_at
      FROM unnest(person) AS m(id) JOIN access_accessgrant g ON g.patient_id = ANY(person) AND g.patient_id <> m.id
      WHERE NOT g.merged AND {_OPEN_GRANT} GROUP BY m.id, g.practice_id, g.basis
"""
_SAME_GRANT = """k.patient_id = w.patient_id AND k.practice_id = w.practice_id AND k.basis = w.basis
        AND (k.level, k.offered_level, k.regime) = (w.level, w.offered, w.regime)
        AND k.accepted_at IS NOT DISTINCT FROM w.accepted_at AND k.ends_at IS NOT DISTINCT FROM w.ends_at"""
# A network that follows a file by itself needs no copy there.
_ENROLMENTS = f"""
      SELECT m.id AS patient_id, e.network_id,
        CASE WHEN NOT bool_or(e.organization_id IS NULL) THEN max(e.organization_id) END AS organization_id
      FROM unnest(person) AS m(id) JOIN access_networkpatient e ON e.patient_id = ANY(person) AND e.patient_id <> m.id
      WHERE NOT e.merged AND {_OPEN_ENROLMENT} AND NOT EXISTS (SELECT 1 FROM access_networkpatient o
        WHERE o.patient_id = m.id AND o.network_id = e.network_id AND NOT o.merged AND o.ends_at IS NULL)
      GROUP BY m.id, e.network_id
"""
_SAME_ENROLMENT = """k.patient_id = w.patient_id AND k.network_id = w.network_id
        AND k.organization_id IS NOT DISTINCT FROM w.organization_id"""


def _mirrored(table: str, wanted: str, same: str, columns: str, values: str) -> str:
    """Copies no longer true end, those that miss are made: two statements, since an index allows one at a time."""
    standing = f"k.merged AND {_IN_FORCE.format('k')}"
    return f"""
      UPDATE {table} k SET ends_at = clock_timestamp()
      WHERE k.patient_id = ANY(person) AND {standing} AND NOT EXISTS (SELECT 1 FROM ({wanted}) w WHERE {same});
      INSERT INTO {table} ({columns}, merged)
      SELECT {values}, true FROM ({wanted}) w
      WHERE NOT EXISTS (SELECT 1 FROM {table} k WHERE {standing} AND {same});
    """


# Faithful and nothing else; called by the triggers, and by the functions that merge and separate.
MIRROR = internal_function(
    "access_mirror(p_patient bigint)",
    "void",
    f"""
    DECLARE person bigint[] := access_person_set(p_patient);
    BEGIN
      {
        _mirrored(
            "access_accessgrant",
            _GRANTS,
            _SAME_GRANT,
            "patient_id, practice_id, level, offered_level, basis, regime, accepted_at, ends_at",
            "w.patient_id, w.practice_id, w.level, w.offered, w.basis, w.regime, w.accepted_at, w.ends_at",
        )
    }
      {
        _mirrored(
            "access_networkpatient",
            _ENROLMENTS,
            _SAME_ENROLMENT,
            "patient_id, network_id, organization_id",
            "w.patient_id, w.network_id, w.organization_id",
        )
    }
    END
    """,
)

# Taken first by whatever changes rights, before any row of rights: a merge locks the person row the same way, so that the
# two wait for each other, neither missing the other; over merged files, one change at a time.
LOCK = internal_function(
    "access_lock(p_patient bigint)",
    "void",
    """
    DECLARE person bigint[];
    BEGIN
      PERFORM 1 FROM patients_patient p WHERE p.id = p_patient FOR KEY SHARE;
      person := access_person_set(p_patient);
      IF cardinality(person) > 1 THEN PERFORM pg_advisory_xact_lock(hashtextextended('person', person[1])); END IF;
    END
    """,
)

FOLLOW_RIGHTS = trigger_function(
    "access_follow_rights",
    """
    BEGIN
      IF EXISTS (SELECT 1 FROM patients_patient p WHERE (p.id = NEW.patient_id AND p.survivor_id IS NOT NULL)
                   OR p.survivor_id = NEW.patient_id) THEN
        PERFORM access_mirror(NEW.patient_id);
      END IF;
      RETURN NULL;
    END
    """,
)

TRIGGERS = "\n".join(
    f"CREATE TRIGGER access_follow_rights AFTER INSERT OR UPDATE ON {table} FOR EACH ROW WHEN (NOT NEW.merged)"
    " EXECUTE FUNCTION access_follow_rights();"
    for table in ("access_accessgrant", "access_networkpatient")
)

ALL = (PERSON_SET, MIRROR, LOCK, FOLLOW_RIGHTS)
