"""What the INSi screens show: the panel of a person, a comparison, the answers that wait for the cell.

No matricule here but the active one of a qualified identity: the base gives no other to read (§2.6-1).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE
from pepites.common.decision import Reason
from pepites.common.errors import NotFound
from pepites.identity import policies
from pepites.identity.enums import InsiIssue, InsiOperation, InsiState
from pepites.identity.ins import InsNumber
from pepites.identity.insi.answers import proposal
from pepites.identity.insi.coherence import warnings
from pepites.identity.insi.criteria import VARIANT_LABELS, Variant, transliterated
from pepites.identity.insi.differences import Gap, differences, forbids
from pepites.identity.insi.messages import Message, explain
from pepites.identity.models import DomainIdentity, Ins, InsiCall
from pepites.identity.ports import InsiPerson, Outcome, teleservice
from pepites.identity.selectors.labels import birth_date_label, sex_label
from pepites.identity.selectors.pages import shown
from pepites.identity.selectors.stored import traits_of

CALLS_SHOWN = 5
ISSUES_SHOWN = 50
GAPS = {
    Gap.NONE: ("identique", "check-lg", "pp-match"),
    Gap.MINOR: ("différence mineure", "info-circle", "pp-near"),
    Gap.LOOK: ("à vérifier sur la pièce", "exclamation-triangle", "pp-near"),
    Gap.FORBIDS: ("différence incompatible", "x-lg", "pp-differ"),
}


def active_ins(identity: DomainIdentity) -> InsNumber | None:
    """The number to show, print or send: of a qualified identity, and of this instance's environment (INS-2)."""
    row = (
        Ins.objects.filter(identity_id=identity.pk, active=True, environment=settings.PEPITES_INSI_ENVIRONMENT)
        .values_list("oid", "matricule")
        .first()
    )
    return InsNumber(*row) if row else None


@dataclass(frozen=True, slots=True)
class Panel:
    """The INSi card of an identity page. ``why_not`` says in French why no call may be made."""

    connected: bool
    why_not: str
    pending: bool
    asked: str
    proposal_id: UUID | None
    held: bool
    former: list[str]
    may_withdraw: bool
    simulated: bool
    sent_as: str


def panel(actor: Actor, identity: DomainIdentity) -> Panel:
    """What may be done with INSi for that person, and what was done last."""
    service = teleservice()
    proposed = InsiCall.objects.filter(identity_id=identity.pk, state=InsiState.PROPOSED).order_by("-asked_at").first()
    held = identity.status in ("RECUP", "QUAL")
    return Panel(
        connected=service is not None,
        why_not=_why_not(actor, identity),
        pending=identity.registration_pending and not held,
        asked=_moment(identity.insi_called_at),
        proposal_id=proposed.public_id if proposed else None,
        held=held,
        former=[one.kind for one in _former(identity)],
        may_withdraw=held and bool(policies.can_withdraw_ins(actor)),
        simulated=simulated(),
        sent_as=transliterated(traits_of(identity)),
    )


def simulated() -> bool:
    """Whether the INSi of this instance answers for invented persons (INSI-6)."""
    return bool(settings.PEPITES_INSI_URL) and settings.PEPITES_INSI_ENVIRONMENT != "production"


def _why_not(actor: Actor, identity: DomainIdentity) -> str:
    decision = policies.can_ask_insi(actor, identity.attributes, active=identity.active)
    if decision.reason is Reason.MEANS_TOO_WEAK:
        return decision.message
    if not decision:
        return "Une identité douteuse ou fictive ne s'interroge pas : levez d'abord l'attribut."
    if identity.sex not in ("M", "F"):
        return "INSi demande un sexe masculin ou féminin : complétez le trait d'abord."
    return ""


def _former(identity: DomainIdentity) -> list[InsNumber]:
    rows = Ins.objects.filter(identity_id=identity.pk, active=False).values_list("oid", "matricule")
    return [InsNumber(*row) for row in rows]


def _moment(when: dt.datetime | None) -> str:
    return f"{when.astimezone(CAYENNE):%d/%m/%Y à %H h %M}" if when else ""


@dataclass(frozen=True, slots=True)
class Line:
    """One trait of the comparison."""

    label: str
    ours: str
    theirs: str
    gap: str
    icon: str
    tone: str
    same: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """An answer in front of the stored traits. ``lines`` empty when nothing was proposed."""

    public_id: UUID
    code: str
    message: Message
    said: str
    lines: list[Line]
    forbidden: bool
    open: bool
    decision: str
    variants: list[tuple[str, str]]
    key_differs: bool
    warnings: list[str]


