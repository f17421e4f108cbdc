"""Protocolised pathways under way and demandes waiting, in the demo; some steps are late on purpose. All invented."""

import uuid
from datetime import timedelta

from pepites.audit.unit import unit_of_work
from pepites.common.actor import ANONYMOUS
from pepites.common.clock import today
from pepites.coordination import services
from pepites.coordination.models import Pathway, ProtocolStep
from pepites.coordination.referrals.services import receive_public, send_referral
from pepites.coordination.referrals.values import Asked
from pepites.demo.followed import COORDINATION
from pepites.demo.histories import PDF
from pepites.demo.stories import ActorsLike
from pepites.messaging.values import Upload
from pepites.networks.models import Network
from pepites.patients.models import Patient

# network, protocol, (person's rank, days since the anchor, steps already done)
RUNS = (
    ("maia", "gestion-de-cas", ((0, 62, 4), (1, 38, 2), (2, 12, 1), (3, 120, 4), (4, 55, 2))),
    ("maia", "retour-domicile", ((5, 9, 1),)),
    ("diam", "annee", ((0, 110, 4), (1, 40, 1), (2, 20, 1))),
    ("perinat", "rsev", ((0, 200, 2), (1, 130, 0), (3, 60, 0))),
)


def tell_protocols(actors: ActorsLike, people: dict[str, list[Patient]]) -> None:
    """Runs started by each network's coordination, then three demandes, one of them from a relative."""
    for slug, code, persons in RUNS:
        actor = actors.actor(COORDINATION[slug])
        for rank, days, done in persons:
            with unit_of_work(actor):
                pathway = Pathway.objects.select_related("pack", "network").get(
                    patient=people[slug][rank], network__slug=slug
                )
                run = services.start_protocol(
                    actor=actor, pathway=pathway, code=code, anchor_on=today() - timedelta(days=days)
                )
                steps = ProtocolStep.objects.filter(run=run).select_related("task").order_by("offset_days")
                for step in steps[:done]:
                    services.complete_task(actor=actor, task=step.task)
    _ask(actors)


def _ask(actors: ActorsLike) -> None:
    maia, diam = (Network.objects.get(slug=slug) for slug in ("maia", "diam"))
    physician = actors.actor(COORDINATION["diam"])
    with unit_of_work(physician):
        send_referral(
            actor=physician, network=maia, key=uuid.uuid4(),
            asked=Asked(
                motive="Patiente diabétique de 81 ans, chutes répétées, aidante épuisée : évaluation à domicile ?",
                family_name="Sabajo", given_name="Wilhelmina", urgency="urgente", informed=True,
                yes=frozenset({"chutes", "aidant", "seule"}),
            ),
            files=[Upload("courrier.pdf", PDF)],
        )  # fmt: skip
    manager = actors.actor(COORDINATION["maia"])
    with unit_of_work(manager):
        send_referral(
            actor=manager, network=diam, key=uuid.uuid4(),
            asked=Asked(motive="Qui peut animer un atelier sur l'alimentation dans un village ?", about_person=False),
        )  # fmt: skip
    with unit_of_work(ANONYMOUS):
        receive_public(
            actor=ANONYMOUS, network=maia, key=uuid.uuid4(),
            asked=Asked(
                motive="Mon père oublie de manger et ne sort plus. Je travaille et je ne sais plus comment faire.",
                requester_kind="aidant", requester_name="Une fille", requester_contact="0639 98 00 11",
                family_name="Apatou", given_name="Célestin", yes=frozenset({"repas", "memoire"}),
            ),
        )  # fmt: skip
