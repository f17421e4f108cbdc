"""Creating an identity, and with it the person (RNIV-9, INS-10 to INS-16)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import connection

from pepites.access.policies import require
from pepites.access.services import database_refusals
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError
from pepites.common.events import publish
from pepites.common.identifiers import new_regional_id, new_uuid
from pepites.identity import policies
from pepites.identity.blocks import hashed_keys
from pepites.identity.events import IdentityCreated
from pepites.identity.models import Alias, DomainIdentity, Phone
from pepites.identity.normalisation import is_place_code
from pepites.identity.phones import clean_phones
from pepites.identity.selectors import Candidate, likely_doubles
from pepites.identity.services.doubles import open_pair_card
from pepites.identity.traits import AliasValue, IdentityTraits
from pepites.identity.written import written
from pepites.patients.models import Patient

_LOCK = 0x1D_E7717  # one number for « creations of identities », shared by interactive ones, alone for an import


class LikelyDoubles(DomainError):
    """Persons look the same: warn, never block. Call again with ``not_same_reason``, or open the existing person."""

    code = "likely_doubles"

    def __init__(self, candidates: list[Candidate]) -> None:
        super().__init__(
            "Une personne qui ressemble existe déjà. Comparez les traits, puis ouvrez son dossier ou dites pourquoi"
            " ce n'est pas la même personne.",
            field="not_same_reason",
        )
        self.candidates = candidates


def lock_for_import() -> None:
    """Hold all creations for this transaction: an import matches its lines, then creates, with nobody in between."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _lock(keys: list[int], *, alone: bool) -> None:
    """Two creations of one person share a blocking key: the second waits, then sees the first as a likely double."""
    if alone:
        lock_for_import()
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])
        cursor.execute("SELECT pg_advisory_xact_lock(k) FROM (SELECT unnest(%s::bigint[]) AS k ORDER BY 1) one", [keys])


def create_identity(
    *,
    actor: Actor,
    traits: IdentityTraits,
    search_id: UUID | None,
    phones: Sequence[str] = (),
    commune_cog: str = "",
    aliases: Sequence[AliasValue] = (),
    not_same_reason: str = "",
    grant_hours: int | None = None,
    seen: Collection[UUID] | None = None,
    matched: bool = False,
    fictitious: bool = False,
) -> Patient:
    """Create a person with a provisional identity; the creator's practice gets the file (for ``grant_hours`` if given).

    ``search_id``: the proof of a search on the same date (RNIV-9); None for an import, by who runs a network.
    ``not_same_reason`` answers the likely doubles, ``seen`` being those that were shown (all when None).
    ``matched``: the import has compared the line itself, under ``lock_for_import``. ``fictitious``: an invented person
    (training), compared with nobody and sent nowhere (§2.2). Raises ``LikelyDoubles``,
    ``DomainError`` naming a field, ``Refused``.
    """
    traits = traits.checked()
    numbers = clean_phones(phones)
    if commune_cog and not is_place_code(commune_cog):
        raise DomainError("Choisissez la commune dans la liste.", field="commune")
    if search_id is None:
        require(policies.can_import(actor), code="identity.create")
    keys = hashed_keys(written(traits, numbers, aliases, commune=commune_cog))
    doubles: list[Candidate] = []
    if not (matched or fictitious):
        _lock(keys, alone=search_id is None)
        doubles = likely_doubles(
            actor, traits, phones=numbers, aliases=aliases, commune_cog=commune_cog, search_id=search_id
        )
        unseen = [one for one in doubles if seen is not None and one.public_id not in seen]
        if doubles and (unseen or not not_same_reason.strip()):
            raise LikelyDoubles(doubles)
    patient = _insert(actor, traits, search_id, commune_cog, grant_hours, fictitious=fictitious)
    _insert_complements(actor, patient, numbers, aliases)
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_set_blocks(%s, %s)", [patient.pk, keys])
    record("identity.created", action="C", subjects=(patient.pk,), object_type="search", object_id=search_id or "")
    for double in doubles:
        open_pair_card(actor=actor, created=patient.pk, double=double, comment=not_same_reason.strip()[:300])
    publish(IdentityCreated((patient.pk, *(double.patient_id for double in doubles))))  # both are marked homonyms
    patient.refresh_from_db()
    return patient


def _insert(
    actor: Actor,
    traits: IdentityTraits,
    search_id: UUID | None,
    commune_cog: str,
    grant_hours: int | None,
    *,
    fictitious: bool,
) -> Patient:
    public_id = new_uuid()
    with database_refusals("identity.create"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT identity_create_patient(%s, %s, %s, %s, %s)",
            [search_id, traits.birth_date.stored, public_id, new_regional_id(), grant_hours],
        )
        patient_id = cursor.fetchone()[0]
    DomainIdentity.objects.create(
        patient_id=patient_id,
        patient_public_id=public_id,
        commune_cog=commune_cog,
        changed_by_id=actor.practice_id,
        changed_at=now(),
        fictitious=fictitious,
        **traits.columns(),
    )
    return Patient(pk=patient_id, public_id=public_id)


def _insert_complements(actor: Actor, patient: Patient, numbers: Sequence[str], aliases: Sequence[AliasValue]) -> None:
    Phone.objects.bulk_create(Phone(patient_id=patient.pk, number=number, key=key) for number, key in _keyed(numbers))
    Alias.objects.bulk_create(
        Alias(
            patient_id=patient.pk,
            kind=one.kind,
            birth_name=one.birth_name,
            given_names=one.given_names,
            birth_date=one.birth_date,
            typed=one.typed,
            added_by_id=actor.practice_id,
        )
        for one in aliases
    )


def _keyed(numbers: Sequence[str]) -> list[tuple[str, str]]:
    kept: dict[str, str] = {}
    for number in numbers:
        kept.setdefault("".join(c for c in number if c.isdigit())[-8:], number)
    return [(number, key) for key, number in kept.items()]
