"""Who may what, and the small parts that the other functions share. Internal ones are open to the owner alone."""

from pepites.common.rls import ACTOR_PRACTICE, ACTOR_USER, TRUSTED, WEB, WORKER, internal_function
from pepites.identity.functions import CELL, CONFLICT, NOW, REFUSE

ABSENT = "RAISE EXCEPTION USING ERRCODE = 'PE404', MESSAGE = "
XACT = "pg_current_xact_id()::text::bigint"
"""The transaction: what was fed in it may be matched in it, by whoever fed it, and never afterwards."""
CLOSED = "coalesce((SELECT to_jsonb(s) ->> 'closed_at' IS NOT NULL FROM regional_ruleset s WHERE s.id = 1), false)"
"""Whether the server was closed; readable by the migrations that come before the column."""
PEPITES = "(SELECT d.id FROM regional_domain d WHERE d.code = 'PEPITES')"
CLIENT = "coalesce(regional_client_domain(), 0)"
"""Never NULL: « NOT (false OR domain = NULL) » would refuse nobody."""
AS_UUID = "CASE WHEN r.local_id ~ '^[0-9a-f-]{36}$' THEN r.local_id::uuid END"
"""The person's public identifier; another domain's number is no UUID, whatever order the planner checks things in."""
KEY_DATE = """CASE WHEN NOT r.aliases @? '$[*][2] ? (@ != null)' THEN extract(year FROM r.birth_date)::smallint END AS year,
        to_char(r.birth_date, 'MMDD')::smallint AS day,
        (r.birth_date_interpreted OR to_char(r.birth_date, 'MMDD') IN ('0101', '1231')) AS weak"""
"""Columns of a key that say the date of record ``r``; no year when an alias has its own: the judge compares them."""
FEED_LOCK = 0x5_71C
"""One number for « feeds of the regional server »: shared by single ones, held alone by a batch."""

__all__ = ["ACTOR_PRACTICE", "ACTOR_USER", "CELL", "CONFLICT", "NOW", "REFUSE", "TRUSTED", "internal_function"]


def may_feed(domain: str) -> str:
    """The region's cell, a command on the server, or the domain's own machine client; never for Pépites, fed by itself."""
    return f"(({TRUSTED} OR {CELL} OR {domain} = {CLIENT}) AND {domain} IS DISTINCT FROM {PEPITES})"


# The domain of the machine client in force; ``accounts_client_domain()`` belongs to accounts, which knows no domain.
CLIENT_DOMAIN = f"""
CREATE OR REPLACE FUNCTION regional_client_domain() RETURNS bigint LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE said text;
BEGIN
  IF to_regprocedure('public.accounts_client_domain()') IS NULL THEN RETURN NULL; END IF;
  EXECUTE 'SELECT public.accounts_client_domain()' INTO said;
  IF coalesce(said, '') = '' THEN RETURN NULL; END IF;
  RETURN (SELECT d.id FROM regional_domain d WHERE d.active AND d.code <> 'PEPITES' AND said IN (d.oid, d.uri));
END
$body$;
REVOKE ALL ON FUNCTION regional_client_domain FROM PUBLIC;
GRANT EXECUTE ON FUNCTION regional_client_domain TO {WEB}, {WORKER};
"""

# Best status of the members (STIC-3); a person without records is closed, its identifier kept for ever (STIC-1).
REFRESH = internal_function(
    "regional_refresh(p_persons bigint[])",
    "void",
    """
    BEGIN
      UPDATE regional_regionalperson p SET active = s.status IS NOT NULL, status = coalesce(s.status, p.status)
      FROM (SELECT q.id, (SELECT r.status FROM regional_link l JOIN regional_regionalrecord r ON r.id = l.record_id
              WHERE l.person_id = q.id AND l.active
              ORDER BY array_position(ARRAY['QUAL', 'VALI', 'RECUP', 'PROV'], r.status::text) LIMIT 1) AS status
            FROM unnest(p_persons) AS q(id)) s
      WHERE p.id = s.id AND (p.active, p.status) IS DISTINCT FROM (s.status IS NOT NULL, coalesce(s.status, p.status));
    END
    """,
)

