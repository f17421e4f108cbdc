"""The checks of `doctor`: each gives one line, and the remedy when it fails."""

from __future__ import annotations

import ctypes
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from pepites.cli.doctor_findings import Finding
from pepites.cli.doctor_insi import checks_of_insi
from pepites.cli.doctor_mail import checks_of_mail, checks_of_sent_mail
from pepites.cli.doctor_psc import checks_of_psc
from pepites.cli.prepare import fingerprint, prepared_with, require_folder
from pepites.config.engine import EngineError, Urls, database_urls, no_answer, var_dir
from pepites.config.engine_home import data_dir
from pepites.config.engine_roles import PLAIN
from pepites.config.modes import demo_asked, demo_refusal, in_production, production_setting
from pepites.config.supervisor import is_served

_PACKAGE = Path(__file__).resolve().parents[1]
_FREE_SPACE = 1_000_000_000  # bytes
_OLDEST = 150_000  # PostgreSQL 15, as server_version_num writes it
_PROMPT = 60  # seconds since the worker's last sign of life
_GAP = 10  # seconds between the base's clock and ours
_TIMEX, _TIME_ERROR = (
    1024,
    5,
)  # adjtimex(2): room for its structure, all zero to read only; answer when not synchronised


def checks_of_machine() -> Iterator[Finding]:
    """What can be told without the database."""
    yield Finding(
        "Python",
        sound=sys.version_info >= (3, 11),
        detail=".".join(map(str, sys.version_info[:3])),
        remedy="Installez Python 3.11 ou plus récent (apt install python3).",
    )
    try:
        require_folder(var_dir())
    except EngineError as error:
        yield Finding("Dossier de données", sound=False, remedy=str(error))
    else:
        yield Finding("Dossier de données", sound=True, detail=str(var_dir()))
        yield _disk()
        yield _secrets()
    yield _mode()
    yield _address()
    yield _clock()
    yield from checks_of_insi()
    yield from checks_of_psc()
    yield from checks_of_mail()
    built = (_PACKAGE / "ui" / "static" / "dist").is_dir()
    yield Finding("Fichiers de l'interface", sound=built, remedy="Construisez-les : make assets.")


def _disk() -> Finding:
    free = shutil.disk_usage(var_dir()).free
    return Finding(
        "Espace disque",
        sound=free >= _FREE_SPACE,
        detail=f"{free / 1e9:.1f} Go libres",
        remedy=f"Libérez de la place là où se trouve {var_dir()} : il faut au moins 1 Go.",
    )


def _secrets() -> Finding:
    folder = var_dir() / "secrets"
    paths = [folder, *folder.glob("*")] if folder.is_dir() else []
    opened = [path.name for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077]
    return Finding(
        "Secrets fermés",
        sound=not opened,
        detail=", ".join(opened),
        remedy=f"chmod 700 {folder} && chmod 600 {folder}/*",
    )


def _mode() -> Finding:
    return Finding(
        "Mode",
        sound=not (demo_asked() and production_setting()),
        detail=("production" if in_production() else "local") + (", démonstration" if demo_asked() else ""),
        remedy=demo_refusal(),
    )


def _address() -> Finding:
    """In production a wrong public address refuses every page, or hands over invitation links that lead nowhere."""
    said = urlsplit(os.environ.get("PEPITES_PUBLIC_URL", ""))
    hosts = {host.strip() for host in os.environ.get("PEPITES_ALLOWED_HOSTS", "").split(",")}
    return Finding(
        "Adresse publique",
        sound=not in_production() or (said.scheme == "https" and said.hostname in hosts),
        detail=said.geturl() or ("absente" if in_production() else "locale"),
        remedy="Donnez PEPITES_PUBLIC_URL=https://votre.adresse, et ce même nom d'hôte dans PEPITES_ALLOWED_HOSTS.",
    )


def _clock() -> Finding:
    """Codes of the second factor and the journal's hours depend on it; only production must keep it by itself."""
    adjusted = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX)) != _TIME_ERROR
    return Finding(
        "Horloge",
        sound=adjusted or not in_production(),
        detail="synchronisée" if adjusted else "pas synchronisée" + ("" if in_production() else ", sans gravité ici"),
        remedy="Mettez-la à l'heure du réseau : timedatectl set-ntp true (ou apt install chrony).",
    )


def checks_of_base() -> Iterator[Finding]:
    """What the database tells, through each of our roles."""
    urls = database_urls(var_dir())
    yield Finding(
        "Moteur",
        sound=not (urls.embedded and in_production()),
        detail=f"embarqué, données dans {data_dir(var_dir())}" if urls.embedded else "externe",
        remedy="En production, donnez un PostgreSQL administré : PEPITES_DATABASE_URL et PEPITES_DATABASE_ADMIN_URL.",
    )
    for name, url in (("web", urls.web), ("tâches", urls.worker)):
        yield from _role(name, url)
    yield _tables(urls)
    yield _same_time(urls)
    yield _demo_accounts(urls)
    yield _test_numbers(urls)
    yield _worker(urls)
    yield from checks_of_sent_mail(urls)


