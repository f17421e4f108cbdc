"""`pepites import professionals`: what it says, in French, and with which code it ends."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import factories
from tests.cli.serving import new_var, pepites, remove
from tests.conftest import as_owner
from tests.directory import national_files as files

from pepites.cli.main import run as command_line
from pepites.directory.national.command import run

COMMAND = ["import", "professionals"]


@pytest.fixture(autouse=True)
def _no_floor(settings: Any) -> None:
    settings.PEPITES_ANNUAIRE_MIN_ROWS = 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Il manque « FICHIER… »"),
        (["f.txt", "--scope", "mars"], "« --scope » ne convient pas : écrivez guyane ou france"),
        (["f.txt", "--zz"], "--zz n'existe pas"),
    ],
)
def test_wrong_usage(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line([*COMMAND, *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_help_is_french(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line([*COMMAND, "--help"]) == 0
    page = capsys.readouterr().out
    assert "Afficher cette aide." in page
    assert "Annuaire Santé" in page


@pytest.mark.django_db
def test_done_says_how_much(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = files.extraction(tmp_path, [files.line(number) for number in (1, 2, 3)])
    with as_owner():
        factories.professional(rpps=files.rpps(3))
        assert run((path,), force=False, scope=None) == 0
        assert f"{path.name} : 3 lignes ; 7 ajouts, 0 changements, 0 retraits." in capsys.readouterr().out
        assert run((path,), force=False, scope=None) == 0
        assert "rien à changer" in capsys.readouterr().out
        gone = files.extraction(tmp_path, [files.line(number) for number in (1, 2)], name="b.txt")
        assert run((gone,), force=True, scope=None) == 0
        assert "1 professionnel qui travaille avec Pépites n'est plus dans l'annuaire" in capsys.readouterr().err


@pytest.mark.django_db
def test_lines_left_aside_are_told_with_their_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = files.extraction(tmp_path, [*(files.line(number) for number in range(1, 1100)), "x|"])
    with as_owner():
        assert run((path,), force=False, scope=None) == 0
    assert "1 lignes illisibles laissées de côté (ligne 1101 : 2 champs au lieu de 56)" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "n'existe pas : vérifiez le chemin"),
        (b"", "est vide"),
        (b"\x00\x01\x02" * 50, "n'est pas un fichier de l'extraction"),
        (b"PK\x03\x04 abime", "n'est pas un fichier de l'extraction"),
        ("nom;prénom\na;b\n".encode("latin-1"), "n'est pas un fichier de l'extraction"),
    ],
)
def test_bad_input_is_refused_in_french(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "fichier.txt"
    if content is not None:
        path.write_bytes(content)
    with as_owner():
        assert run((path,), force=True, scope="france") == 1
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert (captured.out, "Traceback" in captured.err) == ("", False)


@pytest.fixture
def var() -> Iterator[Path]:
    folder = new_var()
    yield folder
    remove(folder)


@pytest.mark.slow
def test_on_a_fresh_instance(var: Path, tmp_path: Path) -> None:
    """The whole way: engine, migrations, load, refusal of a short file."""
    path = files.archive(tmp_path, files.extraction(tmp_path, [files.line(1), files.line(2)]))
    refused = pepites(var, *COMMAND, str(path))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "moins que le minimum attendu de 1000000" in refused.stderr
    done = pepites(var, *COMMAND, str(path), "--scope", "guyane")
    assert done.returncode == 0, done.stderr
    assert "2 lignes ; 5 ajouts" in done.stdout
