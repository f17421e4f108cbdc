"""Who administers accounts."""

from django.conf import settings

from pepites.accounts.models import User
from pepites.accounts.values import NATIONAL, Assurance
from pepites.common.actor import Actor, ActorKind, Channel
from pepites.common.decision import Decision, Reason, allow, deny


def can_administer_accounts(actor: Actor) -> Decision:
    """Administrators of the platform or of any network."""
    if not actor.strong:
        return deny(Reason.WEAK_AUTHENTICATION)
    return allow("administration") if actor.platform_admin or actor.administered else deny(Reason.ROLE_MISSING)


def can_administer_account(actor: Actor, user: User) -> Decision:
    """An account that one's own network brought in; the others are for the platform's administrators.

    Belonging to the network is not enough: any administrator may add anybody of the directory to theirs, and would so
    shut the account of a professional of another network, or take it over with a second administrator.
    """
    decision = can_administer_accounts(actor)
    if not decision or actor.platform_admin:
        return decision
    if user.platform_admin or user.network_id not in actor.administered:
        return deny(Reason.ROLE_MISSING)
    return allow("administration")


def can_administer_platform(actor: Actor) -> Decision:
    """What concerns the whole platform (machine clients, means of identification): its administrators, or a command
    of the server."""
    if actor.ref.kind is ActorKind.SYSTEM and actor.ref.channel is Channel.COMMAND:
        return allow("serveur")
    if not actor.strong:
        return deny(Reason.WEAK_AUTHENTICATION)
    return allow("administration") if actor.platform_admin else deny(Reason.ROLE_MISSING)


def may_use_national(actor: Actor, service: str) -> Decision:
    """A national service (``insi``, ``dmp``, ``mssante``) wants a session by Pro Santé Connect or a card (RIE §6.3).

    Jobs and machine clients speak with the structure's own certificate, not with a person's means.
    """
    if actor.assurance == Assurance.EMERGENCY:
        return deny(Reason.EMERGENCY_MEANS)
    if not actor.signed_in or service not in settings.PEPITES_NATIONAL_MEANS_FOR:
        return allow("moyen")
    return allow("moyen") if actor.assurance in NATIONAL else deny(Reason.MEANS_TOO_WEAK)
