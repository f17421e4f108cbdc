"""Accounts of people: one nominative account per human (PGSSI-S, identification électronique)."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Now

from pepites.accounts.enrolment.enums import Suspension
from pepites.common.clock import now
from pepites.common.identifiers import new_uuid
from pepites.directory.models import Organization, PractitionerRole, Professional
from pepites.networks.models import Network


class UserManager(BaseUserManager["User"]):
    """Finds accounts by their identifier, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(login__iexact=username or "")


class User(AbstractBaseUser):
    """An account; what it may do comes from its practices, never from the account itself but for ``platform_admin``."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    login = models.CharField(max_length=80, unique=True)
    email = models.EmailField(default="", blank=True)
    # What the account is for the outside (IDNPS, §1.2): Pro Santé Connect's key, set once by the person's own sign-in.
    national_id = models.CharField(max_length=60, null=True, unique=True)
    professional = models.OneToOneField(Professional, null=True, on_delete=models.PROTECT, related_name="user")
    # Whose administrators look after the account: the network that brought the person in, and no other they work with.
    network = models.ForeignKey(Network, null=True, on_delete=models.PROTECT, related_name="+")
    platform_admin = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    suspension = models.CharField(max_length=10, choices=Suspension.choices, default="", db_default="", blank=True)
    demo = models.BooleanField(default=False)
    demo_note = models.CharField(max_length=200, default="", blank=True)  # what this account shows, on the sign-in page
    last_practice = models.ForeignKey(PractitionerRole, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    objects = UserManager()

    USERNAME_FIELD = "login"

    def __str__(self) -> str:
        return self.login

    @property
    def pending(self) -> bool:
        """Whether the person is known by their national identifier alone, and has no right yet."""
        return self.national_id is not None and self.professional_id is None and not self.platform_admin


class UserSession(AbstractBaseSession):
    """A session, with what its owner needs to recognise and revoke it."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    practice = models.ForeignKey(PractitionerRole, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())
    auth_method = models.CharField(max_length=30, default="", blank=True)
    assurance = models.CharField(max_length=20, default="", db_default="", blank=True)
    # The provider's own session, so that its end is ours (§5.4).
    issuer = models.CharField(max_length=200, default="", db_default="", blank=True)
    subject = models.CharField(max_length=255, default="", db_default="", blank=True)
    sid = models.CharField(max_length=255, default="", db_default="", blank=True)
    ip = models.CharField(max_length=45, default="", blank=True)
    agent = models.CharField(max_length=200, default="", blank=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        db_table = "accounts_session"
        indexes = [
            models.Index(fields=["subject"], name="accounts_session_subject", condition=~models.Q(subject="")),
        ]


class TotpDevice(models.Model):
    """An authenticator application (RFC 6238). ``last_step`` refuses a code already used; the seed is sealed."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="totp_devices")
    seed = models.BinaryField()
    last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    disabled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(disabled_at__isnull=True), name="accounts_totp_active_once"
            )
        ]

    def __str__(self) -> str:
        return f"totp {self.pk}"


class Passkey(models.Model):
    """A passkey (WebAuthn): only its public key is here."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)
    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """One of ten codes kept on paper, good once; a new series disables the former one."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "code_hash"], name="accounts_recovery_unique")]

    def __str__(self) -> str:
        return f"code {self.pk}"


class Invitation(models.Model):
    """A way in, good once and for 24 hours: its holder chooses a password, then a second factor."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class FactorReset(models.Model):
    """A lost second factor, given up by two administrators: one asks, another confirms within 24 hours."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="factor_resets")
    motive = models.CharField(max_length=200)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("requested_by")),
                name="accounts_reset_two_people",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(confirmed_at__isnull=True, cancelled_at__isnull=True),
                name="accounts_reset_open_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Throttle(models.Model):
    """Failures in a row for one keyed fingerprint (account, account and network, or known device); no name is kept."""

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last_failure_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.failures}"


class FederatedIdentity(models.Model):
    """A name of an account at an outside provider. ``subject`` is an alias: it may change, the account stays (§5.3)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="federated")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    national_id = models.CharField(max_length=60)
    family_name = models.CharField(max_length=100, default="", blank=True)
    given_name = models.CharField(max_length=100, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="accounts_federated_once")]

    def __str__(self) -> str:
        return f"{self.issuer} {self.pk}"


