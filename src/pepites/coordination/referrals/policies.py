"""Who may do what with a demande; the database says the same (``sql``)."""

from pepites.common.actor import Actor, ProfessionCategory
from pepites.common.decision import Decision, Reason, allow, deny
from pepites.coordination.referrals.models import Referral


def can_send(actor: Actor) -> Decision:
    """A professional of R.1110-2, in a place of practice."""
    if not actor.signed_in:
        return deny(Reason.NOT_SIGNED_IN)
    if actor.practice_id is None:
        return deny(Reason.NO_CONTEXT)
    return deny(Reason.CATEGORY_EXCLUDED) if actor.category is ProfessionCategory.OUTSIDE else allow("echange")


def can_sort(actor: Actor, referral: Referral) -> Decision:
    """The coordination of the network asked, or the structure asked."""
    if actor.practice_id is None:
        return deny(Reason.NO_CONTEXT)
    if referral.network_id is not None and referral.network_id in actor.coordinated:
        return allow("coordination")
    if referral.organization_id is not None and referral.organization_id == actor.ref.organization_id:
        return can_send(actor)
    return deny(Reason.ROLE_MISSING)
