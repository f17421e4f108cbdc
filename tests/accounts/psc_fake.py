"""A provider in the process: says what a test tells it to. The real client has its own tests, on the wire."""

import time
from dataclasses import replace
from typing import Any

from django.test import Client

from pepites.accounts.ports import (
    Activity,
    AskedOnPhone,
    AskedSignIn,
    Exercice,
    IdentificationFailed,
    LogoutNotice,
    VerifiedIdentity,
)
from pepites.common.clock import now

ISSUER = "https://psc.invalid"
NURSE = VerifiedIdentity(
    issuer=ISSUER, subject="f:1:899700000017", national_id="899700000017", family_name="ESSAI", given_name="Ana",
    acr="eidas1", amr=("CARD",), sid="s-1", id_token="jeton", exercices=(Exercice("60", "C"),),
)  # fmt: skip


class Fake:
    """What the next sign-ins will answer."""

    label = "Pro Santé Connect"

    def __init__(self) -> None:
        self.identity = NURSE
        self.failure = ""
        self.asked: list[dict[str, Any]] = []
        self.fresh = True  # whether auth_time is now
        self.away = "https://psc.invalid/fin"
        self.notice: LogoutNotice | None = None
        self.approved = False
        self.down = False

    def begin(self, *, return_to: str, max_age: int | None = None, fresh: bool = False) -> AskedSignIn:
        if self.failure == "begin":
            raise IdentificationFailed("unavailable", "Pro Santé Connect ne répond pas.")
        number = len(self.asked) + 1
        self.asked.append({"return_to": return_to, "max_age": max_age, "fresh": fresh})
        url = f"https://psc.invalid/auth?n={number}"
        return AskedSignIn(url, f"etat-{number}", f"nonce-{number}", f"secret-{number}")

    def finish(self, *, code: str, asked: AskedSignIn, return_to: str) -> VerifiedIdentity:
        assert (code, asked.verifier) == ("code", asked.state.replace("etat", "secret"))
        if self.failure:
            raise IdentificationFailed(self.failure, "La réponse n'est pas valable.")
        moment = int(time.time())
        return replace(self.identity, auth_time=moment if self.fresh else moment - 3600)

    def begin_on_phone(self, *, national_id: str, message: str) -> AskedOnPhone:
        self.asked.append({"national_id": national_id, "message": message})
        return AskedOnPhone(f"demande-{len(self.asked)}", message, 5, int(now().timestamp()) + 120)

    def finish_on_phone(self, asked: AskedOnPhone) -> VerifiedIdentity | None:
        if self.failure:
            raise IdentificationFailed(self.failure, "La demande n'a pas été approuvée.")
        return self.identity if self.approved else None

    def is_down(self, *, ask: bool) -> bool:
        return self.down

    def logout_url(self, *, id_token: str, return_to: str, state: str) -> str:
        said = f"id_token_hint={id_token}&post_logout_redirect_uri={return_to}&state={state}"
        return f"{self.away}?{said}" if self.away else ""

    def logout_notice(self, token: str) -> LogoutNotice:
        if self.notice is None or token != "bon":
            raise IdentificationFailed("signature", "")
        return self.notice


FAKE = Fake()


def provider() -> Fake:
    return FAKE


def activity(finess: str, role: str = "", **values: str) -> Activity:
    return Activity(role=role, finess_site=finess, **values)


def leave(client: Client, **values: str) -> str:
    """Start a sign-in; the state that must come back."""
    response = client.post("/connexion/psc/", values)
    assert response.status_code == 302, response.content.decode()
    return f"etat-{len(FAKE.asked)}"


def come_back(client: Client, state: str, **values: str) -> Any:
    return client.get("/connexion/psc/retour/", {"state": state, "code": "code", **values})


def sign_in(client: Client, **values: str) -> Any:
    return come_back(client, leave(client, **values))
