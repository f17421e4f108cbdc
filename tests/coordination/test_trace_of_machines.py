"""What software did on a file is seen by the file's circle, under the name of its structure (rgpd §3.5)."""

import pytest
from tests import factories
from tests.accounts.machines import machine_actor, service_client
from tests.conftest import as_owner

from pepites.audit.journal import register_codes
from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Actor, ActorKind, ActorRef
from pepites.coordination.selectors.trace import trace_visible_to

register_codes({"essai.fait": "Essai fait"})


@pytest.mark.django_db
def test_software_is_named_by_its_structure() -> None:
    with as_owner():
        patient, practice = factories.patient(), factories.practice()
        factories.grant(patient, practice)
        reader = factories.actor_for(practice)
        client = service_client(organization=factories.organization(name="CH de Kourou"), client_id="gam-kourou")
    for actor in (machine_actor(client), Actor(ref=ActorRef(kind=ActorKind.JOB, role="tache"))):
        with unit_of_work(actor):
            record("essai.fait", subjects=(patient.pk,))
    with unit_of_work(reader):
        lines, _ = trace_visible_to(reader, patient.pk)
    assert [(line.name, line.role, line.organization) for line in lines] == [
        ("Pépites (tâche automatique)", "tache", ""),
        ("Logiciel d'une structure", "gam-kourou", "CH de Kourou"),
    ]
