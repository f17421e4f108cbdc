"""The client itself: mutual TLS, deadline, retries, breaker; it never raises, and logs neither traits nor numbers."""

import logging
import ssl
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import httpx
from django.conf import settings

from pepites.common.clock import now
from pepites.identity.ins import InsNumber
from pepites.identity.ports import InsiQuery, InsiReply, Outcome, Trouble
from pepites.interop.breaker import Breaker
from pepites.interop.insi import names
from pepites.interop.insi.envelope import Software, envelope, search_body, verify_body
from pepites.interop.insi.parsing import MAX_BYTES, Unreadable, read_answer
from pepites.interop.outgoing import NotProtected, Peer, call

RETRIES = 2
WAITS = (0.4, 1.2)  # seconds before each new try

log = logging.getLogger("pepites.insi")
_breakers: dict[str, Breaker] = defaultdict(Breaker)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where to call, with what; ``timeout`` in seconds, for one try from end to end."""

    url: str
    environment: str
    software: Software
    timeout: float = 10.0
    certificate: str = ""
    key: str = ""
    authorities: str = ""
    verify_action: str = "verifierInsAvecTraitsIdentite"
    verify_namespace: str = "http://www.cnamts.fr/INSiLot2"


@dataclass
class InsiClient:
    """Holds ``identity.ports.InsiTeleservice``."""

    settings: Settings
    breaker: Breaker = field(default_factory=Breaker)
    mode: str = "tlsm"

    @property
    def environment(self) -> str:
        """Which platform answers: it tags every number (INS-2)."""
        return self.settings.environment

    def search(self, query: InsiQuery) -> tuple[InsiReply, ...]:
        """WS_INS2."""
        return self._call(names.SEARCH_ACTION, search_body(query), query.variant)

    def verify(self, number: InsNumber, query: InsiQuery) -> tuple[InsiReply, ...]:
        """WS_INS3; its action and namespace are settings (**TV**)."""
        body = verify_body(number, query, self.settings.verify_namespace)
        return self._call(self.settings.verify_action, body, query.variant)

    def _call(self, action: str, body: Any, variant: str) -> tuple[InsiReply, ...]:
        """One call and its retries (§3.4): only when the network failed or the service says to come back later.

        Somebody waits: no retry once one deadline's worth of time is spent.
        """
        replies: list[InsiReply] = []
        began = time.monotonic()
        for wait in (0.0, *WAITS[:RETRIES]):
            if not self.breaker.allows():
                if not replies:
                    replies.append(_trouble(str(uuid.uuid4()), Trouble.BREAKER, variant))
                break
            time.sleep(wait)
            reply, again = self._try(action, body, variant)
            replies.append(reply)
            if not again or time.monotonic() - began >= self.settings.timeout:
                break
        return tuple(replies)

    def _try(self, action: str, body: Any, variant: str) -> tuple[InsiReply, bool]:
        message_id = str(uuid.uuid4())
        sent = envelope(body, action=action, message_id=message_id, software=self.settings.software, at=now())
        began = time.monotonic()
        reply, again = self._exchange(message_id, action, sent, variant)
        took = round((time.monotonic() - began) * 1000)
        if again and "/" not in reply.code:  # with a precise code behind siram_40, the service is there (§3.4, quirk)
            self.breaker.failed()
        else:
            self.breaker.succeeded()
        log.info("INSi %s %s en %s ms (%s)", action, reply.code, took, message_id)
        made = InsiReply(
            message_id, reply.outcome, reply.code, reply.text, reply.person, took, reply.raw, variant
        )  # fmt: skip
        return made, again

    def _exchange(self, message_id: str, action: str, sent: bytes, variant: str) -> tuple[InsiReply, bool]:
        try:
            status, raw = self._post(action, sent)
        except httpx.TimeoutException:
            return _trouble(message_id, Trouble.TIMEOUT, variant), True
        except (ssl.SSLError, OSError, NotProtected):
            return _trouble(message_id, Trouble.CERTIFICATE, variant), False
        except httpx.HTTPError as error:
            refused = "certificate" in str(error).lower() or "ssl" in str(error).lower()
            return _trouble(message_id, Trouble.CERTIFICATE if refused else Trouble.NETWORK, variant), not refused
        if status in (401, 403):
            return _trouble(message_id, Trouble.CERTIFICATE, variant), False
        if status not in (200, 400, 500):
            return _trouble(message_id, Trouble.NETWORK, variant), True
        try:
            read = read_answer(raw)
        except Unreadable:
            return InsiReply(message_id, Outcome.FAULT, Trouble.UNREADABLE, raw=raw[:MAX_BYTES]), False
        return InsiReply(message_id, read.outcome, read.code, read.text, read.person, raw=raw), read.busy

    def _post(self, action: str, sent: bytes) -> tuple[int, bytes]:
        """The organisation's certificate (IGC-Santé) is shown; the parser refuses what is over the size."""
        said = self.settings
        headers = {
            "Content-Type": f'application/soap+xml; charset=utf-8; action="{names.ACTION}{action}"',
            "Accept": "application/soap+xml, text/xml",
        }
        peer = Peer(said.timeout, said.certificate, said.key, said.authorities)
        answer = call("POST", said.url, peer=peer, max_bytes=MAX_BYTES, headers=headers, content=sent)
        return answer.status, answer.body


def _trouble(message_id: str, trouble: Trouble, variant: str) -> InsiReply:
    return InsiReply(message_id, Outcome.FAULT, trouble, variant=variant)


def _version() -> str:
    try:
        return version("pepites")
    except PackageNotFoundError:
        return "0"


def from_settings() -> InsiClient:
    """The client of this instance; one breaker per address and process."""
    url = settings.PEPITES_INSI_URL
    made = Settings(
        url=url,
        environment=settings.PEPITES_INSI_ENVIRONMENT,
        software=Software(
            idam=settings.PEPITES_INSI_IDAM,
            name="pepites",
            version=_version(),
            instance=settings.PEPITES_INSI_INSTANCE or str(uuid.uuid5(uuid.NAMESPACE_URL, settings.SECRET_KEY)),
            sender=settings.PEPITES_INSI_EMETTEUR,
        ),
        timeout=settings.PEPITES_INSI_TIMEOUT,
        certificate=settings.PEPITES_INSI_CERT,
        key=settings.PEPITES_INSI_KEY,
        authorities=settings.PEPITES_INSI_CA,
        verify_action=settings.PEPITES_INSI_VERIF_ACTION,
        verify_namespace=settings.PEPITES_INSI_VERIF_NAMESPACE,
    )
    return InsiClient(made, _breakers[url])