def _role(name: str, url: str) -> Iterator[Finding]:
    """Web and worker must own nothing and bypass nothing: the policies hold only then (design law 3)."""
    subject = f"Accès « {name} »"
    if not url:
        yield Finding(subject, sound=False, remedy="Donnez PEPITES_DATABASE_WORKER_URL ou PEPITES_DATABASE_ADMIN_URL.")
        return
    query = (
        "SELECT current_setting('server_version_num')::int, rolname,"
        " rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb,"
        " (SELECT bool_or(pg_has_role(current_user, relowner, 'MEMBER')) FROM pg_class"
        "  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r')"
        " FROM pg_roles WHERE rolname = current_user"
    )
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            row = connection.execute(query).fetchone()
    except psycopg.OperationalError as error:
        user = conninfo_to_dict(url).get("user", "")
        setting = "PEPITES_DATABASE_URL" if name == "web" else "PEPITES_DATABASE_WORKER_URL"
        yield Finding(subject, sound=False, detail=f"compte « {user} »", remedy=no_answer(setting, error))
        return
    server, role, strong, owned = row or (0, "?", True, 0)
    yield Finding(
        f"PostgreSQL ({name})",
        sound=server >= _OLDEST,
        detail=f"{server // 10_000}.{server % 10_000}",
        remedy="Il faut PostgreSQL 15 ou plus récent.",
    )
    yield Finding(
        subject,
        sound=not strong and not owned,
        detail=str(role),
        remedy=_weaken(str(role), strong=bool(strong)),
    )


def _weaken(role: str, *, strong: bool) -> str:
    if strong:
        return f'Ce compte passe outre les règles d\'accès. Tapez : ALTER ROLE "{role}" {PLAIN};'
    return (
        "Ce compte possède les tables, ou prend le rôle de qui les possède : les règles d'accès ne le tiennent pas."
        " Donnez un autre compte, membre du seul rôle pepites_web (ou pepites_worker pour les tâches)."
    )


def _tables(urls: Urls) -> Finding:
    return Finding(
        "Tables à jour",
        sound=prepared_with(urls.owner or urls.web) == fingerprint(),
        remedy="Relancez une commande avec PEPITES_DATABASE_ADMIN_URL : elle met les tables à jour.",
    )


def _ask(url: str, query: str, *values: object) -> Any:
    """The first value of a query, None when the base does not tell."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            row = connection.execute(query.encode(), values).fetchone()
    except psycopg.Error:
        return None
    return row[0] if row else None


def _same_time(urls: Urls) -> Finding:
    """The base dates grants and the journal, this machine the codes: they must agree."""
    told = _ask(urls.web, "SELECT extract(epoch FROM clock_timestamp())::float8")
    gap = 0.0 if told is None else abs(time.time() - float(told))
    return Finding(
        "Heure de la base",
        sound=gap <= _GAP,
        detail=f"{gap:.0f} s d'écart avec cette machine",
        remedy="Mettez les deux machines à l'heure du réseau : timedatectl set-ntp true, de chaque côté.",
    )


def _demo_accounts(urls: Urls) -> Finding:
    count = int(_ask(urls.web, "SELECT count(*) FROM accounts_user WHERE demo AND is_active") or 0)
    return Finding(
        "Comptes de démonstration",
        sound=not count or not production_setting(),
        detail=str(count),
        remedy="Cette base porte un territoire inventé : servez une autre base, vide, à des personnes réelles.",
    )


def _test_numbers(urls: Urls) -> Finding:
    """A test or demonstration number never serves real persons (INS-2); only the owner reads them all."""
    query = (
        "SELECT count(*) FROM identity_ins WHERE environment <> 'production' OR oid LIKE '%%.10' OR oid LIKE '%%.11'"
    )
    count = int(_ask(urls.owner, query) or 0) if urls.owner else 0
    return Finding(
        "INS d'essai",
        sound=not count or not production_setting(),
        detail=str(count),
        remedy="Cette base porte des identités d'essai : servez une autre base à des personnes réelles.",
    )


def _worker(urls: Urls) -> Finding:
    """A worker is due only where something is served."""
    query = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)"
    alive = bool(_ask(urls.worker or urls.owner, query, _PROMPT))
    expected = in_production() or is_served(var_dir())
    return Finding(
        "Processus de tâches",
        sound=alive or not expected,
        detail="vivant" if alive else "aucun, rien n'est servi",
        remedy="Lancez « pepites worker », ou relancez « pepites serve ».",
    )
