"""Signing in by an outside provider: whose account it is, what is kept of the proof (annuaire §5.3, §6.3, §8).

The key is the national identifier. A name never joins two accounts; an alias that changes hands is refused.
"""

import re

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from pepites.accounts.contexts import kept
from pepites.accounts.crypto import seal, to_text
from pepites.accounts.models import FederatedIdentity, FederatedSignIn, User
from pepites.accounts.ports import IdentificationFailed, VerifiedIdentity
from pepites.accounts.services.invitations import create_account
from pepites.accounts.services.sessions import REF, External, end_all_sessions, open_session
from pepites.accounts.services.traces import trace
from pepites.accounts.values import Assurance, Method, Origin
from pepites.audit.unit import current, record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.directory.models import Professional

CLOSED = "Votre compte est fermé. Adressez-vous à l'administrateur de votre réseau."
ALIAS = (
    "Pro Santé Connect donne à cette connexion un autre identifiant national que la dernière fois : elle est refusée."
    " Prévenez l'administrateur de votre réseau."
)
OTHER = "Vous vous êtes identifié sous un autre nom que celui de votre session. Recommencez avec le vôtre."
STALE = "Pro Santé Connect n'a pas redemandé votre code. Recommencez, et identifiez-vous de nouveau."
TAKEN = (
    "Cette identité Pro Santé Connect ouvre déjà un autre compte en service. Demandez à l'administrateur de la"
    " plateforme de les réunir."
)
SKEW = 30  # seconds between two clocks that are both right


def refuse_sign_in(reason: str, *, user: User | None = None) -> None:
    """Write a refused sign-in in the journal, in the transaction under way, which is kept."""
    trace("accounts.psc.refused", user=user, method=str(Method.PSC), failed=True, reason=reason)


def sign_in_federated(*, request: HttpRequest, verified: VerifiedIdentity, origin: Origin) -> User:
    """Open the session of a person the provider vouches for; an unknown one gets an account without any right.

    Raises ``IdentificationFailed`` (the caller writes it in the journal) when the alias changed hands or the account is
    closed.
    """
    _one_at_a_time(verified.national_id)
    alias = _alias(verified)
    user = _account_of(verified) or _new_account(verified)
    if not user.is_active:
        raise IdentificationFailed("closed", CLOSED)
    alias = _keep_alias(alias, user, verified)
    open_session(
        request=request,
        user=user,
        method=Method.PSC,
        origin=origin,
        assurance=Assurance(settings.PEPITES_PSC_LEVELS[verified.acr]),
        external=_external(user, verified),
    )
    FederatedSignIn.objects.create(
        identity=alias, acr=verified.acr, amr=list(verified.amr), exercices=kept(verified.exercices),
        other_ids=[list(pair) for pair in verified.other_ids], session_ref=(request.session.session_key or "")[:REF],
    )  # fmt: skip
    return user


def _one_at_a_time(national_id: str) -> None:
    """Two first sign-ins of the same person make one account."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"national {national_id}"])


def _alias(verified: VerifiedIdentity) -> FederatedIdentity | None:
    alias = FederatedIdentity.objects.filter(issuer=verified.issuer, subject=verified.subject).first()
    if alias is not None and alias.national_id != verified.national_id:
        raise IdentificationFailed("alias", ALIAS)
    return alias


def _account_of(verified: VerifiedIdentity) -> User | None:
    """By the national identifier; else by the RPPS number an administrator gave to a professional."""
    accounts = User.objects.select_related("professional")
    user = accounts.filter(national_id=verified.national_id).first()
    if user is None and verified.rpps:
        user = accounts.filter(professional__rpps=verified.rpps, national_id__isnull=True).first()
        if user is not None:
            _give_number(user, verified.national_id)
    return user


def _give_number(user: User, national_id: str) -> None:
    user.national_id = national_id
    user.save(update_fields=["national_id"])


def _new_account(verified: VerifiedIdentity) -> User:
    """The account of a professional already in the directory, or a pending one that opens nothing (§5.3)."""
    professional = Professional.objects.filter(rpps=verified.rpps).first() if verified.rpps else None
    login = re.sub(r"[^a-z0-9._@+-]", "-", verified.national_id.lower())
    return create_account(
        actor=current().actor,
        login=login,
        professional_id=professional.pk if professional else None,
        national_id=verified.national_id,
    )


def _keep_alias(alias: FederatedIdentity | None, user: User, verified: VerifiedIdentity) -> FederatedIdentity:
    if alias is None:
        return FederatedIdentity.objects.create(
            user=user, issuer=verified.issuer, subject=verified.subject, national_id=verified.national_id,
            family_name=verified.family_name, given_name=verified.given_name,
        )  # fmt: skip
    alias.family_name, alias.given_name, alias.last_seen_at = verified.family_name, verified.given_name, now()
    alias.save(update_fields=["family_name", "given_name", "last_seen_at"])
    return alias


def _external(user: User, verified: VerifiedIdentity) -> External:
    sealed = to_text(seal(verified.id_token.encode(), where=f"session|id_token|{user.pk}"))
    return External(verified.issuer, verified.subject, verified.sid, sealed, kept(verified.exercices))


def confirm_federated(*, user: User, verified: VerifiedIdentity, asked_at: float) -> None:
    """A fresh proof of the same person before a sensitive act (§5.2 ``max_age``); raises ``IdentificationFailed``."""
    if not user.national_id or verified.national_id != user.national_id:
        raise IdentificationFailed("other_person", OTHER)
    if verified.auth_time is None or verified.auth_time < asked_at - SKEW:
        raise IdentificationFailed("auth_time", STALE)
    record("accounts.factor.confirmed", action="E", object_type="user", object_id=user.public_id)


def attach_federated(*, actor: Actor, user: User, verified: VerifiedIdentity) -> None:
    """Give a local account its national identifier: the person holds both means at once (§6.3, identity continuity).

    A pending account of the same identifier, which opens nothing, gives way; any other account in service does not.
    """
    _one_at_a_time(verified.national_id)
    if user.national_id == verified.national_id:
        return
    professional = user.professional
    if user.national_id or (professional and professional.rpps and professional.rpps != verified.rpps):
        raise IdentificationFailed("other_person", OTHER)
    alias = _alias(verified)
    _make_room(verified, user)
    _give_number(user, verified.national_id)
    if alias is not None and alias.user_id != user.pk:
        alias.user = user
        alias.save(update_fields=["user"])
    _keep_alias(alias, user, verified)
    if professional is not None and not professional.rpps and verified.rpps:
        professional.rpps = verified.rpps
        professional.save(update_fields=["rpps"])
    record("accounts.psc.attached", action="U", object_type="user", object_id=user.public_id)
    del actor


def _make_room(verified: VerifiedIdentity, user: User) -> None:
    """Close the pending account of that identifier; refuse when it is somebody's, here or in the directory."""
    other = User.objects.filter(national_id=verified.national_id).first()
    if other is not None and not other.pending:
        raise IdentificationFailed("taken", TAKEN)
    holder = Professional.objects.filter(rpps=verified.rpps).first() if verified.rpps else None
    if holder is not None and holder.pk != user.professional_id:
        raise IdentificationFailed("taken", TAKEN)
    if other is not None:
        other.national_id, other.is_active = None, False
        other.save(update_fields=["national_id", "is_active"])
        end_all_sessions(actor=current().actor, user=other)
