"""Run as the owner of a measured base: conversations for the live measure, one signed-in session per participant."""

import json
import sys
from datetime import timedelta
from importlib import import_module
from typing import Any

import django

FIRST_PRACTICE = 101  # the first hundred serve other measures

TALKS = (
    """
    CREATE TEMPORARY TABLE talk ON COMMIT DROP AS
    SELECT k, 100 + k AS patient_id, gen_random_uuid() AS public_id FROM generate_series(1, %(talks)s) k
    """,
    """
    CREATE TEMPORARY TABLE member ON COMMIT DROP AS
    SELECT t.k, t.patient_id, %(first)s + (t.k - 1) * %(members)s + i AS practice_id
    FROM talk t, generate_series(0, %(members)s - 1) i
    """,
    """
    INSERT INTO access_accessgrant (patient_id, practice_id, level, offered_level, basis, regime, accepted_at)
    SELECT patient_id, practice_id, 3, 3, 'cercle', 'equipe', now() FROM member ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO messaging_conversation (public_id, patient_id, kind, title, created_by_id)
    SELECT public_id, patient_id, 'subgroup', 'Mesure', %(first)s + (k - 1) * %(members)s FROM talk
    """,
    """
    INSERT INTO messaging_conversationparticipant (conversation_id, patient_id, practice_id, visible_from)
    SELECT c.id, m.patient_id, m.practice_id, now() - interval '90 days'
    FROM member m JOIN talk t USING (k) JOIN messaging_conversation c ON c.public_id = t.public_id
    """,
)


def main() -> None:
    """``python -m pepites.bench.prepare_live TALKS MEMBERS``: one JSON line, the conversations and their sessions."""
    django.setup()
    from django.db import connection, transaction

    talks, members = int(sys.argv[1]), int(sys.argv[2])
    values = {"talks": talks, "members": members, "first": FIRST_PRACTICE}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in TALKS:
            cursor.execute(statement, values)
        cursor.execute("SELECT public_id FROM talk ORDER BY k")
        ids = [str(row[0]) for row in cursor.fetchall()]
        keys = _sessions(talks * members)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found = [{"id": one, "sessions": keys[at * members : (at + 1) * members]} for at, one in enumerate(ids)]
    print(json.dumps(found))  # noqa: T201 - read by the parent process


def _sessions(count: int) -> list[str]:
    """Sessions of as many accounts, at once; each account of a measured base holds the practice of its number."""
    from django.conf import settings

    from pepites.accounts.models import User, UserSession
    from pepites.common.clock import now

    store = import_module(settings.SESSION_ENGINE).SessionStore()
    moment = now()
    rows = []
    for user in User.objects.filter(pk__gte=FIRST_PRACTICE).order_by("pk")[:count]:
        data: dict[str, Any] = {
            "_auth_user_id": str(user.pk),
            "_auth_user_backend": "pepites.accounts.backends.LocalBackend",
            "_auth_user_hash": user.get_session_auth_hash(),
            "practice_id": user.pk,
            "auth_method": "mesure",
            "strong": True,
        }
        rows.append(
            UserSession(
                session_key=store._get_new_session_key(),  # noqa: SLF001
                session_data=store.encode(data),
                expire_date=moment + timedelta(hours=8),
                user_id=user.pk,
                practice_id=user.pk,
                auth_method="mesure",
                created_at=moment,
                last_seen_at=moment,
            )
        )
    UserSession.objects.bulk_create(rows)
    return [str(row.session_key) for row in rows]


if __name__ == "__main__":
    main()
