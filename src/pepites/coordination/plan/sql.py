"""Policies of the plan (design, law 3): each row by the level it carries, as liaison notes (coordination §2.4-4)."""

from pepites.access.sql import history_table, levelled, reaches, section_table
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE
from pepites.identity.collisions.functions import TRIGGER

ITEMS = ("coordination_expectation", "coordination_concern", "coordination_goal", "coordination_plannedaction")
FROZEN = ("coordination_careplan", *ITEMS, "coordination_planversion", "coordination_plansignature")


def _item(table: str) -> str:
    """Read by level; written by the full level alone."""
    wide = reaches(f"{table}.patient_id", 3)
    parts = [
        rls.enable(table),
        rls.policy(table, f"{table}_read", "SELECT", using=levelled(table)),
        rls.policy(table, f"{table}_add", "INSERT", check=wide),
    ]
    if table.endswith(("event", "part")):
        return "\n".join([*parts, rls.grant(table, "SELECT", "INSERT")])
    return "\n".join(
        [
            *parts,
            rls.grant(table, "SELECT", "INSERT", "UPDATE"),
            rls.policy(table, f"{table}_change", "UPDATE", using=wide, check=wide),
            rls.composite_key(table),
        ]
    )


def _validation() -> str:
    """Named at the full level; confirmed by the professional who is named, and by nobody else."""
    table = "coordination_planvalidation"
    column = f"{table}.patient_id"
    mine = f"{table}.practice_id = {ACTOR_PRACTICE} AND {reaches(column, 2)}"
    return "\n".join(
        [
            rls.enable(table),
            rls.composite_key(table),
            rls.grant(table, "SELECT", "INSERT"),
            f"GRANT UPDATE (confirmed_at) ON {table} TO pepites_web, pepites_worker;",
            rls.policy(table, f"{table}_read", "SELECT", using=reaches(column, 2)),
            rls.policy(table, f"{table}_add", "INSERT", check=reaches(column, 3)),
            rls.policy(table, f"{table}_change", "UPDATE", using=mine, check=mine),
        ]
    )


# Whoever ticks a task may not read the action behind it: the state is copied from the task itself, nothing is given.
TASK_ENDED = rls.definer_function(
    "coordination_plan_task_ended(p_task bigint)",
    "void",
    """
      UPDATE coordination_plannedaction a SET
        task_id = coalesce(n.id, a.task_id),
        state = CASE WHEN n.id IS NOT NULL THEN 'en_cours' WHEN t.state = 'faite' THEN 'faite' ELSE 'abandonnee' END
      FROM coordination_task t LEFT JOIN coordination_task n ON n.previous_id = t.id
      WHERE t.id = p_task AND a.task_id = t.id AND t.state IN ('faite', 'annulee')
    """,
)

ALL = (
    section_table("coordination_careplan", read=2),
    history_table("coordination_careplanevent", read=2),
    *(_item(table) for item in ITEMS for table in (item, f"{item}event")),
    section_table("coordination_planversion", read=2, write=3, privileges=("SELECT", "INSERT")),
    _item("coordination_planversionpart"),
    rls.composite_key("coordination_planversionpart"),
    _validation(),
    section_table("coordination_plansignature", read=2, privileges=("SELECT", "INSERT")),
    TASK_ENDED,
    *(TRIGGER.format(table) for table in FROZEN),
)
