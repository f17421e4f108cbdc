"""Where one instance keeps its files: data folder, passwords, socket. Starts nothing, imports no Django."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict

SUPERUSER = "postgres"
OWNER_ROLE = "pepites_owner"
WEB_ROLE = "pepites_web"
WORKER_ROLE = "pepites_worker"
DATABASE = "pepites"
ENGINE_USER = "pepites-db"
SHARED_HOME = Path("/var/lib/pepites")

_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 107  # sun_path of Linux, less its final zero byte


class EngineError(RuntimeError):
    """The database engine cannot serve; the message is French and says what to do."""


@dataclass(frozen=True)
class Urls:
    """Connection addresses of the three roles; `owner` and `worker` are empty when this process may not have them."""

    web: str
    worker: str
    owner: str
    embedded: bool


def var_dir() -> Path:
    """The instance's data folder (`PEPITES_VAR`, `var/` by default), created closed to others.

    Created by root it stays crossable (0711), because the engine then runs under its own account.
    """
    path = Path(os.environ.get("PEPITES_VAR") or "var").absolute()
    if not path.is_dir():
        try:
            path.mkdir(parents=True, mode=0o711 if is_root() else 0o700, exist_ok=True)
        except OSError as error:
            message = (
                f"Impossible de créer le dossier de données {path} : {error.strerror}. Donnez un autre PEPITES_VAR."
            )
            raise EngineError(message) from error
    return path


def is_root() -> bool:
    return os.geteuid() == 0


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on `path` (created 0600) for the length of the block."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def secrets_dir(var: Path) -> Path:
    folder = var / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def secret(var: Path, name: str) -> str:
    """The named secret of this instance, drawn once and kept in `secrets/` (0600)."""
    path = secrets_dir(var) / name
    if not path.exists():
        with locked(secrets_dir(var) / ".lock"):
            if not path.exists():
                write_private(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii").strip()


def write_private(path: Path, content: str) -> None:
    """Write `path` in one go, readable by its owner only from its first instant."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def crossable_by_others(path: Path) -> bool:
    """Whether an account with no right of its own can enter `path` and every folder above it."""
    path = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents) if folder.is_dir())


def engine_home(var: Path) -> Path:
    """Folder of the embedded engine, chosen once and remembered: inside `var`, or under /var/lib/pepites.

    The second is for root when a folder above `var` is closed to the engine's account: opening it would loosen
    rights that are not ours.
    """
    note = secrets_dir(var) / "engine-home"
    if not note.exists():
        with locked(secrets_dir(var) / ".lock"):
            if not note.exists():
                inside = not is_root() or crossable_by_others(var)
                write_private(note, "." if inside else str(SHARED_HOME / secrets.token_hex(6)))
    return var / note.read_text(encoding="utf-8").strip()


def data_dir(var: Path) -> Path:
    return engine_home(var) / "postgres"


def socket_dir(var: Path) -> Path:
    """Folder of the engine's socket: beside the data, or in the temporary folder when that path is too long."""
    near = engine_home(var).resolve() / "socket"
    if len(os.fsencode(near / _SOCKET_NAME)) <= _SOCKET_PATH_LIMIT:
        return near
    digest = hashlib.sha256(os.fsencode(near)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"pepites-{os.geteuid()}-{digest}"


def local_url(var: Path, role: str, database: str = DATABASE) -> str:
    """libpq address of `role` on the embedded engine, by its socket only."""
    password = secret(var, f"{role}.password")
    return f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={quote(str(socket_dir(var)), safe='')}"


def superuser_dsn(var: Path, database: str = "postgres") -> str:
    """Address of the embedded engine's superuser; for set-up and tests, never for web or worker."""
    return local_url(var, SUPERUSER, database)


def external_url() -> str:
    return os.environ.get("PEPITES_DATABASE_URL", "").strip()


def _as_worker(url: str) -> str:
    if not url:
        return ""
    separator = "&" if "?" in url else "?"
    return f"{url}{separator}options={quote(f'-c role={WORKER_ROLE}', safe='')}"


def _require_readable_addresses() -> None:
    for name in ("PEPITES_DATABASE_URL", "PEPITES_DATABASE_ADMIN_URL", "PEPITES_DATABASE_WORKER_URL"):
        try:
            conninfo_to_dict(os.environ.get(name, "").strip())
        except psycopg.ProgrammingError:
            message = f"{name} n'est pas une adresse PostgreSQL. Écrivez : postgresql://compte:…@hôte/base."
            raise EngineError(message) from None


def database_urls(var: Path) -> Urls:
    """The three addresses: those of the environment when `PEPITES_DATABASE_URL` is set, else the embedded engine's.

    Draws the missing passwords, starts nothing.
    """
    web = external_url()
    if web:
        _require_readable_addresses()
        owner = os.environ.get("PEPITES_DATABASE_ADMIN_URL", "").strip()
        worker = os.environ.get("PEPITES_DATABASE_WORKER_URL", "").strip() or _as_worker(owner)
        return Urls(web=web, worker=worker, owner=owner, embedded=False)
    return Urls(
        web=local_url(var, WEB_ROLE),
        worker=local_url(var, WORKER_ROLE),
        owner=local_url(var, OWNER_ROLE),
        embedded=True,
    )


def shared_buffers() -> str:
    """An eighth of the machine's memory, from PostgreSQL's own default to what a region of a million needs; a page that
    nobody reads is never taken."""
    eighth = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 8 // 2**20
    return f"{min(max(eighth, 128), 2048)}MB"
