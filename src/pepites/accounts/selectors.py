"""What the screens of accounts read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from pepites.accounts.models import (
    FactorReset,
    Homologation,
    Passkey,
    RecoveryCode,
    ServiceClient,
    TotpDevice,
    User,
    UserSession,
)
from pepites.accounts.outage.enums import SESSION_HOURS
from pepites.accounts.policies import can_administer_account
from pepites.accounts.ports import psc_configured
from pepites.accounts.values import Assurance, Method
from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE, now, today
from pepites.directory.enums import Category
from pepites.directory.models import PractitionerRole
from pepites.networks.enums import MemberRole
from pepites.networks.models import NetworkMembership


@dataclass(frozen=True, slots=True)
class PracticeChoice:
    """One place of practice, ready to print. ``networks`` are (colour, name, role label)."""

    practice: PractitionerRole
    networks: tuple[tuple[int, str, str], ...] = ()
    last: bool = False
    attested: bool = False  # the national directory names this very structure

    @property
    def pk(self) -> int:
        """Key of the place of practice."""
        return self.practice.pk

    @property
    def public_id(self) -> UUID:
        """Public identifier, for forms."""
        return self.practice.public_id


def in_force(prefix: str = "") -> Q:
    """Rows whose dates hold now."""
    moment = now()
    return Q(**{f"{prefix}starts_at__lte": moment}) & (
        Q(**{f"{prefix}ends_at__isnull": True}) | Q(**{f"{prefix}ends_at__gt": moment})
    )


def practices_of(user: User) -> list[PracticeChoice]:
    """The account's places of practice in force with their networks, the last used first."""
    if user.professional_id is None:
        return []
    practices = list(
        PractitionerRole.objects.filter(in_force(), professional_id=user.professional_id)
        .select_related("organization")
        .order_by("organization__sort_key", "role_label")
    )
    networks: dict[int, list[tuple[int, str, str]]] = {}
    memberships = (
        NetworkMembership.objects.filter(in_force(), practice__in=practices)
        .select_related("network")
        .order_by("network__name", "role")
    )
    for membership in memberships:
        networks.setdefault(membership.practice_id, []).append(
            (membership.network.colour, membership.network.short_name, MemberRole(membership.role).label)
        )
    choices = [
        PracticeChoice(practice, tuple(networks.get(practice.pk, ())), practice.pk == user.last_practice_id)
        for practice in practices
    ]
    return sorted(choices, key=lambda choice: not choice.last)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A demonstration account as the sign-in page lists it."""

    public_id: UUID
    name: str
    role: str
    place: str
    note: str


_GROUPS = ("Coordonner un parcours", "Soigner", "Accompagner", "Administrer")


def demo_accounts() -> list[tuple[str, list[DemoAccount]]]:
    """Demonstration accounts grouped by what they do; empty outside demonstration mode."""
    if not settings.PEPITES_DEMO or settings.PRODUCTION:
        return []
    users = User.objects.filter(demo=True, is_active=True).select_related("professional").order_by("pk")
    practices: dict[int, PractitionerRole] = {}
    for practice in PractitionerRole.objects.filter(
        in_force(), professional__user__demo=True
    ).select_related("organization").order_by("-pk"):  # fmt: skip
        practices[practice.professional_id] = practice
    roles = _roles_by_professional()
    groups: dict[str, list[DemoAccount]] = {label: [] for label in _GROUPS}
    for user in users:
        held = practices.get(user.professional_id or 0)
        name = user.professional.display_name if user.professional else user.login
        entry = DemoAccount(
            user.public_id, name, held.role_label if held else "Administration de la plateforme",
            held.organization.name if held else "", user.demo_note,
        )  # fmt: skip
        groups[_group_of(user, roles)].append(entry)
    return [(label, entries) for label, entries in groups.items() if entries]


def _roles_by_professional() -> dict[int, set[str]]:
    roles: dict[int, set[str]] = {}
    rows = NetworkMembership.objects.filter(in_force(), practice__professional__user__demo=True)
    for professional_id, role in rows.values_list("practice__professional_id", "role"):
        roles.setdefault(professional_id, set()).add(role)
    return roles


def _group_of(user: User, roles: dict[int, set[str]]) -> str:
    held = roles.get(user.professional_id or 0, set())
    if user.professional is None or user.platform_admin or MemberRole.ADMINISTRATOR in held:
        return _GROUPS[3]
    if MemberRole.COORDINATION in held:
        return _GROUPS[0]
    return {Category.HEALTH.value: _GROUPS[1], Category.SOCIAL.value: _GROUPS[2]}.get(
        user.professional.category, _GROUPS[3]
    )


@dataclass(frozen=True, slots=True)
class Factors:
    """The second factors an account holds."""

    totp: bool
    passkeys: tuple[Passkey, ...]
    recovery_left: int

    @property
    def any(self) -> bool:
        """Whether the account can prove a second factor at all."""
        return self.totp or bool(self.passkeys)


def factors_of(user: User) -> Factors:
    """The factors in use by an account."""
    return Factors(
        totp=TotpDevice.objects.filter(user=user, disabled_at__isnull=True).exists(),
        passkeys=tuple(Passkey.objects.filter(user=user, disabled_at__isnull=True).order_by("pk")),
        recovery_left=RecoveryCode.objects.filter(user=user, disabled_at__isnull=True, used_at__isnull=True).count(),
    )


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session, ready to print."""

    ref: str
    device: str
    ip: str
    method: str
    opened: str
    seen: str
    here: bool


