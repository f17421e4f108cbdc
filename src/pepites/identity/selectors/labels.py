"""French words for traits, made once by the selectors so that templates only print."""

import datetime as dt

from pepites.identity.enums import Attribute
from pepites.patients.enums import IdentityStatus, Sex

_ATTRIBUTES = {str(code): str(label) for code, label in Attribute.choices} | {"DESA": "Dossier fusionné"}
_STATUSES = {str(code): str(label) for code, label in IdentityStatus.choices}
_SEXES = {str(code): str(label) for code, label in Sex.choices}
_MONTHS_SHOWN = 24
_DAYS_SHOWN = 31


def birth_date_label(date: dt.date | None, *, interpreted: bool) -> str:
    """« 31/12/1954 (interprétée) »: the marker always stands next to the date (INS-15)."""
    if date is None:
        return "inconnue"
    return f"{date:%d/%m/%Y}" + (" (interprétée)" if interpreted else "")


def age_years(date: dt.date, today: dt.date) -> int:
    """Whole years between two days."""
    return today.year - date.year - ((today.month, today.day) < (date.month, date.day))


def age_label(date: dt.date | None, today: dt.date, *, interpreted: bool = False) -> str:
    """Days under one month, months under two years, years beyond; « environ » when the date is interpreted."""
    if date is None or date > today:
        return ""
    days = (today - date).days
    months = (today.year - date.year) * 12 + today.month - date.month - (today.day < date.day)
    if days < _DAYS_SHOWN:
        text = f"{days} jour" + ("s" if days > 1 else "")
    elif months < _MONTHS_SHOWN:
        text = f"{months} mois"
    else:
        text = f"{age_years(date, today)} ans"
    return f"environ {text}" if interpreted else text


def status_label(status: str) -> str:
    """Official name of a trust status (EXI SI 07)."""
    return _STATUSES.get(status, status)


def sex_label(sex: str) -> str:
    """Masculin, Féminin or Indéterminé."""
    return _SEXES.get(sex, sex)


def attribute_labels(flags: str) -> list[str]:
    """Names of the attributes of a person row (``HOMD,DOUT``)."""
    return [_ATTRIBUTES.get(flag, flag) for flag in flags.split(",") if flag]


def grouped_regional_id(regional_id: str) -> str:
    """``GF ABCDE FGHIJ K``: read aloud without losing one's place."""
    if len(regional_id) != 13:
        return regional_id
    return f"{regional_id[:2]} {regional_id[2:7]} {regional_id[7:12]} {regional_id[12]}"
