"""Opening, suspending, resuming and closing an inclusion in a network."""

from datetime import date

from pepites.access.policies import require
from pepites.access.selectors import standing_level_on
from pepites.access.services import call, enrol_in_network, leave_network
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.errors import Conflict, DomainError
from pepites.common.identifiers import new_uuid
from pepites.coordination import policies
from pepites.coordination.enums import OPEN_MEMBER, ClosingReason, FilKind, PathwayStatus
from pepites.coordination.models import CareTeamMember, Pathway
from pepites.coordination.services.circle import remove_member
from pepites.coordination.services.fil import write_fil
from pepites.coordination.services.protocols import end_runs_of
from pepites.identity.services import refuse_frozen

CODE = "coordination.pathway.refused"


def open_pathway(
    *, actor: Actor, patient_id: int, network_id: int, opened_on: date | None = None, organization_id: int | None = None
) -> Pathway:
    """Include a person in a network; the pathway already open is returned as it is.

    ``organization_id`` restricts the coordination that reads the file to one structure (after an opposition).
    Raises ``Refused`` for whoever neither coordinates nor administers the network.
    """
    require(policies.can_open_pathway(actor, network_id), code=CODE, subjects=(patient_id,))
    refuse_frozen(patient_id)
    enrol_in_network(actor=actor, patient_id=patient_id, network_id=network_id, organization_id=organization_id)
    opened, public_id = opened_on or today(), new_uuid()
    if opened > today():
        raise DomainError("La date d'ouverture ne peut pas être dans l'avenir.", field="opened_on")
    pathway_id = call(
        CODE,
        patient_id,
        "SELECT coordination_open_pathway(%s, %s, %s, %s, %s)",
        [patient_id, network_id, organization_id, opened, public_id],
    )
    # An administrator who does not coordinate may include a person without being able to read the pathway.
    pathway = Pathway.objects.filter(pk=pathway_id).first() or Pathway(
        pk=pathway_id, public_id=public_id, patient_id=patient_id, network_id=network_id, opened_on=opened
    )
    if pathway.public_id == public_id:
        record(
            "coordination.pathway.opened",
            action="C",
            subjects=(patient_id,),
            object_type="network",
            object_id=network_id,
        )
    return pathway


def suspend_pathway(*, actor: Actor, pathway: Pathway, comment: str = "") -> Pathway:
    """Suspend an active pathway."""
    _may_change(actor, pathway)
    _move(pathway, PathwayStatus.ACTIVE, status=PathwayStatus.SUSPENDED, suspended_on=today(), comment=comment[:300])
    _tell(actor, pathway, "coordination.pathway.suspended", "Parcours suspendu")
    return pathway


def resume_pathway(*, actor: Actor, pathway: Pathway) -> Pathway:
    """Make a suspended pathway active again."""
    _may_change(actor, pathway)
    _move(pathway, PathwayStatus.SUSPENDED, status=PathwayStatus.ACTIVE, suspended_on=None, comment="")
    _tell(actor, pathway, "coordination.pathway.resumed", "Parcours repris")
    return pathway


def close_pathway(
    *,
    actor: Actor,
    pathway: Pathway,
    reason: ClosingReason | str,
    comment: str = "",
    closed_on: date | None = None,
    end_circle: bool = False,
) -> Pathway:
    """Close a pathway with its reason (coordination P15).

    ``end_circle`` also ends every member's access. After a refusal the network's coordination loses the file at once;
    after any other reason it keeps reading what it wrote, so that the person may come back.
    """
    _may_change(actor, pathway)
    if reason not in ClosingReason.values:
        raise DomainError("Choisissez le motif de la clôture.", field="reason")
    day = closed_on or today()
    if day < pathway.opened_on or day > today():
        raise DomainError("La date de clôture doit suivre l'ouverture et ne pas être dans l'avenir.", field="closed_on")
    before = pathway.status if pathway.status != PathwayStatus.CLOSED else PathwayStatus.ACTIVE
    end_runs_of(actor=actor, pathway=pathway, reason=f"Suivi clos : {ClosingReason(reason).label.lower()}")
    _move(
        pathway,
        before,
        status=PathwayStatus.CLOSED,
        suspended_on=pathway.suspended_on,
        closed_on=day,
        closing_reason=reason,
        comment=comment[:300],
    )
    _tell(actor, pathway, "coordination.pathway.closed", f"Parcours clos ({ClosingReason(reason).label})")
    if end_circle:
        members = CareTeamMember.objects.filter(patient_id=pathway.patient_id, status__in=OPEN_MEMBER)
        for member in members.select_related("practice__professional"):
            remove_member(actor=actor, member=member, reason="Parcours clos")
    if reason == ClosingReason.REFUSAL:
        leave_network(actor=actor, patient_id=pathway.patient_id, network_id=pathway.network_id)
    return pathway


def _may_change(actor: Actor, pathway: Pathway) -> None:
    decision = policies.can_change_pathway(actor, pathway.network_id, standing_level_on(pathway.patient_id))
    require(decision, code=CODE, subjects=(pathway.patient_id,), object_type="pathway", object_id=pathway.public_id)


def _move(pathway: Pathway, expected: str, **values: object) -> None:
    done = Pathway.objects.filter(pk=pathway.pk, status=expected).update(updated_at=now(), **values)
    if not done:
        raise Conflict("Ce parcours a changé entre-temps. Rechargez la page pour voir son état.")
    for name, value in values.items():
        setattr(pathway, name, value)


def _tell(actor: Actor, pathway: Pathway, code: str, title: str) -> None:
    record(code, action="U", subjects=(pathway.patient_id,), object_type="pathway", object_id=pathway.public_id)
    write_fil(
        actor=actor,
        patient_id=pathway.patient_id,
        kind=FilKind.PATHWAY,
        title=f"{title} : {pathway.network.name}",
        object_id=pathway.public_id,
    )
