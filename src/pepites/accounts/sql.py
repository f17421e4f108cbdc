"""SQL of the machine clients, shared by the migrations and read by the policies of the reconciliation server."""

from pepites.common import rls
from pepites.common.rls import ACTOR_CLIENT

ACTIVE_CLIENT = (
    f"SELECT 1 FROM accounts_serviceclient c WHERE c.id = {ACTOR_CLIENT} AND c.is_active"
    " AND c.expires_at > statement_timestamp()"
)

# NULL for nobody, a person, a revoked or expired client: a policy that compares with it then shows nothing.
CLIENT_DOMAIN = rls.definer_function(
    "accounts_client_domain()",
    "text",
    f"""
      SELECT c.domain_system::text FROM accounts_serviceclient c
      WHERE c.id = {ACTOR_CLIENT} AND c.is_active AND c.expires_at > statement_timestamp()
    """,
    volatile="STABLE",
)
