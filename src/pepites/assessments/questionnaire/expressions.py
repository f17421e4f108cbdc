"""FHIRPath by fhirpathpy, kept inside bounds (ADR 0026).

An expression comes from an administrator or from an imported file. It is short, uses the functions of a closed list,
and cannot nest one iteration in another nor reach the whole response from inside one: its cost stays in proportion to
the number of answers. ``trace`` (which prints), ``resolve`` and regular expressions are not in the list.
"""

import re
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

import fhirpathpy
from antlr4 import CommonTokenStream, InputStream
from antlr4.error.ErrorListener import ErrorListener
from fhirpathpy.models import models
from fhirpathpy.parser.generated.FHIRPathLexer import FHIRPathLexer
from fhirpathpy.parser.generated.FHIRPathParser import FHIRPathParser

from pepites.assessments.questionnaire.errors import FormError

MAX_LENGTH = 1000
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
BUDGET = 2.0  # seconds for all the expressions of one response
ITERATING = frozenset({"where", "select", "all", "exists", "repeat", "iif"})
FUNCTIONS = ITERATING | frozenset(
    [
        "empty",
        "not",
        "count",
        "sum",
        "min",
        "max",
        "avg",
        "first",
        "last",
        "tail",
        "skip",
        "take",
        "single",
        "distinct",
        "ofType",
        "is",
        "as",
        "descendants",
        "children",
        "toInteger",
        "toDecimal",
        "toString",
        "toBoolean",
        "toQuantity",
        "toDate",
        "toDateTime",
        "round",
        "abs",
        "ceiling",
        "floor",
        "truncate",
        "sqrt",
        "power",
        "startsWith",
        "endsWith",
        "contains",
        "length",
        "substring",
        "upper",
        "lower",
        "replace",
        "indexOf",
        "today",
        "now",
        "hasValue",
        "value",
        "weight",
        "ordinal",
        "allTrue",
        "anyTrue",
        "allFalse",
        "anyFalse",
        "isTrue",
    ]
)
VARIABLES = frozenset({"resource", "context", "questionnaire", "patient", "age", "sex", "birthDate", "ucum"})
_STRINGS = re.compile(r"'(?:\\.|[^'\\])*'")
_CALL = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*\(")
_VARIABLE = re.compile(r"%([A-Za-z_`'][A-Za-z0-9_]*)")
_FORBIDDEN = ("//", "/*", "`", ";", "|")


class TooSlow(Exception):
    """The expressions of one response took longer than their budget."""


class Stopwatch:
    """The time left for the expressions of one response."""

    def __init__(self, budget: float = BUDGET) -> None:
        self.ends = time.monotonic() + budget

    def check(self) -> None:
        """Raise when the time is over."""
        if time.monotonic() > self.ends:
            raise TooSlow


def check_expression(expression: str, link_id: str = "") -> None:
    """Refuse an expression outside the bounds, with the reason."""
    if not expression.strip():
        raise FormError("la formule est vide.", link_id)
    if len(expression) > MAX_LENGTH:
        raise FormError(f"la formule dépasse {MAX_LENGTH} caractères.", link_id)
    bare = _STRINGS.sub("''", expression)
    if any(mark in bare for mark in _FORBIDDEN):
        raise FormError("la formule emploie un signe qui n'est pas permis.", link_id)
    for name in _CALL.findall(bare):
        if name not in FUNCTIONS | {"and", "or", "xor", "implies", "in", "div", "mod", "is", "as"}:
            raise FormError(f"la fonction « {name} » n'est pas permise dans une formule.", link_id)
    for name in _VARIABLE.findall(bare):
        if name not in VARIABLES:
            raise FormError(f"la variable « %{name} » n'existe pas.", link_id)
    _check_nesting(bare, link_id)
    _compiled(expression, link_id)


def _check_nesting(bare: str, link_id: str) -> None:
    """No iteration inside another, no reach of the whole response inside one. ``iif`` only chooses: it may nest."""
    stack: list[str] = []
    for match in re.finditer(r"([A-Za-z_][A-Za-z0-9_]*)?\s*\(|\)|%(resource|context)", bare):
        text = match.group(0)
        if text == ")":
            if stack:
                stack.pop()
            continue
        inside = any(name in ITERATING - {"iif"} for name in stack)
        name = match.group(1) or ""
        if inside and (text.startswith("%") or name == "descendants"):
            raise FormError("la formule relit toutes les réponses dans une boucle.", link_id)
        if text.startswith("%"):
            continue
        if inside and name in ITERATING - {"iif"} and not _no_criterion(bare, match.end()):
            raise FormError("la formule emboîte deux boucles.", link_id)
        stack.append(name)


def _no_criterion(bare: str, position: int) -> bool:
    return bare[position:].lstrip().startswith(")")  # ``exists()`` without a criterion iterates over nothing


def _numbers(values: list[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, int | float | Decimal) and not isinstance(value, bool)]


def _points(values: list[Any]) -> list[Any]:
    """Points of coded answers (``ordinalValue``), as SDC's ``ordinal()`` gives them."""
    return [
        extension["valueDecimal"]
        for value in values
        if isinstance(value, dict)
        for extension in value.get("extension", ())
        if extension.get("url") == ORDINAL
    ]


_ADDED: dict[str, dict[str, Any]] = {
    "sum": {"fn": lambda values: sum(_numbers(values))},
    "min": {"fn": lambda values: min(_numbers(values), default=[])},
    "max": {"fn": lambda values: max(_numbers(values), default=[])},
    "avg": {"fn": lambda values: sum(_numbers(values)) / len(_numbers(values)) if _numbers(values) else []},
    "ordinal": {"fn": _points},
    "weight": {"fn": _points},
}
"""Aggregates over answers, which the library's own refuse (they meet its wrapped values), and SDC's ``ordinal()``."""
Compiled = Callable[[Any, Mapping[str, Any]], list[Any]]


class _Strict(ErrorListener):  # type: ignore[misc]
    """The library mends a wrong expression in silence; here a wrong one is refused."""

    def syntaxError(self, *_: Any) -> None:  # noqa: N802 - the name the parser calls
        raise ValueError("syntax")


def _check_syntax(expression: str) -> None:
    lexer = FHIRPathLexer(InputStream(expression))
    parser = FHIRPathParser(CommonTokenStream(lexer))
    for part in (lexer, parser):
        part.removeErrorListeners()
        part.addErrorListener(_Strict())
    parser.entireExpression()  # type: ignore[no-untyped-call]


@lru_cache(maxsize=2048)
def _parsed(expression: str) -> Compiled:
    _check_syntax(expression)
    compiled: Compiled = fhirpathpy.compile(expression, models["r4"], {"userInvocationTable": _ADDED})
    return compiled


def _compiled(expression: str, link_id: str = "") -> Compiled:
    try:
        return _parsed(expression)
    except Exception as error:
        raise FormError("la formule n'est pas du FHIRPath correct.", link_id) from error


def evaluate(expression: str, resource: dict[str, Any], context: Mapping[str, Any], watch: Stopwatch) -> list[Any]:
    """What the expression gives on a response, nothing when it cannot be computed from what is answered."""
    watch.check()
    try:
        return list(_compiled(expression)(resource, dict(context) | {"resource": resource}))
    except FormError:
        raise
    except Exception:  # noqa: BLE001 - a sum over no answer, a division by zero: no result, as FHIRPath says
        return []
