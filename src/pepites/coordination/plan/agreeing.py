"""Validation by the professionals who are named, and the agreement of the person (interface §11, §13)."""

import re
from uuid import UUID

from pepites.access.policies import require
from pepites.access.selectors import level_on
from pepites.audit.idempotency import once
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import Conflict, DomainError
from pepites.coordination.enums import OPEN_TASK, FilKind
from pepites.coordination.models import CarePlan, PlanSignature, PlanValidation, PlanVersion
from pepites.coordination.plan import policies
from pepites.coordination.plan.drafting import CODE, journal
from pepites.coordination.plan.enums import PlanState, SignerQuality
from pepites.coordination.services.fil import write_fil
from pepites.coordination.services.tasks import complete_task
from pepites.identity.services import refuse_frozen

STROKES_LENGTH = 20_000
_STROKES = re.compile(r"^\d{1,4},\d{1,4}(?:[ ;]\d{1,4},\d{1,4})*$")


def confirm_version(*, actor: Actor, version: PlanVersion) -> bool:
    """Say that one validates a version one is named in; True when everybody now has. The same twice does it once."""
    plan = version.plan
    _may_agree(actor, plan)
    own = PlanValidation.objects.filter(version=version, practice_id=actor.practice_id).select_related("task").first()
    if own is None:
        raise DomainError("Vous n'êtes pas parmi les validateurs de cette version.")
    _in_force(plan, version)
    if PlanValidation.objects.filter(pk=own.pk, confirmed_at=None).update(confirmed_at=now()):
        journal("coordination.plan.confirmed", plan)
        if own.task is not None and own.task.state in OPEN_TASK:
            complete_task(actor=actor, task=own.task)
    if PlanValidation.objects.filter(version=version, confirmed_at=None).exists():
        return False
    told = CarePlan.objects.filter(pk=plan.pk, published=version.number, validated_at=None)
    if told.update(validated_at=now()):
        CarePlan.objects.filter(pk=plan.pk, state=PlanState.ACTIVE).update(state=PlanState.VALIDATED)
        title = f"Plan de coordination validé par tous, version {version.number}"
        write_fil(actor=actor, patient_id=plan.patient_id, kind=FilKind.PLAN, title=title, object_id=plan.public_id)
    return True


def sign_version(
    *,
    actor: Actor,
    version: PlanVersion,
    quality: SignerQuality | str,
    name: str,
    digest: str,
    strokes: str = "",
    key: UUID | None = None,
) -> PlanSignature:
    """Keep the trace of an agreement given on the screen, with the hash of what was shown (``digest``).

    Raises ``Conflict`` when another version is in force, ``DomainError`` for a missing name or a broken drawing.
    """
    plan = version.plan
    _may_agree(actor, plan)
    refuse_frozen(plan.patient_id)
    _in_force(plan, version)
    if digest != version.digest:
        raise Conflict("Le plan a changé entre-temps : relisez-le avant de le signer.")
    if quality not in SignerQuality.values:
        raise DomainError("Choisissez qui signe.", field="quality")
    if not name.strip():
        raise DomainError("Écrivez le nom de la personne qui signe.", field="name")
    if strokes and (len(strokes) > STROKES_LENGTH or not _STROKES.match(strokes)):
        raise DomainError("Ce dessin n'a pas été compris : effacez-le et signez de nouveau.", field="strokes")

    collector_id = actor.practice_id
    assert collector_id is not None

    def write() -> dict[str, object]:
        signature = PlanSignature.objects.create(
            version=version, patient_id=plan.patient_id, quality=quality, name=name.strip()[:120], strokes=strokes,
            digest=version.digest, collected_by_id=collector_id, signed_at=now(),
        )  # fmt: skip
        journal("coordination.plan.signed", plan, "C")
        title = f"Plan de coordination signé, version {version.number} ({SignerQuality(quality).label.lower()})"
        write_fil(actor=actor, patient_id=plan.patient_id, kind=FilKind.PLAN, title=title, object_id=plan.public_id)
        return {"id": signature.pk}

    asked = {"version": version.pk, "quality": quality, "name": name, "strokes": strokes}
    return PlanSignature.objects.get(pk=int(str(once(actor, key, asked, write)["id"])))


def _may_agree(actor: Actor, plan: CarePlan) -> None:
    decision = policies.can_agree(actor, level_on(plan.patient_id), plan.state)
    require(decision, code=CODE, subjects=(plan.patient_id,), object_type="plan", object_id=plan.public_id)


def _in_force(plan: CarePlan, version: PlanVersion) -> None:
    if version.number != plan.published:
        raise Conflict("Une version plus récente du plan est en vigueur : relisez-la.")
