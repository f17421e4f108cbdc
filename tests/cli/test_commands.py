"""What the commands say and with which code they end."""

import os
import pwd
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.cli.serving import new_var, pepites, remove

from pepites.cli import doctor_checks
from pepites.cli.main import run
from pepites.config import engine
from pepites.config.engine import EngineError, Urls
from pepites.config.supervisor import AlreadyServedError, ServeLock, check_port, is_served


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    folder = new_var()
    yield folder
    remove(folder)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["frobnicate"], "n'existe pas"),
        (["serve", "--port", "zz"], "nombre entier de 1 à 65535"),
        (["serve", "--zz"], "L'option --zz n'existe pas"),
        (["import", "patients"], "Il manque « FICHIER »"),
        (["import", "patients", "f.csv"], "Il manque"),
        (["admin", "invite"], "Il manque « IDENTIFIANT »"),
        (["admin", "homologation"], "Il manque « RÉFÉRENCE »"),
        (["admin", "homologation", "D", "--signataire", "S", "--signee", "hier", "--fin", "2027-01-01"], "--signee"),
        (["doctor", "x"], "« x » est de trop"),
        (["regional", "figures", "--since", "demain"], "--since"),
        (["regional", "close"], "--on"),
        (["regional", "close", "ici", "--cancel"], "--on"),
        (["import", "patients", "f.csv", "--dry-run=1"], "ne prend pas de valeur"),
    ],
)
def test_wrong_usage(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["serve"],
        ["worker"],
        ["admin", "invite"],
        ["import", "patients"],
        ["regional", "figures"],
        ["regional", "export"],
        ["regional", "close"],
        ["bench"],
    ],
)
def test_help_is_no_failure_and_is_french(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, "--help"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("Usage : pepites")
    assert "Afficher cette aide." in page
    for english in ("Show this", "required", "default", "INTEGER", "TEXT", "COMMAND ", "Commands"):
        assert english not in page


@pytest.mark.parametrize("command", [["serve"], ["worker"], ["admin", "invite", "alice"], ["demo"]])
def test_folder_that_cannot_be_written_says_so(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PEPITES_VAR", str(tmp_path))
    monkeypatch.setattr("pepites.config.engine_home.os.access", lambda *_: False)
    assert run(command) == 1
    assert "ne peut écrire dans le dossier de données" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_address_of_the_base_badly_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PEPITES_VAR", str(tmp_path))
    monkeypatch.setenv("PEPITES_DATABASE_URL", "n'importe quoi")
    assert run(["worker"]) == 1
    assert "PEPITES_DATABASE_URL n'est pas une adresse PostgreSQL" in capsys.readouterr().err


def test_file_out_of_reach_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise PermissionError(13, "Permission denied", "/srv/ailleurs")

    monkeypatch.setattr("pepites.cli.worker.prepare", fail)
    assert run(["worker"]) == 1
    assert "« /srv/ailleurs » ne peut être lu ou écrit" in capsys.readouterr().err


def test_missing_file_is_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PEPITES_VAR", str(tmp_path / "var"))
    assert run(["import", "patients", str(tmp_path / "absent.csv"), "--network", "maia"]) == 1
    assert "n'existe pas" in capsys.readouterr().err
    assert not (tmp_path / "var").exists()


def test_import_takes_a_file_and_never_writes_over_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "patients", str(tmp_path), "--network", "maia"]) == 1
    assert "est un dossier" in capsys.readouterr().err
    source = tmp_path / "liste.csv"
    source.write_text("Nom;Prénom;DDN\n", encoding="utf-8")
    same = tmp_path / "." / "liste.csv"
    assert run(["import", "patients", str(source), "--network", "maia", "--report", str(same)]) == 1
    assert "écraserait" in capsys.readouterr().err
    assert source.read_text(encoding="utf-8") == "Nom;Prénom;DDN\n"


