"""Command line of the generator."""

import argparse
from pathlib import Path

from pepites.bench.population.generate import generate


def main() -> None:
    """Write one population."""
    parser = argparse.ArgumentParser(description="Écrit une population fictive et sa vérité.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--noise", type=float, default=1.0)
    parser.add_argument("--twins", type=float, default=0.03)
    given = parser.parse_args()
    generate(given.records, given.seed, noise=given.noise, twins=given.twins).write(given.folder)


if __name__ == "__main__":
    main()
