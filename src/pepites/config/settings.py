"""Settings, from the environment only (prefix ``PEPITES_``); each is documented in docs/exploitation/reglages.md."""

import ipaddress
import os
import secrets
from pathlib import Path
from typing import Any

import psycopg.conninfo

from pepites.config import engine, modes, psc
from pepites.config.gateways import GATEWAYS

PACKAGE = Path(__file__).resolve().parents[1]


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").strip().lower() in modes.TRUE


def _list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def _networks(name: str, default: str) -> list[str]:
    found = _list(name, default)
    try:
        for text in found:
            ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise SystemExit(f"{name} : « {text} » n'est ni une adresse ni un réseau.") from None
    return found


def _secret(var: Path, name: str) -> str:
    """Read a generated secret, making it (0600) the first time an instance starts."""
    path = var / "secrets" / name
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii").strip()


PEPITES_VAR = engine.var_dir()
PEPITES_ENV = os.environ.get("PEPITES_ENV", "local")  # local | production
PEPITES_DEMO = _flag("PEPITES_DEMO")
PEPITES_DB_ROLE = os.environ.get("PEPITES_DB_ROLE", "web")  # web | worker | owner
PEPITES_AUTH_LOCAL = _flag("PEPITES_AUTH_LOCAL", default=True)
PEPITES_PUBLIC_URL = os.environ.get("PEPITES_PUBLIC_URL", "")
PEPITES_IDLE_MINUTES = int(os.environ.get("PEPITES_IDLE_MINUTES", "15"))
PEPITES_SESSION_HOURS = int(os.environ.get("PEPITES_SESSION_HOURS", "12"))
PEPITES_BRIS_DE_GLACE_HOURS = 4
PEPITES_UPLOAD_MAX = 20 * 1024 * 1024
# Machine clients. The header where the reverse proxy writes the client certificate it verified, and which proxies to
# believe; no header, no mutual TLS.
PEPITES_MTLS_HEADER = os.environ.get("PEPITES_MTLS_HEADER", "").strip()
PEPITES_MTLS_PROXIES = _networks("PEPITES_MTLS_PROXIES", "127.0.0.1,::1")
PEPITES_FHIR_PER_MINUTE = int(os.environ.get("PEPITES_FHIR_PER_MINUTE", "600"))
PEPITES_FHIR_ANONYMOUS_PER_MINUTE = int(os.environ.get("PEPITES_FHIR_ANONYMOUS_PER_MINUTE", "60"))
PEPITES_FHIR_TDDUI = _flag("PEPITES_FHIR_TDDUI")
PEPITES_REGIONAL_SYSTEM = os.environ.get("PEPITES_REGIONAL_SYSTEM", "urn:pepites:identifiant-regional")
# The national directory (docs/exploitation/annuaire.md): what is kept of it, and how few lines would be suspect.
PEPITES_ANNUAIRE_SCOPE = os.environ.get("PEPITES_ANNUAIRE_SCOPE", "").strip() or "france"
if PEPITES_ANNUAIRE_SCOPE not in ("guyane", "france"):
    raise SystemExit("PEPITES_ANNUAIRE_SCOPE : écrivez « guyane » ou « france ».")
PEPITES_ANNUAIRE_MIN_ROWS = int(os.environ.get("PEPITES_ANNUAIRE_MIN_ROWS", "").strip() or "1000000")
# The HL7 v2 listener: off without a port. Peers without TLS: ``address=client,…``.
PEPITES_HL7_PORT = int(os.environ.get("PEPITES_HL7_PORT", "").strip() or "0")
PEPITES_HL7_HOST = os.environ.get("PEPITES_HL7_HOST", "127.0.0.1")
PEPITES_HL7_TLS_CERT = os.environ.get("PEPITES_HL7_TLS_CERT", "")
PEPITES_HL7_TLS_KEY = os.environ.get("PEPITES_HL7_TLS_KEY", "")
PEPITES_HL7_TLS_CA = os.environ.get("PEPITES_HL7_TLS_CA", "")
PEPITES_HL7_PEERS = dict(pair.split("=", 1) for pair in _list("PEPITES_HL7_PEERS") if "=" in pair)
# Where domains hear of their identities: ``CODE=host:port,…``, under TLS outside this machine.
PEPITES_HL7_NOTIFY = dict(pair.split("=", 1) for pair in _list("PEPITES_HL7_NOTIFY") if "=" in pair)
MACHINE_PATHS = ("/fhir/", "/oauth2/", "/oidc/")
OWN_UNIT_PATHS = (
    "/connexion/psc/",
    "/annuaire/direct/",
)  # these call another server first: they open their own unit of work after it
PRODUCTION = PEPITES_ENV == "production"
if PEPITES_DEMO and modes.production_setting():
    raise SystemExit(modes.demo_refusal())

