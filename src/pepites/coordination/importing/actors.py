"""Who an import acts for: an account's place of practice in the network, or the server itself."""

from pepites.access.selectors import build_actor
from pepites.accounts.models import User
from pepites.common.actor import Actor, Channel, Purpose, system_actor
from pepites.common.errors import DomainError
from pepites.networks.enums import MemberRole
from pepites.networks.models import Network, NetworkMembership
from pepites.networks.selectors import in_force

_ROLES = (MemberRole.COORDINATION, MemberRole.ADMINISTRATOR)


def command_actor(login: str | None, network: Network) -> Actor:
    """The actor of a command: the account's first place of practice that coordinates, else administers, the network.

    Without a login, the server acts (the owner's database role). Raises ``DomainError`` in French.
    """
    if login is None:
        return system_actor("import", channel=Channel.COMMAND).for_purpose(Purpose.COORDINATION)
    user = User.objects.filter(login=login, is_active=True).first()
    if user is None:
        raise DomainError(f"Le compte « {login} » n'existe pas ou n'est plus actif : vérifiez l'identifiant.")
    practice_id = _practice(user, network)
    if practice_id is None:
        raise DomainError(
            f"Le compte « {login} » n'a pas le droit d'importer dans le réseau {network.short_name} : il faut un rôle "
            "de coordination ou d'administration dans ce réseau."
        )
    return build_actor(user, practice_id, channel=Channel.COMMAND, purpose=Purpose.COORDINATION)


def job_actor(user_id: int, practice_id: int) -> Actor:
    """The actor of a job: the rights of whoever asked for it, read again now."""
    return build_actor(
        User.objects.get(pk=user_id), practice_id, channel=Channel.JOB, purpose=Purpose.COORDINATION
    )  # fmt: skip


def _practice(user: User, network: Network) -> int | None:
    if user.professional_id is None:
        return None
    held = NetworkMembership.objects.filter(
        in_force(), network=network, role__in=_ROLES, practice__professional_id=user.professional_id,
        practice__ends_at__isnull=True,
    ).order_by("starts_at", "id")  # fmt: skip
    ordered = sorted(held, key=lambda membership: membership.role != MemberRole.COORDINATION)
    return ordered[0].practice_id if ordered else None
