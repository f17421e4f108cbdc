"""SQL of row-level security: one place that writes policies, so that the meta-test can trust their shape.

``pepites.user``, ``pepites.practice`` and ``pepites.client`` are set by ``audit.unit_of_work`` for one transaction.
After a COMMIT a custom setting reads as ``''``, hence the ``nullif`` (rgpd-et-securite §5.1).
"""

ACTOR_PRACTICE = "nullif(current_setting('pepites.practice', true), '')::bigint"
ACTOR_USER = "nullif(current_setting('pepites.user', true), '')::bigint"
ACTOR_CLIENT = "nullif(current_setting('pepites.client', true), '')::bigint"  # accounts.ServiceClient
# The owner's own session (a command on the server), whatever the owner is called on a hosted base: inside a SECURITY
# DEFINER function ``current_user`` is the owner. A worker that signs in as the owner and takes its role is no owner.
TRUSTED = (
    "(pg_has_role(session_user, current_user, 'MEMBER')"
    " AND current_setting('role') NOT IN ('pepites_web', 'pepites_worker'))"
)
WEB, WORKER, OWNER = "pepites_web", "pepites_worker", "pepites_owner"


def day(moment: str) -> str:
    """The day in French Guiana of that expression: the base keeps UTC, where the evening is already tomorrow."""
    return f"({moment} AT TIME ZONE 'America/Cayenne')::date"


TODAY = day("statement_timestamp()")


def enable(table: str) -> str:
    """Turn row-level security on; with no policy yet, web and worker see nothing."""
    return f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"


def grant(table: str, *privileges: str, to: tuple[str, ...] = (WEB, WORKER)) -> str:
    """Give table privileges, and the use of its sequence when rows may be added."""
    verbs = ", ".join(privileges)
    return f"GRANT {verbs} ON {table} TO {', '.join(to)};"


def policy(
    table: str,
    name: str,
    command: str,
    *,
    using: str = "",
    check: str = "",
    to: tuple[str, ...] = (WEB, WORKER),
    restrictive: bool = False,
) -> str:
    """One policy. ``command`` is SELECT, INSERT, UPDATE, DELETE or ALL; UPDATE and ALL take both clauses."""
    kind = "RESTRICTIVE" if restrictive else "PERMISSIVE"
    clauses = f" USING ({using})" if using else ""
    clauses += f" WITH CHECK ({check})" if check else ""
    return f"CREATE POLICY {name} ON {table} AS {kind} FOR {command} TO {', '.join(to)}{clauses};"


def definer_function(
    signature: str,
    returns: str,
    body: str,
    *,
    language: str = "sql",
    volatile: str = "VOLATILE",
    planned_once: bool = False,
) -> str:
    """A SECURITY DEFINER function owned by the owner role, its search path pinned, open to web and worker only.

    ``planned_once``: its queries keep one plan a connection. An array of one element makes the planner believe that a
    plan of the moment is cheaper, and it then spends more time at every call than the call itself.
    """
    plan = " SET plan_cache_mode = force_generic_plan" if planned_once else ""
    return (
        f"CREATE OR REPLACE FUNCTION {signature} RETURNS {returns} LANGUAGE {language} {volatile} SECURITY DEFINER"
        f" SET search_path = pg_catalog, public, pg_temp{plan} AS $body$ {body} $body$;\n"
        f"REVOKE ALL ON FUNCTION {_bare(signature)} FROM PUBLIC;\n"
        f"GRANT EXECUTE ON FUNCTION {_bare(signature)} TO {WEB}, {WORKER};"
    )


def worker_only(function: str) -> str:
    """A definer function that the worker alone may call."""
    return function.replace(f"TO {WEB}, {WORKER};", f"TO {WORKER};")


def trigger_function(name: str, body: str) -> str:
    """A SECURITY DEFINER trigger function that nobody may call."""
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
        f" SET search_path = pg_catalog, public, pg_temp AS $body$ {body} $body$;\n"
        f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC;"
    )


def internal_function(signature: str, returns: str, body: str) -> str:
    """A part of the definer functions: it runs with their rights, and nobody else may call it."""
    return (
        f"CREATE OR REPLACE FUNCTION {signature} RETURNS {returns} LANGUAGE plpgsql SECURITY INVOKER"
        f" SET search_path = pg_catalog, public, pg_temp AS $body$ {body} $body$;\n"
        f"REVOKE ALL ON FUNCTION {signature.partition('(')[0]} FROM PUBLIC;"
    )


def _bare(signature: str) -> str:
    """``f(a bigint, b text DEFAULT 'x')`` → ``f(bigint, text)``, as REVOKE wants it."""
    name, _, arguments = signature.partition("(")
    kept = []
    for argument in filter(None, (part.strip() for part in arguments.rstrip(")").split(","))):
        words = argument.split(" DEFAULT ")[0].split()
        kept.append(" ".join(words[1:]))
    return f"{name}({', '.join(kept)})"


def composite_key(table: str) -> str:
    """The key ``(patient_id, id)`` beside Django's own, kept for partition and sharding (design, law 2)."""
    return f"ALTER TABLE {table} ADD CONSTRAINT {table}_patient_key UNIQUE (patient_id, id);"