# The INSi teleservice (docs/exploitation/insi.md). What SEL-MP-043 has not confirmed yet is a setting.
PEPITES_GATEWAYS = GATEWAYS
PEPITES_INSI_URL = os.environ.get("PEPITES_INSI_URL", "")
PEPITES_INSI_ENVIRONMENT = os.environ.get(
    "PEPITES_INSI_ENVIRONMENT", "production" if modes.production_setting() else "demonstration"
)
if refusal := modes.insi_refusal(PEPITES_INSI_ENVIRONMENT, demo=PEPITES_DEMO):
    raise SystemExit(refusal)
PEPITES_INSI_CERT = os.environ.get("PEPITES_INSI_CERT", "")
PEPITES_INSI_KEY = os.environ.get("PEPITES_INSI_KEY", "")
PEPITES_INSI_CA = os.environ.get("PEPITES_INSI_CA", "")
PEPITES_INSI_TIMEOUT = float(os.environ.get("PEPITES_INSI_TIMEOUT", "10"))
PEPITES_INSI_IDAM = os.environ.get("PEPITES_INSI_IDAM", "")
PEPITES_INSI_EMETTEUR = os.environ.get("PEPITES_INSI_EMETTEUR", "")
PEPITES_INSI_INSTANCE = os.environ.get("PEPITES_INSI_INSTANCE", "")
PEPITES_INSI_VERIF_ACTION = os.environ.get("PEPITES_INSI_VERIF_ACTION", "verifierInsAvecTraitsIdentite")
PEPITES_INSI_VERIF_NAMESPACE = os.environ.get("PEPITES_INSI_VERIF_NAMESPACE", "http://www.cnamts.fr/INSiLot2")
PEPITES_INSI_VERIF_KO = os.environ.get("PEPITES_INSI_VERIF_KO", "01")
PEPITES_INSI_VERIF_PERIODE_MOIS = int(os.environ.get("PEPITES_INSI_VERIF_PERIODE_MOIS", "36"))
PEPITES_INSI_LOT_MAX = int(os.environ.get("PEPITES_INSI_LOT_MAX", "1000"))
PEPITES_INSI_APPELS_PAR_HEURE = int(os.environ.get("PEPITES_INSI_APPELS_PAR_HEURE", "20"))
PEPITES_INSI_LIGATURES = _flag("PEPITES_INSI_LIGATURES", default=True)  # transliterate; else refuse before the call

# Hours that a PDF made for somebody stays within their reach.
PEPITES_EDITION_HOURS = int(os.environ.get("PEPITES_EDITION_HOURS", "1"))

# Days after which a notice that was read is erased at night, 30 at least; 0: never.
PEPITES_NOTICES_KEPT_DAYS = int(os.environ.get("PEPITES_NOTICES_KEPT_DAYS", "90"))
# Days after which a role whose review is due, and that nobody confirmed, is suspended at night; 0: never.
PEPITES_HABILITATION_REVIEW_SUSPEND_DAYS = int(os.environ.get("PEPITES_HABILITATION_REVIEW_SUSPEND_DAYS", "0"))

