"""The counting of ``pepites bench figures``, as the owner of a measured base; one JSON line on the standard output."""

import json
import statistics
import time
from typing import Any

import django

TURNS = 3
# By hand: how many facts of each month, each table read once, nothing tied to a person nor to a network.
BARE = (
    "SELECT date_trunc('month', opened_on), count(*) FROM coordination_pathway GROUP BY 1",
    "SELECT date_trunc('month', closed_on), closing_reason, count(*) FROM coordination_pathway GROUP BY 1, 2",
    "SELECT commune_cog, count(*) FROM coordination_pathway GROUP BY 1",
    "SELECT sex, count(*) FROM patients_patient GROUP BY 1",
    "SELECT date_trunc('month', created_at), count(DISTINCT patient_id) FROM coordination_liaisonnote GROUP BY 1",
    "SELECT date_trunc('month', ended_at), state, count(*) FROM coordination_task GROUP BY 1, 2",
    "SELECT date_trunc('month', authored_on), form_version_id, count(*) FROM assessments_assessment GROUP BY 1, 2",
    "SELECT date_trunc('month', published_at), count(*) FROM coordination_planversion GROUP BY 1",
    "SELECT date_trunc('month', received_at), count(*) FROM coordination_referral GROUP BY 1",
    "SELECT date_trunc('month', answered_at), role, count(*) FROM coordination_careteammember GROUP BY 1, 2",
    "SELECT date_trunc('month', late_after), count(*) FROM coordination_protocolstep GROUP BY 1",
)


def main() -> None:
    """Bare counts and one month of figures in turn, then everything that is kept at night."""
    django.setup()
    from django.db import connection

    from pepites.audit.unit import unit_of_work
    from pepites.common.actor import system_actor
    from pepites.common.clock import today
    from pepites.coordination.figures.periods import read_period
    from pepites.coordination.figures.services import keep_figures

    month, bare, counted = read_period("", today()), [], []
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM networks_network")
        (network_id,) = cursor.fetchone()
        for _ in range(TURNS):
            bare.append(_timed(cursor, *((sql, []) for sql in BARE)))
            asked: list[Any] = [network_id, [month.since], [today()]]
            counted.append(
                _timed(cursor, ("SELECT * FROM coordination_counted(%s, %s::date[], %s::date[], '', NULL)", asked))
            )
    start = time.perf_counter()
    with unit_of_work(system_actor("mesure")):
        kept = keep_figures(actor=system_actor("mesure"), network_id=network_id, day=today())
    found = {
        "bare_s": round(statistics.median(bare), 3), "month_s": round(statistics.median(counted), 3),
        "ratio": round(statistics.median(counted) / statistics.median(bare), 1),
        "all_s": round(time.perf_counter() - start, 2), "kept": kept,
    }  # fmt: skip
    print(json.dumps(found))  # noqa: T201 - read by the parent process


def _timed(cursor: Any, *statements: tuple[str, list[Any]]) -> float:
    start = time.perf_counter()
    for sql, values in statements:
        cursor.execute(sql, values)
        cursor.fetchall()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
