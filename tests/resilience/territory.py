"""Builds what the kill tests need, through services only: a coordinator, a nurse, a few persons and their discussions.

Run in a process of its own, with the owner's database role; prints as JSON who and what there is.
"""

import json
import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pepites.config.settings")
os.environ["PEPITES_DB_ROLE"] = "owner"

import django

django.setup()

from pepites.access.enums import ConsentMode, Level
from pepites.access.selectors import build_actor
from pepites.accounts.models import User
from pepites.accounts.services import create_account, ensure_demo_factor
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor, Channel, system_actor
from pepites.common.clock import today
from pepites.coordination.enums import MemberRole
from pepites.coordination.models import CareTeamMember
from pepites.coordination.services import accept_invitation, collect_consent, invite_member, open_pathway
from pepites.directory.enums import Category, OrganizationKind
from pepites.directory.services import create_organization, create_practice, create_professional
from pepites.identity.services import create_identity
from pepites.identity.traits import IdentityTraits
from pepites.identity.values import parse_birth_date
from pepites.messaging.services import create_conversation, ensure_circle_conversation
from pepites.networks.enums import MemberRole as NetworkRole
from pepites.networks.models import Network
from pepites.networks.services import add_membership, ensure_pilot_networks
from pepites.patients.models import Patient

PERSONS = (("KALIMANTE", "ODETTE", "12/03/1941"), ("SAINT-OURS", "FIRMIN", "30/11/1950"), ("BOISROND", "ZELIE", "1948"))


def person_who_works(login: str, family: str, rpps: str, role: tuple[str, str], network: Network | None) -> Actor:
    """An account of demonstration, with its one place of practice."""
    system = system_actor("essai", channel=Channel.COMMAND)
    with unit_of_work(system):
        professional = create_professional(
            actor=system, family_name=family, given_name="Ode", civility="Mme", profession_code="60",
            profession_label="Infirmière", category=Category.HEALTH, rpps=rpps, sponsor_id=None,
        )  # fmt: skip
        place = create_organization(
            actor=system, name=f"Lieu {family}", kind=OrganizationKind.COORDINATION, commune_cog="97302"
        )
        practice = create_practice(
            actor=system, professional_id=professional.pk, organization_id=place.pk, role_code=role[0],
            role_label=role[1], identity_cell=False,
        )  # fmt: skip
        if network is not None:
            add_membership(actor=system, network_id=network.pk, practice_id=practice.pk, role=NetworkRole.COORDINATION)
        user = create_account(actor=system, login=login, professional_id=professional.pk, demo=True, demo_note="Essai")
        ensure_demo_factor(user=user)
    user = User.objects.select_related("professional").get(pk=user.pk)
    return build_actor(user, practice.pk, auth_method="demo", channel=Channel.COMMAND)


def followed(actor: Actor, network: Network, birth_name: str, given: str, birth: str) -> Patient:
    """A person followed by the network, who agreed."""
    traits = IdentityTraits(
        birth_name=birth_name, first_given_name=given, given_names=given, birth_date=parse_birth_date(birth, today()),
        sex="F", birth_place_cog="97302", used_name="", birth_name_typed=birth_name, given_names_typed=given,
    )  # fmt: skip
    patient = create_identity(actor=actor, traits=traits, search_id=None, phones=[], commune_cog="97302")
    open_pathway(actor=actor, patient_id=patient.pk, network_id=network.pk)
    collect_consent(actor=actor, patient_id=patient.pk, mode=ConsentMode.ORAL, network_id=network.pk)
    return patient


def build() -> dict[str, Any]:
    """The whole small territory."""
    networks = {network.slug: network for network in ensure_pilot_networks()}
    maia = networks["maia"]
    coordinator = person_who_works("coordonne", "Tafanel", "99900000011", ("coord", "Coordinatrice"), maia)
    nurse = person_who_works("soigne", "Ouvreur", "99900000012", ("ide", "Infirmière"), None)
    assert nurse.practice_id is not None
    files, talks = [], []
    for birth_name, given, birth in PERSONS:
        with unit_of_work(coordinator):
            patient = followed(coordinator, maia, birth_name, given, birth)
            talk = ensure_circle_conversation(actor=coordinator, patient_id=patient.pk)
            member = invite_member(
                actor=coordinator, patient_id=patient.pk, practice_id=nurse.practice_id, role=MemberRole.NURSE,
                level=Level.FULL,
            )  # fmt: skip
        with unit_of_work(nurse):
            accept_invitation(actor=nurse, member=CareTeamMember.objects.get(pk=member.pk))
        files.append(str(patient.public_id))
        talks.append(str(talk.public_id))
    with unit_of_work(coordinator):
        team = create_conversation(actor=coordinator, kind="team", title="Équipe", practice_ids=[nurse.practice_id])
    accounts = {user.login: str(user.public_id) for user in User.objects.filter(demo=True)}
    return {"accounts": accounts, "files": files, "talks": [*talks, str(team.public_id)]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(build()))
