"""FHIR extensions the engine understands; one that would change the answers and is not here is refused."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pepites.assessments.questionnaire.errors import FormError
from pepites.assessments.questionnaire.expressions import ORDINAL as ORDINAL
from pepites.assessments.questionnaire.values import Coding, Value, from_json, to_decimal

_CORE = "http://hl7.org/fhir/StructureDefinition/"
_SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
ORDINALS = (ORDINAL, f"{_CORE}itemWeight", f"{_CORE}questionnaire-ordinalValue")
HIDDEN = f"{_CORE}questionnaire-hidden"
HELP = f"{_CORE}questionnaire-supportHelp"
EXCLUSIVE = f"{_CORE}questionnaire-optionExclusive"
UNIT, UNIT_OPTION = f"{_CORE}questionnaire-unit", f"{_CORE}questionnaire-unitOption"
MIN_VALUE, MAX_VALUE = f"{_CORE}minValue", f"{_CORE}maxValue"
MIN_LENGTH, MAX_DECIMALS, REGEX = f"{_CORE}minLength", f"{_CORE}maxDecimalPlaces", f"{_CORE}regex"
MIN_OCCURS, MAX_OCCURS = f"{_CORE}questionnaire-minOccurs", f"{_CORE}questionnaire-maxOccurs"
INITIAL, CALCULATED = f"{_SDC}initialExpression", f"{_SDC}calculatedExpression"
TRANSLATION = f"{_CORE}translation"
_REFUSED = {
    f"{_SDC}enableWhenExpression": "une condition d'affichage écrite en formule",
    f"{_SDC}answerExpression": "une liste de réponses écrite en formule",
    f"{_SDC}candidateExpression": "une liste de réponses écrite en formule",
    f"{_SDC}answerOptionsToggleExpression": "des réponses qui changent par formule",
    f"{_CORE}variable": "une variable de formule",
    f"{_SDC}subQuestionnaire": "un questionnaire dans un autre",
    f"{_CORE}questionnaire-constraint": "une contrainte écrite en formule",
}


def dicts(raw: object) -> list[dict[str, Any]]:
    """The objects of a JSON list, nothing for anything else."""
    return [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []


def find_all(raw: Mapping[str, Any], url: str) -> list[Any]:
    """Values of every extension of that address."""
    return [
        value
        for one in dicts(raw.get("extension"))
        if one.get("url") == url
        for name, value in one.items()
        if name.startswith("value")
    ]


def find(raw: Mapping[str, Any], url: str) -> Any:
    """Value of the first extension of that address."""
    return next(iter(find_all(raw, url)), None)


def number(raw: Mapping[str, Any], urls: tuple[str, ...]) -> Decimal | None:
    """The first number among these extensions."""
    for url in urls:
        found = to_decimal(find(raw, url))
        if found is not None:
            return found
    return None


def whole(raw: object, link: str) -> int | None:
    """A bound that is a whole number."""
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= 100_000:
        raise FormError("une borne n'est pas un nombre entier.", link)
    return raw


def bound(raw: Mapping[str, Any], url: str) -> Value | None:
    """A minimum or a maximum, of any type."""
    held = next((one for one in dicts(raw.get("extension")) if one.get("url") == url), None)
    return from_json(held) if held else None


def expression(raw: Mapping[str, Any], url: str, link: str) -> str:
    """The text of an expression in FHIRPath; no other language."""
    held = find(raw, url)
    if held is None:
        return ""
    if not isinstance(held, dict) or held.get("language") != "text/fhirpath":
        raise FormError("une formule n'est pas écrite en FHIRPath.", link)
    return str(held.get("expression") or " ")


def translations(raw: object) -> dict[str, str]:
    """Texts by language of a ``_text`` or a ``_display``."""
    found: dict[str, str] = {}
    for one in dicts(raw.get("extension")) if isinstance(raw, dict) else ():
        if one.get("url") == TRANSLATION:
            parts = {str(part.get("url")): part for part in dicts(one.get("extension"))}
            language = str(parts.get("lang", {}).get("valueCode") or "")[:10]
            content = parts.get("content", {})
            text = content.get("valueString") or content.get("valueMarkdown")
            if language and isinstance(text, str):
                found[language] = text[:3000]
    return found


def codes_of(value_set: Mapping[str, Any]) -> tuple[Coding, ...]:
    """Codes of a value set given whole: its expansion, or the concepts it includes."""
    expansion = value_set.get("expansion")
    listed = dicts(expansion.get("contains")) if isinstance(expansion, dict) else []
    found = [_coding(one, str(one.get("system") or "")) for one in listed]
    compose = value_set.get("compose")
    if not found and isinstance(compose, dict):
        for included in dicts(compose.get("include")):
            system = str(included.get("system") or "")
            found += [_coding(one, system) for one in dicts(included.get("concept"))]
    return tuple(code for code in found if code.code)


def _coding(one: Mapping[str, Any], system: str) -> Coding:
    return Coding(str(one.get("code") or ""), str(one.get("display") or ""), system)


def refuse_unknown(raw: Mapping[str, Any], link: str) -> None:
    """Refuse what would change which questions are asked or what they accept."""
    if raw.get("modifierExtension"):
        raise FormError("une extension change le sens de la question.", link)
    for one in dicts(raw.get("extension")):
        if (words := _REFUSED.get(str(one.get("url")))) is not None:
            raise FormError(f"{words} n'est pas pris en charge.", link)
