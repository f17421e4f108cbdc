"""What every message of a domain shares: its idempotency key, and whether the domain may feed."""

from uuid import UUID, uuid5

from pepites.access.policies import require
from pepites.common.decision import Reason, deny
from pepites.regional.models import Domain

REFUSED = "regional.record.refused"
_KEYS = UUID("6f1d6e9a-0f0b-5b7e-9d5e-7a0c1b9f4e11")


def idempotency_key(domain: Domain, act: str, key: str) -> UUID | None:
    """The key of a message, in its domain: the same one again gives the same answer."""
    return uuid5(_KEYS, f"{domain.pk}:{act}:{key}") if key else None


def require_domain(domain: Domain) -> None:
    """A domain that feeds: active, and not Pépites, which feeds itself."""
    if not domain.active or domain.code == "PEPITES":
        require(deny(Reason.STATE), code=REFUSED, object_type="regional_domain", object_id=domain.public_id)
