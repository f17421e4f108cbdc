"""Asking for an approval on somebody's telephone: not too often, or it would be a way to harass (§5.5)."""

from datetime import timedelta
from typing import Final

from pepites.accounts.crypto import fingerprint
from pepites.accounts.models import Throttle
from pepites.accounts.services.traces import trace
from pepites.accounts.values import Method, Origin
from pepites.common.clock import now
from pepites.common.errors import DomainError, TooMany

WINDOW: Final = timedelta(minutes=10)
PER_NUMBER, PER_NETWORK = 3, 30


def national_id_of(typed: str) -> str:
    """The national identifier of what was typed: an RPPS number, or the identifier itself; raises ``DomainError``."""
    plain = typed.replace(" ", "")
    if plain.isascii() and plain.isdigit() and len(plain) in {11, 12}:
        return f"8{plain}" if len(plain) == 11 else plain
    raise DomainError("Écrivez votre numéro RPPS : onze chiffres.", field="number")


def count_start(*, national_id: str, origin: Origin) -> None:
    """One more request for that number and from that network, in the unit under way; raises ``TooMany``."""
    for key, most in (
        (fingerprint("phone", national_id), PER_NUMBER),
        (fingerprint("phone", origin.network), PER_NETWORK),
    ):
        row, _ = Throttle.objects.select_for_update().get_or_create(key=key, defaults={"last_failure_at": now()})
        # ``last_failure_at`` is here the start of the ten minutes.
        if now() - row.last_failure_at > WINDOW:
            row.failures, row.last_failure_at = 0, now()
        if row.failures >= most:
            trace("accounts.psc.refused", user=None, method=str(Method.PSC), failed=True, reason="phone_too_many")
            raise TooMany("Trop de demandes pour ce téléphone. Attendez dix minutes, ou entrez par le bouton.")
        row.failures += 1
        row.save(update_fields=["failures", "last_failure_at"])
