"""SQL of the habilitation matrix, read with the actor of each request and by the policies that narrow."""

from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE

_MINE = (
    "SELECT DISTINCT m.network_id FROM networks_networkmembership m WHERE m.practice_id = p_practice"
    " AND m.starts_at <= statement_timestamp() AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp())"
)

# Acts that every network of the practice withholds from its role, by the last version of each matrix.
WITHHELD = f"""
CREATE OR REPLACE FUNCTION networks_withheld(p_practice bigint, p_role text) RETURNS text[] LANGUAGE sql STABLE
  SET search_path = pg_catalog, public, pg_temp AS $body$
  SELECT coalesce(array_agg(held.act), ARRAY[]::text[]) FROM (
    SELECT a.act FROM ({_MINE}) mine
    CROSS JOIN LATERAL (SELECT v.withheld -> p_role AS acts FROM networks_habilitationversion v
                        WHERE v.network_id = mine.network_id ORDER BY v.number DESC LIMIT 1) latest
    CROSS JOIN LATERAL jsonb_array_elements_text(latest.acts) a(act)
    GROUP BY a.act HAVING count(*) = (SELECT count(*) FROM ({_MINE}) every)
  ) held
$body$;
"""

# For the policies of the tables: the practice that acts, whatever it is.
ACT_WITHHELD = rls.definer_function(
    "networks_act_withheld(p_act text)",
    "boolean",
    f"""
      SELECT EXISTS (SELECT 1 FROM networks_habilitationversion) AND EXISTS (
        SELECT 1 FROM directory_practitionerrole pr
        WHERE pr.id = {ACTOR_PRACTICE} AND p_act = ANY(networks_withheld(pr.id, pr.role_code)))
    """,
    volatile="STABLE",
)


# Nightly: roles that nobody confirmed in time end. A network keeps its last administrator, who will confirm the others.
SUSPEND = rls.worker_only(
    rls.definer_function(
        "networks_suspend_unconfirmed(p_before timestamptz)",
        "TABLE (network_id bigint, practice_id bigint, role text)",
        """
    #variable_conflict use_column
    DECLARE cutoff timestamptz := least(p_before, statement_timestamp() - interval '90 days');
    BEGIN
      RETURN QUERY
      UPDATE networks_networkmembership m SET ends_at = statement_timestamp(), suspended_at = statement_timestamp()
      WHERE m.ends_at IS NULL AND m.starts_at <= statement_timestamp() AND coalesce(m.confirmed_at, m.starts_at) < cutoff
        AND (m.role <> 'administration' OR EXISTS (
              SELECT 1 FROM networks_networkmembership o
              WHERE o.network_id = m.network_id AND o.role = 'administration' AND o.id <> m.id AND o.ends_at IS NULL
                AND coalesce(o.confirmed_at, o.starts_at) >= cutoff))
      RETURNING m.network_id, m.practice_id, m.role::text;
    END
    """,
        language="plpgsql",
    )
)


def narrowed(table: str, act: str, *, unless: str = "false") -> str:
    """Nothing is added to the table by a role from which the act is withheld; ``unless`` tells what is no such act."""
    check = f"{unless} OR NOT networks_act_withheld('{act}')"
    return rls.policy(table, f"{table}_act", "INSERT", check=check, to=(rls.WEB,), restrictive=True)


def unchanged(table: str, act: str) -> str:
    """Nor is anything of the table changed by that role."""
    left = f"NOT networks_act_withheld('{act}')"
    return rls.policy(table, f"{table}_act_change", "UPDATE", using=left, check=left, to=(rls.WEB,), restrictive=True)


def refuse_withheld(act: str) -> str:
    """First lines of a plpgsql function: refused to a role from which the act is withheld, whatever it may otherwise."""
    return (
        f"IF NOT {rls.TRUSTED} AND networks_act_withheld('{act}') THEN"
        " RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = 'act_withheld'; END IF;"
    )
