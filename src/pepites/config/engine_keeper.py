"""A tiny process that holds one PostgreSQL and stops it when nobody uses it any more. Standard library only.

Every user of the engine holds a shared lock on one file, which the kernel drops even after `kill -9`; when this
process gets the exclusive one, the last user has gone. Called by `engine_process`, with one JSON argument.
"""

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import time

_PR_SET_PDEATHSIG = 1
_TICK = 0.15  # seconds
_libc = ctypes.CDLL(None)


def _die_with_keeper() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)


def _stop(server: "subprocess.Popen[bytes]", patience: float) -> None:
    """Fast shutdown, then immediate, then kill."""
    for signum in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is None:
            server.send_signal(signum)
        try:
            server.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        return


def _unused(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def keep(command: list[str], lock_path: str, account: dict[str, object], patience: float) -> int:
    """Run `command` until it ends, SIGTERM comes or the lock is free; the server's exit code."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda signum, _: told.append(signum))
    lock = os.open(lock_path, os.O_RDWR | os.O_CLOEXEC)
    server = subprocess.Popen(command, preexec_fn=_die_with_keeper, **account)  # type: ignore[call-overload]  # noqa: S603
    while server.poll() is None:
        if told or _unused(lock):
            _stop(server, patience)
            return 0
        time.sleep(_TICK)
    return int(server.returncode)


if __name__ == "__main__":
    sys.exit(keep(**json.loads(sys.argv[1])))
