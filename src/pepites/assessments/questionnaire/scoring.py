"""Scores of a form as data: how each is computed, its bands, its alerts."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pepites.assessments.questionnaire.aggir import VARIABLES, gir_of
from pepites.assessments.questionnaire.answers import Answers, Key
from pepites.assessments.questionnaire.enabling import compare, enabled_keys
from pepites.assessments.questionnaire.errors import FormError
from pepites.assessments.questionnaire.expressions import Stopwatch, TooSlow, check_expression, evaluate
from pepites.assessments.questionnaire.items import Item, Questionnaire
from pepites.assessments.questionnaire.running import Person, response_of
from pepites.assessments.questionnaire.values import Coding, Value, to_decimal

METHODS = ("sum", "weighted", "expression", "aggir")
TONES = ("success", "info", "warning", "danger", "neutral")
MAX_SCORES, MAX_BANDS, MAX_ALERTS = 10, 12, 20


@dataclass(frozen=True, slots=True)
class Band:
    """What a value means: from ``least`` (included) to ``below`` (not included); None is open."""

    label: str
    least: Decimal | None
    below: Decimal | None
    tone: str = "neutral"

    def holds(self, value: Decimal) -> bool:
        """Whether the value is in it."""
        return (self.least is None or value >= self.least) and (self.below is None or value < self.below)


@dataclass(frozen=True, slots=True)
class ScoreDefinition:
    """One score. ``items`` are those it adds up; ``complete`` says that one missing answer leaves it unknown."""

    code: str
    label: str
    method: str
    items: tuple[str, ...] = ()
    weights: tuple[tuple[str, Decimal], ...] = ()
    constant: Decimal = Decimal(0)
    expression: str = ""
    unit: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimals: int = 0
    complete: bool = True
    bands: tuple[Band, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class AlertRule:
    """An answer (``item``) or a score (``score``) that must be told at once."""

    on: str
    target: str
    operator: str
    value: Decimal
    message: str


@dataclass(frozen=True, slots=True)
class Scoring:
    """Everything computed when a form is ended."""

    scores: tuple[ScoreDefinition, ...] = ()
    alerts: tuple[AlertRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """One computed score with its band."""

    definition: ScoreDefinition
    value: Decimal
    band: Band | None


def parse_scoring(raw: Mapping[str, Any], questionnaire: Questionnaire) -> Scoring:
    """Read and check the scores of a definition."""
    listed, rules = raw.get("scores") or [], raw.get("alerts") or []
    if len(listed) > MAX_SCORES or len(rules) > MAX_ALERTS:
        raise FormError(f"Au plus {MAX_SCORES} scores et {MAX_ALERTS} alertes.")
    scores = tuple(_definition(one, questionnaire) for one in listed)
    codes = [score.code for score in scores]
    if len(set(codes)) != len(codes):
        raise FormError("Deux scores portent le même code.")
    return Scoring(scores, tuple(_rule(one, questionnaire, codes) for one in rules))


def _definition(raw: Mapping[str, Any], questionnaire: Questionnaire) -> ScoreDefinition:
    code, method = str(raw.get("code") or ""), raw.get("method")
    if not code or method not in METHODS:
        raise FormError("Un score n'a pas de code, ou sa façon de compter n'existe pas.")
    weights = tuple((str(link), _number(one)) for link, one in (raw.get("weights") or {}).items())
    asked = VARIABLES if method == "aggir" else tuple(raw.get("items") or ())
    items = tuple(link for link, _ in weights) if method == "weighted" else asked
    for link in items:
        if link not in questionnaire.by_link:
            raise FormError("le score compte une question qui n'existe pas.", link)
    if method == "expression":
        check_expression(str(raw.get("expression") or ""))
    bands = tuple(_band(one) for one in raw.get("bands") or ())
    if len(bands) > MAX_BANDS:
        raise FormError(f"Au plus {MAX_BANDS} tranches par score.")
    return ScoreDefinition(
        code=code[:40], label=str(raw.get("label") or code)[:100], method=method, items=items, weights=weights,
        constant=_number(raw.get("constant") or 0), expression=str(raw.get("expression") or ""),
        unit=str(raw.get("unit") or "")[:20], minimum=_bound(raw.get("min")), maximum=_bound(raw.get("max")),
        decimals=min(max(int(raw.get("decimals") or 0), 0), 4), complete=raw.get("complete") is not False, bands=bands,
        reference=str(raw.get("reference") or "")[:300],
    )  # fmt: skip


def _band(raw: Mapping[str, Any]) -> Band:
    label, tone = str(raw.get("label") or "").strip(), raw.get("tone") or "neutral"
    least, below = _bound(raw.get("from")), _bound(raw.get("below"))
    if not label or tone not in TONES:
        raise FormError("Une tranche n'a pas de nom, ou sa couleur n'existe pas.")
    if least is not None and below is not None and least >= below:
        raise FormError(f"La tranche « {label} » finit avant de commencer.")
    return Band(label[:120], least, below, tone)


def _rule(raw: Mapping[str, Any], questionnaire: Questionnaire, codes: list[str]) -> AlertRule:
    on, _, target = str(raw.get("on") or "").partition(":")
    known = target in questionnaire.by_link if on == "item" else on == "score" and target in codes
    message = str(raw.get("message") or "").strip()
    if not known or raw.get("operator") not in ("=", ">", ">=", "<", "<=") or not message:
        raise FormError("Une alerte est mal formée : question ou score, comparaison, valeur et message.")
    return AlertRule(on, target, raw["operator"], _number(raw.get("value")), message[:200])


def _number(raw: object) -> Decimal:
    number = to_decimal(raw)
    if number is None:
        raise FormError("Un nombre d'un score est mal écrit.")
    return number


def _bound(raw: object) -> Decimal | None:
    return None if raw in (None, "") else _number(raw)


def points_of(item: Item, value: Value) -> Decimal | None:
    """Points of one answer: those of its option, one for a yes, else its number."""
    if item.options:
        option = item.option_of(value)
        return option.ordinal if option is not None else None
    if isinstance(value.data, bool):
        return Decimal(int(value.data))
    return value.number


def compute(questionnaire: Questionnaire, scoring: Scoring, answers: Answers, person: Person) -> tuple[Score, ...]:
    """Every score that can be computed, each with its band. ``answers`` are those kept (``running.ended``)."""
    found = []
    watch = Stopwatch()
    standing: set[Key] | frozenset[Key] | None = None
    for definition in scoring.scores:
        if definition.method == "expression":
            value = _by_expression(questionnaire, definition, answers, person, watch)
        elif definition.method == "aggir":
            value = _by_aggir(answers)
        else:
            if definition.complete and standing is None:
                standing = enabled_keys(questionnaire, answers)
            value = _by_adding(questionnaire, definition, answers, standing or set())
        if value is not None:
            value = value.quantize(Decimal(1).scaleb(-definition.decimals), ROUND_HALF_UP)
            found.append(Score(definition, value, next((b for b in definition.bands if b.holds(value)), None)))
    return tuple(found)


def _by_adding(
    questionnaire: Questionnaire, definition: ScoreDefinition, answers: Answers, standing: set[Key] | frozenset[Key]
) -> Decimal | None:
    weights = dict(definition.weights)
    total, seen = definition.constant, False
    for link in definition.items:
        item = questionnaire.by_link[link]
        points = [p for value in answers.get((link, ()), ()) if (p := points_of(item, value)) is not None]
        if not points:
            if definition.complete and (link, ()) in standing:
                return None
            continue
        seen = True
        total += sum(points, Decimal(0)) * weights.get(link, Decimal(1))
    return total if seen else None


def _by_aggir(answers: Answers) -> Decimal | None:
    letters = []
    for link in VARIABLES:
        values = answers.get((link, ()), ())
        code = values[0].data.code if values and isinstance(values[0].data, Coding) else ""
        if code not in ("A", "B", "C"):
            return None
        letters.append(code)
    return Decimal(gir_of(letters))


def _by_expression(
    questionnaire: Questionnaire, definition: ScoreDefinition, answers: Answers, person: Person, watch: Stopwatch
) -> Decimal | None:
    if definition.complete:
        standing = enabled_keys(questionnaire, answers)
        if any((link, ()) in standing and not answers.get((link, ())) for link in definition.items):
            return None
    response = response_of(questionnaire, answers)
    try:
        results = evaluate(definition.expression, response, person.variables(), watch)
    except TooSlow:
        return None
    return to_decimal(str(results[0])) if len(results) == 1 else None


def raised(
    questionnaire: Questionnaire, scoring: Scoring, answers: Answers, scores: tuple[Score, ...]
) -> tuple[AlertRule, ...]:
    """The alerts that these answers and scores raise."""
    values = {score.definition.code: (score.value,) for score in scores}
    found = []
    for rule in scoring.alerts:
        if rule.on == "item":
            item = questionnaire.by_link[rule.target]
            given = answers.get((rule.target, ()), ())
            numbers = tuple(p for value in given if (p := points_of(item, value)) is not None)
        else:
            numbers = values.get(rule.target, ())
        bound = Value("Decimal", rule.value)
        if any(compare(Value("Decimal", number), rule.operator, bound) for number in numbers):
            found.append(rule)
    return tuple(found)
