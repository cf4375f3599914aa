"""Settings, read from the environment; the defaults are those of a production server.

`make run` sets what an evaluation on one machine needs (see `tools/run.py`).
"""

from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from servicedesk.secret import local_secret

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="demo-desk-2026")
# Plain HTTP is for one machine's own use; everywhere else cookies and redirects insist on TLS.
PLAIN_HTTP = env.bool("PLAIN_HTTP", default=DEBUG)
SECRET_KEY = env.str("SECRET_KEY", default="") or local_secret(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Key id → Fernet key; the first one encrypts, all decrypt. Empty: derived from SECRET_KEY (single machine only).
FIELD_KEYS = env.dict("FIELD_KEYS", default={})

# The rooms of the house, the highest storey first.
OURS = (
    "portal",
    "reception",
    "tickets",
    "complaints",
    "billing",
    "visits",
    "sla",
    "notifications",
    "cases",
    "estate",
    "records",
    "accounts",
)
INSTALLED_APPS = [
    "servicedesk.apps.ServiceDeskConfig",
    *OURS,
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "rest_framework.authtoken",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "simple_history",
    "import_export",
    "django_structlog",
]

MIDDLEWARE = [
    "servicedesk.middleware.SafeAnswers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "servicedesk.middleware.ChosenLanguage",
    "servicedesk.middleware.LoggedRequest",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "servicedesk.middleware.NoLeftovers",
    "servicedesk.live.QuietPolls",
    "servicedesk.middleware.CurrentProject",
    "servicedesk.signed_out.KeepTyped",
    "servicedesk.middleware.StaffSecondFactor",
    "servicedesk.middleware.DomainErrors",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "servicedesk.urls"
WSGI_APPLICATION = "servicedesk.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "servicedesk.context.frame",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default="")
if DATABASE_URL:
    DATABASES = {"default": env.db_url_config(DATABASE_URL)}
    DATABASES["default"].update({"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True})
    # A server that is gone without a word must not hold a request until its worker is killed.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
    # To compile a statement takes longer than ours run: half a second of the ladder's second and a half.
    DATABASES["default"]["OPTIONS"].setdefault("options", "-c jit=off")
else:
    DATABASES = {
        "default": {
            "ENGINE": "servicedesk.sqlite",
            "NAME": VAR_DIR / "desk.sqlite3",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                # WAL had a reset bug in the SQLite that Python ships with; a rollback journal with FULL sync does not.
                "init_command": "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Jobs -----------------------------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CACHES = {
        "default": {
            "BACKEND": "servicedesk.forgiving.ForgivingRedis",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
        }
    }
else:
    SPOOL = VAR_DIR / "spool"
    for folder in ("in", "processed", "control"):
        (SPOOL / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(SPOOL / "in"),
        "data_folder_out": str(SPOOL / "in"),
        "processed_folder": str(SPOOL / "processed"),
        "control_folder": str(SPOOL / "control"),
    }
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
# An import or a run takes minutes; on a server it has a worker of its own, so that it never holds up the sweep.
CELERY_TASK_ROUTES = {"records.tasks.*": {"queue": "long"}, "billing.tasks.*": {"queue": "long"}}
# Kept in code and in memory: a schedule in the database can be ticked off by a checkbox.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = ""
SWEEP_SECONDS = 5.0
CELERY_BEAT_SCHEDULE = {
    # Expires before the next one is sent, so that a stopped worker does not come back to a heap of wake-ups.
    "sweep": {"task": "sla.tasks.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
    "forget_drafts": {"task": "records.tasks.forget_drafts", "schedule": 600.0, "options": {"expires": 600.0}},
    "clear_leftovers": {"task": "records.tasks.clear_leftovers", "schedule": 3600.0, "options": {"expires": 3600.0}},
    # Once a night for each project, whenever beat is there after two o'clock: rows say what is done.
    "prove_books": {"task": "billing.tasks.prove_books", "schedule": 600.0, "options": {"expires": 600.0}},
    "long_work": {"task": "records.tasks.long_work", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
}

# --- Signing in -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "servicedesk.signin.DeskBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "servicedesk.signin.TokensEnd"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "servicedesk.signin.ClosedSignUp"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_USER_DISPLAY = str  # the person's own name, where the library greets them
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": False, "login": False}  # axes counts guesses, for pages and API alike
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "servicedesk.signin.SecondFactor",
    "reauthenticate": "servicedesk.signin.SecondFactorAgain",
}
MFA_TOTP_ISSUER = "Property Service Desk"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
# Who is locked out and tries again is not locked out for longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_SENSITIVE_PARAMETERS = ["password", "otp", "code"]
AXES_LOCKOUT_CALLABLE = "servicedesk.signin.locked_out"
AXES_IPWARE_META_PRECEDENCE_ORDER = ["REMOTE_ADDR"]
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- Language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- Files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "servicedesk.static.GzipOnly" if PLAIN_HTTP else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
# Maps of the API pages' scripts and their like: fetched by nobody in daily work, slow to compress.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_MAX_BYTES = 15 * 1024 * 1024
# A whole request: a form with two photos. More is refused before it is read.
REQUEST_MAX_BYTES = 32 * 1024 * 1024

# --- Security -------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "servicedesk.views.csrf_failure"
if not PLAIN_HTTP:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    LANGUAGE_COOKIE_NAME = "__Host-language"
    MESSAGE_STORAGE = "servicedesk.flash.HostMessages"

# --- API ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "servicedesk.bearer.DeskToken",
        "servicedesk.bearer.DeskSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["records.parsing.PlainJson", "records.parsing.PlainUpload"],
    "DEFAULT_FILTER_BACKENDS": ["records.parsing.NamedFilters"],
    "DEFAULT_PAGINATION_CLASS": "records.api.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "records.api.handle_error",
    "DEFAULT_THROTTLE_RATES": {"token": "30/min"},
    "NUM_PROXIES": 0,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Property Service Desk",
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "records.openapi.describe_refusals",
    ],
    "ENUM_NAME_OVERRIDES": {
        "UnitKindEnum": "estate.states.UnitKind",
        "PersonKindEnum": "estate.states.PersonKind",
        "TicketKindEnum": "tickets.states.Kind",
        "ItemKindEnum": "tickets.states.ItemKind",
        "MethodEnum": "billing.states.Method",
        "CounterMethodEnum": "billing.states.COUNTER_CHOICES",
        "ReminderEnum": "billing.states.Reminder",
        "CallbackHowEnum": "visits.states.How",
        "ToldHowEnum": "complaints.states.Told",
        "DeliveredHowEnum": "billing.states.Delivered",
        "UndeliveredHowEnum": "billing.states.Undelivered",
        "VisitOutcomeEnum": "visits.states.REPORTED",
        "VisitHalfEnum": "visits.states.Half",
    },
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
}

# --- Telling people -------------------------------------------------------------------------------------------------
NOTIFY_CHANNELS = env.list("NOTIFY_CHANNELS", default=["console"])

# --- Paying online ---------------------------------------------------------------------------------------------------
# Empty: nobody pays online. The sandbox moves no money, and outside a demonstration it is not to be had.
ONLINE_PROVIDER = env.str("ONLINE_PROVIDER", default="sandbox" if DEMO else "")
# What the provider signs its notices with. Empty: one of this installation's own, as the sandbox needs no other.
ONLINE_SECRET = env.str("ONLINE_SECRET", default="")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        "django_structlog": {"level": "WARNING"},
        # The console channel tells people; it is heard whatever the level of the rest.
        "notifications.channels": {"level": "INFO"},
    },
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(key_order=["event"]),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
