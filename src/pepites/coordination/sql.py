"""Policies of the tables of ``coordination`` (design, law 3; coordination §2.4-4, 2.4-5)."""

from pepites.access.sql import (
    COORDINATED,
    OWN_ORGANIZATION,
    coordinated,
    granted,
    history_table,
    levelled,
    reaches,
    section_table,
)
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE

PATHWAY_COLUMNS = "status, organization_id, suspended_on, closed_on, closing_reason, comment, updated_at"


def _protect(table: str, *, read: str, add: str, change: str = "") -> str:
    parts = [
        rls.enable(table),
        rls.grant(table, "SELECT", "INSERT", *(("UPDATE",) if change else ())),
        rls.policy(table, f"{table}_read", "SELECT", using=read),
        rls.policy(table, f"{table}_add", "INSERT", check=add),
    ]
    if change:
        parts.append(rls.policy(table, f"{table}_change", "UPDATE", using=change, check=change))
    return "\n".join(parts)


def pathway() -> str:
    """Own network first: that branch costs two array tests a row, so that a list may read thousands of rows."""
    table = "coordination_pathway"
    own = (
        f"({table}.network_id = ANY({COORDINATED})"
        f" AND ({table}.organization_id IS NULL OR {table}.organization_id = {OWN_ORGANIZATION}))"
    )
    either = f"({own} OR {granted(f'{table}.patient_id', 2)} OR {coordinated(f'{table}.patient_id')})"
    wide = reaches(f"{table}.patient_id", 3)
    return "\n".join(
        [
            rls.enable(table),
            rls.composite_key(table),
            rls.grant(table, "SELECT"),
            f"GRANT UPDATE ({PATHWAY_COLUMNS}) ON {table} TO pepites_web, pepites_worker;",
            rls.policy(table, f"{table}_read", "SELECT", using=either),
            rls.policy(table, f"{table}_change", "UPDATE", using=wide, check=wide),
        ]
    )


def member() -> str:
    """The circle is read from level 2; a pending member reads and answers their own row only (§2.4-5)."""
    table = "coordination_careteammember"
    column = f"{table}.patient_id"
    mine = f"{table}.practice_id = {ACTOR_PRACTICE}"
    return (
        _protect(
            table,
            read=f"{reaches(column, 2)} OR {mine}",
            add=reaches(column, 3),
            change=f"{reaches(column, 2)} OR {mine}",
        )
        + rls.composite_key(table)
        + _protect(
            f"{table}event",
            read=f"{reaches(f'{table}event.patient_id', 3)}",
            add=f"{reaches(f'{table}event.patient_id', 2)} OR {table}event.practice_id = {ACTOR_PRACTICE}",
        )
    )


def note() -> str:
    """Read by level; written under one's own name; changed by its author only (CdL §3.3)."""
    table, events = "coordination_liaisonnote", "coordination_liaisonnoteevent"
    signed = f"{table}.author_id = {ACTOR_PRACTICE} AND {levelled(table)}"
    return (
        _protect(table, read=levelled(table), add=signed, change=signed)
        + rls.composite_key(table)
        + _protect(events, read=levelled(events), add=f"{events}.author_id = {ACTOR_PRACTICE} AND {levelled(events)}")
    )


def task() -> str:
    """From level 2 when about a person; else between who made it and who owns it."""
    parts = []
    for table in ("coordination_task", "coordination_taskevent"):
        own = (
            f"({table}.patient_id IS NULL AND ({table}.created_by_id = {ACTOR_PRACTICE}"
            f" OR {table}.owner_practice_id = {ACTOR_PRACTICE}))"
        )
        rule = f"{reaches(f'{table}.patient_id', 2)} OR {own}"
        parts.append(_protect(table, read=rule, add=rule, change="" if table.endswith("event") else rule))
        parts.append(
            rls.policy(
                table,
                "job_urgent_alert",
                "INSERT",
                check=f"{table}.kind = 'urgence' AND {ACTOR_PRACTICE} IS NULL",
                to=(rls.WORKER,),
            )
        )
    return "\n".join([*parts, rls.composite_key("coordination_task")])


def fil() -> str:
    """Read by the level of each line; written under one's own name, even by a member who only answers an invitation."""
    table = "coordination_filentry"
    signed = (
        f"({table}.author_id = {ACTOR_PRACTICE} OR {ACTOR_PRACTICE} IS NULL) AND {reaches(f'{table}.patient_id', 1)}"
    )
    change = f"{table}.author_id = {ACTOR_PRACTICE} AND {levelled(table)}"
    return _protect(table, read=levelled(table), add=signed, change=change) + rls.composite_key(table)


ALL = (
    pathway(),
    history_table("coordination_pathwayevent", read=2, write=3),
    member(),
    section_table("coordination_contact", read=2),
    note(),
    task(),
    fil(),
    section_table("coordination_patientactivity", read=2, privileges=("SELECT",)),
)
