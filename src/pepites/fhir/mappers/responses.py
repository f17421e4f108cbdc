"""The answers of an assessment as QuestionnaireResponse; its items are kept as they are (ADR 0026)."""

from dataclasses import dataclass

from pepites.fhir.mappers import guides as g
from pepites.fhir.mappers.parts import NO_REF, Ident, Json, Ref, dicts, filled, ident_of, identifier, meta, ref_of, text
from pepites.fhir.mappers.parts import reference as ref_json


@dataclass(frozen=True, slots=True)
class Response:
    """What was answered to one form on one day."""

    id: str
    questionnaire: str
    status: str
    subject: Ref
    authored: str
    items: tuple[Json, ...]
    ident: Ident | None = None
    author: Ref = NO_REF
    source: Ref = NO_REF


def to_questionnaire_response(one: Response) -> Json:
    """The profile of TDDUI is claimed for its own forms only."""
    theirs = one.questionnaire.startswith(g.TDDUI_FORMS)
    return filled({
        "resourceType": "QuestionnaireResponse", "id": one.id, "meta": meta(g.RESPONSE) if theirs else {},
        "identifier": identifier(one.ident) if one.ident else {}, "questionnaire": one.questionnaire,
        "status": one.status, "subject": ref_json(one.subject), "authored": one.authored,
        "author": ref_json(one.author), "source": ref_json(one.source), "item": list(one.items),
    })  # fmt: skip


def from_questionnaire_response(resource: Json) -> Response:
    """The answers of a resource; whether they fit the form is for the engine to say."""
    given = resource.get("identifier")
    return Response(
        id=text(resource, "id"), questionnaire=text(resource, "questionnaire"), status=text(resource, "status"),
        subject=ref_of(resource.get("subject")), authored=text(resource, "authored"),
        items=tuple(dicts(resource.get("item"))), ident=ident_of(given) if given else None,
        author=ref_of(resource.get("author")), source=ref_of(resource.get("source")),
    )  # fmt: skip
