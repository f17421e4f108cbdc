"""A form printed without the template engine: three hundred questions answer within the page's budget (ADR 0015, 0026).

Every text goes through ``escape``. The markup is that of the components (`docs/developpeurs/composants.md`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from django.utils.safestring import SafeString, mark_safe

from pepites.assessments.posting import is_filled, name_of
from pepites.assessments.questionnaire.answers import Answers, Key, counts_of, places
from pepites.assessments.questionnaire.enabling import Enabling
from pepites.assessments.questionnaire.items import DISPLAY, GROUP, Item, Option, Questionnaire
from pepites.assessments.questionnaire.values import Quantity, Value, plain
from pepites.ui.templatetags.ui import icon

MAX_RADIOS = 7
OPTIONAL = ' <span class="pp-optional">(facultatif)</span>'
_INPUTS = {
    "integer": 'type="text" inputmode="numeric"',
    "decimal": 'type="text" inputmode="decimal"',
    "quantity": 'type="text" inputmode="decimal"',
    "date": 'type="text" inputmode="numeric"',
    "dateTime": 'type="datetime-local"',
    "time": 'type="time"',
    "url": 'type="url" autocapitalize="off"',
    "string": 'type="text"',
}
_WIDTH = {"integer": "short", "decimal": "short", "quantity": "short", "date": "short", "time": "short"}
_HINT = {"date": "Jour/mois/année ; mois/année ou année seule si le jour n'est pas connu."}


@dataclass(slots=True)
class Sheet:
    """A form with its answers, what was typed when it could not be read, and what is to mend."""

    questionnaire: Questionnaire
    answers: Answers
    errors: dict[Key, str] = field(default_factory=dict)
    typed: dict[Key, list[str]] = field(default_factory=dict)
    counts: dict[Key, int] | None = None
    language: str = ""
    enabling: Enabling = field(init=False)

    def __post_init__(self) -> None:
        counts = counts_of(self.questionnaire, self.answers)
        if self.counts is not None:
            counts |= {key: max(count, counts.get(key, 1)) for key, count in self.counts.items()}
        self.counts = counts
        self.enabling = Enabling(self.questionnaire, self.answers, counts)

    def html(self) -> SafeString:
        """The questions that stand, in order."""
        return mark_safe("".join(self._items(self.questionnaire.items, (), 2)))  # noqa: S308

    def summary(self) -> list[tuple[str, str, str]]:
        """What is to mend: address on the page, question, sentence."""
        numbers = self.questionnaire.numbers
        return [
            (name_of("q", numbers[key[0]], key[1]), self.questionnaire.by_link[key[0]].label(self.language), message)
            for key, message in sorted(self.errors.items(), key=lambda pair: (numbers[pair[0][0]], pair[0][1]))
        ]

    def sections(self) -> list[tuple[str, str]]:
        """Groups of the first level, for the summary of a long form."""
        numbers = self.questionnaire.numbers
        found = [
            (name_of("s", numbers[item.link_id], ()), item.label(self.language))
            for item in self.questionnaire.items
            if item.type == GROUP and item.text and self.enabling.stands(item, ())
        ]
        return found if len(found) > 2 else []

    def _items(self, items: tuple[Item, ...], index: tuple[int, ...], level: int) -> Iterator[str]:
        for item in items:
            if item.hidden or not self.enabling.stands(item, index):
                continue
            if item.type == GROUP:
                yield from self._group(item, index, level)
                continue
            yield self._display(item) if item.type == DISPLAY else self._question(item, index)
            yield from self._items(item.items, index, level)

    def _group(self, item: Item, index: tuple[int, ...], level: int) -> Iterator[str]:
        number = self.questionnaire.numbers[item.link_id]
        label = escape(item.label(self.language))
        counts = self.counts or {}
        for place in places(item, index, counts):
            rank = f" {place[-1] + 1}" if item.repeats else ""
            anchor = name_of("s", number, place)
            title = f'<h{level} class="h5" id="{anchor}">{label}{rank}</h{level}>' if label or rank else ""
            yield f'<section class="pp-form-section">{title}{self._help(item, anchor)}'
            yield from self._items(item.items, place, min(level + 1, 6))
            yield "</section>"
        if item.repeats:
            name = name_of("n", number, index)
            yield (
                f'<input type="hidden" name="{name}" value="{counts.get((item.link_id, index), 1)}">'
                f'<p><button class="btn btn-outline" type="submit" name="act" value="ajouter:{name}">'
                f"{icon('plus-lg')}<span>Ajouter : {label}</span></button></p>"
            )

    def _display(self, item: Item) -> str:
        return f'<p class="pp-form-text">{escape(item.label(self.language))}</p>'

    def _help(self, item: Item, anchor: str) -> str:
        text = item.help or _HINT.get(item.type, "")
        if item.units:
            text = f"{text} En {item.units[0].display}.".strip()
        return f'<p class="pp-hint" id="{anchor}-aide">{escape(text)}</p>' if text else ""

    def _question(self, item: Item, index: tuple[int, ...]) -> str:
        key = (item.link_id, index)
        name = name_of("q", self.questionnaire.numbers[item.link_id], index)
        values = self.answers.get(key, ())
        label = escape(f"{item.prefix} {item.label(self.language)}".strip() or item.link_id)
        if not is_filled(item):
            shown = escape(", ".join(value.text for value in values) or "–")
            return (
                f'<div class="pp-field" id="{name}"><span class="form-label d-block">{label}</span>'
                f"{self._help(item, name)}<output>{shown}</output></div>"
            )
        label += "" if item.required else OPTIONAL
        error = self.errors.get(key, "")
        notes = self._help(item, name)
        described = f" {name}-aide" if notes else ""
        if error:
            notes += f'<p class="pp-error" id="{name}-erreur">{icon("exclamation-circle-fill")}<span>{escape(error)}</span></p>'
            described += f" {name}-erreur"
        aria = f' aria-describedby="{described.strip()}"' if described else ""
        bad = " pp-field-invalid" if error else ""
        if item.type == "boolean" or (item.options and (item.repeats or len(item.options) <= MAX_RADIOS)):
            return self._choices(item, name, label, notes, aria, bad, values)
        width = f" pp-field-{_WIDTH[item.type]}" if item.type in _WIDTH else ""
        aria += ' aria-invalid="true"' if error else ""
        head = f'<div class="pp-field{bad}{width}"><label class="form-label" for="{name}">{label}</label>{notes}'
        return f"{head}{self._control(item, name, aria, key, values)}</div>"

    def _choices(
        self, item: Item, name: str, label: str, notes: str, aria: str, bad: str, values: tuple[Value, ...]
    ) -> str:
        kind = "checkbox" if item.repeats else "radio"
        if item.type == "boolean":
            chosen = {"oui" if value.data is True else "non" for value in values}
            pairs = [("oui", "Oui"), ("non", "Non")]
        else:
            chosen = {option.key for value in values if (option := item.option_of(value))}
            pairs = [(option.key, self._option_label(option)) for option in item.options]
        lines = "".join(
            f'<label class="pp-choice" for="{name}_{rank}"><input class="form-check-input" type="{kind}" name="{name}"'
            f' id="{name}_{rank}" value="{escape(value)}"{" checked" if value in chosen else ""}>'
            f"<span>{escape(text)}</span></label>"
            for rank, (value, text) in enumerate(pairs)
        )
        other = self._other(item, name, values) if item.type == "open-choice" else ""
        return (
            f'<fieldset class="pp-field pp-choices{bad}" id="{name}" tabindex="-1"{aria}><legend class="form-label">{label}'
            f'</legend>{notes}<div class="pp-choices-list">{lines}</div>{other}</fieldset>'
        )

    def _other(self, item: Item, name: str, values: tuple[Value, ...]) -> str:
        free = next((value.text for value in values if item.option_of(value) is None), "")
        other = f"o{name[1:]}"
        return (
            f'<label class="form-label mt-2" for="{other}">Autre réponse{OPTIONAL}</label>'
            f'<input class="form-control" id="{other}" name="{other}" type="text" maxlength="500" value="{escape(free)}">'
        )

    def _option_label(self, option: Option) -> str:
        return option.translations.get(self.language) or option.label

    def _control(self, item: Item, name: str, aria: str, key: Key, values: tuple[Value, ...]) -> str:
        if item.options:
            chosen = {option.key for value in values if (option := item.option_of(value))}
            options = "".join(
                f'<option value="{escape(o.key)}"{" selected" if o.key in chosen else ""}>{escape(self._option_label(o))}'
                "</option>"
                for o in item.options
            )
            other = self._other(item, name, values) if item.type == "open-choice" else ""
            return f'<select class="form-select" id="{name}" name="{name}"{aria}><option value=""></option>{options}</select>{other}'
        texts = self.typed.get(key) or [_typed(value) for value in values]
        if item.repeats:
            texts = [*texts, ""]
        longest = f' maxlength="{item.max_length}"' if item.max_length else ""
        return "".join(self._input(item, name, aria, longest, text, rank) for rank, text in enumerate(texts or [""]))

    def _input(self, item: Item, name: str, aria: str, longest: str, text: str, rank: int) -> str:
        own = f'id="{name}"' if not rank else f'id="{name}_{rank}" aria-label="Autre réponse"'
        if item.type == "text":
            return (
                f'<textarea class="form-control" {own} name="{name}" rows="4"{longest}{aria}>{escape(text)}</textarea>'
            )
        return (
            f'<input class="form-control" {own} name="{name}" {_INPUTS[item.type]}{longest}{aria}'
            f' value="{escape(text)}" autocomplete="off">'
        )


def _typed(value: Value) -> str:
    """A value as it was typed."""
    if isinstance(value.data, Quantity):
        return plain(value.data.value)
    if value.kind in ("DateTime", "Time", "Uri", "String"):
        return str(value.data)
    return value.text