# Pro Santé Connect (docs/exploitation/pro-sante-connect.md): off without an address and a client.
PEPITES_PSC_ENV = os.environ.get("PEPITES_PSC_ENV", "").strip()  # bas | prod | local
PEPITES_PSC_METADATA_URL = os.environ.get("PEPITES_PSC_METADATA_URL", "") or psc.METADATA.get(PEPITES_PSC_ENV, "")
PEPITES_PSC_CLIENT_ID = os.environ.get("PEPITES_PSC_CLIENT_ID", "")
PEPITES_PSC_CLIENT_SECRET = os.environ.get("PEPITES_PSC_CLIENT_SECRET", "")
PEPITES_PSC_CLIENT_AUTH = os.environ.get("PEPITES_PSC_CLIENT_AUTH", "client_secret_post")
PEPITES_PSC_TLS_CERT = os.environ.get("PEPITES_PSC_TLS_CERT", "")
PEPITES_PSC_TLS_KEY = os.environ.get("PEPITES_PSC_TLS_KEY", "")
PEPITES_PSC_CA = os.environ.get("PEPITES_PSC_CA", "")
PEPITES_PSC_SCOPE = os.environ.get("PEPITES_PSC_SCOPE", "openid scope_all")
PEPITES_PSC_ACR_REQUESTED = os.environ.get("PEPITES_PSC_ACR_REQUESTED", "eidas1")
PEPITES_PSC_ACR_ALLOWED = _list("PEPITES_PSC_ACR_ALLOWED", "eidas1,eidas2,eidas3")
PEPITES_PSC_LEVELS = psc.levels(os.environ.get("PEPITES_PSC_LEVELS", psc.LEVELS))
PEPITES_PSC_TIMEOUT = float(os.environ.get("PEPITES_PSC_TIMEOUT", "5"))
PEPITES_PSC_HOURS = int(os.environ.get("PEPITES_PSC_HOURS", "4"))
PEPITES_PSC_FRESH = _flag("PEPITES_PSC_FRESH")  # shared workstations: identify again at each sign-in
PEPITES_PSC_CIBA = _flag("PEPITES_PSC_CIBA")  # approval on the telephone, from another device (§5.5)
PEPITES_PSC_BUTTON = os.environ.get("PEPITES_PSC_BUTTON", "")  # the official picture, given by the deployment
if refusal := psc.refusal(
    environment=PEPITES_PSC_ENV, metadata_url=PEPITES_PSC_METADATA_URL, client_id=PEPITES_PSC_CLIENT_ID,
    secret=PEPITES_PSC_CLIENT_SECRET, auth=PEPITES_PSC_CLIENT_AUTH, certificate=PEPITES_PSC_TLS_CERT,
    acr_allowed=PEPITES_PSC_ACR_ALLOWED, levels=PEPITES_PSC_LEVELS, public_url=PEPITES_PUBLIC_URL,
):  # fmt: skip
    raise SystemExit(refusal)
# The directory's own interface, for one person at a time (docs/exploitation/annuaire.md): off without a key.
PEPITES_ANNUAIRE_API_URL = os.environ.get("PEPITES_ANNUAIRE_API_URL", "https://gateway.api.esante.gouv.fr/fhir/v2")
PEPITES_ANNUAIRE_API_KEY = os.environ.get("PEPITES_ANNUAIRE_API_KEY", "")
PEPITES_ANNUAIRE_API_CA = os.environ.get("PEPITES_ANNUAIRE_API_CA", "")
PEPITES_ANNUAIRE_API_TIMEOUT = float(os.environ.get("PEPITES_ANNUAIRE_API_TIMEOUT", "10"))
PEPITES_ANNUAIRE_API_PER_SECOND = float(os.environ.get("PEPITES_ANNUAIRE_API_PER_SECOND", "15"))
# Which services want a national means of identification (RIE §6.3): in production, all three.
PEPITES_NATIONAL_MEANS_FOR = _list(
    "PEPITES_NATIONAL_MEANS_FOR", "insi,dmp,mssante" if modes.production_setting() else ""
)

