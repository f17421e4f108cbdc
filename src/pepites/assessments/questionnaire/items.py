"""The tree of a definition: frozen values, read once and shared by every answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from pepites.assessments.questionnaire.values import Coding, Value

GROUP, DISPLAY = "group", "display"
KINDS: Mapping[str, tuple[str, ...]] = {
    GROUP: (),
    DISPLAY: (),
    "boolean": ("Boolean",),
    "decimal": ("Decimal", "Integer"),
    "integer": ("Integer",),
    "date": ("Date",),
    "dateTime": ("DateTime",),
    "time": ("Time",),
    "string": ("String",),
    "text": ("String",),
    "url": ("Uri",),
    "choice": ("Coding", "Integer", "Date", "Time", "String"),
    "open-choice": ("Coding", "Integer", "Date", "Time", "String"),
    "attachment": ("Attachment",),
    "reference": ("Reference",),
    "quantity": ("Quantity",),
}
"""Item types of R4 and the values each takes."""


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer; ``ordinal`` is its number of points."""

    value: Value
    label: str
    ordinal: Decimal | None = None
    initial: bool = False
    exclusive: bool = False
    translations: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What a form posts for it."""
        data = self.value.data
        if isinstance(data, Coding):
            return f"{data.system}|{data.code or data.display}"
        return str(data)


@dataclass(frozen=True, slots=True)
class Condition:
    """One ``enableWhen``."""

    question: str
    operator: str
    answer: Value


@dataclass(frozen=True)
class Item:
    """A question, a group or a displayed text, with what surrounds it (``repeating``: groups that repeat above it)."""

    link_id: str
    type: str
    text: str = ""
    prefix: str = ""
    help: str = ""
    required: bool = False
    repeats: bool = False
    read_only: bool = False
    hidden: bool = False
    options: tuple[Option, ...] = ()
    conditions: tuple[Condition, ...] = ()
    any_condition: bool = False
    initial: tuple[Value, ...] = ()
    initial_expression: str = ""
    calculated_expression: str = ""
    max_length: int | None = None
    min_length: int | None = None
    minimum: Value | None = None
    maximum: Value | None = None
    max_decimals: int | None = None
    min_occurs: int | None = None
    max_occurs: int | None = None
    regex: str = ""
    units: tuple[Coding, ...] = ()
    translations: Mapping[str, str] = field(default_factory=dict)
    repeating: int = 0
    items: tuple["Item", ...] = ()

    @property
    def asks(self) -> bool:
        """Whether it takes an answer."""
        return self.type not in (GROUP, DISPLAY)

    def label(self, language: str = "") -> str:
        """Its text in that language, or as written."""
        return self.translations.get(language) or self.text

    @cached_property
    def by_key(self) -> dict[str, Option]:
        """Options by what a form posts."""
        return {option.key: option for option in self.options}

    @cached_property
    def points(self) -> dict[str, Decimal]:
        """Points by key, of the options that have some."""
        return {option.key: option.ordinal for option in self.options if option.ordinal is not None}

    @cached_property
    def _by_value(self) -> dict[Value, Option]:
        return {option.value: option for option in self.options}

    def option_of(self, value: Value) -> Option | None:
        """The option that a value is: same code when no system is given, same value else."""
        if (known := self._by_value.get(value)) is not None:
            return known
        for option in self.options:
            mine, other = option.value.data, value.data
            if not isinstance(mine, Coding) or not isinstance(other, Coding):
                continue
            if mine.code and mine.code == other.code and other.system in ("", mine.system):
                return option
        return None


@dataclass(frozen=True)
class Questionnaire:
    """A definition ready to serve."""

    title: str
    items: tuple[Item, ...]
    url: str = ""
    version: str = ""
    languages: tuple[str, ...] = ()

    @cached_property
    def all_items(self) -> tuple[Item, ...]:
        """Every item, in the order of the document."""
        return tuple(walk(self.items))

    @cached_property
    def by_link(self) -> dict[str, Item]:
        """Items by linkId."""
        return {item.link_id: item for item in self.all_items}

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Rank of each item in the document: what a form posts in place of a linkId."""
        return {item.link_id: number for number, item in enumerate(self.all_items)}

    @cached_property
    def always(self) -> frozenset[tuple[str, tuple[int, ...]]] | None:
        """Keys of every item when none depends on an answer nor repeats: nothing is to be looked at again."""
        if any(item.conditions or item.repeating or (item.type == GROUP and item.repeats) for item in self.all_items):
            return None
        return frozenset((item.link_id, ()) for item in self.all_items)

    @cached_property
    def parents(self) -> dict[str, str]:
        """linkId of the item above, for those that have one."""
        return {child.link_id: item.link_id for item in self.all_items for child in item.items}

    @cached_property
    def repeating_above(self) -> dict[str, tuple[str, ...]]:
        """Repeating groups above each item, the outermost first."""
        found: dict[str, tuple[str, ...]] = {}

        def visit(items: tuple[Item, ...], above: tuple[str, ...]) -> None:
            for item in items:
                found[item.link_id] = above
                visit(item.items, (*above, item.link_id) if item.type == GROUP and item.repeats else above)

        visit(self.items, ())
        return found

    @cached_property
    def questions(self) -> tuple[Item, ...]:
        """Items that take an answer."""
        return tuple(item for item in self.all_items if item.asks)

    @cached_property
    def calculated(self) -> tuple[Item, ...]:
        """Items that the server computes."""
        return tuple(item for item in self.questions if item.calculated_expression)


def walk(items: tuple[Item, ...]) -> Iterator[Item]:
    """Items and what they hold, in order."""
    for item in items:
        yield item
        yield from walk(item.items)
