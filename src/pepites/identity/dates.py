"""Birth dates as people write them, full or partly known: INS-14, INS-15, table §1.4 (EXI ID 11 and 12)."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pepites.common.text import fold, word_set

MAX_AGE_YEARS: Final = 120
_EXCEL_EPOCH: Final = dt.date(1899, 12, 30)
_MIN_YEAR: Final = 1850


class Precision(StrEnum):
    """How much of the birth date is known."""

    JOUR = "JOUR"
    MOIS = "MOIS"
    ANNEE = "ANNEE"
    DECENNIE = "DECENNIE"


class DateError(ValueError):
    """A birth date that cannot be read or believed; the message is French and says what to do."""


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A birth date as stored: always a full calendar date, with what was really known (table §1.4)."""

    stored: dt.date
    precision: Precision = Precision.JOUR
    interpreted: bool = False
    century_guessed: bool = False

    @classmethod
    def of_month(cls, year: int, month: int) -> "PartialDate":
        """Day unknown: the first of the month."""
        return cls(_calendar(year, month, 1), Precision.MOIS, interpreted=True)

    @classmethod
    def of_year(cls, year: int, precision: Precision = Precision.ANNEE) -> "PartialDate":
        """Day and month unknown, or year imprecise: the last day of the year."""
        return cls(_calendar(year, 12, 31), precision, interpreted=True)


_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "JANVIER JANV JAN JANUARY JANEIRO ENERO JANUARI",
            "FEVRIER FEVR FEV FEBRUARY FEB FEVEREIRO FEBRERO FEBRUARI",
            "MARS MAR MRS MARCH MARCO MARZO MAART",
            "AVRIL AVRI AVR AV APRIL APR ABRIL ABR",
            "MAI MAY MAIO MAYO MEI",
            "JUIN JUN JUNE JUNHO JUNIO JUNI",
            "JUILLET JUIL JUILL JUI JUL JULY JULHO JULIO JULI",
            "AOUT AOU AUGUST AUG AGOSTO AGO AUGUSTUS",
            "SEPTEMBRE SEPT SEP SEPTEMBER SETEMBRO SET SEPTIEMBRE",
            "OCTOBRE OCTO OCT OCTOBER OUTUBRO OUT OCTUBRE OKTOBER OKT",
            "NOVEMBRE NOVE NOV NOVEMBER NOVEMBRO NOVIEMBRE",
            "DECEMBRE DECE DEC DECEMBER DEZEMBRO DEZ DICIEMBRE DIC",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_PLACEHOLDERS: Final = word_set(
    "? ?? ??? - -- . / // NC N/C NA N/A #N/A ND NR NSP NEANT INCONNU INCONNUE INC X XX XXX RAS VIDE "
    "#REF! #VALEUR! #VALUE! #NOM? #NAME? #NUL! #NULL! #DIV/0! ??/??/???? XX/XX/XXXX"
) | {"NON COMMUNIQUE", "NON COMMUNIQUEE", "NON RENSEIGNE", "NON RENSEIGNEE", "NE SAIT PAS", "A COMPLETER"}

_UNKNOWN = r"(?:0{1,2}|[?]{1,2}|X{1,2}|_{1,2}|-{2}|[.]{2})"
_PART = rf"\d{{1,2}}|{_UNKNOWN}"
_WORDS_BEFORE = re.compile(
    r"^(?:NEE?S?(?:\(E\))? (?:LE |EN )?|(?:DATE DE )?NAISSANCE ?:? ?|"
    r"LE |L'AN |EN |AN |ANNEE |"
    r"COURANT |DANS L'ANNEE |DANS (?=LES )"
    r"|(?:LUNDI|MARDI|MERCREDI|JEUDI|VENDREDI|SAMEDI|DIMANCHE|LUN|MAR|MER|JEU|VEN|SAM|DIM)[.,]? (?=\d))"
)
_ABOUT = re.compile(
    r"^(?:VERS|ENVIRON|ENV|APPROX(?:IMATIVEMENT)?|CIRCA|CA|C|PRESUMEE?|SUPPOSEE?|ESTIMEE?|PEUT-ETRE|PROBABLEMENT|"
    r"AUTOUR DE|AUX ALENTOURS DE|[~≈±]|\+/-|\+ OU -)[. ]*(?:LE |EN |DE |L'AN )?(?=\S)"
)
_ABOUT_AFTER = re.compile(
    r"(?:(?<=\d{4}) ?| )(?:\(?(?:[?]+|VERS|ENVIRON|ENV\.?|APPROX\.?|PRESUMEE?|SUPPOSEE?|ESTIMEE?|A CONFIRMER|"
    r"A VERIFIER|INTERPRETEE?|"
    r"DATE INTERPRETEE)\)?|[~±])$"
)
_PART_OF_YEAR = re.compile(
    r"^(?:DEBUT|FIN|MI|MILIEU|COURANT|ETE|HIVER|AUTOMNE|PRINTEMPS)[ -]+(?:D[EU] |L'ANNEE |ANNEE )?(?=\d{4}$)"
)
_AGE = re.compile(r"[ ,;-]*\(?\d{1,3} ?ANS?\)?$")
_TIME = re.compile(r"[ T]\d{1,2}[:H]\d{2}(?::\d{2}(?:[.]\d+)?)?Z?$")

