"""The access-decision function (coordination §2.4-3): pure, with its truth table in tests/access."""

from dataclasses import dataclass

from pepites.access.enums import Level, Regime
from pepites.accounts.values import Assurance
from pepites.common.actor import Actor, ActorKind, ProfessionCategory
from pepites.common.decision import Decision, Reason, allow, deny
from pepites.common.errors import Refused
from pepites.networks.acts import act_left


@dataclass(frozen=True, slots=True)
class SharingFacts:
    """What is known of a practice and a person when deciding on a sharing."""

    signed_in: bool = True
    strong: bool = True
    category: ProfessionCategory = ProfessionCategory.HEALTH
    member: bool = False
    member_accepted: bool = False
    member_ended: bool = False
    same_team: bool = False
    consent: bool = False
    opposition: bool = False
    coordination: bool = False
    emergency: bool = False
    author: bool = False
    sealed: bool = False
    sealed_reader: bool = False
    level: int = Level.FULL
    required_level: int = Level.SOCIAL


def practising(actor: Actor, level: int, needed: int) -> Decision:
    """What every act on a person asks first: a place of practice, and the level that the database says is held.

    The house's own jobs pass.
    """
    if actor.ref.kind in (ActorKind.JOB, ActorKind.SYSTEM):
        return allow("systeme")
    if not actor.signed_in:
        return deny(Reason.NOT_SIGNED_IN)
    if actor.practice_id is None:
        return deny(Reason.NO_CONTEXT)
    if level < Level.IDENTITY:
        return deny(Reason.NOT_IN_CIRCLE)
    if level < needed:
        return deny(Reason.MEMBERSHIP_PENDING if level == Level.IDENTITY else Reason.LEVEL_TOO_LOW)
    return allow("niveau")


def regime_between(*, same_organization: bool, sender: ProfessionCategory, recipient: ProfessionCategory) -> Regime:
    """Regime of a sharing (L.1110-4, L.1110-12): one team inside a structure, else outside the team.

    Different categories of R.1110-2 in two structures are never one team without the person's recognition.
    """
    if same_organization and ProfessionCategory.OUTSIDE not in (sender, recipient):
        return Regime.TEAM
    return Regime.OUTSIDE_TEAM


def decide_sharing(facts: SharingFacts) -> Decision:
    """May this practice see this item of this person? Order of coordination §2.4-3, deny by default.

    Account and strong authentication → category → author's own view → opposition → bris de glace → coordination or
    active membership → regime (team, else consent) → level → sealed item.
    """
    for refused, reason in (
        (not facts.signed_in, Reason.NOT_SIGNED_IN),
        (not facts.strong, Reason.WEAK_AUTHENTICATION),
        (facts.category is ProfessionCategory.OUTSIDE, Reason.CATEGORY_EXCLUDED),
    ):
        if refused:
            return deny(reason)
    if facts.author:
        return allow("auteur")
    decision = _way_in(facts)
    if not decision:
        return decision
    if facts.sealed and not facts.sealed_reader:
        return deny(Reason.SEALED)
    if facts.level < facts.required_level:
        return deny(Reason.LEVEL_TOO_LOW)
    return decision


def _way_in(facts: SharingFacts) -> Decision:
    if facts.emergency and facts.category is ProfessionCategory.HEALTH:
        return allow("bris_de_glace")
    if facts.opposition:
        return deny(Reason.OPPOSITION)
    if facts.coordination:
        return allow("coordination")
    if facts.member_ended:
        return deny(Reason.MEMBERSHIP_ENDED)
    if not facts.member:
        return deny(Reason.NOT_IN_CIRCLE)
    if not facts.member_accepted:
        return deny(Reason.MEMBERSHIP_PENDING)
    if facts.same_team:
        return allow("equipe")
    return allow("consentement") if facts.consent else deny(Reason.CONSENT_MISSING)


def can_break_glass(actor: Actor) -> Decision:
    """Bris de glace: health professionals only, strongly signed in, in a place of practice (coordination §2.4-3)."""
    if not actor.strong:
        return deny(Reason.WEAK_AUTHENTICATION)
    if actor.assurance == Assurance.EMERGENCY:  # for who is signed in at full level only (annuaire §6.4 a)
        return deny(Reason.EMERGENCY_MEANS)
    if actor.practice_id is None:
        return deny(Reason.NO_CONTEXT)
    if actor.category is not ProfessionCategory.HEALTH:
        return deny(Reason.CATEGORY_EXCLUDED)
    if not (left := act_left(actor, "emergency.open")):
        return left
    return allow("bris_de_glace")


def can_administer_network(actor: Actor, network_id: int) -> Decision:
    """Administrators of the network and of the platform."""
    if actor.platform_admin or network_id in actor.administered:
        return allow("administration")
    return deny(Reason.ROLE_MISSING)


def require(
    decision: Decision,
    *,
    code: str = "access.refused",
    subjects: tuple[int, ...] = (),
    object_type: str = "",
    object_id: object = "",
    hide: bool = False,
) -> Decision:
    """Go on when allowed; else raise the refusal, which the unit of work writes in the journal."""
    if not decision:
        raise Refused(
            decision,
            code=code,
            subject_ids=subjects,
            object_type=object_type,
            object_id=str(object_id),
            hide=hide,
        )
    return decision
