"""Policies of the editions (design, law 3): for who asked, while they hold the level and may read what is printed."""

from pepites.access.sql import levelled
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, ACTOR_USER, WORKER

TABLE = "coordination_edition"
_MINE = f"{TABLE}.user_id = {ACTOR_USER} AND {TABLE}.practice_id = {ACTOR_PRACTICE} AND {levelled(TABLE)}"
_HOUSE = f"{ACTOR_PRACTICE} IS NULL"
# The item's own policies answer: reserved to others since, or withdrawn, its PDF is gone as well.
_STILL_READ = (
    f"{_HOUSE} OR CASE {TABLE}.kind"
    f" WHEN 'plan' THEN EXISTS (SELECT 1 FROM coordination_careplan c WHERE c.public_id = {TABLE}.item)"
    f" WHEN 'evaluation' THEN EXISTS (SELECT 1 FROM assessments_assessment a WHERE a.public_id = {TABLE}.item)"
    " ELSE false END"
)
ALL = (
    rls.enable(TABLE),
    rls.composite_key(TABLE),
    rls.grant(TABLE, "SELECT", "INSERT"),
    f"GRANT UPDATE (level, state, blob, sha256, digest, message, ends_at) ON {TABLE} TO {WORKER};",
    rls.policy(TABLE, "edition_read", "SELECT", using=_MINE),
    rls.policy(TABLE, "edition_still_read", "SELECT", using=_STILL_READ, restrictive=True),
    rls.policy(TABLE, "edition_ask", "INSERT", check=_MINE),
    rls.policy(TABLE, "edition_make", "UPDATE", to=(WORKER,), using=_MINE, check=_MINE),
    # The jobs that take the files away, and that know the names in use: no place of practice, no person's rights.
    rls.policy(TABLE, "job_sweep_read", "SELECT", to=(WORKER,), using=_HOUSE),
    rls.policy(TABLE, "job_sweep", "UPDATE", to=(WORKER,), using=_HOUSE, check=f"{TABLE}.state = 'effacee'"),
)
