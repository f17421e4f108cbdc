"""The database engine of one instance (design law 1), as other code sees it. No Django: settings import it."""

from pepites.config.engine_home import (
    DATABASE,
    OWNER_ROLE,
    WEB_ROLE,
    WORKER_ROLE,
    EngineError,
    Urls,
    database_urls,
    external_url,
    secret,
    superuser_dsn,
    var_dir,
)
from pepites.config.engine_process import EngineHandle, engine_log, ensure_engine, running_postmaster
from pepites.config.engine_roles import ensure_database, ensure_roles, no_answer

__all__ = [
    "DATABASE",
    "OWNER_ROLE",
    "WEB_ROLE",
    "WORKER_ROLE",
    "EngineError",
    "EngineHandle",
    "Urls",
    "database_urls",
    "engine_log",
    "ensure_database",
    "ensure_engine",
    "ensure_roles",
    "external_url",
    "no_answer",
    "running_postmaster",
    "secret",
    "superuser_dsn",
    "var_dir",
]
