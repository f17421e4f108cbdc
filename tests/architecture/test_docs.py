"""The documentation keeps up with the code: settings, decisions, links, functions, examples; and gives nothing away."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from pepites.cli.main import cli
from pepites.common.personal_data import registered

HERE = Path(__file__).resolve()
ROOT = HERE.parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
DECISIONS = sorted((DOCS / "adr").glob("*.md"))
SETTINGS_PAGE = DOCS / "exploitation" / "reglages.md"
LINES_PAGE = DOCS / "developpeurs" / "securite-des-lignes.md"
REGISTER_PAGE = DOCS / "conformite" / "registre.md"

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
SETTING = re.compile(r"\bPEPITES_[A-Z0-9]+(?:_[A-Z0-9]+)*\b")
DEFINER = re.compile(r'definer_function\(\s*f?"(\w+)\(')
# Written in pieces, so that this file obeys its own rule.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("proxy", "golang", "org"),
        ("ghcr", "io"),
        ("docker", "io"),
        ("deb", "debian", "org"),
        ("anaconda", "org"),
    )
)
MACHINE_PATH = re.compile(r"(?<![\w./:$}>-])/(?:work|root|home|Users|mnt)/[\w.]")
SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|://[^\s:/@]+:[A-Za-z0-9_-]{12,}@"
)
TEXT = {
    "", ".md", ".py", ".toml", ".txt", ".in", ".sh", ".html", ".js", ".scss", ".json", ".yml", ".yaml", ".svg", ".csv",
}  # fmt: skip
SKIPPED = {"dist", "node_modules", "__pycache__", "artefacts"}
FOLDERS = ("docs", "src", "tests", "scripts", "frontend", "requirements", ".ci")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _files() -> Iterator[Path]:
    """Every text file we write, lock files included, but this one, which names what it forbids."""
    unwritten = {".coverage", ".git"}
    yield from (p for p in ROOT.iterdir() if p.is_file() and p.suffix in TEXT and p.name not in unwritten)
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in TEXT and path != HERE and not SKIPPED & set(path.parts):
                yield path


def _read_settings() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in (ROOT / "src").rglob("*.py"):
        for name in SETTING.findall(_text(path)):
            found.setdefault(name, _name(path))
    return found


def _examples() -> list[tuple[str, str]]:
    return [
        (f"{_name(page)}#{number}", code)
        for page in PAGES
        for number, (language, code) in enumerate(FENCE.findall(_text(page)))
        if language == "python"
    ]


def test_every_setting_read_is_documented() -> None:
    page = set(re.findall(r"^\| `(PEPITES_\w+)`", _text(SETTINGS_PAGE), re.MULTILINE))
    assert {name: path for name, path in _read_settings().items() if name not in page} == {}


def test_every_documented_setting_is_read() -> None:
    page = set(re.findall(r"^\| `(PEPITES_\w+)`", _text(SETTINGS_PAGE), re.MULTILINE))
    elsewhere = [ROOT / "Makefile", *(ROOT / "scripts").glob("*"), *(ROOT / "tests").rglob("*.py")]
    others = {
        name for path in elsewhere if path.is_file() and path != Path(__file__) for name in SETTING.findall(_text(path))
    }
    assert page - set(_read_settings()) - others == set()


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_decision_has_its_three_parts(path: Path) -> None:
    headings = re.findall(r"^## (.+)$", _text(path), re.MULTILINE)
    assert headings[:3] == ["Contexte", "Décision", "Conséquences"]
    assert re.match(rf"# {path.name[:4]} – ", _text(path))


def test_every_decision_is_in_the_index() -> None:
    index = _text(DOCS / "README.md")
    assert [path.name for path in DECISIONS if f"adr/{path.name}" not in index] == []


def test_every_page_is_reached_from_an_index() -> None:
    reached = {
        (page.parent / target.split("#")[0]).resolve()
        for page in PAGES
        for target in LINK.findall(FENCE.sub("", _text(page)))
        if ":" not in target and target.split("#")[0]
    }
    assert [_name(page) for page in PAGES if page not in reached and page != ROOT / "README.md"] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_relative_links_resolve(page: Path) -> None:
    dead = []
    for target in LINK.findall(FENCE.sub("", _text(page))):
        bare = target.split("#")[0]
        found = (page.parent / bare).resolve()
        taken_later = found.parent == DOCS / "images"  # screenshots are made by the browser tests
        if bare and not re.match(r"[a-z]+:", target) and not found.exists() and not taken_later:
            dead.append(target)
    assert dead == []


def test_nothing_names_a_registry_a_machine_or_a_secret() -> None:
    faults = []
    for path in _files():
        text = _text(path)
        faults += [(_name(path), host) for host in REGISTRIES if host in text]
        faults += [(_name(path), found.group()) for found in MACHINE_PATH.finditer(text)]
        faults += [(_name(path), "secret") for _ in SECRET.finditer(text)]
    assert faults == []


def _commands(group: click.Group, prefix: str = "pepites") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        path = f"{prefix} {name}"
        if isinstance(command, click.Group):
            yield from _commands(command, path)
        else:
            yield path, command


def test_every_command_is_in_the_readme() -> None:
    readme = _text(ROOT / "README.md")
    assert [path for path, _ in _commands(cli) if not re.search(rf"`{path}\b", readme)] == []


def test_options_written_exist() -> None:
    faults = []
    for path, command in _commands(cli):
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        for page in PAGES:
            for written in re.findall(rf"{path}\b([^`\n]*)", _text(page)):
                faults += [(path, option) for option in re.findall(r"--[a-z-]+", written) if option not in known]
    assert faults == []


def test_make_targets_written_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", _text(ROOT / "Makefile"), re.MULTILINE))
    typed = re.compile(r"(?:`|^)make ([a-z-]+)", re.MULTILINE)
    written = {(name, _name(page)) for page in PAGES for name in typed.findall(_text(page))}
    assert {(name, page) for name, page in written if name not in targets} == set()


def test_every_definer_function_is_explained() -> None:
    """Each one passes over row-level security: a reader must find why it exists and what it checks."""
    page = _text(LINES_PAGE)
    written = {name for path in (ROOT / "src").rglob("*.py") for name in DEFINER.findall(_text(path))}
    assert written
    assert sorted(name for name in written if f"`{name}(" not in page) == []


def test_every_declared_model_is_in_the_register() -> None:
    page = _text(REGISTER_PAGE)
    missing = sorted(label for label in registered() if f"`{label}`" not in page)
    assert missing == [], "lancez « python scripts/registre.py »"


@pytest.mark.parametrize(("name", "code"), _examples(), ids=lambda value: value if "#" in value[:60] else "")
def test_python_example_is_sound(name: str, code: str) -> None:
    """It parses, and what it imports from the project exists."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pepites."):
            module = import_module(node.module or "")
            names = [alias.name for alias in node.names]
            missing = [one for one in names if not hasattr(module, one) and not find_spec(f"{node.module}.{one}")]
            assert missing == [], name
