"""Settings: development defaults here, everything else from the environment."""

import socket
import sys
import warnings
import zoneinfo
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from spreekuur.production_checks import DEVELOPMENT_KEY, CheckedSettings, unsafe_defaults

zoneinfo.reset_tzpath(to=())  # use the pinned tzdata package, not the machine's older copy

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
env = environ.Env()

DEBUG = env.bool("DEBUG", default=True)
DEMO = env.bool("DEMO", default=DEBUG)
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_KEY)
LINK_SECRET = env.str("LINK_SECRET", default=SECRET_KEY)  # candidates' links; keep it when SECRET_KEY is renewed
LINK_SECRET_FALLBACKS = env.list("LINK_SECRET_FALLBACKS", default=[])  # earlier values, so that SMS opt-outs stay known
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if DEBUG else [])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
EMAIL_URL = env.str("EMAIL_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_FROM = env.str("TWILIO_FROM", default="")  # a sender number, or a messaging service (MG...)
TWILIO_WEBHOOK_SECRET = env.str("TWILIO_WEBHOOK_SECRET", default="")  # a shared key for webhooks, when there is one
TWILIO_API_URL = env.str("TWILIO_API_URL", default="")  # only for a test double of the API
INBOX_ADDRESS = env.str("INBOX_ADDRESS", default="")  # a mailbox with sub-addresses (name+tag@host), for replies
INBOX_URL = env.str("INBOX_URL", default="")  # imaps://user:password@host/INBOX; empty when a webhook delivers the mail
MAIL_WEBHOOK_SECRET = env.str("MAIL_WEBHOOK_SECRET", default="")  # "user:password" that the mail provider's calls carry
ANYMAIL: dict[str, str] = env.dict("ANYMAIL", default={})  # MAILGUN_WEBHOOK_SIGNING_KEY=... and the like
CALENDAR_HOSTS_ALLOWED = env.list("CALENDAR_HOSTS_ALLOWED", default=[])  # internal hosts for external calendars
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")  # mailto: or https: address for security.txt
WORKERS = env.int("WORKERS", default=2)
WORKER_NAME = env.str("WORKER_NAME", default=socket.gethostname())  # name of the cluster of `manage.py work`

if not DEBUG:
    _unsafe = unsafe_defaults(
        CheckedSettings(
            secret_key=SECRET_KEY,
            link_secret=env.str("LINK_SECRET", default=""),
            allowed_hosts=ALLOWED_HOSTS,
            public_url=PUBLIC_URL,
            email_url=EMAIL_URL,
            inbox_address=INBOX_ADDRESS,
            demo=DEMO,
        )
    )
    if _unsafe:
        raise ImproperlyConfigured("Spreekuur does not start with DEBUG off:\n- " + "\n- ".join(_unsafe))

INSTALLED_APPS = [
    "spreekuur",
    "insights",
    "referrals",
    "talks",
    "bookings",
    "candidates",
    "advisors",
    "vacancies",
    "outbox",
    "organisation",
    "spreekuur.apps.ConfigurationAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_q",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "phonenumber_field",
    "rest_framework",
]

MIDDLEWARE = [
    "spreekuur.middleware.database_unavailable",
    "django.middleware.gzip.GZipMiddleware",  # pads at random against BREACH, and CSRF tokens are masked anew each time
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "spreekuur.request_checks.storable_requests",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "spreekuur.middleware.no_store",
    "spreekuur.middleware.audit_address",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "spreekuur.middleware.second_factor",
]

ROOT_URLCONF = "spreekuur.urls"
WSGI_APPLICATION = "spreekuur.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "spreekuur.context_processors.navigation",
            ],
        },
    },
]

# Seconds that a request may wait for the web server before it gets 503; 0 for no limit.
FIGURES_SECONDS = env.int("FIGURES_SECONDS", default=600)  # how old the figures of a manager may be
REQUEST_QUEUE_SECONDS = env.float("REQUEST_QUEUE_SECONDS", default=5.0)

# Data