class FederatedSignIn(models.Model):
    """What a provider said at one sign-in, kept as it was for whoever examines an access; never the master record."""

    identity = models.ForeignKey(FederatedIdentity, on_delete=models.PROTECT, related_name="sign_ins")
    at = models.DateTimeField(db_default=Now())
    acr = models.CharField(max_length=40)
    amr = ArrayField(models.CharField(max_length=40), default=list)
    exercices = models.JSONField(default=list)
    other_ids = models.JSONField(default=list)
    session_ref = models.CharField(max_length=8, default="", blank=True)

    def __str__(self) -> str:
        return f"{self.acr} {self.pk}"


class UsedLogoutToken(models.Model):
    """A back-channel logout token already taken: the same ``jti`` is never taken twice."""

    jti = models.CharField(max_length=64, primary_key=True)  # keyed fingerprint
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"logout {self.jti[:8]}"


class Homologation(models.Model):
    """The decision that makes the house's own means of identification regular (RIE §6.3): three years at most."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    reference = models.CharField(max_length=80)
    signatory = models.CharField(max_length=120)
    signed_on = models.DateField()
    expires_on = models.DateField()
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")  # null: a command
    recorded_at = models.DateTimeField(db_default=Now())
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_on__gt=models.F("signed_on")), name="accounts_homologation_dates"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class ServiceClient(models.Model):
    """A machine client: the software of one structure, that speaks for one identification domain only.

    It proves itself by a key (``jwks``, public keys only), by a certificate (``certificate_sha256``), or by both.
    ``domain_system`` is the OID or URI of its domain: the reconciliation server compares it with its own.
    ``fr_core`` is the generation of FR Core it reads (FHIR-1).
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    client_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    domain_system = models.CharField(max_length=200)
    jwks = models.JSONField(null=True)
    certificate_sha256 = models.CharField(max_length=64, default="", blank=True)
    scopes = ArrayField(models.CharField(max_length=60))
    fr_core = models.CharField(max_length=10, default="2.2")
    is_active = models.BooleanField(default=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")  # null: a command
    created_at = models.DateTimeField(db_default=Now())
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(jwks__isnull=False) | ~models.Q(certificate_sha256=""),
                name="accounts_client_has_proof",
            ),
            models.CheckConstraint(
                condition=models.Q(is_active=True, revoked_at__isnull=True)
                | models.Q(is_active=False, revoked_at__isnull=False),
                name="accounts_client_revoked_inactive",
            ),
            models.UniqueConstraint(
                fields=["certificate_sha256"],
                condition=models.Q(is_active=True) & ~models.Q(certificate_sha256=""),
                name="accounts_client_certificate_once",
            ),
        ]

    def __str__(self) -> str:
        return self.client_id

    @property
    def state(self) -> str:
        """« actif », « expiré » or « révoqué »."""
        if not self.is_active:
            return "révoqué"
        return "actif" if self.expires_at > now() else "expiré"


class UsedAssertion(models.Model):
    """A client assertion already seen: the same ``jti`` is never taken twice (RFC 7523 §3)."""

    client = models.ForeignKey(ServiceClient, on_delete=models.CASCADE, related_name="+")
    jti = models.CharField(max_length=64)  # keyed fingerprint
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "jti"], name="accounts_assertion_once")]

    def __str__(self) -> str:
        return f"assertion {self.pk}"


class AccessToken(models.Model):
    """A bearer token of a few minutes: only its fingerprint is here. ``certificate_sha256`` binds it (RFC 8705 §3)."""

    token_hash = models.CharField(max_length=64, unique=True)
    client = models.ForeignKey(ServiceClient, on_delete=models.CASCADE, related_name="+")
    scopes = ArrayField(models.CharField(max_length=60))
    certificate_sha256 = models.CharField(max_length=64, default="", blank=True)
    issued_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"token {self.pk}"


from pepites.accounts.enrolment.models import LocalEnrolment  # noqa: E402
from pepites.accounts.outage.models import DeclaredOutage, EmergencyCode, EmergencySeries  # noqa: E402
from pepites.accounts.rppsplus.models import (  # noqa: E402 - they point to the accounts above
    RppsContract,
    RppsRegistration,
    StructureManager,
)

__all__ = [
    "AccessToken", "DeclaredOutage", "EmergencyCode", "EmergencySeries",
    "FactorReset", "FederatedIdentity", "FederatedSignIn", "Homologation", "Invitation",
    "LocalEnrolment", "Passkey", "RecoveryCode", "RppsContract", "RppsRegistration", "ServiceClient",
    "StructureManager", "Throttle", "TotpDevice", "UsedAssertion", "UsedLogoutToken", "User", "UserManager",
    "UserSession",
]  # fmt: skip
