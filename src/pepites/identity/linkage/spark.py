"""Pairs blocked and compared by Splink on Spark: same model, same pairs, machines in number (rapprochement §4-3).

On one machine it is far slower than DuckDB. Reading, frames and clusters stay where they are: what Spark shares out is
the comparison of pairs, which is nearly all of the work.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Final

from pepites.identity.linkage.base import Base
from pepites.identity.linkage.compare import Ids, Levels, predicted, read_levels
from pepites.identity.linkage.reading import FileError

SPARK: Final[Mapping[str, str]] = {
    "jw": "pepites_jw({a}, {b})", "dl": "pepites_dl({a}, {b})", "all": "size(array_except({b}, {a})) = 0",
    "any": "arrays_overlap({a}, {b})", "div": "({a} div {b})",
}  # fmt: skip
_SIGNED: Final = "list_transform(keys, lambda k: (k::hugeint - 9223372036854775808)::bigint)"
"""Spark knows no unsigned number."""


def require() -> None:
    """Raises ``FileError``, which says what to install."""
    if find_spec("pyspark") is None:
        raise FileError("Le moteur Spark n'est pas installé : « pip install 'pepites[spark]' ».")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise FileError("Le moteur Spark demande Java 17 ou plus récent : installez-le, ou donnez JAVA_HOME.")


def compare(base: Base, wide: bool = False, *, threads: int, memory: str, master: str = "") -> tuple[Ids, Ids, Levels]:
    """As ``linkage.compare.compare``. ``master``: address of a Spark cluster, this machine's own cores when empty."""
    from splink.backends.spark import SparkAPI

    engine: Any = SparkAPI  # typed or not, according to whether pyspark is installed
    given = base.arrow(f"SELECT * REPLACE ({_SIGNED} AS keys) FROM blocked")
    with _session(master or f"local[{threads}]", memory, threads) as session:
        api = engine(spark_session=session, register_udfs_automatically=False, break_lineage_method="persist")
        found = predicted(api, session.createDataFrame(given), SPARK, "spark", wide=wide)
        return read_levels(lambda statement: session.sql(statement).toArrow(), found)


@contextmanager
def _session(master: str, memory: str, threads: int) -> Generator[Any]:
    """A Spark session of its own, closed at the end; its files go with it."""
    from pyspark.sql import SparkSession
    from pyspark.sql.types import DoubleType, IntegerType

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory(prefix="pepites-spark-") as folder:
        settings = {
            "spark.ui.enabled": "false", "spark.driver.memory": memory.upper().removesuffix("B"),
            "spark.sql.shuffle.partitions": str(4 * threads), "spark.local.dir": folder,
            "spark.sql.warehouse.dir": folder, "spark.log.level": "ERROR",
            "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
        }  # fmt: skip
        if not master.startswith("local"):
            del settings["spark.driver.host"], settings["spark.driver.bindAddress"]
        builder = SparkSession.builder.master(master).appName("pepites-rapprochement")
        for name, value in settings.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        session.udf.register("pepites_jw", _jaro_winkler, DoubleType())
        session.udf.register("pepites_dl", _edits, IntegerType())
        try:
            yield session
        finally:
            session.stop()


def _jaro_winkler(one: str | None, other: str | None) -> float | None:
    from rapidfuzz.distance import JaroWinkler

    return None if one is None or other is None else JaroWinkler.similarity(one, other)


def _edits(one: str | None, other: str | None) -> int | None:
    from rapidfuzz.distance import DamerauLevenshtein

    return None if one is None or other is None else DamerauLevenshtein.distance(one, other)
