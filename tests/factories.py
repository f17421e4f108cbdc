"""Base factories: everything invented. Call inside ``as_owner()``."""

import itertools
from typing import Any
from uuid import UUID

from django.db import connection

from pepites.access.models import AccessGrant, NetworkPatient
from pepites.access.selectors import build_actor
from pepites.accounts.models import User
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.directory.models import Organization, PractitionerRole, Professional
from pepites.networks.models import Network, NetworkMembership
from pepites.patients.models import Patient

_count = itertools.count(1)


def organization(**values: Any) -> Organization:
    n = next(_count)
    return Organization.objects.create(
        **{"name": f"Structure {n}", "sort_key": f"STRUCTURE {n}", "kind": "cabinet"} | values
    )


def professional(**values: Any) -> Professional:
    n = next(_count)
    defaults = {
        "rpps": f"9{n:010d}",
        "family_name": f"Essai{n}",
        "given_name": "Ana",
        "sort_key": f"ESSAI{n} ANA",
        "profession_code": "60",
        "profession_label": "Infirmier",
        "category": "sante",
    }
    return Professional.objects.create(**defaults | values)


def practice(**values: Any) -> PractitionerRole:
    if "professional" not in values:
        values["professional"] = professional(**({"category": values.pop("category")} if "category" in values else {}))
    if "organization" not in values:
        values["organization"] = organization()
    return PractitionerRole.objects.create(**{"role_code": "ide", "role_label": "Infirmière"} | values)


def user(**values: Any) -> User:
    n = next(_count)
    return User.objects.create(**{"login": f"essai{n}", "password": "!"} | values)


def network(**values: Any) -> Network:
    n = next(_count)
    return Network.objects.create(**{"slug": f"reseau-{n}", "name": f"Réseau {n}", "short_name": f"R{n}"} | values)


def membership(network: Network, practice: PractitionerRole, role: str = "coordination") -> NetworkMembership:
    return NetworkMembership.objects.create(network=network, practice=practice, role=role)


def patient(**values: Any) -> Patient:
    n = next(_count)
    defaults = {
        "birth_name": f"PERSONNE{n}",
        "first_given_name": "MARIA",
        "sort_key": f"PERSONNE{n:06d} MARIA",
        "search_text": f"PERSONNE{n} MARIA",
        "birth_date": "1954-12-31",
        "sex": "F",
    }
    return Patient.objects.create(**defaults | values)


def grant(patient: Patient, practice: PractitionerRole, level: int = 3, **values: Any) -> AccessGrant:
    defaults = {"level": level, "offered_level": level, "basis": "cercle", "regime": "equipe", "accepted_at": now()}
    return AccessGrant.objects.create(patient=patient, practice=practice, **defaults | values)


def enrolment(network: Network, patient: Patient, **values: Any) -> NetworkPatient:
    return NetworkPatient.objects.create(network=network, patient=patient, **values)


def actor_for(practice: PractitionerRole, **values: Any) -> Actor:
    """The actor of that practice, with its account made at need."""
    account = User.objects.filter(professional_id=practice.professional_id).first() or user(
        professional=practice.professional
    )
    return build_actor(account, practice.pk, **values)


def public_id(value: object) -> UUID:
    return UUID(str(value))


def role_in_force() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])