def test_engine_failure_is_told_in_french(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise EngineError("La base ne répond pas.")

    monkeypatch.setattr("pepites.cli.worker.prepare", fail)
    assert run(["worker"]) == 1
    assert capsys.readouterr().err == "La base ne répond pas.\n"


def test_unexpected_failure_shows_no_value(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ValueError("Mme Secrète")

    monkeypatch.delenv("PEPITES_TRACE", raising=False)
    monkeypatch.setattr("pepites.cli.worker.prepare", fail)
    assert run(["worker"]) == 1
    seen = capsys.readouterr().err
    assert "ValueError" in seen
    assert "Secrète" not in seen


def test_demo_is_refused_in_production(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PEPITES_ENV", "production")
    assert run(["demo"]) == 1
    assert "refusée" in capsys.readouterr().err


def test_one_supervisor_for_one_folder(tmp_path: Path) -> None:
    assert not is_served(tmp_path)
    with ServeLock(tmp_path):
        assert is_served(tmp_path)
        with pytest.raises(AlreadyServedError, match="sert déjà"), ServeLock(tmp_path):
            pass
    assert not is_served(tmp_path)


def test_port_somebody_listens_on_is_refused() -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(AlreadyServedError, match="déjà pris"):
            check_port("127.0.0.1", taken.getsockname()[1])


@pytest.mark.slow
def test_doctor_initialises_an_empty_folder_and_is_satisfied(var: Path) -> None:
    report = pepites(var, "doctor")
    assert "✔ Tables à jour" in report.stdout, report.stderr
    assert report.returncode == (1 if "✖" in report.stdout else 0)
    (var / "secrets" / "secret_key").chmod(0o644)
    opened = pepites(var, "doctor")
    assert opened.returncode == 1
    assert "✖ Secrets fermés : secret_key" in opened.stdout
    (var / "secrets" / "secret_key").chmod(0o600)
    production = pepites(var, "doctor", PEPITES_ENV="production")
    assert production.returncode == 1
    assert "✖ Moteur : embarqué" in production.stdout


PRODUCTION = [("PEPITES_ENV", "production"), ("PEPITES_PUBLIC_URL", "https://sante.exemple")]


@pytest.mark.parametrize(("name", "value"), PRODUCTION)
def test_demonstration_in_production_is_a_fault(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("PEPITES_DEMO", "1")
    assert doctor_checks._mode().sound
    monkeypatch.setenv(name, value)
    assert not doctor_checks._mode().sound
    settings = [sys.executable, "-c", "import pepites.config.settings"]
    refused = subprocess.run(settings, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "démonstration est refusée" in refused.stderr


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"PEPITES_DATABASE_URL": "n'importe quoi"}, "PEPITES_DATABASE_URL n'est pas une adresse PostgreSQL"),
        ({"PEPITES_DATABASE_URL": "postgresql://pepites_web:x@127.0.0.1:1/p"}, "PEPITES_DATABASE_URL ne répond pas"),
        (
            {
                "PEPITES_DATABASE_URL": "postgresql://pepites_web:x@127.0.0.1:1/p",
                "PEPITES_DATABASE_ADMIN_URL": "postgresql://pepites_owner:x@127.0.0.1:1/p",
            },
            "PEPITES_DATABASE_ADMIN_URL ne répond pas (Connection refused)",
        ),
    ],
)
def test_doctor_says_which_address_fails(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    setting: dict[str, str],
    said: str,
) -> None:
    monkeypatch.setenv("PEPITES_VAR", str(tmp_path))
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    assert run(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "✖ Base de données" in shown
    assert said in shown
    assert "Vérifiez" in shown or "Écrivez" in shown


def test_doctor_says_that_the_folder_is_closed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PEPITES_VAR", str(tmp_path))
    monkeypatch.setattr("pepites.cli.prepare.os.access", lambda *_: False)  # root writes everywhere
    assert run(["doctor"]) == 1
    shown = capsys.readouterr()
    assert "✖ Dossier de données" in shown.out
    assert f"chown -R {pwd.getpwuid(os.geteuid()).pw_name} {tmp_path}" in shown.out
    assert shown.err == "1 point à réparer.\n"


def test_doctor_says_that_the_folder_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fichier").touch()
    monkeypatch.setenv("PEPITES_VAR", str(tmp_path / "fichier" / "var"))
    assert run(["doctor"]) == 1
    assert "Impossible de créer le dossier" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("address", "hosts", "sound"),
    [
        ("", "sante.exemple", False),
        ("http://sante.exemple", "sante.exemple", False),
        ("https://sante.exemple", "127.0.0.1", False),
        ("https://sante.exemple", "127.0.0.1, sante.exemple", True),
    ],
)
def test_production_wants_its_public_address(
    monkeypatch: pytest.MonkeyPatch, address: str, hosts: str, sound: bool
) -> None:
    monkeypatch.setenv("PEPITES_PUBLIC_URL", address)
    monkeypatch.setenv("PEPITES_ALLOWED_HOSTS", hosts)
    monkeypatch.delenv("PEPITES_ENV", raising=False)
    assert doctor_checks._address().sound
    monkeypatch.setenv("PEPITES_ENV", "production")
    assert doctor_checks._address().sound is sound


@pytest.mark.parametrize(("gap", "sound"), [(0, True), (-3600, False), (60, False)])
def test_a_base_at_another_hour_is_a_fault(monkeypatch: pytest.MonkeyPatch, gap: int, sound: bool) -> None:
    monkeypatch.setattr(doctor_checks, "_ask", lambda *_: time.time() + gap)
    assert doctor_checks._same_time(Urls("", "", "", embedded=False)).sound is sound


def test_a_demonstration_base_is_no_production_base(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_checks, "_ask", lambda *_: 12)
    assert doctor_checks._demo_accounts(Urls("", "", "", embedded=False)).sound
    monkeypatch.setenv("PEPITES_ENV", "production")
    assert not doctor_checks._demo_accounts(Urls("", "", "", embedded=False)).sound


SHAPE = """
  SELECT 'contrainte', conrelid::regclass::text, conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
    JOIN pg_namespace n ON n.oid = connamespace AND n.nspname = 'public'
  UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT 'déclencheur', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE NOT tgisinternal
  UNION ALL SELECT 'colonne', table_name, column_name, data_type || is_nullable || coalesce(column_default, '')
    FROM information_schema.columns WHERE table_schema = 'public'
"""


@pytest.mark.slow
def test_a_prepared_base_is_the_one_that_the_migrations_make(var: Path, test_database: dict[str, str]) -> None:
    """The command spares Django some redrawing of models: constraint for constraint, the base is the same."""
    assert pepites(var, "doctor").returncode == 0
    handle = engine.ensure_engine(var)
    try:
        made = _shape(engine.superuser_dsn(var, "pepites"))
    finally:
        handle.stop()
    migrated = psycopg.conninfo.make_conninfo(engine.superuser_dsn(engine.var_dir()), dbname=test_database["dbname"])
    expected = _shape(migrated)
    assert len(made) > 1000
    assert made == expected


def _shape(dsn: str) -> set[tuple[str, ...]]:
    with psycopg.connect(dsn) as connection:
        return {tuple(map(str, row)) for row in connection.execute(SHAPE)}
