"""Who wrote, who took part: one professional for sure, else words kept as they are."""

import re
from collections.abc import Iterable

from django.db.models import Q
from django.db.models.functions import Lower

from pepites.accounts.models import User
from pepites.directory.models import Professional

_RPPS = re.compile(r"8?(\d{11})")
_BETWEEN = re.compile(r"[;|\n]+")


def identifiers(text: str) -> list[str]:
    """The identifiers or names of a cell, separated by « ; » or « | »."""
    return [" ".join(part.split()) for part in _BETWEEN.split(text) if part.strip()]


def known_authors(said: Iterable[str]) -> dict[str, Professional]:
    """The professional whom each text names for sure: RPPS, else login, else the e-mail of one account alone.

    A name is never enough.
    """
    wanted = {text.lower() for text in said if text}
    numbers = {found[1]: text for text in wanted if (found := _RPPS.fullmatch(text))}
    people = {
        numbers[one.rpps]: one for one in Professional.objects.filter(rpps__in=numbers, active=True) if one.rpps
    }  # fmt: skip
    accounts = User.objects.annotate(key=Lower("login"), mail=Lower("email")).filter(
        Q(key__in=wanted) | Q(mail__in=wanted), is_active=True, professional__active=True
    )
    by_mail: dict[str, list[Professional]] = {}
    for account in accounts.select_related("professional"):
        if account.professional is None:
            continue
        if account.login.lower() in wanted:
            people.setdefault(account.login.lower(), account.professional)
        by_mail.setdefault(account.email.lower(), []).append(account.professional)
    for mail, holders in by_mail.items():
        if mail and mail in wanted and len(holders) == 1:
            people.setdefault(mail, holders[0])
    return people