NOTIFY = internal_function(
    "regional_notify(p_person bigint, p_kind text, p_former jsonb)",
    "void",
    f"""
    DECLARE home bigint := {PEPITES};
    BEGIN
      INSERT INTO regional_notification (public_id, domain_id, kind, record_id, irp, former_irp, tries, last_error)
      SELECT gen_random_uuid(), r.domain_id, p_kind, r.id, p.irp, coalesce(p_former->>r.id::text, ''), 0, ''
      FROM regional_link l JOIN regional_regionalrecord r ON r.id = l.record_id
      JOIN regional_regionalperson p ON p.id = l.person_id
      WHERE l.person_id = p_person AND l.active AND r.domain_id <> home;  -- Pépites follows at once, by trigger
    END
    """,
)

# Cards between records that are one person now, or whose record is gone, have nothing left to ask.
CLOSE_CARDS = internal_function(
    "regional_close_cards(p_records bigint[])",
    "void",
    """
    BEGIN
      UPDATE regional_card c SET state = 'sans_objet', closed_at = statement_timestamp(), locked_until = NULL
      WHERE c.closed_at IS NULL AND (c.one_id = ANY(p_records) OR c.two_id = ANY(p_records))
        AND (EXISTS (SELECT 1 FROM regional_regionalrecord r WHERE r.id IN (c.one_id, c.two_id) AND NOT r.active)
          OR (c.queue IN ('candidats', 'doublons', 'homonymes') AND EXISTS (
            SELECT 1 FROM regional_link a JOIN regional_link b ON b.person_id = a.person_id AND b.active
            WHERE a.active AND a.record_id = c.one_id AND b.record_id = c.two_id))
          OR (c.queue IN ('collisions', 'ins', 'separations') AND c.two_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM regional_link a JOIN regional_link b ON b.person_id = a.person_id AND b.active
            WHERE a.active AND a.record_id = c.one_id AND b.record_id = c.two_id)));
    END
    """,
)

# The file of a person followed in Pépites shows the identifier of its regional person.
FOLLOW_PERSON = """
CREATE OR REPLACE FUNCTION regional_follow_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  UPDATE patients_patient p SET regional_id = s.irp
  FROM (SELECT %(uuid)s AS public_id, q.irp
        FROM new_links l JOIN regional_regionalrecord r ON r.id = l.record_id AND r.domain_id = %(pepites)s
        JOIN regional_regionalperson q ON q.id = l.person_id WHERE l.active) s
  WHERE p.public_id = s.public_id AND p.regional_id <> s.irp;
  RETURN NULL;
END
$body$;
REVOKE ALL ON FUNCTION regional_follow_person() FROM PUBLIC;
CREATE TRIGGER regional_link_follow AFTER INSERT ON regional_link REFERENCING NEW TABLE AS new_links
  FOR EACH STATEMENT EXECUTE FUNCTION regional_follow_person();
""" % {"pepites": PEPITES, "uuid": AS_UUID}  # noqa: UP031 - braces of SQL arrays

# An active record has exactly one active link: at most one by its unique index, at least one here, at the commit.
LINKED = """
CREATE OR REPLACE FUNCTION regional_always_linked() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE who bigint := CASE TG_TABLE_NAME WHEN 'regional_link' THEN (to_jsonb(NEW)->>'record_id')::bigint
  ELSE (to_jsonb(NEW)->>'id')::bigint END;
BEGIN
  IF EXISTS (SELECT 1 FROM regional_regionalrecord r WHERE r.id = who AND r.active
      AND NOT EXISTS (SELECT 1 FROM regional_link l WHERE l.record_id = r.id AND l.active)) THEN
    RAISE EXCEPTION 'regional record % has no active link', who USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END
$body$;
REVOKE ALL ON FUNCTION regional_always_linked() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER regional_record_linked AFTER INSERT OR UPDATE OF active ON regional_regionalrecord
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION regional_always_linked();
CREATE CONSTRAINT TRIGGER regional_link_linked AFTER UPDATE OF active ON regional_link
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NOT NEW.active) EXECUTE FUNCTION regional_always_linked();
"""

ALL = (CLIENT_DOMAIN, REFRESH, NOTIFY, CLOSE_CARDS)
TRIGGERS = (FOLLOW_PERSON, LINKED)
