"""Blocking keys made again for everybody: at an upgrade that changes what a key is, or by command."""

from django.db import connection

from pepites.identity.blocks import hashed_keys
from pepites.identity.functions import READ
from pepites.identity.selectors.known import read_known

LOT = 1_000
_NEXT = f"""SELECT {READ} FROM patients_patient s
JOIN identity_domainidentity i ON i.patient_id = s.id AND i.active AND i.domain = 'PEPITES'
WHERE s.id > %s ORDER BY s.id LIMIT {LOT}"""  # noqa: S608 - our own text


def rekey_identities() -> int:
    """Make the keys of every person of Pépites again, those of their INS being kept; the number of persons.

    For the owner of the base: a migration, a command on the server.
    """
    done = last = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_NEXT, [last])
            persons = [read_known(row) for row in cursor.fetchall()]
            if not persons:
                return done
            for one in persons:
                cursor.execute("SELECT identity_set_blocks(%s, %s)", [one.patient_id, hashed_keys(one.written)])
            done, last = done + len(persons), persons[-1].patient_id
