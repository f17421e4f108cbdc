"""Row-level security of the regional tables, and what a base must hold before its first record."""

from pepites.common import rls
from pepites.common.rls import WEB, WORKER
from pepites.identity.functions import CELL
from pepites.identity.insi.sql import NOBODY

CLIENT = "(SELECT regional_client_domain())"
TRAITS = f"({CELL} OR domain_id = {CLIENT})"
"""Who reads an identity of a domain: the region's cell, and that domain's own machine client (STIC-10)."""

CELL_ONLY = (
    "regional_regionalperson", "regional_regionalpersonevent", "regional_link", "regional_card", "regional_cardevent",
    "regional_nonlink", "regional_nonlinkevent", "regional_domainevent",
)  # fmt: skip

POLICIES = "\n".join(
    [
        rls.grant("regional_domain", "SELECT"),
        rls.grant("regional_ruleset", "SELECT"),
        *(
            f"{rls.enable(table)}\n{rls.grant(table, 'SELECT')}\n"
            f"{rls.policy(table, f'{table}_read', 'SELECT', using=TRAITS)}"
            for table in ("regional_regionalrecord", "regional_regionalrecordevent")
        ),
        *(
            f"{rls.enable(table)}\n{rls.grant(table, 'SELECT')}\n"
            f"{rls.policy(table, f'{table}_read', 'SELECT', using=CELL)}"
            for table in CELL_ONLY
        ),
        rls.enable("regional_recordkey"),
        rls.enable("regional_notification"),
        rls.grant("regional_notification", "SELECT"),
        f"GRANT UPDATE (sent_at, tries, last_error) ON regional_notification TO {WORKER};",
        rls.policy("regional_notification", "cell_reads_notices", "SELECT", using=CELL, to=(WEB,)),
        rls.policy("regional_notification", "sender_reads_notices", "SELECT", using="true", to=(WORKER,)),
        rls.policy("regional_notification", "sender_marks_notices", "UPDATE", using="true", check="true", to=(WORKER,)),
        # The accesses made through a link, asked for when it is undone (STIC-9).
        (
            "CREATE INDEX audit_entry_regional_person ON audit_entry (object_id, occurred_at)"
            " WHERE object_type = 'regional_person';"
        ),
    ]
)

# Counts of identities: the cell reads all, a domain its own; the nightly job looks for the days that miss.
FIGURES = "\n".join(
    [
        rls.enable("regional_dailyfigures"),
        rls.grant("regional_dailyfigures", "SELECT"),
        rls.policy("regional_dailyfigures", "regional_dailyfigures_read", "SELECT", using=TRAITS),
        rls.policy("regional_dailyfigures", "job_figures_read", "SELECT", using=NOBODY, to=(WORKER,)),
    ]
)

# Rules of the first day; the weights have been the model's since migration 0003.
FIRST_RULES = """
INSERT INTO regional_ruleset (id, version, t_high, t_low, runner_up, review_days, shadow_decisions, shadow_precision,
  decided, confirmed)
VALUES (1, 'traits-1', 14, 6, 0.10, 7, 1000, 0.995, 0, 0);
"""
FIRST_DOMAIN = """
INSERT INTO regional_domain (public_id, code, oid, uri, name, active, referent, cell_contact, errors, last_error)
VALUES (gen_random_uuid(), 'PEPITES', '', 'urn:pepites:ipp', 'Pépites', true, '', '', 0, '');
"""
# Every person already followed enters the server as one identity of the Pépites domain, 5,000 at a time.
FIRST_PERSONS = """
DO $do$
DECLARE lot bigint[];
BEGIN
  IF EXISTS (SELECT 1 FROM regional_regionalrecord) THEN RETURN; END IF;
  FOR lot IN SELECT array_agg(s.id) FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM patients_patient) s
             GROUP BY (s.n - 1) / 5000 LOOP
    PERFORM count(*) FROM regional_feed_pepites(lot, ARRAY[]::text[]);
  END LOOP;
END
$do$;
"""
