"""Whether a stored INS is still right: on doubt, and by night for the oldest ones (§2.8)."""

import datetime as dt

from django.conf import settings
from django.db import connection
from django.db.models import F

from pepites.access.policies import require
from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError
from pepites.identity import policies
from pepites.identity.enums import InsiIssue, InsiOperation
from pepites.identity.ins import InsNumber
from pepites.identity.models import DomainIdentity, Ins, InsiCall
from pepites.identity.ports import InsiQuery, InsiTeleservice, Outcome
from pepites.identity.services.correction import require_edit
from pepites.identity.services.ins import lower
from pepites.identity.services.insi import check_calls_left, connected, keep_call

REASON = "Vérification INSi négative"
MONTH = dt.timedelta(days=30.44)


def verify_ins(*, actor: Actor, identity: DomainIdentity) -> InsiCall:
    """Unit verification of the number held, by who may write on the identity. KO lowers the status (§2.1)."""
    require_edit(actor, identity)
    current = DomainIdentity.objects.get(pk=identity.pk)
    require(
        policies.can_ask_insi(actor, current.attributes, active=current.active),
        code="identity.insi.refused",
        subjects=(current.patient_id,),
    )
    service = connected()
    check_calls_left(current)
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid, matricule FROM identity_ins_to_verify(%s)", [current.pk])
        row = cursor.fetchone()
    if row is None:
        raise DomainError("Cette identité ne porte pas d'INS à vérifier.")
    record("identity.ins.read", action="R", subjects=(current.patient_id,), object_id=current.public_id)
    return _verified(actor, current, service, InsNumber(*row))


def _verified(actor: Actor, current: DomainIdentity, service: InsiTeleservice, number: InsNumber) -> InsiCall:
    query = InsiQuery(
        current.birth_name, current.given_names, current.sex, current.birth_date, current.birth_place_cog,
        "vérification",
    )  # fmt: skip
    call: InsiCall | None = None
    for reply in service.verify(number, query):
        issue = InsiIssue.KO if reply.code in wrong_codes() else ""
        call = keep_call(actor, current, service, reply, InsiOperation.VERIFY, issue)
    assert call is not None
    if call.issue == InsiIssue.KO:
        lower(actor, current, REASON)
    return call


def wrong_codes() -> frozenset[str]:
    """The result codes that say the number is wrong (**TV**: the contract of WS_INS3); any other changes nothing."""
    return frozenset(settings.PEPITES_INSI_VERIF_KO.split(",")) - {Outcome.FOUND.value, ""}


def due_identities(limit: int) -> list[int]:
    """Keys of the identities whose last INSi answer is the oldest, beyond the period; for the nightly job."""
    before = now() - settings.PEPITES_INSI_VERIF_PERIODE_MOIS * MONTH
    rows = DomainIdentity.objects.filter(active=True, status__in=("RECUP", "QUAL"), insi_called_at__lt=before).order_by(
        F("insi_called_at").asc(), "id"
    )
    return list(rows.values_list("pk", flat=True)[:limit])


def verify_next(*, actor: Actor, identity_id: int) -> str:
    """One identity of the nightly job, in its own unit of work; gives the code of the answer, empty when not due."""
    with unit_of_work(actor):
        service = connected()
        current = (
            DomainIdentity.objects.select_for_update().filter(pk=identity_id, status__in=("RECUP", "QUAL")).first()
        )
        held = Ins.objects.filter(identity_id=identity_id, active=True).values_list("oid", "matricule").first()
        if current is None or held is None:
            return ""
        return _verified(actor, current, service, InsNumber(*held)).code
