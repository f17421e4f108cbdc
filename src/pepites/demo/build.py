"""Builds the demo territory: only through services, each as the person who would do it. A smoke test in itself."""

from collections.abc import Callable

from pepites.access.selectors import build_actor
from pepites.accounts.models import User
from pepites.accounts.services import create_account, ensure_demo_factor
from pepites.assessments.services import ensure_library
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor, Channel, system_actor
from pepites.demo.appointments import tell_appointments
from pepites.demo.assessments import tell_assessments
from pepites.demo.directory import load_directory, staff_numbers
from pepites.demo.families import tell_families
from pepites.demo.followed import create_people
from pepites.demo.histories import tell_histories
from pepites.demo.hospitals import feed_hospitals
from pepites.demo.notices import tell_notices
from pepites.demo.places import STRUCTURES
from pepites.demo.plans import tell_plans
from pepites.demo.protocols import tell_protocols
from pepites.demo.staff import STAFF, StaffSpec
from pepites.demo.stories import tell_stories
from pepites.demo.takeover import take_over_history
from pepites.demo.training import tell_training
from pepites.directory.enums import Category
from pepites.directory.models import Organization, PractitionerRole, Professional
from pepites.directory.services import create_organization, create_practice, create_professional
from pepites.networks.enums import MemberRole
from pepites.networks.services import add_membership, ensure_pilot_networks

Progress = Callable[[str], None]
SPONSOR = "lvaragne"


def build_demo(progress: Progress) -> None:
    """Build everything on a base that has only its reference data; a base already built is left as it is."""
    if User.objects.filter(login=STAFF[0].login).exists():
        return
    system = system_actor("demo", channel=Channel.COMMAND)
    progress("Réseaux, structures et professionnels")
    with unit_of_work(system):
        practices = _staff(system)
    progress("Annuaire national inventé")
    load_directory()
    actors = Actors(practices)
    progress("Personnes suivies")
    people = create_people(actors, progress)
    progress("Cercles, notes, tâches et discussions")
    tell_stories(actors, people, progress)
    tell_histories(actors, people)
    tell_plans(actors, people)
    tell_assessments(actors, people)
    tell_protocols(actors, people)
    tell_families(actors, people)
    tell_appointments(actors, people)
    take_over_history(actors, people)
    feed_hospitals(actors, progress)
    progress("Formation en cours")
    tell_training(actors)
    tell_notices(actors, people)


class Actors:
    """Gives the actor of an account in one of its places of practice."""

    def __init__(self, practices: dict[str, list[PractitionerRole]]) -> None:
        self._practices = practices

    def practice(self, login: str, place: int = 0) -> PractitionerRole:
        """A place of practice of that account."""
        return self._practices[login][place]

    def actor(self, login: str, place: int = 0) -> Actor:
        """That account acting in that place."""
        user = User.objects.select_related("professional").get(login=login)
        return build_actor(user, self.practice(login, place).pk, auth_method="demo", channel=Channel.COMMAND)


def _staff(system: Actor) -> dict[str, list[PractitionerRole]]:
    networks = {network.slug: network for network in ensure_pilot_networks()}
    ensure_library()
    places = {
        place.key: create_organization(
            actor=system, name=place.name, kind=place.kind, finess=place.finess, commune_cog=place.commune
        )
        for place in STRUCTURES
    }
    practices: dict[str, list[PractitionerRole]] = {}
    sponsor: Professional | None = None
    for spec, rpps in staff_numbers():
        professional = _professional(system, spec, rpps, sponsor)
        if spec.login == SPONSOR or sponsor is None:
            sponsor = professional
        practices[spec.login] = _practices(system, spec, professional, places)
        for slug, role in spec.networks:
            add_membership(
                actor=system,
                network_id=networks[slug].pk,
                practice_id=practices[spec.login][0].pk,
                role=MemberRole(role),
            )
        user = create_account(
            actor=system, login=spec.login, professional_id=professional.pk, demo=bool(spec.show), demo_note=spec.show,
            network_id=networks[spec.networks[0][0]].pk if spec.networks else None, platform_admin=spec.platform_admin,
        )  # fmt: skip
        ensure_demo_factor(user=user)
    return practices


def _professional(system: Actor, spec: StaffSpec, rpps: str, sponsor: Professional | None) -> Professional:
    code, label = spec.profession
    return create_professional(
        actor=system,
        family_name=spec.family,
        given_name=spec.given,
        civility=spec.civility,
        profession_code=code,
        profession_label=label,
        category=Category(spec.category),
        rpps=rpps or None,
        sponsor_id=None if spec.rpps or sponsor is None else sponsor.pk,
    )


def _practices(
    system: Actor, spec: StaffSpec, professional: Professional, places: dict[str, Organization]
) -> list[PractitionerRole]:
    return [
        create_practice(
            actor=system,
            professional_id=professional.pk,
            organization_id=places[place].pk,
            role_code=role,
            role_label=label,
            identity_cell=spec.identity_cell,
        )
        for place, role, label in spec.practices
    ]
