"""A load that stops in the middle and waits there to be killed: ``python -m … WHERE FILE``."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django


def main() -> None:
    django.setup()
    from tests.directory.national_files import Silent

    from pepites.directory.enums import Scope
    from pepites.directory.national import loading, parsing
    from pepites.directory.national.rebuild import Rebuild

    def wait(where: str) -> None:
        print(where, flush=True)  # noqa: T201 - read by the test
        time.sleep(120)

    where = sys.argv[1]
    if where == "copy":
        read = parsing.Parser.batches

        def batches(self: Any, blocks: Any) -> Iterator[str]:
            for rank, batch in enumerate(read(self, blocks)):
                if rank:
                    wait(where)
                yield batch

        parsing.Parser.batches = batches  # type: ignore[method-assign]
    elif where == "swap":
        exchange = Rebuild._exchange

        def first(self: Any, *arguments: Any) -> None:
            exchange(self, *arguments)
            wait(where)

        Rebuild._exchange = first  # type: ignore[method-assign]
    else:
        count = loading._count

        def counted(*arguments: Any) -> None:
            count(*arguments)
            wait(where)

        loading._count = counted
    loading.load_files((Path(sys.argv[2]),), scope=Scope.FRANCE, force=True, listener=Silent())


if __name__ == "__main__":
    main()