def _database() -> dict[str, Any]:
    database: dict[str, Any] = env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'spreekuur.sqlite3'}")
    test_name = "spreekuur" + env.str("TEST_DATABASE_SUFFIX", default="")
    database["CONN_MAX_AGE"] = 60  # a connection per request costs a factor of three
    if database["ENGINE"] == "django.db.backends.sqlite3":
        if "WORKER_NAME" in env.ENVIRON:
            database["CONN_MAX_AGE"] = 0  # the cluster forks, and SQLite's locks do not survive that
        VAR_DIR.mkdir(exist_ok=True)
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
        database["TEST"] = {"NAME": str(VAR_DIR / f"test_{test_name}.sqlite3")}  # a file: race tests need one
    else:
        database["CONN_HEALTH_CHECKS"] = True
        # Server-side prepared statements: PostgreSQL needs longer to plan a page's queries than to run them. They do
        # not work with a pooler that gives each transaction another connection.
        is_pooled = env.bool("DATABASE_POOLER", default=False)
        prepared = {} if is_pooled else {"server_side_binding": True, "prepare_threshold": 5}
        # Statements of a page are too short to be worth compiling, and what they read is in memory or on an SSD, where
        # an index costs less than PostgreSQL assumes. The web server sets a limit in seconds.
        limit = env.int("DATABASE_STATEMENT_SECONDS", default=0)
        planner = f"-c jit=off -c random_page_cost=1.1 -c statement_timeout={limit * 1000}"
        options = {} if is_pooled else {"options": planner}
        database["OPTIONS"] = {"connect_timeout": 5} | prepared | options | database.get("OPTIONS", {})
        database["DISABLE_SERVER_SIDE_CURSORS"] = is_pooled
        database["TEST"] = {"NAME": f"test_{test_name}"}
    return database


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # with fewer, many clients could evict the counters of rate limits
    }
}

Q_CLUSTER = {
    "name": "spreekuur",
    "workers": WORKERS,
    "queue_limit": WORKERS,  # the retry clock starts at prefetch
    "bulk": 1,
    "timeout": 60,  # a delivery run has its own (outbox/queue.py)
    "retry": 500,  # more than twice that one
    "max_attempts": 3,
    "ack_failures": False,
    "catch_up": False,
    "save_limit": -1,
    "poll": 0.5,
    "label": "Spreekuur",
    **({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"}),
}

# Accounts and sign-in

AUTH_USER_MODEL = "organisation.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "organisation.account_adapter.StaffAdapter"
MFA_ADAPTER = "organisation.account_adapter.StaffMFAAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # our own form sends a mail in either case
ACCOUNT_FORMS = {"reset_password": "spreekuur.forms.PasswordResetForm"}
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Spreekuur"
SESSION_COOKIE_AGE = 10 * 60 * 60  # however busy; without use it ends sooner
STAFF_IDLE_MINUTES = env.int("STAFF_IDLE_MINUTES", default=60)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# A url typed without a scheme becomes https, the default of Django 6
warnings.filterwarnings("ignore", message="The FORMS_URLFIELD_ASSUME_HTTPS")
FORMS_URLFIELD_ASSUME_HTTPS = True

# Language and time

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"
PHONENUMBER_DEFAULT_REGION = "NL"
PHONENUMBER_DB_FORMAT = "E164"

# Files

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024

# Mail: the SMTP connection; the outbox decides what is sent
EMAIL_TIMEOUT = 20
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
    EMAIL_TIMEOUT = 20

# The browser

SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "spreekuur.views.csrf_failure"
if not DEBUG:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"  # of this host and path / only
    LANGUAGE_COOKIE_NAME = "__Host-language"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz"]
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=True)
    SECURE_HSTS_PRELOAD = False
    SILENCED_SYSTEM_CHECKS = ["security.W021"]  # the preload list would include the employer's whole domain
    if env.bool("BEHIND_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF, "data:"],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": [],
    "geolocation": [],
    "microphone": [],
    "payment": [],
    "usb": [],
}

# API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["organisation.authentication.ClientTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["core.json_renderer.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.json_parser.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "spreekuur.api_errors.problem_response",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Spreekuur",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Report rejections; list, book, move and cancel moments of an invitation.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"masked": {"()": "spreekuur.log_filters.MaskPaths"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["masked"], "stream": sys.stderr}
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True, "level": "WARNING"},
        "django-q": {"handlers": [], "propagate": True, "level": "WARNING"},
        "twilio": {"handlers": [], "propagate": True, "level": "WARNING"},  # lower levels log whole requests
    },
}

if env.bool("FRIENDLY_ERRORS", default=False):
    DEBUG = False  # `make run` shows production error pages; the other development defaults stay
