"""Run as the owner of a measured base: weekly series of appointments, and the address of a calendar feed."""

import json
import secrets
import sys
from datetime import timedelta
from typing import Any

import django

A_WEEK = 20  # appointments of a professional, from Monday to Friday
AHEAD = 8  # weeks, of the measured professional
TEAM_SIZE = 50
COLLEAGUE = 25  # weeks, of each colleague

# ``at`` counts the appointments of each professional from the last one: a slot of the week, then the week before.
APPOINTMENTS = """
INSERT INTO agenda_appointment (public_id, series, patient_id, network_id, kind, title, starts_at, ends_at, travel,
  travel_minutes, place, level, note, participants, state, reason, uid, version, created_by_id)
SELECT gen_random_uuid(), md5(who || '-' || slot || '-' || week / 100)::uuid, 3 * (1 + slot + 20 * CASE who WHEN 1 THEN 0 ELSE 1 + who %% 30 END), n.id,
  'visite', '', starts, starts + interval '45 minutes', 'fleuve', 30, 'Chez la personne', 2, '', ARRAY[who::bigint],
  CASE WHEN starts > now() THEN 'prevu' ELSE 'honore' END, '', '', 1, who
FROM (
  SELECT CASE WHEN i < %(own)s THEN 1 ELSE 3 + (i - %(own)s) / %(each)s END AS who,
    CASE WHEN i < %(own)s THEN i ELSE (i - %(own)s) %% %(each)s END AS at
  FROM generate_series(0, %(size)s - 1) i
) a
CROSS JOIN LATERAL (SELECT at %% %(week)s AS slot, at / %(week)s AS week) w
CROSS JOIN LATERAL (SELECT (%(monday)s::date + 7 * (%(ahead)s - week) + slot / 4 + time '08:00'
  + slot %% 4 * interval '2 hours') AT TIME ZONE 'America/Cayenne' AS starts) s
CROSS JOIN (SELECT min(id) AS id FROM networks_network) n
"""
TEAM = """
INSERT INTO networks_networkmembership (network_id, practice_id, role)
SELECT min(n.id), i, 'membre' FROM networks_network n, generate_series(3, 2 + %s) i GROUP BY i
"""
FEED = "INSERT INTO agenda_calendarfeed (public_id, practice_id, user_id, digest, label) VALUES (gen_random_uuid(), 1, 1, %s, '')"


def main() -> None:
    """``python -m pepites.bench.prepare_agenda SIZE``: one JSON line, what the pages must be asked for."""
    django.setup()
    from django.db import connection, transaction

    from pepites.agenda.services.feeds import digest_of
    from pepites.bench.data import disabled
    from pepites.common.clock import today

    size, secret = int(sys.argv[1]), secrets.token_urlsafe(32)
    monday = today() - timedelta(days=today().weekday())
    values: dict[str, Any] = {
        "size": size, "own": max(min(size, A_WEEK * COLLEAGUE), size // 2), "each": A_WEEK * COLLEAGUE, "week": A_WEEK, "monday": monday, "ahead": AHEAD,
    }  # fmt: skip
    with transaction.atomic(), disabled(("agenda_appointment",)), connection.cursor() as cursor:
        cursor.execute(APPOINTMENTS, values)
        cursor.execute(TEAM, [TEAM_SIZE])
        cursor.execute(FEED, [digest_of(secret)])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        # The person of the first slot: one appointment a week.
        cursor.execute("SELECT public_id, (SELECT min(id) FROM networks_network) FROM patients_patient WHERE id = 3")
        followed, network = cursor.fetchone()
    facts = {
        "followed": str(followed), "network": str(network), "feed": secret, "monday": monday.isoformat(),
        "wednesday": (monday + timedelta(days=2)).isoformat(),
    }  # fmt: skip
    print(json.dumps(facts))  # noqa: T201 - read by the parent process


if __name__ == "__main__":
    main()
