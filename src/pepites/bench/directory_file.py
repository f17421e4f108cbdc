"""The extractions that ``pepites bench directory`` loads: a first one and the next day's."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Final

from pepites.directory.national.invented import write

FIRST_DAY: Final = "PS_LibreAcces_Personne_activite_202611250800.txt"
NEXT_DAY: Final = "PS_LibreAcces_Personne_activite_202611260800.txt"


def main() -> None:
    """``python -m pepites.bench.directory_file LINES …``: a first extraction and the next day's; says where."""
    count = int(sys.argv[1])
    folder = Path(tempfile.mkdtemp(prefix="pepites-annuaire-"))
    write(folder / FIRST_DAY, count)
    write(folder / NEXT_DAY, count, change=0.01)
    print(json.dumps({"folder": str(folder)}))  # noqa: T201 - read by the parent process


if __name__ == "__main__":
    main()
