"""All settings of an installation, read from the environment.

`ENVIRONMENT=production` turns production safety on and refuses a default secret. `DATABASE_URL` and
`REDIS_URL` only choose the database and the broker: without them the embedded default (SQLite and a
broker on the file system, both under `var/`) needs nothing installed.
"""

import tomllib
from pathlib import Path
from typing import Any

import environ
import plotly
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from core.logs import configuration

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

ENVIRONMENT = env.str("ENVIRONMENT", "development")
if ENVIRONMENT not in {"development", "test", "production"}:
    raise ImproperlyConfigured(f"ENVIRONMENT is {ENVIRONMENT!r}: use development, test or production")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG must be off when ENVIRONMENT=production")

VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

_INSECURE_KEY = "development-only-key-that-production-refuses-to-start-with"
SECRET_KEY = env.str("SECRET_KEY", _INSECURE_KEY)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
if PRODUCTION and (SECRET_KEY == _INSECURE_KEY or len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5):
    raise ImproperlyConfigured("SECRET_KEY must be set to 50 or more random characters in production")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts of this installation in production")
if PRODUCTION and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name hosts in production; * lets any in")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "core",
    "customers",
    "surveys",
    "complaints",
    "training",
    "analytics",
    "crm",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials",
    "csp",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "core.middleware.ProbeMiddleware",
    "core.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.middleware.ActingMiddleware",
    "core.middleware_sign_in.SafetyHeadersMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "core.middleware.PreferencesMiddleware",
    "core.middleware.SightsMiddleware",
    "core.middleware_sign_in.SessionsMiddleware",
    "core.middleware_sign_in.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"

TEMPLATES = [
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
                "core.context.shell",
            ],
            "builtins": ["core.templatetags.ui", "template_partials.templatetags.partials"],
        },
    },
]

# ---- database ---------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'perennial.sqlite3'}")
}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    # WAL without IMMEDIATE gives more lock errors than no WAL; FULL keeps a commit through a power cut.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        " PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32000;",
    }
elif _database["ENGINE"].endswith("postgresql"):
    # JIT makes short list queries slower than it makes long ones faster. So do parallel workers: a page that
    # stops after fifty rows waits for helpers that read thousands ahead: 300 ms, not 30, at a million orders.
    # On today's disks a row elsewhere costs little more than the next one: planned for turning disks, the
    # orders of a team are found by reading all orders.
    _database["OPTIONS"] = {
        "options": "-c jit=off -c max_parallel_workers_per_gather=0 -c random_page_cost=1.1"
        f" -c lock_timeout={env.int('LOCK_TIMEOUT_MS', 10_000)}"
        f" -c statement_timeout={env.int('STATEMENT_TIMEOUT_MS', 300_000)}",
        # A database host that vanished is noticed in seconds, not after the quarter of an hour of TCP.
        "connect_timeout": env.int("DATABASE_CONNECT_TIMEOUT", 5),
        "tcp_user_timeout": 20_000,
    }
    _database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60)
    _database["CONN_HEALTH_CHECKS"] = True
else:
    raise ImproperlyConfigured("DATABASE_URL must be sqlite:// or postgres://")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- broker and background work ---------------------------------------------------------------------
# A job that a dead worker held is taken up again when its lease has run out; a doorbell that nobody
# heard is rung again by the sweep, which beat starts every tick.
REDIS_URL = env.str("REDIS_URL", "")
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", 60)
JOB_RING_AGAIN_SECONDS = env.int("JOB_RING_AGAIN_SECONDS", 30 if REDIS_URL else 10)
JOB_TICK_SECONDS = env.int("JOB_TICK_SECONDS", 15 if REDIS_URL else 5)
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "core.tasks.tick",
        "schedule": JOB_TICK_SECONDS,
        # A queue of its own kind of work, so that a tick does not wait behind long imports. Ticks that
        # pile up while no worker lives are worth nothing.
        "options": {"queue": "sla", "expires": 40 * JOB_TICK_SECONDS},
    }
}
# Due times are rows: beat has nothing to remember, so it needs no file that a kill could spoil.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 3_000
CELERY_TASK_TIME_LIMIT = 3_300
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A job holds a lease in the database, so losing the broker is no reason to stop it half-way.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Heartbeats are rows; the remote control would only leave queues behind on the file system.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
# A publish gives up in about a second: the sweeper rings again, a request never waits for the broker.
CELERY_TASK_PUBLISH_RETRY = False
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_WORKER_PREFETCH_MULTIPLIER = 1
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 3_600,
        "socket_connect_timeout": 1,
        "socket_timeout": 1,
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0.2,
        "interval_max": 0.2,
    }
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }
else:
    _broker_dir = VAR_DIR / "broker"
    for _folder in ("messages", "control"):
        (_broker_dir / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT = "crm.broker:Transport"
    # With 1 the file-system transport runs one task in two seconds.
    CELERY_WORKER_PREFETCH_MULTIPLIER = 16
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker_dir / "messages"),
        "data_folder_out": str(_broker_dir / "messages"),
        "control_folder": str(_broker_dir / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }
    # In files, so that all web processes share it.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": VAR_DIR / "cache",
        }
    }