_Reader = Callable[[re.Match[str], dt.date], PartialDate]


def _calendar(year: int, month: int, day: int) -> dt.date:
    if not 1 <= month <= 12:
        raise DateError(f"Le mois {month} n'existe pas : écrivez la date jour/mois/année.")
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise DateError(f"La date {day:02}/{month:02}/{year} n'existe pas au calendrier : vérifiez-la.") from None


def _year(text: str, today: dt.date) -> tuple[int, bool]:
    """Year and whether the century was a guess: two digits are read as the last such year gone by."""
    if len(text) == 4:
        return int(text), False
    recent = today.year - today.year % 100 + int(text)
    if recent <= today.year:
        return recent, True
    return recent - 100, False


def _known(part: str | None) -> int | None:
    return int(part) if part and part.isdigit() and int(part) else None


def _build(day: int | None, month: int | None, year_text: str, today: dt.date) -> PartialDate:
    year, guessed = _year(year_text, today)
    if guessed and month and (year, month, day or 1) > (today.year, today.month, today.day):
        year -= 100  # two digits: a day of this year still to come is one of the last century
    if day and month:
        return PartialDate(_calendar(year, month, day), century_guessed=guessed)
    if month:
        return PartialDate.of_month(year, month)
    if day:
        return PartialDate(_calendar(year, 1, day), Precision.ANNEE, interpreted=True)
    return PartialDate.of_year(year)


def _day_month_year(found: re.Match[str], today: dt.date) -> PartialDate:
    return _build(_known(found["d"]), _known(found["m"]), found["y"], today)


def _day_name_year(found: re.Match[str], today: dt.date) -> PartialDate:
    day = 1 if found["d"] == "1ER" else _known(found["d"])
    return _build(day, _MONTHS[found["m"]], found["y"], today)


def _month_year(found: re.Match[str], today: dt.date) -> PartialDate:
    return _build(None, _known(found["m"]), found["y"], today)


def _name_year(found: re.Match[str], today: dt.date) -> PartialDate:
    return _build(None, _MONTHS[found["m"]], found["y"], today)


def _compact(found: re.Match[str], today: dt.date) -> PartialDate:
    text = found[0].zfill(8)
    if "1850" <= text[:4] <= str(today.year) and 1 <= int(text[4:6]) <= 12:
        return _build(int(text[6:]), int(text[4:6]), text[:4], today)
    return _build(_known(text[:2]), _known(text[2:4]), text[4:], today)


def _decade(found: re.Match[str], today: dt.date) -> PartialDate:
    text = found["y"] + "0"
    return PartialDate.of_year(_year(text, today)[0], Precision.DECENNIE)


def _one_of_years(found: re.Match[str], today: dt.date) -> PartialDate:
    return PartialDate.of_year(int(found["y"]), Precision.DECENNIE)


def _number(found: re.Match[str], today: dt.date) -> PartialDate:
    """A bare year, or the day count a spreadsheet shows when the cell lost its date format."""
    value = int(found["n"])
    if _MIN_YEAR <= value <= today.year + 100:
        return PartialDate.of_year(value)
    return PartialDate(_EXCEL_EPOCH + dt.timedelta(days=value))


