"""Small definitions for the engine's tests."""

from typing import Any

from pepites.assessments.questionnaire.items import Questionnaire
from pepites.assessments.questionnaire.parsing import parse
from pepites.assessments.questionnaire.running import Person
from pepites.assessments.questionnaire.values import Value

CORE = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
AGE = Person(age=66, sex="F")


def form(*items: dict[str, Any], **head: Any) -> Questionnaire:
    return parse({"resourceType": "Questionnaire", "title": "Essai", "item": list(items)} | head)


def ask(link: str, kind: str = "integer", **values: Any) -> dict[str, Any]:
    return {"linkId": link, "type": kind, "text": link} | values


def ext(url: str, **value: Any) -> dict[str, Any]:
    return {"url": url} | value


def formula(url: str, expression: str) -> dict[str, Any]:
    return ext(f"{SDC}{url}", valueExpression={"language": "text/fhirpath", "expression": expression})


def whole(number: int) -> tuple[Value, ...]:
    return (Value("Integer", number),)


def choice(link: str, *codes: str, **values: Any) -> dict[str, Any]:
    return ask(
        link, "choice", answerOption=[{"valueCoding": {"code": code, "display": code}} for code in codes], **values
    )
