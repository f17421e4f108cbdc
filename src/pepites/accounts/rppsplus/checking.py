"""Comparing the number received with the local copy of the national directory (§4, b)."""

from pepites.accounts.rppsplus.enums import Check
from pepites.accounts.rppsplus.models import RppsRegistration
from pepites.common.text import sort_key
from pepites.directory.national.live import fresh, sheet_from
from pepites.directory.national.sheet import sheet_of


def compare(registration: RppsRegistration) -> Check:
    """Whether the directory knows that number, under that very name; one family name in common is enough, since names
    of practice and of birth differ."""
    kept = fresh(registration.rpps)
    sheet = (sheet_from(kept) if kept else None) or sheet_of(registration.rpps)
    if sheet is None:
        return Check.MISSING
    if not sheet.active:
        return Check.GONE
    ours = set(sort_key(f"{registration.family_name} {registration.given_name}").split())
    theirs = set(sort_key(sheet.name).split())
    family = set(sort_key(registration.family_name).split())
    return Check.FOUND if family & theirs and len(ours & theirs) >= 2 else Check.OTHER
