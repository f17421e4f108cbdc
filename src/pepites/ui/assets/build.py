"""Build of what the pages load, from exact versions to hashed, compressed files.

Nothing third-party is committed: npm installs it here, and only the result goes into the package.
"""

import gzip
import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import brotli

from pepites.ui.assets import DIST, MANIFEST
from pepites.ui.assets.communes import write_communes
from pepites.ui.assets.node import BuildFailed, install, run

__all__ = ["BuildFailed", "build", "used_icons"]

PACKAGE = Path(__file__).resolve().parents[2]
FRONTEND = PACKAGE.parents[1] / "frontend"
COMMUNES = PACKAGE / "terminology" / "data" / "communes.json.gz"
STAMP = DIST / ".stamp"
HTMX_PARTS = ("dist/htmx.min.js",)
LICENCES = {
    "bootstrap": "bootstrap/LICENSE",
    "bootstrap-icons": "bootstrap-icons/LICENSE",
    "htmx": "htmx.org/LICENSE",
    "zxing": "@zxing/library/LICENSE",
    "decoupage-administratif": "@etalab/decoupage-administratif/LICENSE",
}
ICON_IN_TEMPLATE = re.compile(r"""(?:\{%\s*icon\s+|\bicon=)["']([a-z0-9-]+)["']""")
ICON_IN_PYTHON = re.compile(r"""\bicon["']?\s*[=:]\s*["']([a-z0-9-]+)["']""")
STATIC_IMPORT = re.compile(r"""^import \{ ([\w, ]+) \} from "\./([\w-]+\.js)";$""", re.MULTILINE)
DYNAMIC_IMPORT = re.compile(r"""\bimport\("\./([\w-]+\.js)"\)""")
DECIMALS = re.compile(r"\.(\d{3,})")
FLOOR = "chrome106,firefox115,safari15.4"
"""The oldest browsers served in full (interface §3)."""
SASS_SILENCED = "import,global-builtin,color-functions,if-function,mixed-decls"


class Sources(NamedTuple):
    """What the build depends on."""

    files: list[Path]
    icons: list[str]

    def digest(self) -> str:
        """One hash over the content of every source and the names of the icons."""
        total = hashlib.sha256()
        for path in self.files:
            total.update(path.name.encode())
            total.update(path.read_bytes())
        total.update(" ".join(self.icons).encode())
        return total.hexdigest()


def build(*, force: bool = False) -> str:
    """Build if a source changed; returns a French sentence saying what was done. Raises BuildFailed."""
    if not FRONTEND.is_dir():
        return "Interface : les fichiers livrés avec le paquet sont utilisés."
    sources = _sources()
    digest = sources.digest()
    complete = MANIFEST.is_file() and COMMUNES.is_file() and STAMP.is_file()
    if complete and not force and STAMP.read_text(encoding="ascii") == digest:
        return "Interface : à jour."
    install(FRONTEND)
    files = _assemble(sources)
    _write(files)
    communes = write_communes(FRONTEND / "node_modules", COMMUNES)
    STAMP.write_text(digest, encoding="ascii")
    return f"Interface : {len(files)} fichiers construits, {communes} lignes de communes."


def used_icons() -> list[str]:
    """Names of Bootstrap Icons written in templates, in Python or, for names made at run time, in icons.txt."""
    found = set((FRONTEND / "icons.txt").read_text(encoding="utf-8").split())
    for path in PACKAGE.rglob("*.html"):
        found.update(ICON_IN_TEMPLATE.findall(path.read_text(encoding="utf-8")))
    for path in PACKAGE.rglob("*.py"):
        found.update(ICON_IN_PYTHON.findall(path.read_text(encoding="utf-8")))
    return sorted(found)


def _sources() -> Sources:
    patterns = ("package.json", "package-lock.json", "scss/*.scss", "js/*.js", "vendor/*.js", "images/*.svg")
    files = [path for pattern in patterns for path in sorted(FRONTEND.glob(pattern))]
    return Sources([*files, *sorted(Path(__file__).parent.glob("*.py"))], used_icons())


