"""A small invented world: a network, its coordinator, a nurse elsewhere, one person followed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.test import Client
from tests import factories
from tests.conftest import as_owner

from pepites.access.models import NetworkPatient
from pepites.accounts.models import User
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.coordination.models import Pathway
from pepites.directory.models import PractitionerRole
from pepites.networks.models import Network
from pepites.patients.models import Patient


@dataclass
class World:
    network: Network
    coordinator: PractitionerRole
    nurse: PractitionerRole
    outsider: PractitionerRole
    patient: Patient

    def actor(self, name: str) -> Actor:
        with as_owner():
            return factories.actor_for(getattr(self, name))

    @contextmanager
    def acting(self, name: str) -> Iterator[Actor]:
        actor = self.actor(name)
        with unit_of_work(actor):
            yield actor


def world(**patient_values: Any) -> World:
    with as_owner():
        network = factories.network()
        coordinator = factories.practice(role_code="coord", role_label="Coordinatrice")
        nurse = factories.practice()
        outsider = factories.practice()
        factories.membership(network, coordinator)
        patient = factories.patient(**patient_values)
        follow(network, patient)
    return World(network, coordinator, nurse, outsider, patient)


def follow(network: Network, patient: Patient) -> None:
    NetworkPatient.objects.create(network=network, patient=patient)
    Pathway.objects.create(network=network, patient=patient, opened_on="2025-01-01")


def signed_in(practice: PractitionerRole) -> Client:
    """A browser signed in with its second factor, in that place of practice."""
    with as_owner():
        account = User.objects.filter(professional_id=practice.professional_id).first() or factories.user(
            professional=practice.professional
        )
    client = Client()
    client.force_login(account, backend="pepites.accounts.backends.LocalBackend")
    session = client.session
    session["practice_id"] = practice.pk
    session["strong"] = True
    session["auth_method"] = "totp"
    session.save()
    return client
