"""Policies of the history taken over (design, law 3; ADR 0032): read-only, written by one function alone."""

from pepites.access.sql import levelled, reaches
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, ACTOR_USER, WORKER
from pepites.identity.functions import RUN_NETWORKS

THREAD, READER = "coordination_historythread", "coordination_historyreader"
ENTRY, FILE, RUN = "coordination_historyentry", "coordination_historyfile", "coordination_historyrun"
_ME = f"(SELECT pr.professional_id FROM directory_practitionerrole pr WHERE pr.id = {ACTOR_PRACTICE})"
_MINE = f"network_id = ANY({RUN_NETWORKS})"


def _took_part(thread: str, patient: str) -> str:
    """One who took part, and whom the person's file is still open to: a takeover opens nothing by itself."""
    return (
        f"(EXISTS (SELECT 1 FROM {READER} r WHERE r.thread_id = {thread} AND r.professional_id = {_ME})"
        f" AND {reaches(patient, 2)})"
    )


_IN_THREAD = _took_part(f"{ENTRY}.thread_id", f"{ENTRY}.patient_id")
ALL = (
    *(rls.enable(table) for table in (THREAD, READER, ENTRY, FILE, RUN)),
    *(rls.composite_key(table) for table in (THREAD, READER, ENTRY, FILE)),
    *(rls.grant(table, "SELECT") for table in (THREAD, READER, ENTRY, FILE)),
    rls.policy(THREAD, "history_took_part", "SELECT", using=_took_part(f"{THREAD}.id", f"{THREAD}.patient_id")),
    rls.policy(READER, "history_oneself", "SELECT", using=f"{READER}.professional_id = {_ME}"),
    rls.policy(
        ENTRY, "history_read", "SELECT",
        using=f"(({ENTRY}.thread_id IS NULL AND {levelled(ENTRY)}) OR ({ENTRY}.thread_id IS NOT NULL AND {_IN_THREAD}))",
    ),
    rls.policy(
        FILE, "history_with_its_entry", "SELECT",
        using=f"EXISTS (SELECT 1 FROM {ENTRY} e WHERE e.id = {FILE}.entry_id)",
    ),
    # The job documents.remove_orphans must know every name in use, or it would remove a file somebody needs.
    rls.policy(FILE, "job_orphans_read", "SELECT", to=(WORKER,), using="true"),
    rls.grant(RUN, "SELECT", "INSERT", "UPDATE"),
    rls.policy(RUN, "takeover_read", "SELECT", using=_MINE),
    rls.policy(RUN, "takeover_add", "INSERT", check=f"{_MINE} AND user_id = {ACTOR_USER}"),
    rls.policy(RUN, "takeover_change", "UPDATE", using=_MINE, check=_MINE),
)  # fmt: skip
