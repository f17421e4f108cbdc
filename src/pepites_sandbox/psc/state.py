"""What the stand-in remembers (clients, sign-ins, sessions, codes, tokens), and what it does wrong on demand."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from joserfc.jwk import RSAKey

CODE_LIFE, TOKEN_LIFE, REFRESH_LIFE, SESSION_LIFE, CIBA_LIFE = 60, 120, 1800, 14_400, 120  # seconds
CIBA_INTERVAL = 5
MOST = 5_000

FAULTS = {
    "aucune": "fonctionne",
    "sans_acr": "jeton d'identité sans acr",
    "acr_0": "acr « 0 »",
    "nonce": "un autre nonce",
    "aud": "un jeton destiné à un autre",
    "iss": "un autre émetteur",
    "expire": "un jeton expiré",
    "futur": "un jeton émis dans le futur",
    "alg_none": "un jeton sans signature",
    "hs256": "un jeton signé avec le secret du client",
    "kid_inconnu": "un jeton signé par une clé qui n'est pas publiée",
    "cle_tournee": "une clé nouvelle, publiée avec le jeton",
    "signature": "une signature abîmée",
    "userinfo_sub": "UserInfo d'une autre personne",
    "userinfo_jwt": "UserInfo en JWT signé (normal)",
    "userinfo_jwt_faux": "UserInfo en JWT mal signé",
    "userinfo_500": "UserInfo en panne",
    "jeton_500": "service de jetons en panne",
    "jeton_lent": "service de jetons qui répond après quinze secondes",
    "jeton_malforme": "réponse du service de jetons illisible",
    "decouverte": "découverte en panne",
    "refus": "la personne refuse (access_denied)",
    "etat": "un autre state au retour",
    "fin_rejouee": "avis de fin envoyé deux fois",
    "fin_sans_evenement": "avis de fin sans son événement",
    "fin_nonce": "avis de fin avec un nonce",
    "fin_aud": "avis de fin destiné à un autre",
}


@dataclass(frozen=True)
class RegisteredClient:
    """A service that may send people here; its addresses are compared exactly.

    ``certificate_subject`` (RFC 4514) registers it by its certificate (RFC 8705 §2.1): then no secret proves it.
    """

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""
    certificate_subject: str = ""


@dataclass
class Session:
    """A person signed in at the stand-in: its own single sign-on."""

    sid: str
    number: str
    auth_time: int
    clients: set[str] = field(default_factory=set)
    ends_at: float = 0.0


@dataclass
class Grant:
    """A code, an access token or a CIBA request: what it stands for, until when."""

    client_id: str
    number: str
    sid: str
    auth_time: int
    ends_at: float
    nonce: str = ""
    redirect_uri: str = ""
    challenge: str = ""
    state: str = "attend"  # CIBA: attend, accepte, refuse
    last_poll: float = 0.0
    message: str = ""


@dataclass
class State:
    """Everything, behind one lock; nothing outlives the process."""

    clients: dict[str, RegisteredClient] = field(default_factory=dict)
    environment: str = "qualification"
    fault: str = "aucune"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "psc-1", "use": "sig"}))
    next_key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "psc-2", "use": "sig"}))
    hidden_key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "psc-9", "use": "sig"}))
    asked: dict[str, dict[str, str]] = field(default_factory=dict)  # sign-ins whose page is open
    codes: dict[str, Grant] = field(default_factory=dict)
    access: dict[str, Grant] = field(default_factory=dict)
    refresh: dict[str, Grant] = field(default_factory=dict)
    ciba: dict[str, Grant] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)  # by cookie
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def remember(self, where: dict[str, Any], value: Any) -> str:
        """Keep a value under a new secret; the oldest are forgotten."""
        with self.lock:
            while len(where) >= MOST:
                where.pop(next(iter(where)))
            name = secrets.token_urlsafe(32)
            where[name] = value
            return name

    def take(self, where: dict[str, Grant], name: str) -> Grant | None:
        """A value used once, still in time."""
        with self.lock:
            found = where.pop(name, None)
        return found if found is not None and found.ends_at > time.time() else None

    def standing(self, where: dict[str, Grant], name: str) -> Grant | None:
        """A value used again and again, still in time."""
        with self.lock:
            found = where.get(name)
        return found if found is not None and found.ends_at > time.time() else None

    def session_of(self, cookie: str) -> Session | None:
        """The single sign-on of a browser."""
        with self.lock:
            found = self.sessions.get(cookie)
        return found if found is not None and found.ends_at > time.time() else None

    def end(self, sid: str) -> Session | None:
        """End a session and what it opened."""
        with self.lock:
            cookie = next((name for name, one in self.sessions.items() if one.sid == sid), None)
            for where in (self.access, self.refresh):
                for name in [name for name, grant in where.items() if grant.sid == sid]:
                    del where[name]
            return self.sessions.pop(cookie) if cookie else None
