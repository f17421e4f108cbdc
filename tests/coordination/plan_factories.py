"""A plan around one invented person: a social problem, a medical one, an objective and an action under each."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import World, world

from pepites.access.enums import ConsentMode
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.coordination import services
from pepites.coordination.models import CarePlan, CareTeamMember, PlanVersion
from pepites.coordination.plan.drafting import add_item, open_plan
from pepites.coordination.plan.models import PlanItem
from pepites.coordination.plan.publishing import publish_plan
from pepites.directory.models import PractitionerRole

SECRET = "Dépression sévère traitée"


@dataclass
class Planned:
    """The world, the plan and the items of its draft; ``social`` reads at level 2, ``nurse`` at level 3."""

    w: World
    plan: CarePlan
    social: PractitionerRole
    items: dict[str, PlanItem]


def add(actor: Actor, plan: CarePlan, kind: str, text: str, parent: PlanItem | None = None, **values: Any) -> PlanItem:
    defaults: dict[str, Any] = {
        "attente": {"author": "personne"},
        "probleme": {"domain": "social", "priority": 2, "retained": True, "reason": ""},
        "objectif": {"shared": True, "result": "en_cours", "reason": "", "horizon": None},
        "action": {"type": "aide", "owner_practice_id": actor.practice_id, "owner_role": "", "due_on": today(),
                   "frequency": "", "start_on": None, "outcome": ""},
    }[kind]  # fmt: skip
    return add_item(actor=actor, plan=plan, kind=kind, values=defaults | values | {"text": text}, parent=parent)


def planned() -> Planned:
    w = world()
    with as_owner():
        social = factories.practice(category="social", role_label="Assistante sociale")
    invite(w, w.nurse, 3)
    invite(w, social, 2)
    with w.acting("coordinator") as actor:
        plan = open_plan(actor=actor, patient_id=w.patient.pk, network_id=w.network.pk)
        items = {"wish": add(actor, plan, "attente", "Rester chez moi")}
        items["problem"] = add(actor, plan, "probleme", "Logement inadapté", domain="logement")
        items["goal"] = add(actor, plan, "objectif", "Aménager la salle d'eau", items["problem"])
        items["action"] = add(actor, plan, "action", "Demander une douche de plain-pied", items["goal"])
        items["illness"] = add(actor, plan, "probleme", SECRET, domain="psychologique", medical=True, priority=1)
        items["cure"] = add(actor, plan, "objectif", f"{SECRET} : stabiliser", items["illness"])
        items["visit"] = add(actor, plan, "action", f"{SECRET} : consulter", items["cure"])
    plan.refresh_from_db()
    return Planned(w, plan, social, items)


def invite(w: World, practice: PractitionerRole, level: int) -> None:
    with w.acting("coordinator") as actor:
        services.collect_consent(actor=actor, patient_id=w.patient.pk, mode=ConsentMode.ORAL)
        services.invite_member(
            actor=actor, patient_id=w.patient.pk, practice_id=practice.pk, role="social", level=level
        )
    with as_owner():
        invited = factories.actor_for(practice)
    with unit_of_work(invited):
        services.accept_invitation(actor=invited, member=CareTeamMember.objects.get(practice=practice))


def publish(p: Planned, reason: str = "Première version", **values: Any) -> PlanVersion:
    with p.w.acting("coordinator") as actor:
        p.plan.refresh_from_db()
        defaults = {"revision": p.plan.revision, "review_on": today() + timedelta(days=180)}
        return publish_plan(actor=actor, plan=p.plan, reason=reason, **defaults | values)
