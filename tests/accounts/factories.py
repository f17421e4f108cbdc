"""Accounts that can sign in. Call inside ``as_owner()``."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.test import Client
from django_otp.oath import TOTP
from tests import factories

from pepites.accounts.crypto import seal
from pepites.accounts.models import TotpDevice, User
from pepites.common.clock import now
from pepites.directory.models import PractitionerRole

PASSWORD = "Rivière-calme-27"
SEED = b"12345678901234567890"
_HASH = ""


def password_hash() -> str:
    """One slow hash for the whole run."""
    global _HASH
    _HASH = _HASH or make_password(PASSWORD)
    return _HASH


def account(practice: PractitionerRole | None = None, *, totp: bool = True, **values: Any) -> User:
    """An account with a password, an application, and one place of practice."""
    practice = practice or factories.practice()
    user = factories.user(**{"password": password_hash(), "professional": practice.professional} | values)
    if totp:
        TotpDevice.objects.create(user=user, seed=seal(SEED, where=f"accounts_totpdevice|seed|{user.pk}"))
    return user


def code(*, shift: int = 0, seed: bytes = SEED) -> str:
    """The code an application shows, ``shift`` steps of 30 seconds away."""
    totp = TOTP(seed, drift=shift)
    totp.time = now().timestamp()
    return f"{totp.token():06d}"


def give_password(client: Client, user: User, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post("/connexion/", {"login": user.login, "password": password}, **extra)


def sign_in(client: Client, user: User) -> Any:
    """Both steps of sign-in."""
    give_password(client, user)
    return client.post("/connexion/second-facteur/", {"code": code()})
