"""The identification domains: who numbers persons, who answers for them, the charter (§5.1)."""

import datetime as dt
import json

from pepites.access.policies import require
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import DomainError
from pepites.regional import policies
from pepites.regional.database import value
from pepites.regional.models import Domain


def set_domain(
    *,
    actor: Actor,
    code: str,
    name: str,
    oid: str = "",
    uri: str = "",
    organization_id: int | None = None,
    active: bool = True,
    referent: str = "",
    cell_contact: str = "",
    charter_signed_on: dt.date | None = None,
) -> Domain:
    """Declare or change a domain, by its code; the cell or a command on the server."""
    require(policies.may_set_domain(actor), code="regional.record.refused")
    code = code.strip().upper()[:20]
    if not code or not name.strip():
        raise DomainError("Donnez au domaine un code et un nom.", field="code")
    if not (oid.strip() or uri.strip()):
        raise DomainError("Donnez au domaine un OID ou une URI.", field="oid")
    values = {
        "oid": oid.strip(), "uri": uri.strip(), "name": name.strip()[:120], "organization_id": organization_id,
        "active": active, "referent": referent.strip()[:120], "cell_contact": cell_contact.strip()[:200],
        "charter_signed_on": charter_signed_on.isoformat() if charter_signed_on else None,
    }  # fmt: skip
    made = value("regional.record.refused", "SELECT regional_set_domain(%s, %s::jsonb)", [code, json.dumps(values)])
    record("regional.domain.changed", action="U", object_type="regional_domain", object_id=code)
    return Domain.objects.get(pk=made)
