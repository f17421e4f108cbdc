"""How a session becomes an account again."""

from functools import lru_cache

from django.contrib.auth.backends import ModelBackend
from django.db import connection

from pepites.accounts.models import User
from pepites.accounts.reading import account_columns, build_account


@lru_cache(maxsize=1)
def _sql() -> str:
    return (
        f"SELECT {account_columns()} FROM accounts_user u"  # noqa: S608
        " LEFT JOIN directory_professional p ON p.id = u.professional_id WHERE u.id = %s AND u.is_active"
    )


class LocalBackend(ModelBackend):
    """Accounts by key; groups and permissions of Django are not used, passwords are checked by the services."""

    def authenticate(self, request: object, **credentials: object) -> None:  # type: ignore[override]
        """Nobody: sign-in goes through ``services.check_password`` and a second factor."""
        return

    def get_user(self, user_id: int) -> User | None:
        with connection.cursor() as cursor:
            cursor.execute(_sql(), [user_id])
            row = cursor.fetchone()
        return build_account(row) if row else None
