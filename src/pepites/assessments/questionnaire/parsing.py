"""Reading a FHIR Questionnaire (R4, SDC subset), inside limits, with an error that names the question."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from pepites.assessments.questionnaire import extensions as ext
from pepites.assessments.questionnaire.errors import FormError
from pepites.assessments.questionnaire.expressions import check_expression
from pepites.assessments.questionnaire.items import DISPLAY, GROUP, KINDS, Condition, Item, Option, Questionnaire
from pepites.assessments.questionnaire.patterns import check_pattern
from pepites.assessments.questionnaire.values import Coding, Value, from_json

MAX_BYTES = 1_000_000
MAX_ITEMS = 500
MAX_DEPTH = 8
MAX_OPTIONS = 300
MAX_TEXT = 3000
OPERATORS = ("exists", "=", "!=", ">", "<", ">=", "<=")
ValueSets = Callable[[str], tuple[Coding, ...] | None]


def read_json(raw: bytes) -> dict[str, Any]:
    """The JSON of a file, refused when it is too big or is no Questionnaire."""
    if len(raw) > MAX_BYTES:
        raise FormError("Ce fichier dépasse 1 Mo.")
    try:
        found = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise FormError("Ce fichier n'est pas du JSON lisible.") from None
    if not isinstance(found, dict) or found.get("resourceType") != "Questionnaire":
        raise FormError("Ce fichier n'est pas un questionnaire FHIR (« resourceType » : « Questionnaire »).")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def parse(raw: Mapping[str, Any], value_sets: ValueSets | None = None) -> Questionnaire:
    """The definition of a Questionnaire; ``value_sets`` gives the codes of a value set known to the house."""
    return _Reader(raw, value_sets).questionnaire()


class _Reader:
    def __init__(self, raw: Mapping[str, Any], value_sets: ValueSets | None) -> None:
        self.raw = raw
        self.value_sets = value_sets
        self.seen: set[str] = set()
        self.languages: set[str] = set()
        self.contained = {
            str(found.get("id")): found
            for found in ext.dicts(raw.get("contained"))
            if found.get("resourceType") == "ValueSet"
        }

    def questionnaire(self) -> Questionnaire:
        title = str(self.raw.get("title") or self.raw.get("name") or "").strip()
        if not title:
            raise FormError("Le questionnaire n'a pas de titre.")
        if self.raw.get("modifierExtension"):
            raise FormError("Le questionnaire porte une extension qui en change le sens : il n'est pas repris.")
        items = self._items(self.raw.get("item"), depth=1, repeating=0)
        if not items:
            raise FormError("Le questionnaire n'a aucune question.")
        found = Questionnaire(
            title=title[:200],
            items=items,
            url=str(self.raw.get("url") or "")[:300],
            version=str(self.raw.get("version") or "")[:40],
            languages=tuple(sorted(self.languages)),
        )
        _check_conditions(found)
        return found

    def _items(self, raw: object, *, depth: int, repeating: int) -> tuple[Item, ...]:
        if raw in (None, []):
            return ()
        if depth > MAX_DEPTH:
            raise FormError(f"Le questionnaire dépasse {MAX_DEPTH} niveaux d'emboîtement.")
        if not isinstance(raw, list):
            raise FormError("La liste des questions est mal formée.")
        return tuple(self._item(one, depth, repeating) for one in raw)

    def _item(self, raw: object, depth: int, repeating: int) -> Item:
        if not isinstance(raw, dict):
            raise FormError("Une question est mal formée.")
        link = raw.get("linkId")
        if not isinstance(link, str) or not link.strip() or len(link) > 100:
            raise FormError("Une question n'a pas d'identifiant (linkId), ou il dépasse 100 caractères.")
        if link in self.seen:
            raise FormError("cet identifiant sert deux fois.", link)
        self.seen.add(link)
        if len(self.seen) > MAX_ITEMS:
            raise FormError(f"Le questionnaire dépasse {MAX_ITEMS} questions.")
        kind = str(raw.get("type"))
        if kind not in KINDS:
            raise FormError(f"le type « {kind} » n'existe pas.", link)
        ext.refuse_unknown(raw, link)
        repeats = raw.get("repeats") is True
        options = self._options(raw, link, kind)
        inner = repeating + (1 if kind == GROUP and repeats else 0)
        item = Item(
            link_id=link, type=kind, text=self._text(raw, "text", link), prefix=str(raw.get("prefix") or "")[:20],
            help=str(ext.find(raw, ext.HELP) or "")[:MAX_TEXT], required=raw.get("required") is True, repeats=repeats,
            read_only=raw.get("readOnly") is True, hidden=ext.find(raw, ext.HIDDEN) is True, options=options,
            conditions=_conditions(raw, link), any_condition=_any(raw, link),
            initial=_initial(raw, link, options), repeating=repeating,
            translations=self._translations(raw, "_text"),
            items=self._items(raw.get("item"), depth=depth + 1, repeating=inner),
            **_bounds(raw, link), **_formulas(raw, link),
        )  # fmt: skip
        return _checked(item)

    def _text(self, raw: Mapping[str, Any], name: str, link: str) -> str:
        text = raw.get(name) or ""
        if not isinstance(text, str) or len(text) > MAX_TEXT:
            raise FormError(f"le texte dépasse {MAX_TEXT} caractères ou n'est pas du texte.", link)
        return text.strip()

    def _translations(self, raw: Mapping[str, Any], name: str) -> dict[str, str]:
        found = ext.translations(raw.get(name))
        self.languages |= found.keys()
        return found

    def _options(self, raw: Mapping[str, Any], link: str, kind: str) -> tuple[Option, ...]:
        listed, value_set = raw.get("answerOption"), raw.get("answerValueSet")
        if not listed and not value_set:
            return ()
        if listed and value_set:
            raise FormError("des réponses et une liste de réponses à la fois : gardez l'une des deux.", link)
        options = tuple(self._option(one, link) for one in ext.dicts(listed)) if listed else ()
        if value_set:
            codes = self._codes(str(value_set), link)
            options = tuple(Option(Value("Coding", code), code.display or code.code) for code in codes)
        if len(options) > MAX_OPTIONS:
            raise FormError(f"plus de {MAX_OPTIONS} réponses possibles.", link)
        if any(option.value.kind not in KINDS[kind] for option in options):
            raise FormError("une réponse possible n'est pas du type de la question.", link)
        if len({option.key for option in options}) != len(options):
            raise FormError("deux réponses possibles sont les mêmes.", link)
        return options

    def _option(self, raw: Mapping[str, Any], link: str) -> Option:
        value = from_json(dict(raw))
        if value is None:
            raise FormError("une réponse possible n'a pas de valeur.", link)
        if len(value.text) > MAX_TEXT:
            raise FormError("le texte d'une réponse possible est trop long.", link)
        coded = raw.get("valueCoding")
        inner = coded if isinstance(coded, dict) else {}
        own = ext.number(raw, ext.ORDINALS)
        ordinal = own if own is not None else ext.number(inner, ext.ORDINALS)
        return Option(
            value=value, label=value.text, ordinal=ordinal, initial=raw.get("initialSelected") is True,
            exclusive=ext.find(raw, ext.EXCLUSIVE) is True, translations=self._translations(inner, "_display"),
        )  # fmt: skip

    def _codes(self, address: str, link: str) -> tuple[Coding, ...]:
        if address.startswith("#"):
            held = self.contained.get(address[1:])
            if held is None:
                raise FormError(f"la liste de réponses « {address} » n'est pas dans le fichier.", link)
            codes = ext.codes_of(held)
        else:
            codes = (self.value_sets(address) if self.value_sets else None) or ()
        if not codes:
            raise FormError(f"la liste de réponses « {address} » n'est pas connue ici : joignez-la au fichier.", link)
        return codes


def _conditions(raw: Mapping[str, Any], link: str) -> tuple[Condition, ...]:
    found = []
    for one in ext.dicts(raw.get("enableWhen")):
        operator, answer = one.get("operator"), from_json(one, "answer")
        if operator not in OPERATORS or answer is None:
            raise FormError("une condition d'affichage est mal formée.", link)
        if operator == "exists" and answer.kind != "Boolean":
            raise FormError("une condition « existe » attend oui ou non.", link)
        found.append(Condition(str(one.get("question") or ""), operator, answer))
    return tuple(found)


def _any(raw: Mapping[str, Any], link: str) -> bool:
    behaviour = raw.get("enableBehavior")
    if behaviour not in (None, "any", "all") or (behaviour is None and len(raw.get("enableWhen") or ()) > 1):
        raise FormError("dites si toutes les conditions sont nécessaires, ou une seule (enableBehavior).", link)
    return behaviour == "any"


def _initial(raw: Mapping[str, Any], link: str, options: tuple[Option, ...]) -> tuple[Value, ...]:
    found = tuple(value for one in ext.dicts(raw.get("initial")) if (value := from_json(one)))
    return found or tuple(option.value for option in options if option.initial)


def _bounds(raw: Mapping[str, Any], link: str) -> dict[str, Any]:
    pattern = str(ext.find(raw, ext.REGEX) or "")
    if pattern:
        check_pattern(pattern, link)
    unit, units = ext.find(raw, ext.UNIT), ext.find_all(raw, ext.UNIT_OPTION)
    return {
        "max_length": ext.whole(raw.get("maxLength"), link),
        "min_length": ext.whole(ext.find(raw, ext.MIN_LENGTH), link),
        "max_decimals": ext.whole(ext.find(raw, ext.MAX_DECIMALS), link),
        "min_occurs": ext.whole(ext.find(raw, ext.MIN_OCCURS), link),
        "max_occurs": ext.whole(ext.find(raw, ext.MAX_OCCURS), link),
        "minimum": ext.bound(raw, ext.MIN_VALUE),
        "maximum": ext.bound(raw, ext.MAX_VALUE),
        "regex": pattern,
        "units": tuple(
            Coding(*(str(one.get(name) or one.get(other) or "") for name, other in _UNIT_PARTS))
            for one in [*([unit] if unit else []), *units]
            if isinstance(one, dict)
        ),
    }  # fmt: skip


_UNIT_PARTS = (("code", ""), ("display", "code"), ("system", ""))


def _formulas(raw: Mapping[str, Any], link: str) -> dict[str, Any]:
    found = {"initial_expression": ext.expression(raw, ext.INITIAL, link)}
    found["calculated_expression"] = ext.expression(raw, ext.CALCULATED, link)
    for text in found.values():
        if text:
            check_expression(text, link)
    return found


def _checked(item: Item) -> Item:
    if item.type == DISPLAY and (item.items or item.required or item.repeats):
        raise FormError("un texte affiché ne porte ni question ni obligation.", item.link_id)
    if not item.asks and (item.options or item.initial or item.calculated_expression):
        raise FormError("un groupe ou un texte ne prend pas de réponse.", item.link_id)
    if item.type == "choice" and not item.options:
        raise FormError("une question à choix a besoin de réponses possibles.", item.link_id)
    if any(value.kind not in KINDS[item.type] for value in item.initial):
        raise FormError("la réponse de départ n'est pas du type de la question.", item.link_id)
    low, high = (bound.number if bound else None for bound in (item.minimum, item.maximum))
    if low is not None and high is not None and Decimal(low) > Decimal(high):
        raise FormError("le minimum dépasse le maximum.", item.link_id)
    return item


def _check_conditions(found: Questionnaire) -> None:
    """Each condition looks at a question that exists, and no question waits for itself, however far."""
    waits = {item.link_id: [c.question for c in item.conditions] for item in found.all_items}
    for link, questions in waits.items():
        for question in questions:
            other = found.by_link.get(question)
            if other is None or not other.asks:
                raise FormError(f"la condition regarde « {question} », qui n'est pas une question.", link)
    done: set[str] = set()
    for start in waits:
        path: list[tuple[str, int]] = [(start, 0)]
        on_path = {start}
        while path:
            link, position = path.pop()
            near = [*waits[link], *([found.parents[link]] if link in found.parents else [])]
            if link in done or position >= len(near):
                done.add(link)
                on_path.discard(link)
                continue
            path.append((link, position + 1))
            following = near[position]
            if following in on_path:
                raise FormError("cette question attend sa propre réponse.", following)
            if following not in done:
                on_path.add(following)
                path.append((following, 0))