# Mail of the notices (docs/exploitation/reglages.md): none leaves without a server. « starttls », « tls » or « aucun ».
EMAIL_HOST = os.environ.get("PEPITES_SMTP_HOST", "").strip()
EMAIL_PORT = int(os.environ.get("PEPITES_SMTP_PORT", "").strip() or "587")
EMAIL_HOST_USER = os.environ.get("PEPITES_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("PEPITES_SMTP_PASSWORD", "")
PEPITES_SMTP_TLS = os.environ.get("PEPITES_SMTP_TLS", "").strip() or "starttls"
if refusal := modes.mail_refusal(EMAIL_HOST, PEPITES_SMTP_TLS):
    raise SystemExit(refusal)
EMAIL_USE_TLS, EMAIL_USE_SSL = PEPITES_SMTP_TLS == "starttls", PEPITES_SMTP_TLS == "tls"
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = os.environ.get("PEPITES_SMTP_FROM", "").strip() or "Pépites <ne-pas-repondre@localhost>"

SECRET_KEY = os.environ.get("PEPITES_SECRET_KEY") or _secret(PEPITES_VAR, "secret_key")
PEPITES_IDENTITY_KEY = os.environ.get("PEPITES_IDENTITY_KEY") or _secret(PEPITES_VAR, "identity_key")
DEBUG = False
ALLOWED_HOSTS = [
    host for host in os.environ.get("PEPITES_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",") if host
]
CSRF_TRUSTED_ORIGINS = [PEPITES_PUBLIC_URL] if PEPITES_PUBLIC_URL else []

URLS = engine.database_urls(PEPITES_VAR)


def _database(url: str, *, pool: bool) -> dict[str, Any]:
    """Turn a libpq URL into Django's settings; statement and idle time-outs keep a lost client from holding a row."""
    parts = {key: str(value) for key, value in psycopg.conninfo.conninfo_to_dict(url).items()}
    role_options = parts.pop("options", "")
    options: dict[str, Any] = {
        "options": (
            f"{role_options} -c statement_timeout={30_000 if pool else 0}"
            f" -c idle_in_transaction_session_timeout={60_000 if pool else 0} -c timezone=UTC"
            " -c random_page_cost=1.1"  # no turning disk: reading by key costs no more than reading in order
        ).strip(),
    }
    # Planning a query costs more than running it, under policies of a dozen sub-plans: plans are kept (ADR 0015).
    options |= {"server_side_binding": True, "prepare_threshold": 2}
    if pool:
        options["pool"] = {"min_size": 1, "max_size": int(os.environ.get("PEPITES_POOL", "8")), "timeout": 5}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "pepites"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": options | parts,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,  # a restarted database costs the readers a wait, not an error page
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


DATABASES = {
    "default": _database(
        {"web": URLS.web, "worker": URLS.worker, "owner": URLS.owner}[PEPITES_DB_ROLE],
        pool=PEPITES_DB_ROLE == "web",
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "pepites.common",
    "pepites.ui",
    "pepites.audit",
    "pepites.terminology",
    "pepites.directory",
    "pepites.networks",
    "pepites.accounts",
    "pepites.patients",
    "pepites.access",
    "pepites.identity",
    "pepites.regional",
    "pepites.documents",
    "pepites.notifications",
    "pepites.messaging",
    "pepites.agenda",
    "pepites.assessments",
    "pepites.coordination",
    "pepites.interop",
    "pepites.fhir",
    "pepites.training",
    "pepites.demo",
    "pepites.bench",
]

MIDDLEWARE = [
    "pepites.common.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "pepites.ui.middleware.SecurityHeadersMiddleware",
    "pepites.accounts.middleware.MachineMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "pepites.accounts.middleware.AccountMiddleware",
    "pepites.accounts.middleware.SessionLimitsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pepites.access.middleware.ActorMiddleware",
]

PEPITES_BENCH = _flag("PEPITES_BENCH")  # set by ``pepites bench`` for its own fronts
if PEPITES_BENCH:
    MIDDLEWARE.insert(0, "pepites.bench.views.BareMiddleware")

ROOT_URLCONF = os.environ.get("PEPITES_ROOT_URLCONF", "pepites.config.urls")  # the benchmarks add one page
WSGI_APPLICATION = "pepites.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "pepites.ui.templatetags.ui",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "pepites.ui.context.frame",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["pepites.accounts.backends.LocalBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "/connexion/"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "pepites.accounts.sessions"
SESSION_COOKIE_AGE = PEPITES_SESSION_HOURS * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_FAILURE_VIEW = "pepites.ui.views.csrf_failure"
SECURE_SSL_REDIRECT = False  # the reverse proxy does it; the front process speaks plain HTTP on loopback
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "media-src": ["'self'", "blob:"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'", *psc.form_origins(PEPITES_PSC_METADATA_URL)],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}

LANGUAGE_CODE = "fr"
TIME_ZONE = "America/Cayenne"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS: list[Path] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+\.[0-9a-f]{12}\.\w+$"  # names of pepites.ui.assets carry their hash

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 5

PGHISTORY_CONTEXT_FIELD = None
PGHISTORY_APPEND_ONLY = False  # privileges refuse UPDATE and DELETE to web and worker on every history table
PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = False
PROCRASTINATE_ON_APP_READY = None

SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # SECURE_SSL_REDIRECT: done by the reverse proxy
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "pepites": {"level": "INFO"},
        # Django puts the URL and the exception's values in these: fixed messages come from our middleware instead.
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # a scanner's traceback tells nothing
    },
}