_LABELS = {
    "birth_name": "Nom de naissance",
    "given_names": "Prénoms de naissance",
    "birth_date": "Date de naissance",
    "sex": "Sexe",
    "birth_place_cog": "Lieu de naissance",
}


def call_for(identity: DomainIdentity, public_id: UUID) -> InsiCall:
    """One exchange of that identity."""
    call = InsiCall.objects.filter(identity_id=identity.pk, public_id=public_id).first()
    if call is None:
        raise NotFound
    return call


def comparison(actor: Actor, identity: DomainIdentity, call: InsiCall) -> Comparison:
    """The strict traits of INSi beside ours (RNIV-2); the reading is journalled."""
    del actor
    record("identity.insi.read", subjects=(identity.patient_id,), object_type="insi", object_id=call.public_id)
    waits = call.state == InsiState.PROPOSED and call.identity_version == identity.version
    person = proposal(call) if waits else None
    found = differences(traits_of(identity), person) if person else []
    return Comparison(
        public_id=call.public_id,
        code=call.code,
        message=_message(call),
        said=call.label if call.code != Outcome.FOUND else "",
        lines=[_line(identity, one.field, one.theirs, one.gap) for one in found],
        forbidden=forbids(found),
        open=waits,
        decision=call.get_state_display() if call.state else "",
        variants=_variants(call),
        key_differs=call.issue == InsiIssue.KEY,
        warnings=_warnings(person),
    )


def _warnings(person: InsiPerson | None) -> list[str]:
    """INS-8, for the eye only."""
    if person is None:
        return []
    return warnings(person.active, sex=person.sex, birth_date=person.birth_date, birth_place_cog=person.birth_place_cog)


def _message(call: InsiCall) -> Message:
    if call.issue == InsiIssue.ENVIRONMENT:
        return Message(
            "error", "Ce numéro vient d'un autre environnement",
            "Il n'est pas gardé : la cellule d'identitovigilance est prévenue. L'accueil continue.",
        )  # fmt: skip
    if call.operation == InsiOperation.VERIFY:
        if call.code == Outcome.FOUND:
            return Message("success", "L'INS est toujours juste", "Rien ne change dans l'identité.")
        if call.issue == InsiIssue.KO:
            return Message(
                "error", "L'INS ne correspond plus à ces traits",
                "Il a été retiré de l'identité, dont le statut a baissé. La cellule d'identitovigilance est prévenue.",
            )  # fmt: skip
    return explain(call.code, call.label)


def _line(identity: DomainIdentity, field: str, theirs: str, gap: Gap) -> Line:
    if field == "birth_date":
        ours = birth_date_label(identity.birth_date, interpreted=identity.birth_date_interpreted)
        said = f"{dt.date.fromisoformat(theirs):%d/%m/%Y}"
    elif field == "sex":
        ours, said = sex_label(identity.sex), sex_label(theirs)
    else:
        ours, said = shown(field, getattr(identity, field)), shown(field, theirs)
    return Line(_LABELS[field], ours, said, *GAPS[gap], same=gap is Gap.NONE)


def _variants(call: InsiCall) -> list[tuple[str, str]]:
    """Other writings to try after « aucune identité » (INSI-2)."""
    if call.operation != InsiOperation.SEARCH or call.code != Outcome.NONE:
        return []
    return [(str(one), label) for one, label in VARIANT_LABELS.items() if one is not Variant.AS_IS]


@dataclass(frozen=True, slots=True)
class Issue:
    """An answer that waits for the cell."""

    public_id: UUID
    patient_public_id: UUID
    name: str
    what: str
    when: str
    reason: str


def issues_visible_to(actor: Actor) -> list[Issue]:
    """The cell's worklist, the oldest first; each person is journalled."""
    if not policies.can_withdraw_ins(actor):
        return []
    rows = list(
        InsiCall.objects.exclude(issue="")
        .filter(issue_closed_at=None)
        .select_related("identity")
        .order_by("asked_at")[:ISSUES_SHOWN]
    )
    if rows:
        record("identity.insi.read", subjects=tuple(sorted({row.patient_id for row in rows})))
    return [_issue(row) for row in rows]


def _issue(row: InsiCall) -> Issue:
    one: Any = row.identity
    return Issue(
        public_id=row.public_id,
        patient_public_id=one.patient_public_id,
        name=f"{one.birth_name} {one.first_given_name}",
        what=row.get_issue_display(),
        when=_moment(row.asked_at),
        reason=row.decision_reason,
    )


def waiting_issues(actor: Actor) -> int:
    """How many answers wait, for the navigation badge."""
    if not policies.can_withdraw_ins(actor):
        return 0
    return InsiCall.objects.exclude(issue="").filter(issue_closed_at=None).count()
