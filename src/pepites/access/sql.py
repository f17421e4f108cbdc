"""Policies of the tables that speak of a person, and the few functions that pass over them (design, law 3).

Every later app protects its tables with ``section_table``; the meta-test refuses a table with ``patient_id`` without it.
"""

from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE


def _open(alias: str) -> str:
    return f"{alias}.starts_at <= statement_timestamp() AND ({alias}.ends_at IS NULL OR {alias}.ends_at > statement_timestamp())"


GRANTED = (
    f"ARRAY(SELECT g.patient_id FROM access_accessgrant g WHERE g.practice_id = {ACTOR_PRACTICE} AND {_open('g')})"
)
COORDINATED = (
    "ARRAY(SELECT m.network_id FROM networks_networkmembership m"
    f" WHERE m.practice_id = {ACTOR_PRACTICE} AND m.role = 'coordination' AND {_open('m')})"
)
OWN_ORGANIZATION = f"(SELECT pr.organization_id FROM directory_practitionerrole pr WHERE pr.id = {ACTOR_PRACTICE})"


def granted(column: str, level: int) -> str:
    """The practice holds an open grant of that level on the person named by ``column``."""
    return (
        f"EXISTS (SELECT 1 FROM access_accessgrant g WHERE g.patient_id = {column} AND g.practice_id = {ACTOR_PRACTICE}"
        f" AND g.level >= {level} AND {_open('g')})"
    )


def coordinated(column: str) -> str:
    """The practice coordinates a network that follows the person: the wide branch (pile-technique, trap 5)."""
    return (
        f"EXISTS (SELECT 1 FROM access_networkpatient np WHERE np.patient_id = {column}"
        f" AND np.network_id = ANY({COORDINATED}) AND {_open('np')}"
        f" AND (np.organization_id IS NULL OR np.organization_id = {OWN_ORGANIZATION}))"
    )


def reaches(column: str, level: int) -> str:
    """Either way in: what the policies of section tables check."""
    return f"({granted(column, level)} OR {coordinated(column)})"


def levelled(table: str) -> str:
    """Rows that carry the level a reader needs: 3 for health, 2 for social (coordination §2.4-4)."""
    column = f"{table}.patient_id"
    return f"({reaches(column, 3)} OR ({table}.level <= 2 AND {granted(column, 2)}))"


def reserved(table: str, key: str = "public_id", *, always: bool = False) -> str:
    """Narrow what every other policy lets read: a reserved row is for the practices named in ``access_itemreader``.

    Neither a coordination's wide role nor a bris de glace opens it (coordination §2.3 b, §2.4-3). ``always``: every row
    of the table is reserved; else those whose column ``reserved`` says so.
    """
    named = (
        f"EXISTS (SELECT 1 FROM access_itemreader r WHERE r.item = {table}.{key}"
        f" AND r.practice_id = {ACTOR_PRACTICE} AND r.ended_at IS NULL)"
    )
    using = named if always else f"NOT {table}.reserved OR {named}"
    return rls.policy(table, f"{table}_reserved", "SELECT", using=using, restrictive=True)


ITEM_OF_OTHERS = rls.definer_function(
    "access_item_of_others(p_item uuid)",
    "boolean",
    f"""
    SELECT EXISTS (SELECT 1 FROM access_itemreader WHERE item = p_item AND named_by_id IS DISTINCT FROM {ACTOR_PRACTICE})
    """,
    volatile="STABLE",
)


def item_reader() -> str:
    """A reader knows their own row, the author every row; nobody names readers of another's item."""
    table = "access_itemreader"
    named = f"{table}.named_by_id = {ACTOR_PRACTICE}"
    return "\n".join(
        [
            rls.enable(table),
            rls.composite_key(table),
            rls.grant(table, "SELECT", "INSERT"),
            f"GRANT UPDATE (ended_at) ON {table} TO {rls.WEB}, {rls.WORKER};",
            ITEM_OF_OTHERS,
            rls.policy(table, f"{table}_read", "SELECT", using=f"{named} OR {table}.practice_id = {ACTOR_PRACTICE}"),
            rls.policy(
                table,
                f"{table}_add",
                "INSERT",
                check=f"{named} AND {reaches(f'{table}.patient_id', 2)} AND NOT access_item_of_others({table}.item)",
            ),
            rls.policy(table, f"{table}_change", "UPDATE", using=named, check=named),
        ]
    )


def section_table(
    table: str,
    *,
    read: int = 3,
    write: int | None = None,
    privileges: tuple[str, ...] = ("SELECT", "INSERT", "UPDATE"),
    extra_read: str = "",
) -> str:
    """Protect a table that has ``patient_id``: row-level security, policies by level, composite key, privileges.

    ``read`` and ``write`` are levels (1 identity, 2 social, 3 full); ``extra_read`` is one more SQL condition by which a
    row may be read (a pending member reads the row of their own invitation). DELETE is never given to web or worker.
    """
    column = f"{table}.patient_id"
    may_read = f"{reaches(column, read)}{f' OR ({extra_read})' if extra_read else ''}"
    may_write = reaches(column, write or read)
    parts = [
        rls.enable(table),
        rls.composite_key(table),
        rls.grant(table, *privileges),
        rls.policy(table, f"{table}_read", "SELECT", using=may_read),
    ]
    if "INSERT" in privileges:
        parts.append(rls.policy(table, f"{table}_add", "INSERT", check=may_write))
    if "UPDATE" in privileges:
        parts.append(rls.policy(table, f"{table}_change", "UPDATE", using=may_write, check=may_write))
    return "\n".join(parts)


def history_table(table: str, *, read: int = 3, write: int | None = None) -> str:
    """Protect a pghistory event table: same policies, SELECT and INSERT only."""
    return section_table(table, read=read, write=write, privileges=("SELECT", "INSERT")).replace(
        rls.composite_key(table), ""
    )


def reference_table(*tables: str, privileges: tuple[str, ...] = ("SELECT",)) -> str:
    """Privileges on tables that hold no patient data."""
    return "\n".join(rls.grant(table, *privileges) for table in tables)
