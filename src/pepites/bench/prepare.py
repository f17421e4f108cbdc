"""Run as the owner of a measured base: fills it, opens two sessions, prints what the measure must ask for."""

import json
import sys
from importlib import import_module

import django


def main() -> None:
    """``python -m pepites.bench.prepare PERSONS STAFF``: one JSON line on the standard output."""
    django.setup()
    from django.db import connection, transaction

    from pepites.bench.data import COORDINATOR, NURSE, load
    from pepites.networks.services import ensure_pilot_networks

    persons, staff = int(sys.argv[1]), int(sys.argv[2])
    ensure_pilot_networks()
    with transaction.atomic():
        load(persons, staff)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as autovacuum leaves a base in service
    facts = {"coordinator": session_of(COORDINATOR), "nurse": session_of(NURSE)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.public_id, c.public_id, to_char(p.birth_date, 'DD/MM/YYYY'), p.birth_name"
            " FROM messaging_conversationparticipant t JOIN messaging_conversation c ON c.id = t.conversation_id"
            " JOIN patients_patient p ON p.id = c.patient_id WHERE t.practice_id = %s ORDER BY t.id LIMIT 1",
            [COORDINATOR],
        )
        patient, conversation, birth, name = cursor.fetchone()
    facts |= {"patient": str(patient), "conversation": str(conversation), "birth": birth, "name": name[:6]}
    print(json.dumps(facts))  # noqa: T201 - read by the parent process


def session_of(key: int) -> str:
    """A signed-in session of the account of that number, which holds the practice of the same number."""
    from django.conf import settings

    from pepites.accounts.models import User

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session.update(
        {
            "_auth_user_id": str(key),
            "_auth_user_backend": "pepites.accounts.backends.LocalBackend",
            "_auth_user_hash": User.objects.get(pk=key).get_session_auth_hash(),
            "practice_id": key,
            "auth_method": "mesure",
            "strong": True,
        }
    )
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    main()
