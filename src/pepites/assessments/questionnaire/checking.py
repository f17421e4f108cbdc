"""What is wrong with answers: one French sentence a question, said to whoever fills the form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from pepites.assessments.questionnaire.answers import Answers, Key, counts_of, places
from pepites.assessments.questionnaire.enabling import enabled_keys
from pepites.assessments.questionnaire.items import GROUP, Item, Questionnaire
from pepites.assessments.questionnaire.patterns import matches
from pepites.assessments.questionnaire.values import Quantity, Value, plain, to_decimal

MAX_STRING = 4000
_PARTIAL = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_TYPED = re.compile(r"(?:(?:([0-9]{1,2})/)?([0-9]{1,2})/)?([0-9]{4})")
WRONG = {
    "decimal": "Saisissez un nombre, par exemple 12,5.",
    "integer": "Saisissez un nombre entier.",
    "quantity": "Saisissez un nombre, par exemple 12,5.",
    "date": "Saisissez une date, par exemple 31/12/2025, 12/2025 ou 2025.",
    "dateTime": "Saisissez une date et une heure.",
    "time": "Saisissez une heure, par exemple 14:30.",
    "url": "Saisissez une adresse qui commence par https://.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend, and where."""

    key: Key
    message: str


def read_text(item: Item, typed: str) -> Value | None:
    """The value of what was typed or chosen for a question; None when it is no value of that type."""
    typed = typed.strip()
    if item.type == "boolean":
        return Value("Boolean", typed == "oui") if typed in ("oui", "non") else None
    if item.options and (option := item.by_key.get(typed)) is not None:
        return option.value
    if item.type == "choice":
        return None
    if item.type in ("integer", "decimal"):
        return _number(item.type, typed)
    if item.type == "quantity":
        number = to_decimal(typed)
        unit = item.units[0] if item.units else None
        words = (unit.display, unit.code, unit.system) if unit else ()
        return None if number is None else Value("Quantity", Quantity(number, *words))
    if item.type in ("date", "dateTime", "time"):
        return _moment(item.type, typed)
    if item.type == "url":
        return Value("Uri", typed) if re.fullmatch(r"https?://\S{1,1000}", typed) else None
    if item.type in ("attachment", "reference"):
        return None
    return Value("String", typed[: MAX_STRING + 1])


def _number(kind: str, typed: str) -> Value | None:
    number = to_decimal(typed)
    if number is None:
        return None
    if kind == "decimal":
        return Value("Decimal", number)
    whole = number == number.to_integral_value() and abs(number) < 2**31
    return Value("Integer", int(number)) if whole else None


def _moment(kind: str, typed: str) -> Value | None:
    if kind == "time":
        text = f"{typed}:00" if len(typed) == 5 else typed
        return Value("Time", text) if _is(time, text) and len(text) == 8 else None
    if found := _TYPED.fullmatch(typed):
        typed = "-".join(part.zfill(2) for part in reversed(found.groups()) if part)
    if _PARTIAL.fullmatch(typed) and _is(date, typed + "-01-01"[len(typed) - 4 :]):
        return Value("Date" if kind == "date" else "DateTime", typed)
    return Value("DateTime", typed) if kind == "dateTime" and _is(datetime, typed) else None


def _is(kind: type[date] | type[time], text: str) -> bool:
    try:
        kind.fromisoformat(text)
    except ValueError:
        return False
    return True


def problems(questionnaire: Questionnaire, answers: Answers, *, final: bool) -> list[Problem]:
    """What is wrong, in the order of the form; a draft may leave questions open."""
    standing = enabled_keys(questionnaire, answers)
    counts = counts_of(questionnaire, answers)
    found: list[Problem] = []

    def visit(items: tuple[Item, ...], index: tuple[int, ...]) -> None:
        for item in items:
            key = (item.link_id, index)
            if key not in standing:
                continue
            values = answers.get(key, ())
            found.extend(Problem(key, message) for message in _wrong(item, values, final))
            if item.type == GROUP and item.repeats and final:
                found.extend(Problem(key, message) for message in _times(item, counts.get(key, 1)))
            for place in places(item, index, counts):
                visit(item.items, place)

    visit(questionnaire.items, ())
    return found


def _wrong(item: Item, values: tuple[Value, ...], final: bool) -> Iterator[str]:
    if not item.asks:
        return
    if final and item.required and not values and not item.read_only:
        yield "Choisissez une réponse." if item.options or item.type == "boolean" else "Répondez à cette question."
    if len(values) > 1 and not item.repeats:
        yield "Une seule réponse est attendue."
    elif values:
        if final:
            yield from _times(item, len(values))
        if len(values) > 1 and any((option := item.option_of(value)) and option.exclusive for value in values):
            yield "Cette réponse ne va pas avec une autre : gardez-en une."
        for value in values:
            if (message := _wrong_value(item, value)) is not None:
                yield message
                return


def _times(item: Item, count: int) -> Iterator[str]:
    if item.repeats and item.min_occurs is not None and count < item.min_occurs:
        yield f"Il faut au moins {item.min_occurs} réponses."
    if item.repeats and item.max_occurs is not None and count > item.max_occurs:
        yield f"Il faut au plus {item.max_occurs} réponses."


def _wrong_value(item: Item, value: Value) -> str | None:
    if item.options and item.type != "open-choice" and item.option_of(value) is None:
        return "Choisissez une des réponses proposées."
    if item.units and isinstance(value.data, Quantity) and value.data.unit not in {u.display for u in item.units}:
        return f"L'unité attendue est : {', '.join(unit.display for unit in item.units)}."
    return _wrong_text(item, value) if isinstance(value.data, str) else _wrong_number(item, value)


def _wrong_text(item: Item, value: Value) -> str | None:
    text = str(value.data)
    longest = min(item.max_length or MAX_STRING, MAX_STRING)
    if len(text) > longest:
        return f"La réponse dépasse {longest} caractères."
    if item.min_length is not None and len(text) < item.min_length:
        return f"La réponse doit avoir au moins {item.min_length} caractères."
    if item.regex and not matches(item.regex, text):
        return "La réponse n'a pas la forme attendue."
    if value.kind in ("Date", "DateTime", "Time"):
        for bound, late in ((item.minimum, False), (item.maximum, True)):
            if bound is not None and isinstance(bound.data, str):
                size = min(len(text), len(bound.data))
                mine, other = text[:size], bound.data[:size]
                if (mine > other) if late else (mine < other):
                    return f"La réponse doit être au plus {'tard' if late else 'tôt'} : {bound.text}."
    return None


def _wrong_number(item: Item, value: Value) -> str | None:
    number = value.number
    if number is None:
        return None
    low, high = (bound.number if bound else None for bound in (item.minimum, item.maximum))
    if low is not None and number < low:
        return f"La réponse doit être au moins {plain(low)}."
    if high is not None and number > high:
        return f"La réponse doit être au plus {plain(high)}."
    exponent = Decimal(number).normalize().as_tuple().exponent
    if item.max_decimals is not None and isinstance(exponent, int) and -exponent > item.max_decimals:
        return f"La réponse a au plus {item.max_decimals} chiffre(s) après la virgule."
    return None