# ---- people -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "core:home"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = False
SESSION_COOKIE_AGE = 12 * 3_600
# Nobody stays signed in longer than this, however busy; SESSION_COOKIE_AGE counts from the last use.
SESSION_LONGEST_SECONDS = env.int("SESSION_LONGEST_HOURS", 7 * 24) * 3_600
PASSWORD_RESET_TIMEOUT = 24 * 3_600
# How many proxies stand in front and append to X-Forwarded-For; 0: the header is ignored.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
if TRUSTED_PROXIES < 0:
    raise ImproperlyConfigured("TRUSTED_PROXIES is the number of proxies in front: 0 or more")
# Failed sign-ins within an hour from one address, whoever's, before that address must wait.
SIGN_IN_ADDRESS_FAILURES = env.int("SIGN_IN_ADDRESS_FAILURES", 50)
SHOW_DEMO_LOGINS = env.bool("SHOW_DEMO_LOGINS", False)

# ---- language, time, money --------------------------------------------------------------------------
LANGUAGE_CODE = env.str("LANGUAGE_CODE", "en")
LANGUAGES = [
    ("en", _("English")),
    ("zh-hans", _("Simplified Chinese")),
    ("zh-hant", _("Traditional Chinese")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "Asia/Shanghai")

# ---- files ------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
# WhiteNoise warns about a folder that is not there; only production collects files into it.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", Path(plotly.__file__).parent.parent / "bootstrap"),
    ("plotly", Path(plotly.__file__).parent / "package_data"),
]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(VAR_DIR / "media")))
MEDIA_URL = ""
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", 200 * 1024 * 1024)
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", 25 * 1024 * 1024)
ATTACHMENT_RECORD_MAX_BYTES = env.int("ATTACHMENT_RECORD_MAX_BYTES", 250 * 1024 * 1024)
# A mail whose file is the largest that is taken, in the coding of mails; what is beyond is not read.
INBOUND_MAIL_MAX_BYTES = env.int("INBOUND_MAIL_MAX_BYTES", ATTACHMENT_MAX_BYTES * 7 // 5 + 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# ---- mail -------------------------------------------------------------------------------------------
# Links in mails begin with this; never with the Host header of a request.
_first_host = next((host for host in ALLOWED_HOSTS if host.strip(".*")), "localhost").lstrip(".")
SITE_URL = env.str("SITE_URL", f"https://{_first_host}" if PRODUCTION else f"http://{_first_host}:8000")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "perennial@localhost")
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 10)
MAIL_PER_MINUTE = env.int("MAIL_PER_MINUTE", 60)
# Longer than one mail can take with the time-out above, so that no mail has two senders.
MAIL_LEASE_SECONDS = env.int("MAIL_LEASE_SECONDS", 300)
if env.str("EMAIL_URL", ""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"

# ---- web safety -------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
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
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if env.bool("BEHIND_TLS_PROXY", False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# ---- REST -------------------------------------------------------------------------------------------
API_READS_A_MINUTE = env.int("API_READS_A_MINUTE", 1_200)
API_WRITES_A_MINUTE = env.int("API_WRITES_A_MINUTE", 600)
# Bad tokens from one address, and requests beyond the rights of one caller.
API_REFUSALS_A_MINUTE = env.int("API_REFUSALS_A_MINUTE", 600)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "core.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["core.api.permissions.RightsPermission"],
    "DEFAULT_THROTTLE_CLASSES": ["core.api.throttles.RateThrottle"],
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["core.api.filtering.ViewFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.CarefulJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.Schema",
    "EXCEPTION_HANDLER": "core.api.errors.problem_response",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Perennial API",
    "DESCRIPTION": "Customers, orders, metrics and churn warnings of one installation.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["core.api.permissions.RightsPermission"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ChannelEnum": "customers.choices.Channel",
        "OrderStateEnum": "customers.choices.OrderState",
        "TaskStateEnum": "customers.choices.TaskState",
        "JobStateEnum": "core.choices.JobState",
        "AuditActionEnum": "core.choices.AuditAction",
        "WarningStateEnum": "analytics.choices.WarningState",
        "DismissReasonEnum": "analytics.choices.DismissReason",
        "StageEnum": "customers.choices.Stage",
        "TierEnum": "customers.choices.Tier",
        "CurrencyEnum": "core.choices.Currency",
        "AcceptanceEnum": "complaints.choices.cases.Acceptance",
        "CaseKindEnum": "complaints.choices.cases.CaseKind",
        "CaseStateEnum": "complaints.choices.cases.State",
        "CasePriorityEnum": "complaints.choices.cases.Priority",
        "EmotionEnum": "complaints.choices.cases.Emotion",
        "IntakeEnum": "complaints.choices.cases.Intake",
        "ClockKindEnum": "complaints.choices.cases.ClockKind",
        "ClockStateEnum": "complaints.choices.cases.ClockState",
        "EntryKindEnum": "complaints.choices.cases.EntryKind",
        "ActionEnum": "complaints.choices.cases.LevelAction",
        "EscalationStateEnum": "complaints.choices.cases.EscalationState",
        "WorkStateEnum": "complaints.choices.cases.WorkState",
        "TaskPriorityEnum": "customers.choices.Priority",
        "CauseStateEnum": "complaints.choices.solving.CauseState",
        "RedressStateEnum": "complaints.choices.solving.RedressState",
        "RedressKindEnum": "complaints.choices.solving.RedressKind",
        "CallBackStateEnum": "complaints.choices.solving.CallBackState",
        "AlertStateEnum": "complaints.choices.learning.AlertState",
        "ArticleStateEnum": "complaints.choices.learning.ArticleState",
        "ApplyStateEnum": "complaints.choices.grading.ApplyState",
        "GradeEnum": "complaints.choices.cases.Grade",
        "ImpactEnum": "complaints.choices.cases.Impact",
        "LetterStateEnum": "complaints.choices.letters.LetterState",
        "LetterLanguageEnum": "complaints.choices.letters.LetterLanguage",
        "HandoverWayEnum": "complaints.choices.letters.HandoverWay",
        "DesignationStateEnum": "complaints.choices.conduct.DesignationState",
        "DesignationScopeEnum": "complaints.choices.conduct.Scope",
        "RestraintEnum": "complaints.choices.conduct.Restraint",
        "ObjectionOutcomeEnum": "complaints.choices.conduct.ObjectionOutcome",
        "ReferenceKindEnum": "complaints.choices.references.ReferenceKind",
        "InboundMailStateEnum": "complaints.choices.mail.MailState",
        "InboundMailReasonEnum": "complaints.choices.mail.MailReason",
        "LetterKindEnum": "complaints.choices.mail.LetterKind",
        "DeliveryStateEnum": "complaints.choices.mail.DeliveryState",
        "CrisisKindEnum": "complaints.choices.learning.CrisisKind",
        "CrisisStateEnum": "complaints.choices.learning.CrisisState",
        "StatementStateEnum": "complaints.choices.learning.StatementState",
        "ImprovementStateEnum": "complaints.choices.learning.ImprovementState",
        "FindingStateEnum": "complaints.choices.solving.FindingState",
        "PhraseStepEnum": "complaints.choices.solving.Step",
        "ContactStepEnum": "complaints.domain.first_contact.STEPS",
        "LinkKindEnum": "complaints.choices.cases.LinkKind",
        "SubjectKindEnum": "complaints.choices.cases.SUBJECT_KINDS",
        "ChosenLinkKindEnum": "complaints.choices.cases.CHOSEN_LINKS",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.schema.add_problems",
        "core.api.examples.add_examples",
    ],
}

# ---- operation --------------------------------------------------------------------------------------
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
#: With this bearer token /readyz tells figures, not only states. Empty: only to signed-in administrators.
HEALTH_TOKEN = env.str("HEALTH_TOKEN", "")

#: Other limits for public pages than those in the code: RATE_LIMITS=public-form=30/m,unsubscribe=off
RATE_LIMITS: dict[str, str] = env.dict("RATE_LIMITS", default={})
# Where the embedded default counts; Redis counts where there is one.
LIMITS_DIR = VAR_DIR / "limits"

# ---- logs -------------------------------------------------------------------------------------------
# One JSON object a line for whoever collects logs, plain lines for who reads them in a terminal.
LOG_FORMAT = env.str("LOG_FORMAT", "json" if PRODUCTION else "line")
if LOG_FORMAT not in {"json", "line"}:
    raise ImproperlyConfigured(f"LOG_FORMAT is {LOG_FORMAT!r}: use json or line")
LOGGING = configuration(level=env.str("LOG_LEVEL", "INFO"), as_json=LOG_FORMAT == "json")
#: A request that took longer is logged as a warning.
SLOW_REQUEST_SECONDS = env.float("SLOW_REQUEST_SECONDS", 3.0)
