"""Who may do what on an identity, and which document validates it."""

from collections.abc import Set
from dataclasses import dataclass

from pepites.access.enums import Level
from pepites.accounts.policies import may_use_national
from pepites.common.actor import Actor, ActorKind, ProfessionCategory
from pepites.common.decision import Decision, Reason, allow, deny
from pepites.identity.enums import Population, Strength
from pepites.identity.models import Device
from pepites.patients.enums import IdentityStatus

MAJORITY = 18


def can_search(actor: Actor) -> Decision:
    """Search before creation: a place of practice, inside R.1110-2 or running a network (law 11)."""
    if actor.ref.kind is ActorKind.SYSTEM:
        return allow("commande")
    if actor.practice_id is None:
        return deny(Reason.NO_CONTEXT)
    if actor.category is ProfessionCategory.OUTSIDE and not (
        actor.coordinated or actor.administered or actor.identity_cell
    ):
        return deny(Reason.CATEGORY_EXCLUDED)
    return allow()


def can_import(actor: Actor) -> Decision:
    """Creation without a typed search: imports, by who runs a network; or a command on the server."""
    if actor.ref.kind is ActorKind.SYSTEM or actor.coordinated or actor.administered:
        return allow("import")
    return deny(Reason.ROLE_MISSING)


def can_edit(actor: Actor, level: int) -> Decision:
    """Write on an identity: level social at least, or the identity cell."""
    if actor.identity_cell:
        return allow("cellule")
    return allow() if level >= Level.SOCIAL else deny(Reason.LEVEL_TOO_LOW)


def can_correct_strict(actor: Actor, status: str) -> Decision:
    """Strict traits: free when provisional, the cell alone when validated, never by hand beyond (RNIV-1)."""
    if status == IdentityStatus.PROVISIONAL:
        return allow()
    if status == IdentityStatus.VALIDATED:
        return allow("cellule") if actor.identity_cell else deny(Reason.ROLE_MISSING)
    return deny(Reason.STATE)


def can_settle(actor: Actor) -> Decision:
    """Decide a worklist card: the identity cell and network coordination."""
    return allow() if actor.identity_cell or actor.coordinated else deny(Reason.ROLE_MISSING)


def can_ask_insi(actor: Actor, attributes: Set[str], *, active: bool) -> Decision:
    """No call for a doubtful or fictitious identity (§2.6-3), nor for a deactivated one; nor by a person whose means of
    identification is not a national one, where that is asked (annuaire-et-authentification §6.3)."""
    if not (national := may_use_national(actor, "insi")):
        return national
    return allow() if active and not attributes & {"DOUT", "FICT"} else deny(Reason.STATE)


def can_withdraw_ins(actor: Actor) -> Decision:
    """Take an INS back, deal with what INSi answered: the identity cell (§2.1)."""
    return allow("cellule") if actor.identity_cell else deny(Reason.ROLE_MISSING)


def can_merge(actor: Actor) -> Decision:
    """Merge, second reading, undoing, sorting: the identity cell alone (RNIV-13)."""
    return allow("cellule") if actor.identity_cell else deny(Reason.ROLE_MISSING)


@dataclass(frozen=True, slots=True)
class DocumentVerdict:
    """Whether a device validates the identity; ``refusal`` says in French why it does not."""

    accepted: bool
    refusal: str = ""


def judge_document(
    device: Device, *, age: int, companion: Device | None = None, nursing_home: bool = False
) -> DocumentVerdict:
    """Axis C (§2.3): the device, its population, and the companion that some papers need; GUY-3 for weak ones."""
    if not device.active:
        return DocumentVerdict(accepted=False, refusal="Cette pièce n'est plus acceptée ou pas encore.")
    if device.strength != Strength.HIGH:
        return DocumentVerdict(accepted=False, refusal=device.refusal or "Cette pièce ne permet pas de valider.")
    if device.population == Population.MINOR and age >= MAJORITY:
        return DocumentVerdict(accepted=False, refusal="Cette pièce ne vaut que pour une personne mineure.")
    if device.population == Population.NURSING_HOME and not nursing_home:
        return DocumentVerdict(
            accepted=False, refusal="Cette pièce ne vaut que pour une personne admise directement en EHPAD."
        )
    if device.needs_companion and not _proves(companion):
        return DocumentVerdict(
            accepted=False, refusal="Il faut aussi une pièce à haut niveau de confiance d'un parent ou du tuteur."
        )
    return DocumentVerdict(accepted=True)


def _proves(companion: Device | None) -> bool:
    return (
        companion is not None
        and companion.active
        and companion.strength == Strength.HIGH
        and not companion.needs_companion
    )
