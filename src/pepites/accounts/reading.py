"""An account and its place of practice, read by SQL written once: every request asks for them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pepites.accounts.models import User
from pepites.common.rows import build, columns
from pepites.directory.models import Professional


@lru_cache(maxsize=1)
def account_columns() -> str:
    """Columns of an account ``u`` and of its professional ``p``, in the order ``build_account`` takes them."""
    return f"{columns(User, 'u')}, {columns(Professional, 'p')}"


def account_width() -> int:
    """How many columns ``account_columns`` names."""
    return len(User._meta.concrete_fields) + len(Professional._meta.concrete_fields)  # noqa: SLF001


def build_account(row: Sequence[Any]) -> User:
    """The account of such a row, its professional with it."""
    own = len(User._meta.concrete_fields)  # noqa: SLF001
    user = build(User, row[:own])
    user.professional = build(Professional, row[own:]) if user.professional_id else None
    return user


def context_sql(practice: str, professional: str) -> str:
    """One row, or none when the place of practice is over or is not that professional's: key, structure, role code,
    role label, identity cell, structure's name, category, networks coordinated, networks administered, acts
    withheld."""
    return f"""
    SELECT pr.id, pr.organization_id, pr.role_code, pr.role_label, pr.identity_cell, o.name, q.category,
           coalesce(array_agg(m.network_id) FILTER (WHERE m.role = 'coordination'), '{{}}') AS coordinated,
           coalesce(array_agg(m.network_id) FILTER (WHERE m.role = 'administration'), '{{}}') AS administered,
           CASE WHEN EXISTS (SELECT 1 FROM networks_habilitationversion)
                THEN networks_withheld(pr.id, pr.role_code) ELSE '{{}}' END AS withheld
    FROM directory_practitionerrole pr
    JOIN directory_organization o ON o.id = pr.organization_id
    JOIN directory_professional q ON q.id = pr.professional_id AND q.active
    LEFT JOIN networks_networkmembership m ON m.practice_id = pr.id
         AND m.starts_at <= statement_timestamp() AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp())
    WHERE pr.id = {practice} AND pr.professional_id = {professional} AND pr.starts_at <= statement_timestamp()
      AND (pr.ends_at IS NULL OR pr.ends_at > statement_timestamp())
    GROUP BY pr.id, o.name, q.category
    """  # noqa: S608
