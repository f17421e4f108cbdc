"""Keys and name counts of the region made again: at an upgrade, at night, by command."""

import datetime as dt
from collections.abc import Iterator

from django.db import connection

from pepites.identity.blocks import hashed_keys
from pepites.identity.frequencies import store
from pepites.identity.matching.frequency import count, pack
from pepites.identity.packed import packed
from pepites.regional.functions.base import KEY_DATE
from pepites.regional.functions.queries import DATA
from pepites.regional.records import loaded, numbers_of, shape_of

LOT, NAMES = 1_000, 20_000
_NEXT = f"""SELECT r.id, {DATA} FROM regional_regionalrecord r JOIN regional_domain d ON d.id = r.domain_id
WHERE d.code <> 'PEPITES' AND r.active AND r.id > %s ORDER BY r.id LIMIT {LOT}"""  # noqa: S608 - our own text
_COPY = f"""
DELETE FROM regional_recordkey k USING regional_domain d WHERE d.id = k.domain_id AND d.code = 'PEPITES';
INSERT INTO regional_recordkey (key, domain_id, record_id, year, day, weak)
SELECT b.key, d.id, r.id, {KEY_DATE} FROM regional_domain d
JOIN regional_regionalrecord r ON r.domain_id = d.id AND r.active
JOIN patients_patient p ON p.public_id::text = r.local_id JOIN identity_identityblock b ON b.patient_id = p.id
WHERE d.code = 'PEPITES' ON CONFLICT DO NOTHING;
"""  # noqa: S608


_ONE = f"""WITH gone AS (DELETE FROM regional_recordkey WHERE record_id = %s)
INSERT INTO regional_recordkey (key, domain_id, record_id, year, day, weak)
SELECT unnest(%s::bigint[]), r.domain_id, r.id, {KEY_DATE} FROM regional_regionalrecord r WHERE r.id = %s"""  # noqa: S608


def rekey_records() -> int:
    """Make the keys of every record again, after those of Pépites; the number of records of other domains.

    For the owner of the base: a migration, a command on the server.
    """
    done = last = 0
    with connection.cursor() as cursor:
        cursor.execute(_COPY)
        while True:
            cursor.execute(_NEXT, [last])
            rows = cursor.fetchall()
            if not rows:
                return done
            for record_id, data in rows:
                values = loaded(data)
                cursor.execute(_ONE, [record_id, hashed_keys(shape_of(values), numbers_of(values)), record_id])
            done, last = done + len(rows), rows[-1][0]


def form_records() -> int:
    """Compute the comparable forms that are not there yet, or of a former version; the number of records."""
    done = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT * FROM regional_unformed(%s)", [LOT])
            found = [(record_id, packed(shape_of(loaded(data)))) for record_id, data in cursor.fetchall()]
            if not found:
                return done
            ids, forms = zip(*found, strict=True)
            cursor.execute("SELECT regional_keep_forms(%s::bigint[], %s::text[])", [list(ids), list(forms)])
            done += len(found)


def count_names() -> int:
    """Count the names and dates of every record and put the count in force; the number of records counted."""
    total, found = count(_names())
    if total:
        store(pack(total, found))
    return total


def _names() -> Iterator[tuple[str, str, dt.date]]:
    last = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT * FROM regional_names(%s, %s)", [last, NAMES])
            rows = cursor.fetchall()
            if not rows:
                return
            for _, surname, given, born in rows:
                yield surname, given, born
            last = rows[-1][0]
