"""Accounts and the one-time links that open them."""

import re
import secrets
from datetime import timedelta

from django.urls import reverse

from pepites.accounts.crypto import fingerprint
from pepites.accounts.models import Invitation, User
from pepites.accounts.passwords import require_sound_password
from pepites.accounts.selectors import LOCAL_CLOSED, factors_of, local_sign_in_open
from pepites.accounts.services.factors import disable_all
from pepites.accounts.services.sessions import end_all_sessions
from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Actor, ActorKind
from pepites.common.clock import now
from pepites.common.errors import DomainError
from pepites.common.text import fold, word_set

VALIDITY = timedelta(hours=24)
EXPIRED = "Ce lien a déjà servi ou a plus de 24 heures. Demandez-en un autre à la personne qui vous l'a remis."
_LOGIN = re.compile(r"^[a-z0-9][a-z0-9._@+-]{2,79}$")
_SHARED = word_set(
    "INFIRMIER INFIRMIERE INFIRMIERS INFIRMIERES IDE MEDECIN MEDECINS DOCTEUR ACCUEIL SECRETARIAT SECRETAIRE ADMIN"
    " ADMINISTRATEUR TEST USER UTILISATEUR SERVICE URGENCES COORDINATION EQUIPE STAGIAIRE GARDE PUI PHARMACIE INVITE"
)


def looks_shared(login: str) -> bool:
    """Whether an identifier names a post rather than a person: one account per human (PG-01)."""
    return fold(re.sub(r"[\d._@+-]+", "", login)) in _SHARED


def create_account(
    *,
    actor: Actor,
    login: str,
    professional_id: int | None = None,
    network_id: int | None = None,
    national_id: str | None = None,
    email: str = "",
    demo: bool = False,
    demo_note: str = "",
    platform_admin: bool = False,
) -> User:
    """Open an account without a password: only an invitation (or demonstration mode) lets somebody in.

    ``network_id`` is the network that brings the person in and looks after the account.
    """
    login = login.strip().lower()
    if not _LOGIN.match(login):
        raise DomainError("Écrivez l'identifiant en lettres sans accent, chiffres, points ou tirets.", field="login")
    if User.objects.filter(login=login).exists():
        raise DomainError("Cet identifiant existe déjà. Choisissez-en un autre.", field="login")
    if professional_id and User.objects.filter(professional_id=professional_id).exists():
        raise DomainError("Cette personne a déjà un compte.")
    user = User(
        login=login, professional_id=professional_id, network_id=network_id, national_id=national_id, email=email,
        demo=demo, demo_note=demo_note[:200], platform_admin=platform_admin,
    )  # fmt: skip
    user.set_unusable_password()
    user.save(force_insert=True)
    record(
        "accounts.account.created",
        action="C",
        object_type="user",
        object_id=user.public_id,
        detail={"platform_admin": platform_admin, "shared_name": looks_shared(login)},
    )
    del actor
    return user


def create_invitation(
    *, login: str, actor: Actor, professional_id: int | None = None, network_id: int | None = None, email: str = ""
) -> str:
    """Path of a link that opens the account ``login`` once, within 24 hours; the account is created if missing.

    From the server's command line the first account of the base becomes platform administrator, and an account already
    open may be invited again. From the screens it may not: that would be a way round the two administrators of a reset.
    """
    with unit_of_work(actor):
        trusted = actor.ref.kind is ActorKind.SYSTEM
        user = User.objects.filter(login=login.strip().lower()).first()
        if user is None:
            first = trusted and not User.objects.filter(demo=False).exists()
            user = create_account(
                actor=actor, login=login, professional_id=professional_id, network_id=network_id, email=email,
                platform_admin=first,
            )  # fmt: skip
        elif not trusted and (user.has_usable_password() or factors_of(user).any):
            raise DomainError("Ce compte est déjà ouvert. En cas de perte, demandez une remise à zéro.")
        return new_link(actor, user)


def new_link(actor: Actor, user: User) -> str:
    """Draw a link for an account; its former links stop working."""
    token = secrets.token_urlsafe(32)
    moment = now()
    Invitation.objects.filter(user=user, used_at__isnull=True).update(used_at=moment)
    Invitation.objects.create(
        user=user, token_hash=_hash(token), created_by_id=actor.user_id, created_at=moment, expires_at=moment + VALIDITY
    )
    record("accounts.invitation.created", action="C", object_type="user", object_id=user.public_id)
    return reverse("accounts:invitation", args=[token])


def find_invitation(*, token: str) -> Invitation:
    """The invitation of a link; raises ``DomainError`` once used or too old."""
    found = (
        Invitation.objects.select_related("user__professional")
        .filter(token_hash=_hash(token), used_at__isnull=True, expires_at__gt=now(), user__is_active=True)
        .first()
    )
    if found is None:
        raise DomainError(EXPIRED)
    return found


def accept_invitation(*, actor: Actor, token: str, password: str) -> User:
    """Use the link: set the password, stop whatever factor or session the account had. Comes next a second factor."""
    invitation = find_invitation(token=token)
    user = invitation.user
    if not local_sign_in_open():
        raise DomainError(LOCAL_CLOSED)
    require_sound_password(password, user)
    used = Invitation.objects.filter(pk=invitation.pk, used_at__isnull=True).update(used_at=now())
    if not used:
        raise DomainError(EXPIRED)
    user.set_password(password)
    user.save(update_fields=["password"])
    disable_all(actor=actor, user=user)
    end_all_sessions(actor=actor, user=user)
    record("accounts.invitation.used", action="U", object_type="user", object_id=user.public_id)
    return user


def _hash(token: str) -> str:
    return fingerprint("invitation", token)
