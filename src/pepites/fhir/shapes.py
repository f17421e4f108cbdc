"""The elements of the resources this interface speaks (FHIR R4 4.0.1): names, order, types, cardinalities.

One table serves the check of what comes in and both formats: XML needs the order and what repeats. ``*`` repeats; a
type in small letters is a primitive. A resource of a later interaction adds its lines by ``register_shapes``.
"""

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type."""

    name: str
    type: str
    repeats: bool = False

    @property
    def primitive(self) -> bool:
        """Whether it holds a plain value."""
        return self.type[0].islower()


_ANY = "id:string extension:Extension*"
_DOMAIN = (
    "id:id meta:Meta implicitRules:uri language:code text:Narrative contained:Resource* extension:Extension*"
    " modifierExtension:Extension*"
)
_VALUES = (
    "base64Binary boolean canonical code date dateTime decimal id instant integer markdown oid positiveInt string time"
    " unsignedInt uri url uuid Address Annotation Attachment CodeableConcept Coding ContactPoint HumanName Identifier"
    " Period Quantity Range Ratio Reference Meta"
)


def _choice(prefix: str, types: str = _VALUES) -> str:
    return " ".join(f"{prefix}{one[0].upper()}{one[1:]}:{one}" for one in types.split())


_SHAPES: dict[str, str] = {
    "Extension": f"{_ANY} url:uri {_choice('value')}",
    "Meta": f"{_ANY} versionId:id lastUpdated:instant source:uri profile:canonical* security:Coding* tag:Coding*",
    "Narrative": f"{_ANY} status:code div:xhtml",
    "Identifier": f"{_ANY} use:code type:CodeableConcept system:uri value:string period:Period assigner:Reference",
    "HumanName": f"{_ANY} use:code text:string family:string given:string* prefix:string* suffix:string* period:Period",
    "ContactPoint": f"{_ANY} system:code value:string use:code rank:positiveInt period:Period",
    "Address": (
        f"{_ANY} use:code type:code text:string line:string* city:string district:string state:string"
        " postalCode:string country:string period:Period"
    ),
    "CodeableConcept": f"{_ANY} coding:Coding* text:string",
    "Coding": f"{_ANY} system:uri version:string code:code display:string userSelected:boolean",
    "Period": f"{_ANY} start:dateTime end:dateTime",
    "Quantity": f"{_ANY} value:decimal comparator:code unit:string system:uri code:code",
    "Range": f"{_ANY} low:Quantity high:Quantity",
    "Ratio": f"{_ANY} numerator:Quantity denominator:Quantity",
    "Reference": f"{_ANY} reference:string type:uri identifier:Identifier display:string",
    "Annotation": f"{_ANY} authorReference:Reference authorString:string time:dateTime text:markdown",
    "Attachment": (
        f"{_ANY} contentType:code language:code data:base64Binary url:url size:unsignedInt hash:base64Binary"
        " title:string creation:dateTime"
    ),
    "Patient": (
        f"{_DOMAIN} identifier:Identifier* active:boolean name:HumanName* telecom:ContactPoint* gender:code"
        " birthDate:date deceasedBoolean:boolean deceasedDateTime:dateTime address:Address*"
        " maritalStatus:CodeableConcept multipleBirthBoolean:boolean multipleBirthInteger:integer photo:Attachment*"
        " contact:Patient.contact* communication:Patient.communication* generalPractitioner:Reference*"
        " managingOrganization:Reference link:Patient.link*"
    ),
    "Patient.contact": (
        f"{_ANY} modifierExtension:Extension* relationship:CodeableConcept* name:HumanName telecom:ContactPoint*"
        " address:Address gender:code organization:Reference period:Period"
    ),
    "Patient.communication": f"{_ANY} modifierExtension:Extension* language:CodeableConcept preferred:boolean",
    "Patient.link": f"{_ANY} modifierExtension:Extension* other:Reference type:code",
    "Parameters": "id:id meta:Meta implicitRules:uri language:code parameter:Parameters.parameter*",
    "Parameters.parameter": (
        f"{_ANY} modifierExtension:Extension* name:string {_choice('value')} resource:Resource"
        " part:Parameters.parameter*"
    ),
    "OperationOutcome": f"{_DOMAIN} issue:OperationOutcome.issue*",
    "OperationOutcome.issue": (
        f"{_ANY} modifierExtension:Extension* severity:code code:code details:CodeableConcept diagnostics:string"
        " location:string* expression:string*"
    ),
    "Bundle": (
        "id:id meta:Meta implicitRules:uri language:code identifier:Identifier type:code timestamp:instant"
        " total:unsignedInt link:Bundle.link* entry:Bundle.entry*"
    ),
    "Bundle.link": f"{_ANY} modifierExtension:Extension* relation:string url:uri",
    "Bundle.entry": (
        f"{_ANY} modifierExtension:Extension* link:Bundle.link* fullUrl:uri resource:Resource"
        " search:Bundle.entry.search request:Bundle.entry.request response:Bundle.entry.response"
    ),
    "Bundle.entry.search": f"{_ANY} modifierExtension:Extension* mode:code score:decimal",
    "Bundle.entry.request": (
        f"{_ANY} modifierExtension:Extension* method:code url:uri ifNoneMatch:string ifModifiedSince:instant"
        " ifMatch:string ifNoneExist:string"
    ),
    "Bundle.entry.response": (
        f"{_ANY} modifierExtension:Extension* status:string location:uri etag:string lastModified:instant"
        " outcome:Resource"
    ),
    "CapabilityStatement": (
        f"{_DOMAIN} url:uri version:string name:string title:string status:code experimental:boolean date:dateTime"
        " publisher:string description:markdown kind:code instantiates:canonical*"
        " software:CapabilityStatement.software implementation:CapabilityStatement.implementation fhirVersion:code"
        " format:code* rest:CapabilityStatement.rest*"
    ),
    "CapabilityStatement.software": f"{_ANY} name:string version:string",
    "CapabilityStatement.implementation": f"{_ANY} description:string url:url",
    "CapabilityStatement.rest": (
        f"{_ANY} mode:code documentation:markdown security:CapabilityStatement.rest.security"
        " resource:CapabilityStatement.rest.resource* interaction:CapabilityStatement.rest.interaction*"
        " operation:CapabilityStatement.rest.operation*"
    ),
    "CapabilityStatement.rest.security": f"{_ANY} cors:boolean service:CodeableConcept* description:markdown",
    "CapabilityStatement.rest.resource": (
        f"{_ANY} type:code profile:canonical supportedProfile:canonical* documentation:markdown"
        " interaction:CapabilityStatement.rest.interaction* versioning:code readHistory:boolean updateCreate:boolean"
        " conditionalCreate:boolean conditionalRead:code conditionalUpdate:boolean conditionalDelete:code"
        " searchParam:CapabilityStatement.rest.resource.searchParam* operation:CapabilityStatement.rest.operation*"
    ),
    "CapabilityStatement.rest.interaction": f"{_ANY} code:code documentation:markdown",
    "CapabilityStatement.rest.resource.searchParam": (
        f"{_ANY} name:string definition:canonical type:code documentation:markdown"
    ),
    "CapabilityStatement.rest.operation": f"{_ANY} name:string definition:canonical documentation:markdown",
}


def register_shapes(shapes: dict[str, str]) -> None:
    """Add the types of another interaction, written like those above."""
    _SHAPES.update(shapes)
    elements_of.cache_clear()


@cache
def elements_of(type_name: str) -> dict[str, Element]:
    """Elements of a type, in the order of the standard; ``KeyError`` for a type that is not spoken here."""
    found = {}
    for part in _SHAPES[type_name].split():
        name, _, kind = part.partition(":")
        found[name] = Element(name, kind.rstrip("*"), repeats=kind.endswith("*"))
    return found


def is_resource(type_name: object) -> bool:
    """Whether it is the name of a resource spoken here."""
    return isinstance(type_name, str) and " meta:Meta " in _SHAPES.get(type_name, "")
