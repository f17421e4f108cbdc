"""The three database roles and the database itself (design law 3)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pepites.config.engine_home import (
    DATABASE,
    OWNER_ROLE,
    WEB_ROLE,
    WORKER_ROLE,
    EngineError,
    Urls,
    superuser_dsn,
    var_dir,
)

EXTENSIONS = ("pg_trgm", "btree_gin", "btree_gist", "unaccent", "fuzzystrmatch")
PLAIN = "NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"

type_connection = psycopg.Connection[tuple[Any, ...]]

# A view whose reader is gone, or a transaction nobody ends, must not hold a connection (pile-technique, trap 8).
_LIMITS = {
    WEB_ROLE: {
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "60s",
        "lock_timeout": "10s",
    },
    WORKER_ROLE: {"idle_in_transaction_session_timeout": "10min"},
}


def ensure_roles(urls: Urls, database: str = DATABASE, *, var: Path | None = None) -> None:
    """Create what is missing of the roles, the database and its extensions; safe to run again.

    On an external base uses the administration address, and raises EngineError with the SQL to type when its rights
    do not suffice.
    """
    if not urls.embedded:
        _ensure_external(urls)
        return
    folder = var or var_dir()
    with psycopg.connect(superuser_dsn(folder), autocommit=True) as connection:
        for role, url in ((OWNER_ROLE, urls.owner), (WEB_ROLE, urls.web), (WORKER_ROLE, urls.worker)):
            _create_role(connection, role, str(conninfo_to_dict(url)["password"]))
        _grant_role(connection, WEB_ROLE, OWNER_ROLE)
        _grant_role(connection, WORKER_ROLE, OWNER_ROLE)
        _set_limits(connection)
    ensure_database(superuser_dsn(folder), database)


def ensure_database(dsn: str, database: str) -> None:
    """Create `database` if missing, owned by the owner role, with its extensions; `dsn` is a superuser's."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", database):
            creation = "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE {}"
            known = connection.execute("SELECT datctype FROM pg_database WHERE datname = 'template0'").fetchone()
            ctype = known[0] if known and known[0].startswith("C") else "C"
            connection.execute(
                sql.SQL(creation).format(sql.Identifier(database), sql.Identifier(OWNER_ROLE), sql.Literal(ctype))
            )
    with psycopg.connect(make_conninfo(dsn, dbname=database), autocommit=True) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(database), sql.Identifier(OWNER_ROLE))
        )
        _fit_out(connection, database)


def _fit_out(connection: type_connection, database: str) -> None:
    for extension in EXTENSIONS:
        if not _exists(connection, "SELECT 1 FROM pg_extension WHERE extname = %s", extension):
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    name = sql.Identifier(database)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    for role in (WEB_ROLE, WORKER_ROLE):
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(role)))
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(role)))


def _exists(connection: type_connection, query: str, value: str) -> bool:
    return connection.execute(query.encode(), (value,)).fetchone() is not None


def _create_role(connection: type_connection, role: str, password: str | None) -> None:
    known = _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role)
    verb = "ALTER" if known else "CREATE"
    login = sql.SQL("LOGIN PASSWORD {}").format(sql.Literal(password)) if password else sql.SQL("NOLOGIN")
    connection.execute(sql.SQL("{} ROLE {} {} {}").format(sql.SQL(verb), sql.Identifier(role), sql.SQL(PLAIN), login))


def _grant_role(connection: type_connection, role: str, member: str) -> None:
    held = "SELECT pg_has_role(%s, %s, 'MEMBER')"
    row = connection.execute(held, (member, role)).fetchone()
    if row and row[0] and member != role and not _is_superuser(connection, member):
        return
    connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(member)))


def _is_superuser(connection: type_connection, role: str) -> bool:
    return _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s AND rolsuper", role)


def _set_limits(connection: type_connection, roles: dict[str, str] | None = None) -> None:
    for role, limits in _LIMITS.items():
        target = (roles or {}).get(role, role)
        for name, value in limits.items():
            statement = sql.SQL("ALTER ROLE {} SET {} = {}")
            connection.execute(statement.format(sql.Identifier(target), sql.Identifier(name), sql.Literal(value)))


def _ensure_external(urls: Urls) -> None:
    if not urls.owner:
        message = (
            "PEPITES_DATABASE_URL est donnée sans PEPITES_DATABASE_ADMIN_URL : ajoutez l'adresse du compte "
            "propriétaire de la base, qui crée les tables."
        )
        raise EngineError(message)
    try:
        with psycopg.connect(urls.owner, autocommit=True, connect_timeout=10) as connection:
            _ensure_external_roles(connection, urls)
            _fit_out(connection, connection.info.dbname)
    except psycopg.errors.InsufficientPrivilege as error:
        raise EngineError(external_sql(urls)) from error
    except psycopg.OperationalError as error:
        raise EngineError(no_answer("PEPITES_DATABASE_ADMIN_URL", error)) from error


def no_answer(name: str, error: psycopg.OperationalError) -> str:
    """What to do when the base of the address `name` cannot be reached or refuses the account."""
    cause = str(error).strip().partition("\n")[0].rpartition("failed: ")[2]
    return (
        f"La base PostgreSQL de {name} ne répond pas ({cause}). Vérifiez l'hôte, le port, le nom de la base, le compte"
        " et son mot de passe, et que PostgreSQL est lancé."
    )


def _ensure_external_roles(connection: type_connection, urls: Urls) -> None:
    web, worker = conninfo_to_dict(urls.web), conninfo_to_dict(urls.worker)
    admin = connection.info.user
    for role in (WEB_ROLE, WORKER_ROLE):
        if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
            _create_role(connection, role, None)
    for role, login in ((WEB_ROLE, web), (WORKER_ROLE, worker)):
        user, password = str(login.get("user") or admin), login.get("password")
        if user == admin:
            continue
        if not _can_log_in(connection, user):
            _create_role(connection, user, str(password) if password else None)
        if user != role:
            _grant_role(connection, role, user)
    for role in (WEB_ROLE, WORKER_ROLE):
        if not _is_superuser(connection, admin):
            _grant_role(connection, role, admin)


def _can_log_in(connection: type_connection, role: str) -> bool:
    return _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s AND rolcanlogin", role)


def external_sql(urls: Urls) -> str:
    """What an administrator types once, with his own rights, on a base we may not set up ourselves."""
    web, owner = conninfo_to_dict(urls.web), conninfo_to_dict(urls.owner)
    login, admin = str(web.get("user") or WEB_ROLE), str(owner.get("user") or OWNER_ROLE)
    base = str(owner.get("dbname") or DATABASE)
    lines = [f'CREATE ROLE "{role}" NOLOGIN {PLAIN};' for role in (WEB_ROLE, WORKER_ROLE) if role != login]
    lines.append(f"CREATE ROLE \"{login}\" LOGIN {PLAIN} PASSWORD '…';")
    lines += [f'GRANT "{WEB_ROLE}" TO "{login}";'] if login != WEB_ROLE else []
    lines += [f'GRANT "{WEB_ROLE}", "{WORKER_ROLE}" TO "{admin}";', f'\\connect "{base}"']
    lines += [f"CREATE EXTENSION IF NOT EXISTS {name};" for name in EXTENSIONS]
    return (
        f"Le compte « {admin} » n'a pas le droit de préparer la base. Avec un compte administrateur de PostgreSQL, "
        "tapez (sautez ce qui existe déjà) :\n  " + "\n  ".join(lines)
    )
