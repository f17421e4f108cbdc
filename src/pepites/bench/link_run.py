"""One run of ``pepites identity link`` without INS in a process of its own, timed, its memory read."""

import json
import resource
import sys
import time
from pathlib import Path

from pepites.identity.linkage.linking import link_file
from pepites.identity.matching.model import shipped


def main() -> None:
    """``SOURCE TARGET PAIRS THREADS RESULT``."""
    source, target, pairs, threads, result = sys.argv[1:6]
    start = time.perf_counter()
    link_file(Path(source), Path(target), shipped(), without_ins=True, pairs=Path(pairs), threads=int(threads))
    measured = {
        "seconds": time.perf_counter() - start,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    Path(result).write_text(json.dumps(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
