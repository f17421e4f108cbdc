"""Number and traits side by side: soft warnings, since a number keeps what was true when it was given (INS-8). Pure."""

import datetime as dt

from pepites.identity.ins import InsNumber

_SEXES = {"1": "M", "2": "F"}


def warnings(number: InsNumber, *, sex: str, birth_date: dt.date, birth_place_cog: str) -> list[str]:
    """What the number does not say like the traits; a changed sex, a former place, a special month are no fault."""
    body, found = number.matricule, []
    if body[0] in _SEXES and _SEXES[body[0]] != sex:
        found.append("le sexe")
    if body[1:3] != f"{birth_date.year % 100:02}":
        found.append("l'année de naissance")
    month = body[3:5]
    if month.isdigit() and 1 <= int(month) <= 12 and int(month) != birth_date.month:
        found.append("le mois de naissance")
    if birth_place_cog != "99999" and not birth_place_cog.startswith(body[5:7]):
        found.append("le département ou le pays de naissance")
    return found
