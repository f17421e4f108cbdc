"""The followed persons of the demo, entered as their network's coordination would enter them."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol

from pepites.access.enums import ConsentMode
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.coordination.enums import MemberRole, TaskKind
from pepites.coordination.services import collect_consent, create_task, open_pathway, oppose
from pepites.demo.population import PersonSpec, population
from pepites.identity.models import DomainIdentity
from pepites.identity.services import LikelyDoubles, add_alias, check_document, create_identity
from pepites.identity.traits import IdentityTraits
from pepites.identity.values import parse_birth_date
from pepites.networks.models import Network
from pepites.patients.models import Patient
from pepites.patients.services import set_preferences

BATCH = 25
COORDINATION = {"maia": "mrobinel", "diam": "pramsaran", "perinat": "cdumoutier"}


class ActorsLike(Protocol):
    """What this module needs of ``build.Actors``."""

    def actor(self, login: str, place: int = 0) -> Actor: ...


def create_people(actors: ActorsLike, progress: Callable[[str], None]) -> dict[str, list[Patient]]:
    """Create everybody; returns the persons of each network, the special ones first."""
    networks = {network.slug: network for network in Network.objects.all()}
    followed: dict[str, list[Patient]] = {}
    for slug, login in COORDINATION.items():
        actor = actors.actor(login)
        specs = iter([spec for spec in population() if spec.network == slug])
        followed[slug] = []
        while batch := list(islice(specs, BATCH)):
            with unit_of_work(actor):
                followed[slug] += list(_enter(actor, networks[slug], batch))
        progress(f"{networks[slug].name} : {len(followed[slug])} personnes")
    return followed


def _enter(actor: Actor, network: Network, batch: list[PersonSpec]) -> Iterator[Patient]:
    for spec in batch:
        patient = _create(actor, spec)
        restricted = spec.consent == "non"
        open_pathway(
            actor=actor,
            patient_id=patient.pk,
            network_id=network.pk,
            organization_id=actor.ref.organization_id if restricted else None,
        )
        _complete(actor, patient, spec)
        _answer(actor, network, patient, spec.consent)
        yield patient


def _complete(actor: Actor, patient: Patient, spec: PersonSpec) -> None:
    """Language, other names, and the paper that was shown."""
    if spec.language != "fr" or spec.interpreter:
        patient.refresh_from_db()
        set_preferences(actor=actor, patient=patient, language=spec.language, interpreter=spec.interpreter)
    identity = DomainIdentity.objects.get(patient=patient)
    for birth_name, given_names in spec.aliases:
        add_alias(actor=actor, identity=identity, birth_name=birth_name, given_names=given_names)
    if spec.document:
        check_document(actor=actor, identity=identity, device_code=spec.document)


def _create(actor: Actor, spec: PersonSpec) -> Patient:
    traits = IdentityTraits(
        birth_name=spec.birth_name,
        first_given_name=spec.given_names.split()[0],
        given_names=spec.given_names,
        birth_date=parse_birth_date(spec.birth, today()),
        sex=spec.sex,
        birth_place_cog=spec.birth_place,
        used_name=spec.used_name,
        birth_name_typed=spec.birth_name,
        given_names_typed=spec.given_names,
    )
    phones = [spec.phone] if spec.phone else []
    try:
        return create_identity(actor=actor, traits=traits, search_id=None, phones=phones, commune_cog=spec.commune)
    except LikelyDoubles:
        return create_identity(
            actor=actor, traits=traits, search_id=None, phones=phones, commune_cog=spec.commune,
            not_same_reason="Démonstration : autre personne, vérifié au domicile",
        )  # fmt: skip


def _answer(actor: Actor, network: Network, patient: Patient, consent: str) -> None:
    if consent == "oui":
        collect_consent(actor=actor, patient_id=patient.pk, mode=ConsentMode.ORAL, network_id=network.pk)
    elif consent == "non":
        oppose(actor=actor, patient_id=patient.pk)
    else:
        create_task(
            actor=actor, patient_id=patient.pk, title="Consentement à recueillir", kind=TaskKind.CONSENT,
            owner_role=MemberRole.COORDINATOR,
        )  # fmt: skip