_SEP = r" ?[/.\- ,] ?"
_STYLES: Final[tuple[tuple[re.Pattern[str], _Reader], ...]] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (rf"(?P<y>(?:1[89]|20)\d\d)[/.\- ](?P<m>{_PART})[/.\- ](?P<d>{_PART})", _day_month_year),
        (rf"(?P<d>{_PART}){_SEP}(?P<m>{_PART}){_SEP}(?P<y>\d{{4}}|\d{{2}})", _day_month_year),
        (rf"(?P<d>\d{{1,2}}|1ER|{_UNKNOWN})[/.\- ]*(?P<m>{_MONTH})[/.\- ,]*(?P<y>\d{{4}}|\d{{2}})", _day_name_year),
        (rf"(?P<m>{_MONTH}) (?P<d>\d{{1,2}}),? (?P<y>\d{{4}})", _day_name_year),
        (rf"(?P<m>{_MONTH})[/.\- ]*(?P<y>\d{{4}}|\d{{2}})", _name_year),
        (rf"(?P<m>{_PART}){_SEP}(?P<y>(?:1[89]|20)\d\d)", _month_year),
        (r"(?P<y>(?:1[89]|20)\d\d)[-/](?P<m>0[1-9]|1[0-2])", _month_year),
        (r"\d{7,8}", _compact),
        (r"(?P<d>\d\d)(?P<m>\d\d)(?P<y>\d\d)", _day_month_year),
        (r"(?:LES )?(?:ANNEES?|DECENNIE|ANN) ?(?P<y>(?:1[89]|20)?\d)0'?S?", _decade),
        (r"(?P<y>(?:1[89]|20)\d)(?:0'?S|[?X_.*])", _decade),
        (r"(?:ENTRE )?(?P<y>(?:1[89]|20)\d\d)(?: ?[/\-] ?| OU | ET | A )(?:(?:1[89]|20)?\d\d)", _one_of_years),
        (r"(?P<n>\d{4,5})(?:[.]0+)?", _number),
    )
)


def parse_birth_date(value: object, today: dt.date) -> PartialDate:
    """Read a birth date from a cell or a typed text (INS-14, table §1.4).

    `value` may be a date, a number (bare year or spreadsheet serial) or a text in any usual French style.
    Raises `DateError` when it is empty, unreadable, impossible, in the future or older than 120 years.
    """
    if isinstance(value, dt.datetime):
        return _believable(PartialDate(value.date()), today)
    if isinstance(value, dt.date):
        return _believable(PartialDate(value), today)
    if isinstance(value, float) and value >= 1:
        value = int(value)
    return _believable(_read_text(str(value), today), today)


def is_missing_date(value: object) -> bool:
    """Whether the cell holds nothing, or a word that says nothing is known."""
    return value is None or (isinstance(value, str) and _tidy(value) in _PLACEHOLDERS | {""})


def _tidy(text: str) -> str:
    return fold(text.replace(",", " ") if re.search(r"[A-Za-z]{3},", text) else text).strip(" ;:\"'*.()")


def _read_text(raw: str, today: dt.date) -> PartialDate:
    text = _tidy(raw)
    if text in _PLACEHOLDERS or not text:
        raise DateError("La date de naissance manque : indiquez au moins l'année (par exemple 1954 ou « vers 1954 »).")
    text, about = _strip_words(_AGE.sub("", _TIME.sub("", text)))
    for pattern, reader in _STYLES:
        if found := pattern.fullmatch(text):
            return _soften(reader(found, today), about=about)
    raise DateError(
        "La date de naissance n'est pas lisible : écrivez-la jour/mois/année (31/12/1954), ou l'année seule."
    )


def _strip_words(text: str) -> tuple[str, bool]:
    """Remove « né le », « vers », « env. », « fin »…; tell whether they make the date approximate."""
    about = False
    previous = ""
    while previous != text:
        previous = text
        text = _WORDS_BEFORE.sub("", text)
        for pattern in (_ABOUT, _ABOUT_AFTER):
            shorter = pattern.sub("", text)
            if shorter != text and any(c.isdigit() for c in shorter):
                text, about = shorter, True
        text = _PART_OF_YEAR.sub("", text)
    text = re.sub(rf"(?<=[A-Z])[.](?=[ /.\-\d])|\b(?:DE|DU) (?={_MONTH}|\d{{4}})", "", text)
    return text.strip(), about


def _soften(date: PartialDate, *, about: bool) -> PartialDate:
    if not about:
        return date
    imprecise_year = date.precision is Precision.ANNEE and (date.stored.month, date.stored.day) == (12, 31)
    precision = Precision.DECENNIE if imprecise_year else date.precision
    return PartialDate(date.stored, precision, interpreted=True, century_guessed=date.century_guessed)


def _believable(date: PartialDate, today: dt.date) -> PartialDate:
    start = date.stored
    if date.precision in {Precision.ANNEE, Precision.DECENNIE}:
        start = start.replace(month=1, day=1)
    if start > today:
        raise DateError("La date de naissance est dans le futur : vérifiez l'année.")
    if today.year - start.year > MAX_AGE_YEARS:
        raise DateError(f"La date de naissance donne plus de {MAX_AGE_YEARS} ans : vérifiez l'année.")
    return date
