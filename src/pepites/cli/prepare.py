"""Bring the instance to the state the code expects: engine, roles, tables, reference data; quick when up to date."""

from __future__ import annotations

import hashlib
import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import click
import psycopg
from psycopg import sql

from pepites.config.engine import (
    EngineError,
    EngineHandle,
    Urls,
    database_urls,
    ensure_engine,
    ensure_roles,
    external_url,
    no_answer,
    var_dir,
)

_PACKAGE = Path(__file__).resolve().parents[1]
_WITH_TABLES = ("django", "procrastinate", "django-pghistory", "django-pgtrigger", "django-otp")
_LOCK = 0x70657069  # any number of our own: one migration at a time on this base


def fingerprint() -> str:
    """What the base must have been prepared with: migrations, reference data and the packages that bring tables."""
    digest = hashlib.sha256()
    for pattern in ("*/migrations/*.py", "*/data/**/*"):
        for path in sorted(_PACKAGE.glob(pattern)):
            if path.is_file():
                digest.update(f"{path.relative_to(_PACKAGE)}:{path.stat().st_size}".encode())
                digest.update(path.read_bytes() if path.suffix == ".py" else b"")
    for name in _WITH_TABLES:
        digest.update(f"{name}={version(name)}".encode())
    return digest.hexdigest()[:32]


def prepared_with(url: str) -> str:
    """The fingerprint the base at `url` was prepared with, empty when it never was; kept with the base itself."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            row = connection.execute("SELECT obj_description('public'::regnamespace, 'pg_namespace')").fetchone()
    except psycopg.OperationalError:
        return ""
    comment = str(row[0] or "") if row else ""
    return comment.removeprefix("pepites ") if comment.startswith("pepites ") else ""


def _migrate(urls: Urls, wanted: str) -> None:
    """Migrate as the owner, in a process of its own: this one will work with lesser rights."""
    if not urls.owner:
        message = (
            "La base n'est pas à jour et ce processus n'a pas l'adresse du compte propriétaire : lancez la commande "
            "une fois avec PEPITES_DATABASE_ADMIN_URL."
        )
        raise EngineError(message)
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        if prepared_with(urls.owner) == wanted:
            return
        click.echo("Préparation de la base de données…", err=True)
        done = subprocess.run(
            [sys.executable, "-m", "pepites.cli.migrate"],
            env=os.environ | {"PEPITES_DB_ROLE": "owner"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            message = f"La base n'a pas pu être préparée :\n{done.stdout.decode('utf-8', 'replace')[-1500:]}"
            raise EngineError(message)
        try:
            connection.execute(sql.SQL("COMMENT ON SCHEMA public IS {}").format(sql.Literal(f"pepites {wanted}")))
        except psycopg.errors.InsufficientPrivilege:
            return  # not ours to comment: the next start migrates again, for nothing


def _require_answer(urls: Urls) -> None:
    """When the owner's address is not here to tell more, a base that answers."""
    if urls.owner:
        return
    try:
        psycopg.connect(urls.web, connect_timeout=10).close()
    except psycopg.OperationalError as error:
        raise EngineError(no_answer("PEPITES_DATABASE_URL", error)) from error


def require_folder(var: Path) -> None:
    """Raise EngineError, with the remedy, when this account may not write in the data folder."""
    if not os.access(var, os.R_OK | os.W_OK | os.X_OK):
        account = pwd.getpwuid(os.geteuid()).pw_name
        message = (
            f"Le compte « {account} » ne peut écrire dans le dossier de données {var}. Tapez : chown -R {account} {var}"
            f" && chmod u+rwx {var}, ou donnez un autre PEPITES_VAR."
        )
        raise EngineError(message)


def prepare() -> EngineHandle:
    """Start or find the engine and bring the base up to date; the caller stops the handle. Raises EngineError."""
    var = var_dir()
    require_folder(var)
    if external_url():
        _require_answer(database_urls(var))
    engine = ensure_engine(var)
    try:
        urls, wanted = database_urls(var), fingerprint()
        if urls.embedded:
            ensure_roles(urls, var=var)
        if prepared_with(urls.owner or urls.web) != wanted:
            if not urls.embedded:
                ensure_roles(urls, var=var)
            _migrate(urls, wanted)
    except BaseException:
        engine.stop()
        raise
    return engine


@contextmanager
def ready(role: str = "worker") -> Iterator[None]:
    """A prepared instance and a Django set up to act with the rights of `role`, for the length of a command."""
    with prepare():
        os.environ["PEPITES_DB_ROLE"] = role
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pepites.config.settings")
        import django

        django.setup()
        try:
            yield
        finally:
            from django.db import connections

            connections.close_all()
