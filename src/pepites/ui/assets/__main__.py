"""``python -m pepites.ui.assets [--force]``: build what the pages load."""

import sys

from pepites.ui.assets.build import BuildFailed, build


def main(arguments: list[str]) -> int:
    """Exit code 0 built or up to date, 1 failed (reason on stderr), 2 wrong usage."""
    if set(arguments) - {"--force"}:
        sys.stderr.write("Usage : python -m pepites.ui.assets [--force]\n")
        return 2
    try:
        outcome = build(force="--force" in arguments)
    except BuildFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    sys.stdout.write(f"{outcome}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