_METHODS = {
    "local+totp": "mot de passe et application",
    "local+passkey": "mot de passe et clé d'accès",
    "local+recuperation": "mot de passe et code de récupération",
    "demo": "démonstration",
    "psc": "Pro Santé Connect",
    "secours": "code de secours",
}


def sessions_of(user: User, here: str | None) -> list[SessionLine]:
    """The open sessions of an account, the one in use first."""
    idle = now() - timedelta(minutes=settings.PEPITES_IDLE_MINUTES)
    rows = UserSession.objects.filter(user=user, expire_date__gt=now(), last_seen_at__gt=idle).order_by("-last_seen_at")
    lines = [
        SessionLine(
            row.session_key[:8], _device(row.agent), row.ip, _METHODS.get(row.auth_method, row.auth_method),
            _moment(row.created_at), _moment(row.last_seen_at), row.session_key == here,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(lines, key=lambda line: not line.here)


LOCAL_CLOSED = "Ici, on entre avec Pro Santé Connect : les comptes locaux ne sont pas homologués."


def homologation_in_force() -> Homologation | None:
    """The decision that makes local accounts regular today, the one that lasts longest."""
    day = today()
    rows = Homologation.objects.filter(withdrawn_at__isnull=True, signed_on__lte=day, expires_on__gt=day)
    return rows.order_by("-expires_on").first()


def local_sign_in_open() -> bool:
    """Whether passwords open sessions here: until Pro Santé Connect is wired, then under a homologation (RIE §6.3)."""
    if not settings.PEPITES_AUTH_LOCAL:
        return False
    return local_accounts_alone() or homologation_in_force() is not None


def local_accounts_alone() -> bool:
    """Whether local accounts are the only means here, or a demonstration: one administrator then opens them alone."""
    return not psc_configured() or bool(settings.PEPITES_DEMO)


def local_assurance(method: Method) -> Assurance:
    """How far a session of the house's own means proves who is there."""
    if method is Method.DEMO:
        return Assurance.DEMO
    return Assurance.HOMOLOGATED if homologation_in_force() else Assurance.TRANSITION


def session_limits_passed(row: UserSession, moment: datetime) -> bool:
    """Whether a session is over: idle too long, open for too long (design §8), or of a demonstration that is over."""
    idle = timedelta(minutes=settings.PEPITES_IDLE_MINUTES)
    hours = {Method.PSC: settings.PEPITES_PSC_HOURS, Method.EMERGENCY: SESSION_HOURS}.get(
        row.auth_method,
        settings.PEPITES_SESSION_HOURS,  # type: ignore[call-overload]
    )
    total = timedelta(hours=hours)
    if row.auth_method == Method.DEMO and (settings.PRODUCTION or not settings.PEPITES_DEMO):
        return True
    return moment - row.last_seen_at > idle or moment - row.created_at > total


def session_is_open(session_key: str) -> bool:
    """Whether the session of that key still holds, for live streams that check themselves from time to time."""
    row = UserSession.objects.select_related("user").filter(session_key=session_key, user__is_active=True).first()
    return row is not None and not session_limits_passed(row, now())


def account(user_id: int | None) -> User | None:
    """The account of that key."""
    return User.objects.select_related("professional").filter(pk=user_id).first() if user_id else None


def open_resets(actor: Actor) -> list[FactorReset]:
    """Lost factors waiting for a second administrator, of accounts the actor administers; a request lapses in 24 h."""
    since = now() - timedelta(hours=24)
    rows = (
        FactorReset.objects.filter(confirmed_at__isnull=True, cancelled_at__isnull=True, requested_at__gt=since)
        .select_related("user__professional", "requested_by__professional")
        .order_by("requested_at")
    )
    return [row for row in rows if can_administer_account(actor, row.user)]


def service_clients() -> list[ServiceClient]:
    """Every machine client, those in force first."""
    return list(ServiceClient.objects.select_related("organization").order_by("-is_active", "client_id"))


def service_client_by_id(client_id: str) -> ServiceClient | None:
    """A machine client, in force or not, by its identifier."""
    return ServiceClient.objects.select_related("organization").filter(client_id=client_id).first()


def service_client_by_public_id(public_id: UUID) -> ServiceClient | None:
    """A machine client, in force or not, by its public identifier."""
    rows = ServiceClient.objects.select_related("organization", "created_by", "revoked_by")
    return rows.filter(public_id=public_id).first()


def _moment(value: datetime) -> str:
    return value.astimezone(CAYENNE).strftime("%d/%m/%Y à %H h %M")


def _device(agent: str) -> str:
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
    )
    browsers = (("Firefox", "Firefox"), ("Edg", "Edge"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    system = next((label for mark, label in (*systems, ("Linux", "Linux")) if mark in agent), "Appareil inconnu")
    browser = next((label for mark, label in browsers if mark in agent), "")
    return f"{browser} sur {system}" if browser else system
