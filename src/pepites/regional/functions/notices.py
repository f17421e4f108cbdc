"""What waits to be told to the domains, for the job that tells it (STIC-9)."""

from pepites.common import rls
from pepites.regional.functions.queries import DATA

TRIES = 14
"""After about eleven days of doubling delays, an operator looks."""


def _ready(alias: str) -> str:
    return f"({alias}.tries = 0 OR {alias}.created_at + interval '1 minute' * (2 ^ {alias}.tries - 1) <= statement_timestamp())"


# One that waits for its delay holds those behind it: a domain hears of things in order. Whom it is told to is said by the caller; each notice gives a domain its own identity and regional identifiers only.
WAITING = rls.worker_only(
    rls.definer_function(
        "regional_waiting_notices(p_codes text[], p_limit integer)",
        "TABLE (id bigint, public_id uuid, code text, system text, kind text, irp text, former_irp text, data jsonb)",
        f"""
    SELECT n.id, n.public_id, d.code::text, coalesce(nullif(d.oid, ''), d.uri)::text, n.kind::text, n.irp::text,
      n.former_irp::text, {DATA}
    FROM regional_notification n JOIN regional_domain d ON d.id = n.domain_id AND d.active
    JOIN regional_regionalrecord r ON r.id = n.record_id
    WHERE n.sent_at IS NULL AND n.tries < {TRIES} AND d.code = ANY(p_codes)
      AND {_ready("n")} AND NOT EXISTS (SELECT 1 FROM regional_notification e WHERE e.domain_id = n.domain_id
        AND e.sent_at IS NULL AND e.tries < {TRIES} AND e.id < n.id AND NOT {_ready("e")})
    ORDER BY n.id LIMIT least(p_limit, 500)
    """,
        volatile="STABLE",
    )
)

ALL = (WAITING,)
