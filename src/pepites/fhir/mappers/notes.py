"""A note of the liaison notebook (CdL §3.3): one DocumentReference, its text in the first content."""

import base64
import binascii
import contextlib
from dataclasses import dataclass

from pepites.common.errors import DomainError
from pepites.coordination.enums import NoteType
from pepites.fhir.mappers import guides as g
from pepites.fhir.mappers.parts import (
    NO_REF,
    Code,
    Ident,
    Json,
    Ref,
    code_of,
    codes_of,
    coding,
    concept,
    dicts,
    extension_of,
    filled,
    ident_of,
    identifier,
    meta,
    part,
    ref_of,
    reference,
    references,
    refs_of,
    text,
)

PLAIN = "text/plain"


@dataclass(frozen=True, slots=True)
class Note:
    """A note, whoever wrote it."""

    id: str
    type: NoteType
    subject: Ref
    authors: tuple[Ref, ...]
    date: str
    text: str
    ident: Ident | None = None
    emergency: bool | None = None
    reply_to: Ref = NO_REF
    visibility: Code | None = None
    status: str = "current"


def to_document_reference(one: Note) -> Json:
    """A withdrawn note keeps its place by its status: nothing is deleted."""
    attachment = {
        "contentType": PLAIN, "language": "fr", "data": base64.b64encode(one.text.encode()).decode(),
    }  # fmt: skip
    return filled({
        "resourceType": "DocumentReference", "id": one.id, "meta": meta(g.NOTE),
        "extension": [] if one.emergency is None else [{"url": g.EMERGENCY, "valueBoolean": one.emergency}],
        "masterIdentifier": identifier(one.ident) if one.ident else {}, "status": one.status,
        "type": concept(Code(g.NOTE_TYPES, one.type.value, _DISPLAYS[one.type])), "subject": reference(one.subject),
        "date": one.date, "author": references(one.authors),
        "relatesTo": [{"code": "appends", "target": reference(one.reply_to)}] if one.reply_to else [],
        "securityLabel": [{"coding": [coding(one.visibility)]}] if one.visibility else [],
        "content": [{"attachment": attachment}],
    })  # fmt: skip


# Words of JDV_J23-TypeNoteCahierLiaison-CISIS: ours on the screen are shorter.
_DISPLAYS = {
    NoteType.ADVICE: "Demande d'avis", NoteType.GENERAL: "Note générale", NoteType.INSTRUCTION: "Instruction",
    NoteType.INTERVENTION: "Note d'intervention", NoteType.OBSERVATION: "Note d'observation",
}  # fmt: skip


def from_document_reference(resource: Json) -> Note:
    """The note of a resource; raises ``DomainError`` for a type out of the guide, or a note without text."""
    code = next((one.code for one in codes_of(resource.get("type")) if one.system == g.NOTE_TYPES), "")
    if code not in NoteType.values:
        raise DomainError("Le type de cette note n'est pas un type du cahier de liaison.", field="type")
    labels = [one for held in dicts(resource.get("securityLabel")) for one in dicts(held.get("coding"))]
    parents = [one for one in dicts(resource.get("relatesTo")) if one.get("code") == "appends"]
    master = part(resource.get("masterIdentifier"))
    return Note(
        id=text(resource, "id"), type=NoteType(code), subject=ref_of(resource.get("subject")),
        authors=refs_of(resource.get("author")), date=text(resource, "date"), text=_text(resource),
        ident=ident_of(master) if master else None,
        emergency=extension_of(resource, g.EMERGENCY).get("valueBoolean"),
        reply_to=ref_of(parents[0].get("target")) if parents else Ref(),
        visibility=code_of(labels[0]) if labels else None, status=text(resource, "status"),
    )  # fmt: skip


def _text(resource: Json) -> str:
    for one in dicts(resource.get("content")):
        attachment = part(one.get("attachment"))
        if text(attachment, "contentType").partition(";")[0].strip() == PLAIN and text(attachment, "data"):
            return _decoded(text(attachment, "data"))
    raise DomainError("Cette note n'a pas de texte.", field="content")


def _decoded(data: str) -> str:
    """UTF-8, as the guide asks; else the alphabet of Windows, as its own example was written."""
    try:
        raw = base64.b64decode(data, validate=True)
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode()
        return raw.decode("cp1252")
    except (binascii.Error, UnicodeDecodeError):
        raise DomainError("Le texte de cette note ne peut être lu.", field="content") from None