def _assemble(sources: Sources) -> dict[str, tuple[str, bytes]]:
    """Every built file: short name → (hashed name, content)."""
    modules = FRONTEND / "node_modules"
    files: dict[str, tuple[str, bytes]] = {}

    def add(name: str, content: bytes) -> None:
        stem, _, suffix = name.rpartition(".")
        files[name] = (f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{suffix}", content)

    for image in sorted((FRONTEND / "images").glob("*.svg")):
        if not image.name.startswith("symbol-"):
            add(image.name, image.read_bytes())
    add("icons.svg", _sprite(modules, sources.icons))
    add("app.css", _css(files))
    vendor = [(modules / "htmx.org" / part).read_text(encoding="utf-8") for part in HTMX_PARTS]
    add("htmx.js", "\n".join(re.sub(r"//# sourceMappingURL=.*", "", text).strip() for text in vendor).encode())
    for entry in sorted((FRONTEND / "vendor").glob("*.js")):
        add(entry.name, _bundled(entry))
    for name, content in _scripts():
        add(name, DYNAMIC_IMPORT.sub(lambda m: f'import("./{files[m[1]][0]}")', content).encode())
    return files


def _css(files: dict[str, tuple[str, bytes]]) -> bytes:
    """Compiled style sheet, its ``url(./image.svg)`` pointing at hashed names."""
    css = run(
        "node",
        "node_modules/sass/sass.js",
        "--style=compressed",
        "--no-source-map",
        "--quiet-deps",
        f"--silence-deprecation={SASS_SILENCED}",
        "--load-path=node_modules",
        "scss/app.scss",
        cwd=FRONTEND,
    )
    return re.sub(r"url\(\"?\./([\w-]+\.svg)\"?\)", lambda m: f"url({files[m[1]][0]})", css).encode()


def _bundled(entry: Path) -> bytes:
    """The parts of a library that an entry module asks for, in one file."""
    return run(
        "node", "node_modules/esbuild/bin/esbuild", f"vendor/{entry.name}", "--bundle", "--minify", "--format=esm",
        f"--target={FLOOR}", "--legal-comments=none", "--log-level=warning", cwd=FRONTEND,
    ).encode()  # fmt: skip


def _scripts() -> list[tuple[str, str]]:
    """Our modules, those loaded on demand first, so that their hashed name is known.

    A static import is written inside the module that asks for it: one request instead of two in a row.
    """
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted((FRONTEND / "js").glob("*.js"))}
    parts = {name for text in texts.values() for _, name in STATIC_IMPORT.findall(text)}
    if parts & {"app.js"} or not parts <= texts.keys():
        raise BuildFailed(f"Module qui ne s'importe pas : {', '.join(sorted(parts - texts.keys()) or ['app.js'])}.")
    whole = {name: _lighten(_inline(text, texts)) for name, text in texts.items() if name not in parts}
    return sorted(whole.items(), key=lambda item: (bool(DYNAMIC_IMPORT.search(item[1])), item[0]))


def _lighten(text: str) -> str:
    """Without comment lines and indentation, a tenth of the weight; a text on several lines would suffer from it."""
    if any(line.count("`") % 2 for line in text.splitlines()):
        raise BuildFailed("Un texte entre accents graves tient sur une seule ligne.")
    return re.sub(r"^[ \t]+|\n(?=\n)", "", re.sub(r"^[ \t]*//.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)


def _inline(text: str, texts: dict[str, str]) -> str:
    def body(match: re.Match[str]) -> str:
        inner = re.sub(r"^export ", "", _inline(texts[match[2]], texts), flags=re.MULTILINE)
        return f"const {{ {match[1]} }} = (() => {{\n{inner}return {{ {match[1]} }};\n}})();"

    return STATIC_IMPORT.sub(body, text)


def _sprite(modules: Path, names: list[str]) -> bytes:
    """One SVG of symbols: the icons in use and our own drawings (``frontend/images/symbol-*.svg``)."""
    symbols = []
    for name in names:
        own = FRONTEND / "images" / f"symbol-{name}.svg"
        path = own if own.is_file() else modules / "bootstrap-icons" / "icons" / f"{name}.svg"
        if not path.is_file():
            raise BuildFailed(f"Icône inconnue : « {name} ». Cherchez son nom parmi les Bootstrap Icons.")
        text = path.read_text(encoding="utf-8")
        box = re.search(r'viewBox="([^"]+)"', text)
        inner = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", text, flags=re.DOTALL)
        inner = DECIMALS.sub(_two_decimals, re.sub(r">\s+<", "><", inner).strip())
        symbols.append(f'<symbol id="{name}" viewBox="{box[1] if box else "0 0 16 16"}">{inner}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'.encode()


def _two_decimals(match: re.Match[str]) -> str:
    """A hundredth of a 16-unit drawing is invisible. Never carries: digits before the point may be arc flags."""
    return f".{min(99, round(int(match[1]) / 10 ** (len(match[1]) - 2))):02d}".rstrip("0").ljust(2, "0")


def _write(files: dict[str, tuple[str, bytes]]) -> None:
    """Write beside, then swap, so that a page served meanwhile never meets half a build."""
    fresh = DIST.with_name("dist.new")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "licences").mkdir(parents=True)
    for hashed, content in files.values():
        (fresh / hashed).write_bytes(content)
        (fresh / f"{hashed}.gz").write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
        (fresh / f"{hashed}.br").write_bytes(brotli.compress(content, quality=11))
    for name, path in LICENCES.items():
        shutil.copyfile(FRONTEND / "node_modules" / path, fresh / "licences" / f"{name}.txt")
    names = {name: hashed for name, (hashed, _) in sorted(files.items())}
    (fresh / "manifest.json").write_text(json.dumps(names, indent=1), encoding="utf-8")
    shutil.rmtree(DIST, ignore_errors=True)
    fresh.rename(DIST)
