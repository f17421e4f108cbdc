"""How the functions of ``messaging`` are declared, what they refuse with, and the channels they ring."""

from pepites.common import rls

REFUSE = "RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = "
EVENTS, RIGHTS, READS = "pepites_events", "pepites_rights", "pepites_reads"  # channels of NOTIFY


def private(signature: str, returns: str, body: str, *, language: str = "sql", volatile: str = "VOLATILE") -> str:
    """A helper of the definer functions: nobody else may call it."""
    name = signature.partition("(")[0]
    return (
        f"CREATE OR REPLACE FUNCTION {signature} RETURNS {returns} LANGUAGE {language} {volatile} AS $body$ {body} $body$;\n"
        f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC;"
    )


def invoker(signature: str, returns: str, body: str) -> str:
    """A function with the caller's own rights: every policy applies inside."""
    name = signature.partition("(")[0]
    return (
        f"CREATE OR REPLACE FUNCTION {signature} RETURNS {returns} LANGUAGE plpgsql SECURITY INVOKER"
        f" SET search_path = pg_catalog, public, pg_temp AS $body$ {body} $body$;\n"
        f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC;\nGRANT EXECUTE ON FUNCTION {name} TO {rls.WEB}, {rls.WORKER};"
    )
