"""Blocking and comparison by Splink: pairs worth comparing, and the level of each comparison (rapprochement §4-1)."""

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from splink import Linker, SettingsCreator
from splink.backends.duckdb import DuckDBAPI

from pepites.identity.linkage.base import Base
from pepites.identity.matching.comparisons import COMPARISONS, Comparison
from pepites.identity.matching.conditions import DUCKDB
from pepites.identity.matching.dates import NEAR

Levels = NDArray[np.int8]
Ids = NDArray[np.int32]

_PRIOR: Final = 1e-4


def _comparison(one: Comparison, names: Mapping[str, str]) -> dict[str, Any]:
    """Splink's form of a comparison. Its match weights number the levels: the model weighs them itself afterwards."""
    last = len(one.levels) - 1
    levels: list[dict[str, Any]] = [
        {"sql_condition": one.missing.sql(names), "label_for_charts": "manquant", "is_null_level": True}
    ]
    for rank, level in enumerate(one.levels):
        number = last - rank + 1
        levels.append(
            {
                "sql_condition": level.condition.sql(names),
                "label_for_charts": level.label,
                "m_probability": 2.0**number / 2.0**20,
                "u_probability": 1 / 2.0**20,
            }
        )
    return {"output_column_name": one.name, "comparison_levels": levels}


def settings(names: Mapping[str, str], dialect: str, *, wide: bool = False) -> SettingsCreator:
    """Splink's settings for an engine whose function names are ``names``; ``wide``: any two dates are compared."""
    near = "" if wide else f" AND {_sided(NEAR.sql(names))}"
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        comparisons=[_comparison(one, names) for one in COMPARISONS],
        blocking_rules_to_generate_predictions=[
            {
                "blocking_rule": f"l.keys = r.keys{near}",
                "arrays_to_explode": ["keys"],
                "sql_dialect": dialect,
            }
        ],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
        probability_two_random_records_match=_PRIOR,
    )


def _sided(sql: str) -> str:
    """``y_l`` → ``l.y``: blocking rules name the sides so."""
    return re.sub(r"\b(y|m|dd|wk|ins)_([lr])\b", r"\2.\1", sql)


def compare(base: Base, wide: bool = False) -> tuple[Ids, Ids, Levels]:
    """Pairs of ``blocked`` that share a key, their ids and their levels in the order of ``COMPARISONS``.

    Those whose dates are too far apart are left out, unless ``wide``.
    """
    found = predicted(DuckDBAPI(connection=base.connection), "blocked", DUCKDB, "duckdb", wide=wide)
    arrays = read_levels(base.arrow, found)
    base.run(f"DROP TABLE {found}")
    return arrays


def predicted(api: Any, blocked: Any, names: Mapping[str, str], dialect: str, *, wide: bool = False) -> str:
    """Block and compare on an engine; the name of its table of pairs."""
    linker = Linker(api.register(blocked), settings(names, dialect, wide=wide))
    logging.getLogger("splink").setLevel(logging.ERROR)  # its own words are not the command's
    return str(linker.inference.predict().physical_name)


def read_levels(query: Callable[[str], Any], table: str) -> tuple[Ids, Ids, Levels]:
    """The pairs of that table, asked by ``query``, which gives an Arrow table."""
    columns = ", ".join(f"cast(mw_{one.name} AS tinyint) AS {one.name}" for one in COMPARISONS)
    pairs = "cast(least(id_l, id_r) AS int) AS i, cast(greatest(id_l, id_r) AS int) AS j"
    return _arrays(query(f"SELECT {pairs}, {columns} FROM {table}"))


def _arrays(table: Any) -> tuple[Ids, Ids, Levels]:
    levels = np.empty((table.num_rows, len(COMPARISONS)), dtype=np.int8)
    for rank, one in enumerate(COMPARISONS):
        levels[:, rank] = table[one.name].to_numpy() - 1
    return table["i"].to_numpy(), table["j"].to_numpy(), levels
