"""The person: identity, contacts, consents and oppositions."""

from collections.abc import Iterator

from pepites.access.enums import GivenBy
from pepites.access.models import ConsentRecord, Opposition
from pepites.common.errors import DomainError
from pepites.coordination.enums import Relation
from pepites.coordination.models import Contact
from pepites.fhir.exports.people import People
from pepites.fhir.identity.demographics import regional_system
from pepites.fhir.mappers import guides as g
from pepites.fhir.mappers.actors import Relative, to_related_person
from pepites.fhir.mappers.consents import Agreement, to_consent
from pepites.fhir.mappers.parts import Code, Ident, Json, Ref, Span, moment
from pepites.fhir.mappers.patient import to_patient
from pepites.identity.dates import PartialDate, Precision
from pepites.identity.models import DomainIdentity, Phone
from pepites.identity.selectors.insi import active_ins
from pepites.identity.selectors.stored import traits_of
from pepites.identity.traits import IdentityTraits
from pepites.patients.enums import IdentityStatus
from pepites.patients.models import Patient
from pepites.regional.values import IncomingRecord

GENERATION = "2.1"  # of FR Core, that the guides of coordination name
_KINSHIP = {
    Relation.SPOUSE: "SPS", Relation.CHILD: "CHILD", Relation.PARENT: "PRN", Relation.SIBLING: "SIB",
    Relation.FAMILY: "FAMMEMB", Relation.FRIEND: "FRND", Relation.NEIGHBOUR: "NBOR",
}  # fmt: skip


def patient_resource(patient: Patient) -> Json:
    """The Patient, from the identity of the Pépites domain; the matricule with a qualified one only (§2.6-1)."""
    identity = DomainIdentity.objects.filter(patient=patient, active=True, domain="PEPITES").first()
    phones = Phone.objects.filter(patient=patient, active=True).order_by("id").values_list("number", flat=True)
    record = IncomingRecord(
        local_id="", traits=traits_of(identity) if identity else _summary(patient), status=patient.identity_status,
        attributes=identity.attributes if identity else frozenset(), phones=tuple(phones),
        ins=active_ins(identity) if identity and patient.identity_status == IdentityStatus.QUALIFIED else None,
        commune_cog=patient.commune_cog, active=patient.active,
    )  # fmt: skip
    found = to_patient(
        record, regional_id=patient.regional_id, regional_system=regional_system(), generation=GENERATION
    )
    return found | {"id": str(patient.public_id)}


def _summary(patient: Patient) -> IdentityTraits:
    if patient.birth_date is None:
        raise DomainError("Ce dossier n'a pas encore d'identité : complétez-la avant de l'exporter.")
    written = Precision.ANNEE if patient.birth_date_interpreted else Precision.JOUR
    return IdentityTraits(
        birth_name=patient.birth_name, first_given_name=patient.first_given_name,
        given_names=patient.first_given_name, sex=patient.sex, used_name=patient.used_name,
        birth_date=PartialDate(patient.birth_date, written, interpreted=patient.birth_date_interpreted),
        birth_place_cog="99999", used_given_name=patient.used_given_name,
    )  # fmt: skip


def contact_resources(patient: Patient, subject: Ref) -> Iterator[Json]:
    """Contacts in force."""
    for one in Contact.objects.filter(patient_id__same_person=patient.pk, ended_at=None).order_by("id"):
        yield to_related_person(_relative(one, subject))


def _relative(one: Contact, subject: Ref) -> Relative:
    marks = (
        ("ECON", one.call_first), ("QUAL", one.trusted), ("CAREGIVER", one.caregiver),
        ("GUARD", one.relation == Relation.LEGAL),
    )  # fmt: skip
    roles = [Code(g.ROLE_CLASS, code) for code, held in marks if held] or [Code(g.ROLE_CLASS, "NOK")]
    kinship = _KINSHIP.get(Relation(one.relation))
    return Relative(
        id=str(one.public_id), patient=subject, family=one.family_name, given=one.given_name,
        idents=(Ident.of(one.public_id),),
        relations=(*roles, *([Code(g.ROLE_CODE, kinship, one.get_relation_display())] if kinship else [])),
        words="" if kinship else one.get_relation_display(), active=True,
        phones=tuple(part for phone in one.phones.split(",") if (part := phone.strip())),
    )  # fmt: skip


def consent_resources(patient: Patient, subject: Ref, people: People) -> Iterator[Json]:
    """Consents, those withdrawn told inactive; then oppositions in force, which the full level alone reads."""
    given = ConsentRecord.objects.filter(patient_id__same_person=patient.pk).select_related(
        "network", "collected_by__professional", "collected_by__organization"
    )
    for one in given.order_by("id"):
        yield to_consent(_consent(one, subject, people))
    refused = Opposition.objects.filter(patient_id__same_person=patient.pk, lifted_at=None).select_related(
        "network", "practice__professional", "practice__organization", "recorded_by__organization"
    )
    for against in refused.order_by("id"):
        yield to_consent(_opposition(against, subject, people))


def _consent(one: ConsentRecord, subject: Ref, people: People) -> Agreement:
    said_by = subject if one.given_by == GivenBy.PERSON else Ref(display=one.get_given_by_display())
    collector = one.collected_by
    people.role(collector)
    holders = (people.organization(collector.organization) if collector else Ref(), people.network(one.network))
    return Agreement(
        id=str(one.public_id), date=moment(one.given_at), status="inactive" if one.withdrawn_at else "active",
        subject=subject, idents=(Ident.of(one.public_id),), performers=(said_by,),
        organizations=tuple(ref for ref in holders if ref),
        regime=Code(g.house("regime"), one.regime, one.get_regime_display()),
        span=Span(moment(one.given_at), moment(one.withdrawn_at or one.valid_until)),
    )  # fmt: skip


def _opposition(one: Opposition, subject: Ref, people: People) -> Agreement:
    target = people.role(one.practice) if one.practice else people.network(one.network)
    return Agreement(
        id=str(one.public_id), date=moment(one.recorded_at), permit=False, subject=subject,
        idents=(Ident.of(one.public_id),), performers=(subject,), span=Span(moment(one.recorded_at)),
        against=(target,) if target else (),
    )  # fmt: skip
