"""Policies of reserved items: a RESTRICTIVE one narrows each table to the readers named (design, law 3)."""

from pepites.access.sql import reaches, reserved
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE

_REPORT, _REPORTS = "coordination_protectionreport", "coordination_protectionreportevent"


def report() -> str:
    """Written and changed by its author; the author keeps their own view whatever the family opposes (§2.4-2)."""
    parts = []
    for table in (_REPORT, _REPORTS):
        mine = f"{table}.author_id = {ACTOR_PRACTICE}"
        column = f"{table}.patient_id"
        parts += [
            rls.enable(table),
            rls.grant(table, "SELECT", "INSERT"),
            rls.policy(table, f"{table}_read", "SELECT", using=f"{reaches(column, 2)} OR {mine}"),
            rls.policy(
                table, f"{table}_add", "INSERT", check=f"{mine} AND {reaches(column, 2)}" if table == _REPORT else mine
            ),
            reserved(table, always=True),
        ]
    mine = f"{_REPORT}.author_id = {ACTOR_PRACTICE}"
    return "\n".join(
        [
            *parts,
            rls.composite_key(_REPORT),
            f"GRANT UPDATE (outcome, outcome_on, reference) ON {_REPORT} TO {rls.WEB}, {rls.WORKER};",
            rls.policy(_REPORT, f"{_REPORT}_change", "UPDATE", using=mine, check=mine),
        ]
    )


ALL = (
    reserved("coordination_liaisonnote"),
    reserved("coordination_liaisonnoteevent"),
    reserved("coordination_filentry", "object_id"),
    report(),
)
