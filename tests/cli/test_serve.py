"""`pepites serve` for real: one supervisor, what it survives, how it stops."""

import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.cli.serving import Serving, new_var, pepites, remove, survivors, wait_until

from pepites.config.engine import database_urls
from pepites.config.engine_home import data_dir
from pepites.config.engine_process import running_postmaster

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("serve")]


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    folder = new_var()
    yield folder
    remove(folder)


@pytest.fixture
def serving(var: Path) -> Iterator[Serving]:
    running = Serving(var)
    yield running
    running.stop()


def live_workers(var: Path) -> int:
    query = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '8 seconds'"
    try:
        with psycopg.connect(database_urls(var).worker) as connection:
            row = connection.execute(query).fetchone()
    except psycopg.Error:
        return 0
    return int(row[0]) if row else 0


def test_second_serve_is_refused(serving: Serving, var: Path) -> None:
    second = pepites(var, "serve", "--port", "1")
    assert second.returncode == 1
    assert "sert déjà" in second.stderr
    assert serving.answers()


def test_recovers_from_every_kill(serving: Serving, var: Path) -> None:
    wait_until(lambda: live_workers(var) > 0, 15, "pas de processus de tâches")
    for process in serving.named("granian"):
        process.kill()
    wait_until(serving.answers, 20, "le front n'est pas revenu")
    killed = serving.named("pepites.config.jobs")
    assert killed
    for process in killed:
        process.kill()
    main = running_postmaster(data_dir(var))
    assert main is not None
    from os import kill

    kill(main, 9)
    wait_until(lambda: running_postmaster(data_dir(var)) not in {None, main}, 20, "la base n'est pas revenue")
    wait_until(serving.answers, 20, "les pages ne sont pas revenues")
    wait_until(lambda: bool(serving.named("pepites.config.jobs")), 20, "les tâches ne sont pas revenues")
    wait_until(lambda: live_workers(var) > 0, 20, "les tâches ne sont pas revenues")


def test_stops_in_time_with_open_streams_and_leaves_nothing(var: Path) -> None:
    running = Serving(var)
    clients = []
    for _ in range(5):
        client = socket.create_connection(("127.0.0.1", running.port))
        client.sendall(b"GET /flux HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        clients.append(client)
    family = running.family()
    assert len(family) > 5
    assert running.stop() < 10
    assert running.process.returncode == 0
    assert survivors(family, 1) == []
    for client in clients:
        client.close()


def test_killed_supervisor_leaves_nothing_and_serves_again(var: Path) -> None:
    running = Serving(var)
    family = running.family()
    running.process.kill()
    running.process.wait()
    assert survivors(family, 12) == []
    again = Serving(var)
    assert again.answers()
    again.stop()


def test_doctor_and_commands_beside_a_running_serve(serving: Serving, var: Path) -> None:
    wait_until(lambda: live_workers(var) > 0, 15, "pas de processus de tâches")
    report = pepites(var, "doctor")
    assert "✔ Accès « web » : pepites_web" in report.stdout
    assert "vivant" in report.stdout
    assert serving.answers()
