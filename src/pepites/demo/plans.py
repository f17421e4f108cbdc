"""Two plans of the demo: one in its second version, validated and signed, one being prepared. All invented."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.coordination.enums import MemberRole, Recurrence
from pepites.coordination.models import CarePlan
from pepites.coordination.plan.agreeing import confirm_version, sign_version
from pepites.coordination.plan.drafting import add_item, change_item, open_plan
from pepites.coordination.plan.enums import (
    ActionType,
    ConcernDomain,
    ExpectationAuthor,
    GoalResult,
    ItemKind,
    SignerQuality,
)
from pepites.coordination.plan.models import PlanItem
from pepites.coordination.plan.publishing import publish_plan
from pepites.demo.stories import ActorsLike
from pepites.networks.models import Network
from pepites.patients.models import Patient

DRAWN = "60,120 90,60 120,130 150,70 180,125;210,120 240,90 270,125 300,95 360,120;380,130 520,118"


@dataclass
class _Draft:
    """Writes the items of one plan as one professional."""

    actor: Actor
    plan: CarePlan

    def wish(self, text: str, author: ExpectationAuthor = ExpectationAuthor.PERSON) -> PlanItem:
        return self._add(ItemKind.EXPECTATION, None, text=text, author=author)

    def concern(self, text: str, domain: ConcernDomain, **more: Any) -> PlanItem:
        return self._add(ItemKind.CONCERN, None, text=text, domain=domain, **more)

    def goal(self, concern: PlanItem, text: str, **more: Any) -> PlanItem:
        return self._add(ItemKind.GOAL, concern, text=text, **more)

    def action(self, goal: PlanItem, text: str, days: int, **more: Any) -> PlanItem:
        owner = {} if "owner_role" in more else {"owner_practice_id": self.actor.practice_id}
        return self._add(ItemKind.ACTION, goal, text=text, due_on=today() + timedelta(days=days), **owner, **more)

    def _add(self, kind: ItemKind, parent: PlanItem | None, **values: Any) -> PlanItem:
        return add_item(actor=self.actor, plan=self.plan, kind=kind, values=values, parent=parent)


def tell_plans(actors: ActorsLike, people: dict[str, list[Patient]]) -> None:
    """Plans of persons whose circle is told already."""
    told = {slug: [patient for patient in patients if patient.consents.exists()] for slug, patients in people.items()}
    _validated(actors, told["maia"][0])
    _prepared(actors, told["diam"][0])


def _validated(actors: ActorsLike, patient: Patient) -> None:
    manager = actors.actor("mrobinel")
    with unit_of_work(manager):
        draft = _begin(manager, patient, "maia")
        draft.wish("Je veux rester dans ma maison, près du fleuve, et revoir mes sœurs.")
        draft.wish("J'ai besoin de souffler un après-midi par semaine.", ExpectationAuthor.CAREGIVER)
        home = draft.concern("La salle d'eau est dangereuse, une chute en mars", ConcernDomain.HOUSING, priority=1)
        safe = draft.goal(home, "Se laver seule sans tomber", horizon=today() + timedelta(days=120))
        draft.action(safe, "Monter le dossier d'aide à l'aménagement", 20, type=ActionType.RIGHTS)
        draft.action(safe, "Poser deux barres d'appui", 45, type=ActionType.HELP, owner_role=MemberRole.COORDINATOR)
        food = draft.concern("Perte de poids, moral bas", ConcernDomain.MEDICAL, priority=1, medical=True)
        weight = draft.goal(food, "Reprendre 2 kg en trois mois")
        draft.action(
            weight, "Peser chaque semaine", 3, type=ActionType.CARE, owner_role=MemberRole.NURSE,
            frequency=Recurrence.WEEKLY,
        )  # fmt: skip
        rest = draft.concern("Sa fille s'épuise", ConcernDomain.CAREGIVERS, priority=2)
        away = draft.goal(rest, "Un après-midi de répit par semaine")
        draft.concern(
            "Pas de transport pour le club", ConcernDomain.SOCIAL, priority=3, retained=False,
            reason="Ne le souhaite pas pour l'instant",
        )  # fmt: skip
        _publish(draft, "Première version, après la visite à domicile")
    with unit_of_work(manager):
        unmet = {
            "text": "Un après-midi de répit par semaine", "shared": True, "result": GoalResult.UNREALISED,
            "reason": "Aucune place d'accueil de jour avant l'année prochaine",
        }  # fmt: skip
        change_item(actor=manager, item=away, values=unmet, version=1)
        validators = (actors.practice("lvaragne").pk, actors.practice("tmontabo").pk)
        version = _publish(draft, "Répit impossible pour l'instant", validators)
    doctor = actors.actor("lvaragne")
    with unit_of_work(doctor):
        confirm_version(actor=doctor, version=version)
        name = f"{patient.first_given_name.title()} {patient.birth_name.title()}"
        sign_version(
            actor=doctor, version=version, quality=SignerQuality.PERSON, name=name, digest=version.digest, strokes=DRAWN
        )


def _prepared(actors: ActorsLike, patient: Patient) -> None:
    coordinator = actors.actor("pramsaran")
    with unit_of_work(coordinator):
        draft = _begin(coordinator, patient, "diam")
        draft.wish("Je veux pouvoir marcher jusqu'au marché.")
        foot = draft.concern("Plaie du pied droit", ConcernDomain.MEDICAL, priority=1, medical=True)
        draft.goal(foot, "Plaie refermée", horizon=today() + timedelta(days=60))


def _begin(actor: Actor, patient: Patient, slug: str) -> _Draft:
    network = Network.objects.get(slug=slug)
    return _Draft(actor, open_plan(actor=actor, patient_id=patient.pk, network_id=network.pk))


def _publish(draft: _Draft, reason: str, validators: tuple[int, ...] = ()) -> Any:
    draft.plan.refresh_from_db()
    return publish_plan(
        actor=draft.actor, plan=draft.plan, reason=reason, review_on=today() + timedelta(days=182),
        revision=draft.plan.revision, validators=validators,
    )  # fmt: skip
