"""Writing on accounts: the only way in. Each module holds one subject; everything is offered here."""

from pepites.accounts.services.factors import (
    confirm_totp,
    ensure_demo_factor,
    new_recovery_codes,
    new_seed,
    verify_second_factor,
)
from pepites.accounts.services.federation import (
    attach_federated,
    confirm_federated,
    refuse_sign_in,
    sign_in_federated,
)
from pepites.accounts.services.homologations import record_homologation, withdraw_homologation
from pepites.accounts.services.invitations import (
    accept_invitation,
    create_account,
    create_invitation,
    find_invitation,
)
from pepites.accounts.services.machine_clients import NewClient, add_service_client, revoke_service_client
from pepites.accounts.services.passkeys import (
    PasskeyRequest,
    assertion_options,
    register_passkey,
    registration_options,
    remove_passkey,
)
from pepites.accounts.services.people import InvitedPerson, invite_professional, set_active
from pepites.accounts.services.resets import cancel_factor_reset, confirm_factor_reset, request_factor_reset
from pepites.accounts.services.sessions import (
    choose_practice,
    end_all_sessions,
    end_federated,
    end_session,
    open_session,
    provider_token,
    session_choices,
    sign_out,
)
from pepites.accounts.services.sign_in import change_password, check_password, sign_in_demo
from pepites.accounts.services.tokens import (
    acting_as,
    issue_token,
    prove_by_address,
    prove_by_certificate,
    prove_by_token,
)

__all__ = [
    "InvitedPerson",
    "NewClient",
    "PasskeyRequest",
    "accept_invitation",
    "acting_as",
    "add_service_client",
    "assertion_options",
    "attach_federated",
    "cancel_factor_reset",
    "change_password",
    "check_password",
    "choose_practice",
    "confirm_factor_reset",
    "confirm_federated",
    "confirm_totp",
    "create_account",
    "create_invitation",
    "end_all_sessions",
    "end_federated",
    "end_session",
    "ensure_demo_factor",
    "find_invitation",
    "invite_professional",
    "issue_token",
    "new_recovery_codes",
    "new_seed",
    "open_session",
    "prove_by_address",
    "prove_by_certificate",
    "prove_by_token",
    "provider_token",
    "record_homologation",
    "refuse_sign_in",
    "register_passkey",
    "registration_options",
    "remove_passkey",
    "request_factor_reset",
    "revoke_service_client",
    "session_choices",
    "set_active",
    "sign_in_demo",
    "sign_in_federated",
    "sign_out",
    "verify_second_factor",
    "withdraw_homologation",
]
