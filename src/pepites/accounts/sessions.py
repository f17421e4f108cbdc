"""Sessions in the database, with the account and the place of practice beside them, so that they can be listed."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection

from pepites.accounts.models import User, UserSession
from pepites.accounts.reading import account_columns, account_width, build_account, context_sql
from pepites.common.clock import now
from pepites.common.rows import build, columns


@lru_cache(maxsize=1)
def _sql() -> str:
    return (
        f"SELECT {columns(UserSession, 's')}, {account_columns()}, c.* FROM accounts_session s"  # noqa: S608
        " LEFT JOIN accounts_user u ON u.id = s.user_id AND u.is_active"
        " LEFT JOIN directory_professional p ON p.id = u.professional_id"
        f" LEFT JOIN LATERAL ({context_sql('s.practice_id', 'u.professional_id')}) c ON true"
        " WHERE s.session_key = %s AND s.expire_date > %s"
    )


@lru_cache(maxsize=1)
def _widths() -> tuple[int, int]:
    own = len(UserSession._meta.concrete_fields)  # noqa: SLF001
    return own, own + account_width()


class SessionStore(DatabaseStore):
    """Django's database store on ``accounts.UserSession``.

    What every request asks is read with the session, in one query: its ``row``, the ``account`` when it is open, the
    ``context`` (columns of ``reading.context_sql``) when the account still has that place of practice.
    """

    row: UserSession | None = None
    account: User | None = None
    context: tuple[Any, ...] | None = None

    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    def _get_session_from_db(self) -> UserSession | None:
        with connection.cursor() as cursor:
            cursor.execute(_sql(), [self.session_key, now()])
            row = cursor.fetchone()
        if row is None:
            self.row = self.account = self.context = self._session_key = None
            return None
        own, with_account = _widths()
        self.row = build(UserSession, row[:own])
        self.account = build_account(row[own:with_account]) if row[own] is not None else None
        self.context = row[with_account:] if row[with_account] is not None else None
        return self.row

    def create_model_instance(self, data: dict[str, object]) -> UserSession:
        session: UserSession = super().create_model_instance(data)  # type: ignore[assignment]
        user_id = data.get("_auth_user_id")
        session.user_id = int(str(user_id)) if user_id else None
        practice_id = data.get("practice_id")
        session.practice_id = int(str(practice_id)) if practice_id else None
        session.auth_method = str(data.get("auth_method", ""))
        session.assurance = str(data.get("assurance", ""))
        external = data.get("external")
        if isinstance(external, dict):
            session.issuer, session.subject, session.sid = (
                str(external.get(k, "")) for k in ("issuer", "subject", "sid")
            )
        session.ip = str(data.get("ip", ""))[:45]
        session.agent = str(data.get("agent", ""))[:200]
        started = data.get("signed_in_at")
        session.created_at = datetime.fromisoformat(str(started)) if started else now()
        session.last_seen_at = now()
        return session
