"""Where a case stands in its network's own stages, what was verified at its opening, the settings it follows."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pepites.access.policies import require
from pepites.access.selectors import standing_level_on
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.errors import Conflict, DomainError
from pepites.coordination import policies
from pepites.coordination.enums import FilKind, PathwayStatus
from pepites.coordination.models import Pathway
from pepites.coordination.services.fil import write_fil
from pepites.coordination.services.pathways import CODE, open_pathway
from pepites.coordination.services.protocols import start_protocol
from pepites.networks.models import Network
from pepites.networks.packs.selectors import in_force, value_of

WHY_LEAST = 5  # characters of an explanation


def include_person(
    *,
    actor: Actor,
    patient_id: int,
    network: Network,
    met: frozenset[str],
    waiver: str = "",
    opened_on: date | None = None,
    anchors: Mapping[str, date] | None = None,
) -> Pathway:
    """Open a pathway with the criteria that were verified (P16) and the protocols that start with it.

    ``met`` are the codes of the criteria that hold; a needed one that does not asks for a ``waiver``. ``anchors`` are
    the protocols to start, each with its day. Raises ``Refused`` for who does not coordinate the network,
    ``DomainError`` for a missing explanation.
    """
    require(policies.can_include(actor, network.pk), code=CODE, subjects=(patient_id,))
    criteria = value_of(in_force(network.pk), "inclusion")["criteria"]
    missing = [one["title"] for one in criteria if one["needed"] and one["code"] not in met]
    if missing and len(waiver.strip()) < WHY_LEAST:
        raise DomainError(
            f"Critère nécessaire non rempli ({missing[0]}) : expliquez pourquoi le suivi s'ouvre quand même.",
            field="waiver",
        )
    pathway = open_pathway(actor=actor, patient_id=patient_id, network_id=network.pk, opened_on=opened_on)
    if criteria and pathway.inclusion is None:
        kept: dict[str, Any] = {
            "criteria": [{"code": one["code"], "title": one["title"], "met": one["code"] in met} for one in criteria],
            "waiver": waiver.strip()[:300] if missing else "",
        }
        Pathway.objects.filter(pk=pathway.pk).update(inclusion=kept)
        pathway.inclusion = kept
        record("coordination.pathway.included", action="U", subjects=(patient_id,), object_type="pathway",
               object_id=pathway.public_id)  # fmt: skip
    for code, anchor_on in (anchors or {}).items():
        start_protocol(actor=actor, pathway=pathway, code=code, anchor_on=anchor_on)
    return pathway


def change_stage(*, actor: Actor, pathway: Pathway, stage: str, before: str) -> Pathway:
    """Move a case to another stage of its own settings; ``before`` is the stage the screen showed.

    Raises ``Conflict`` when somebody moved it meanwhile, ``DomainError`` for a stage its settings do not have.
    """
    _may(actor, pathway)
    titles = {one["code"]: one["title"] for one in value_of(pathway.pack, "etapes")["stages"]}
    if stage not in titles:
        raise DomainError("Choisissez une étape de la liste.", field="stage")
    if stage == pathway.stage:
        return pathway
    moved = Pathway.objects.filter(pk=pathway.pk, stage=before).exclude(status=PathwayStatus.CLOSED)
    if not moved.update(stage=stage, stage_since=today(), updated_at=now()):
        raise Conflict("L'étape a changé entre-temps. Rechargez la page pour voir où en est ce suivi.")
    pathway.stage, pathway.stage_since = stage, today()
    _tell(actor, pathway, "coordination.pathway.stage", f"{pathway.network.short_name} : étape « {titles[stage]} »")
    return pathway


def adopt_pack(*, actor: Actor, pathway: Pathway) -> Pathway:
    """Let a case follow the version in force; its stage stays where that version still has it, else it starts again.

    What was laid down with the former version (steps, verified criteria) is kept as it is.
    """
    _may(actor, pathway)
    current = in_force(pathway.network_id)
    if current is None or current.pk == pathway.pack_id:
        return pathway
    codes = [one["code"] for one in value_of(current, "etapes")["stages"]]
    kept = pathway.stage in codes
    stage = pathway.stage if kept else (codes[0] if codes else "")
    since = pathway.stage_since if kept else (today() if codes else None)
    done = Pathway.objects.filter(pk=pathway.pk, pack_id=pathway.pack_id).update(
        pack=current, stage=stage, stage_since=since, updated_at=now()
    )
    if not done:
        raise Conflict("Ce suivi a changé entre-temps. Rechargez la page.")
    pathway.pack, pathway.stage, pathway.stage_since = current, stage, since
    record("coordination.pathway.pack", action="U", subjects=(pathway.patient_id,), object_type="pathway",
           object_id=pathway.public_id, detail={"version": current.number})  # fmt: skip
    return pathway


def _may(actor: Actor, pathway: Pathway) -> None:
    decision = policies.can_change_pathway(actor, pathway.network_id, standing_level_on(pathway.patient_id))
    require(decision, code=CODE, subjects=(pathway.patient_id,), object_type="pathway", object_id=pathway.public_id)


def _tell(actor: Actor, pathway: Pathway, code: str, title: str) -> None:
    record(code, action="U", subjects=(pathway.patient_id,), object_type="pathway", object_id=pathway.public_id)
    write_fil(
        actor=actor, patient_id=pathway.patient_id, kind=FilKind.PATHWAY, title=title, object_id=pathway.public_id
    )
