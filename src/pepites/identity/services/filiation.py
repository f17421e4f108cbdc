"""A child's recorded links: the mother's record (FILI, GUY-12), the placement with the ASE (§2.3). Never guessed."""

from pepites.access.policies import require
from pepites.access.selectors import level_on
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.errors import DomainError
from pepites.common.identifiers import is_regional_id, read_regional_id
from pepites.common.text import words
from pepites.identity import policies
from pepites.identity.collisions.service import refuse_frozen
from pepites.identity.enums import FiliationKind
from pepites.identity.models import DomainIdentity, Filiation
from pepites.identity.selectors.labels import age_years
from pepites.identity.services.correction import locked, require_edit
from pepites.patients.models import Patient

MOTHER_YEARS = 10  # between the two births, at least: a wrong link more often than a very young mother


def link_mother(*, actor: Actor, identity: DomainIdentity, number: str) -> Filiation:
    """Link a child to the mother's record, by her complete regional identifier; both must be within reach (GUY-12)."""
    require_edit(actor, identity)
    child, mother = locked(identity), _mother(number)
    require(
        policies.can_edit(actor, level_on(mother.pk)),
        code="identity.correct",
        subjects=(child.patient_id, mother.pk),
    )
    if mother.pk == child.patient_id:
        raise DomainError("C'est le numéro de la personne elle-même.", field="number")
    if mother.birth_date is None or age_years(mother.birth_date, child.birth_date) < MOTHER_YEARS:
        raise DomainError(
            "D'après les dates, cette personne ne peut pas être sa mère : vérifiez le numéro.", field="number"
        )
    if mother.sex == "M":
        raise DomainError("Cette personne est enregistrée comme un homme : vérifiez le numéro.", field="number")
    return _keep(actor, child, FiliationKind.MOTHER, mother, "")


def _mother(number: str) -> Patient:
    complete = read_regional_id(words(number).replace(" ", ""))
    found = Patient.objects.filter(regional_id=complete, active=True).first() if is_regional_id(complete) else None
    if found is None:
        raise DomainError(
            "Aucune personne que vous suivez ne porte cet identifiant régional : recopiez-le depuis son dossier.",
            field="number",
        )
    return found


def declare_ase(*, actor: Actor, identity: DomainIdentity, comment: str = "") -> Filiation:
    """« Confié à l'aide sociale à l'enfance »: a minor only (§2.3)."""
    require_edit(actor, identity)
    child = locked(identity)
    if age_years(child.birth_date, today()) >= policies.MAJORITY:
        raise DomainError("L'aide sociale à l'enfance ne concerne que les mineurs.")
    return _keep(actor, child, FiliationKind.ASE, None, comment)


def _keep(actor: Actor, child: DomainIdentity, kind: FiliationKind, parent: Patient | None, comment: str) -> Filiation:
    refuse_frozen(child.patient_id)
    if Filiation.objects.filter(patient_id=child.patient_id, kind=kind, ended_at=None).exists():
        raise DomainError("Ce lien est déjà enregistré : terminez-le d'abord s'il est faux.")
    made = Filiation.objects.create(
        patient_id=child.patient_id, parent=parent, kind=kind, comment=comment.strip()[:200],
        recorded_by_id=actor.practice_id, recorded_at=now(),
    )  # fmt: skip
    record(
        "identity.filiation.set", action="C", object_type="filiation", object_id=made.public_id,
        subjects=(child.patient_id, *((parent.pk,) if parent else ())), detail={"kind": str(kind)},
    )  # fmt: skip
    return made


def end_filiation(*, actor: Actor, identity: DomainIdentity, link: Filiation) -> None:
    """The link was wrong, or is over; the row stays."""
    require_edit(actor, identity)
    if link.patient_id != identity.patient_id or link.ended_at is not None:
        raise DomainError("Ce lien est déjà terminé.")
    link.ended_at = now()
    link.save(update_fields=["ended_at"])
    record("identity.filiation.ended", action="U", subjects=(link.patient_id,), object_id=link.public_id)
