"""Signing in with Pro Santé Connect: code flow with PKCE, then everything checked (§5.2, §8). Holds
``accounts.ports.IdentityProvider``; nothing of what it reads is logged."""

import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.conf import settings

from pepites.accounts.ports import AskedOnPhone, AskedSignIn, IdentificationFailed, LogoutNotice, VerifiedIdentity
from pepites.common.clock import now
from pepites.interop.outgoing import Peer
from pepites.interop.psc.claims import identity
from pepites.interop.psc.directory import Published, read_json
from pepites.interop.psc.tokens import NOTICE_LIFE, Expected, id_claims, logout_claims, userinfo_claims
from pepites.interop.psc.trouble import failed

CIBA_GRANT: Final = "urn:openid:params:grant-type:ciba"
CIBA_LIFE, CIBA_INTERVAL = 120, 5  # seconds, when the provider says nothing (§5.2)
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are for the provider. ``auth``: ``client_secret_post``, or ``tls_client_auth`` (``Peer`` has it)."""

    client_id: str
    secret: str
    auth: str
    scope: str
    acr_asked: str
    acr_allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProSanteConnect:
    """The relying party. ``published`` is shared by the process, with its breaker."""

    client: Client
    published: Published
    label: str = "Pro Santé Connect"

    def begin(self, *, return_to: str, max_age: int | None = None, fresh: bool = False) -> AskedSignIn:
        """Where to send the person; state, nonce and verifier are drawn anew each time (256 bits)."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        asked: dict[str, str] = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": return_to,
            "scope": self.client.scope,
            "acr_values": self.client.acr_asked,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        if max_age is not None:
            asked["max_age"] = str(max_age)
        if fresh:
            asked["prompt"] = "login"
        where = str(self.published.metadata()["authorization_endpoint"])
        return AskedSignIn(f"{where}{'&' if urlsplit(where).query else '?'}{urlencode(asked)}", state, nonce, verifier)

    def finish(self, *, code: str, asked: AskedSignIn, return_to: str) -> VerifiedIdentity:
        """Token, then UserInfo at once (the access token lives two minutes), then nothing of them is kept."""
        return self._identity(self._tokens(code, asked, return_to), nonce=asked.nonce)

    def _identity(self, tokens: dict[str, Any], *, nonce: str) -> VerifiedIdentity:
        access, id_token = tokens.get("access_token"), tokens.get("id_token")
        if not isinstance(access, str) or not isinstance(id_token, str) or not access.isascii():
            raise failed("malformed")
        expected = self._expected()
        claims = id_claims(
            self.published, id_token, expected=expected, nonce=nonce, acr_allowed=self.client.acr_allowed,
            access_token=access,
        )  # fmt: skip
        said = self._userinfo(access, expected)
        if not said.get("sub") or said["sub"] != claims["sub"]:
            raise failed("userinfo_sub")
        return identity(id_token, claims, said)

    def begin_on_phone(self, *, national_id: str, message: str) -> AskedOnPhone:
        """CIBA in poll mode: the server asks, never the person's device (§5.5).

        A number that the provider does not know waits like any other: nobody learns who has an e-CPS.
        """
        where = self._server_side("backchannel_authentication_endpoint")
        if not where:
            raise failed("no_ciba")
        form = {
            **self._proof(), "scope": self.client.scope, "acr_values": self.client.acr_asked, "login_hint": national_id,
            "binding_message": message,
        }  # fmt: skip
        answer = self.published.fetch("POST", where, headers=dict(FORM), content=urlencode(form).encode())
        said = read_json(answer.body)
        moment = int(now().timestamp())
        if answer.status == 400 and said.get("error") in {"unknown_user_id", "invalid_request", "access_denied"}:
            return AskedOnPhone("", message, CIBA_INTERVAL, moment + CIBA_LIFE)
        name = said.get("auth_req_id")
        if answer.status != 200 or not isinstance(name, str) or not 0 < len(name) <= 1000:
            raise failed("client")
        return AskedOnPhone(name, message, _seconds(said.get("interval"), CIBA_INTERVAL, 60),
                            moment + _seconds(said.get("expires_in"), CIBA_LIFE, 600))  # fmt: skip

    def finish_on_phone(self, asked: AskedOnPhone) -> VerifiedIdentity | None:
        """Ask whether they approved; the checks of a browser's sign-in follow, but for the nonce, which none sent."""
        if int(now().timestamp()) >= asked.ends_at:
            raise failed("phone_expired")
        if not asked.request_id:
            return None
        form = {**self._proof(), "grant_type": CIBA_GRANT, "auth_req_id": asked.request_id}
        where = self._server_side("token_endpoint")
        answer = self.published.fetch("POST", where, headers=dict(FORM), content=urlencode(form).encode())
        said = read_json(answer.body)
        if answer.status != 200:
            error = said.get("error")
            if error in {"authorization_pending", "slow_down"}:
                return None
            raise failed({"access_denied": "phone_denied", "expired_token": "phone_expired"}.get(str(error), "client"))
        return self._identity(said, nonce="")

    def is_down(self, *, ask: bool) -> bool:
        """The breaker's word; asked, and not open yet, the discovery document must fail twice in a row."""
        if self.published.breaker.open:
            return not (ask and self.published.answers())
        return ask and not self.published.answers() and not self.published.answers(again=True)

    def _server_side(self, name: str) -> str:
        """Where a server calls; with a certificate, the address kept for that when there is one (RFC 8705 §5)."""
        found = self.published.metadata()
        kept = found.get("mtls_endpoint_aliases") if self.client.auth == "tls_client_auth" else None
        where = kept.get(name) if isinstance(kept, dict) else None
        where = where or found.get(name)
        return where if isinstance(where, str) else ""

    def _proof(self) -> dict[str, str]:
        """Who we are, in a form; the certificate says it otherwise."""
        proof = {"client_id": self.client.client_id}
        if self.client.auth == "client_secret_post":
            proof["client_secret"] = self.client.secret
        return proof

    def _tokens(self, code: str, asked: AskedSignIn, return_to: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": return_to,
            "code_verifier": asked.verifier,
            **self._proof(),
        }
        where = self._server_side("token_endpoint")
        answer = self.published.fetch("POST", where, headers=dict(FORM), content=urlencode(form).encode())
        if answer.status != 200:
            raise failed("code" if answer.status == 400 else "client")
        return read_json(answer.body)

    def _userinfo(self, access: str, expected: Expected) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {access}", "Accept": "application/json, application/jwt"}
        answer = self.published.fetch("GET", str(self.published.metadata()["userinfo_endpoint"]), headers=headers)
        if answer.status != 200:
            raise failed("userinfo")
        if answer.content_type.partition(";")[0].strip().lower() != "application/jwt":
            return read_json(answer.body)
        try:
            text = answer.body.decode("ascii").strip()
        except UnicodeDecodeError:
            raise failed("malformed") from None
        return userinfo_claims(self.published, text, expected)

    def _expected(self) -> Expected:
        issuer = str(self.published.metadata()["issuer"])
        return Expected(issuer, self.client.client_id, int(now().timestamp()))

    def logout_url(self, *, id_token: str, return_to: str, state: str) -> str:
        """RP-initiated logout (§5.4); empty when the provider does not answer: ours is over all the same."""
        try:
            where = self.published.metadata().get("end_session_endpoint")
        except IdentificationFailed:
            return ""
        if not isinstance(where, str) or not where:
            return ""
        asked = {"id_token_hint": id_token, "post_logout_redirect_uri": return_to, "state": state}
        return f"{where}{'&' if urlsplit(where).query else '?'}{urlencode(asked)}"

    def logout_notice(self, token: str) -> LogoutNotice:
        """A checked back-channel logout token."""
        expected = self._expected()
        claims = logout_claims(self.published, token, expected)
        sid, subject = (str(claims.get(name) or "") for name in ("sid", "sub"))
        return LogoutNotice(expected.issuer, claims["jti"], sid, subject, expected.moment + NOTICE_LIFE)


def _seconds(value: object, usual: int, most: int) -> int:
    return min(most, value) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else usual


@lru_cache(maxsize=4)
def _published(url: str, peer: Peer) -> Published:
    return Published(url, peer)


def from_settings() -> ProSanteConnect:
    """The relying party of this instance."""
    mutual = settings.PEPITES_PSC_CLIENT_AUTH == "tls_client_auth"
    peer = Peer(
        timeout=settings.PEPITES_PSC_TIMEOUT,
        certificate=settings.PEPITES_PSC_TLS_CERT if mutual else "",
        key=settings.PEPITES_PSC_TLS_KEY if mutual else "",
        authorities=settings.PEPITES_PSC_CA,
    )
    client = Client(
        client_id=settings.PEPITES_PSC_CLIENT_ID,
        secret=settings.PEPITES_PSC_CLIENT_SECRET,
        auth=settings.PEPITES_PSC_CLIENT_AUTH,
        scope=settings.PEPITES_PSC_SCOPE,
        acr_asked=settings.PEPITES_PSC_ACR_REQUESTED,
        acr_allowed=tuple(settings.PEPITES_PSC_ACR_ALLOWED),
    )
    return ProSanteConnect(client, _published(settings.PEPITES_PSC_METADATA_URL, peer))
