"""`pepites fhir export`: what the person who types it sees."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import click

from pepites.access.selectors import build_actor, level_on
from pepites.accounts.models import User
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor, Channel, Purpose, system_actor
from pepites.common.decision import Reason, deny
from pepites.common.errors import DomainError, Refused
from pepites.directory.models import PractitionerRole
from pepites.fhir.codec_json import write_json
from pepites.fhir.exports.bundle import export_patient
from pepites.fhir.mappers.parts import Json
from pepites.networks.selectors import in_force
from pepites.patients.models import Patient


def run(identifier: str, target: Path, as_login: str | None) -> int:
    """Write the Bundle of one person to ``target``; the bytes leave once the journal has them (design, law 4)."""
    bundle = bundle_for(identifier, as_login)
    _write(target, write_json(bundle))
    counts = Counter(one["resource"]["resourceType"] for one in bundle["entry"])
    click.echo(f"Dossier exporté dans « {target} » :")
    for kind, count in sorted(counts.items()):
        click.echo(f"  {kind} : {count}")
    return 0


def bundle_for(identifier: str, as_login: str | None) -> Json:
    """The Bundle, with the rights of that account in the place of practice that reads most; else the server's own."""
    actor = _widest(identifier, as_login) if as_login else system_actor("fhir_export", channel=Channel.COMMAND)
    with unit_of_work(actor):
        patient = _patient(identifier)
        if patient is None:
            raise Refused(deny(Reason.NOT_IN_CIRCLE), code="fhir.export.refused", object_type="patient")
        return export_patient(actor=actor, patient=patient)


def _widest(identifier: str, login: str) -> Actor:
    levels = []
    for actor in _actors(login):
        with unit_of_work(actor, read_only=True):
            patient = _patient(identifier)
            levels.append((level_on(patient.pk) if patient else 0, actor))
    return max(levels, key=lambda pair: pair[0])[1]


def _actors(login: str) -> Iterator[Actor]:
    user = User.objects.filter(login=login, is_active=True).select_related("professional").first()
    if user is None:
        raise DomainError(f"Le compte « {login} » n'existe pas ou n'est plus actif : vérifiez l'identifiant.")
    practices = list[int]()
    if user.professional_id is not None:
        held = PractitionerRole.objects.filter(in_force(), professional_id=user.professional_id)
        practices = list(held.order_by("starts_at", "id").values_list("pk", flat=True))
    if not practices:
        raise DomainError(f"Le compte « {login} » n'a pas de lieu d'exercice : il ne lit aucun dossier.")
    for practice_id in practices:
        yield build_actor(user, practice_id, channel=Channel.COMMAND, purpose=Purpose.COORDINATION)


def _patient(identifier: str) -> Patient | None:
    """By the number in the address of the file, or the regional one; of files merged, the one that stands."""
    try:
        found = Patient.objects.filter(public_id=UUID(identifier))
    except ValueError:
        found = Patient.objects.filter(regional_id="".join(identifier.split()).upper())
    return found.filter(survivor=None).first()


def _write(target: Path, content: bytes) -> None:
    """Beside its place, for its owner alone, then moved there: never half a file."""
    part = target.with_name(f"{target.name}.partiel")
    descriptor = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise
