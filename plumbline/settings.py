"""One settings file; what differs between machines comes from the environment.

The embedded default needs no server: SQLite, a filesystem broker and local storage, all below
`VAR_DIR`. DATABASE_URL, CELERY_BROKER_URL and STORAGE_BACKEND take Plumbline past one machine.
"""

import sys
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from plumbline.env import env_bool, env_float, env_int, env_json, env_list, env_str

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env_str("VAR_DIR", str(BASE_DIR / "var"))).resolve()
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env_bool("DEBUG", False)
TESTING = "pytest" in sys.modules
# The demo serves loopback only; anything wider must name its hosts, origins and a key of its own.
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", [])


def secret_key() -> str:
    """The key from the environment, or one made once for this machine's demo."""
    from_env = env_str("SECRET_KEY", "")
    if from_env:
        return from_env
    if set(ALLOWED_HOSTS) - {"127.0.0.1", "localhost", "[::1]", "testserver"}:
        raise ImproperlyConfigured("ALLOWED_HOSTS reaches past this machine: set SECRET_KEY too.")
    path = VAR_DIR / "secret_key"
    if not path.exists():
        from django.core.management.utils import get_random_secret_key  # noqa: PLC0415

        path.write_text(get_random_secret_key())
        path.chmod(0o600)
    return path.read_text()


SECRET_KEY = secret_key()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "annotation",
    "inference",
    "training",
    "simulation",
    "plumbline",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "annotation.people.languages.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "plumbline.urls"
WSGI_APPLICATION = "plumbline.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "annotation.people.navigation.navigation",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        # Of the API's documentation page; our own templates are all in DIRS.
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]

# A new connection has nothing prepared and nothing cached: it costs as much as a few hand-ins.
DATABASES: dict[str, Any] = {
    "default": dj_database_url.config(
        default=f"sqlite:///{VAR_DIR / 'plumbline.sqlite3'}",
        conn_max_age=600,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "plumbline.sqlite3"  # waits for the write lock more fairly
    # IMMEDIATE takes the write lock at BEGIN, so two writers queue instead of failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-32000; PRAGMA mmap_size=134217728;"
        ),
    }
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "plumbline.postgresql"  # checks connections without asking
    # What is asked with every task is parsed once for a connection (annotation/prepared.py), and
    # nothing else is prepared: there is no need to wait and see what comes again.
    DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = (
        0 if env_bool("DATABASE_PREPARES", True) else None
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "annotation.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = ["annotation.people.signed_in.Backend"]
SESSION_ENGINE = "annotation.people.signed_in"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

LANGUAGE_CODE = "en"
TIME_ZONE = env_str("TIME_ZONE", "UTC")
USE_I18N = True
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
USE_TZ = True
FORMAT_MODULE_PATH = "plumbline.formats"

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # filled when the web starts
WHITENOISE_USE_FINDERS = True

# Folders of models, runs, snapshots and imports: every path in the database is relative to this.
STORAGE_ROOT = Path(env_str("STORAGE_ROOT", str(VAR_DIR))).resolve()
LOCAL_STORAGE = "django.core.files.storage.FileSystemStorage"
STORAGE_BACKEND = env_str("STORAGE_BACKEND", LOCAL_STORAGE)
STORAGES: dict[str, Any] = {
    "default": {
        "BACKEND": STORAGE_BACKEND,
        # For object storage what its backend takes, as JSON: {"bucket_name": "labels", ...}
        "OPTIONS": {
            **({"location": str(STORAGE_ROOT)} if STORAGE_BACKEND == LOCAL_STORAGE else {}),
            **env_json("STORAGE_OPTIONS"),
        },
    },
    "staticfiles": {"BACKEND": "plumbline.static.StaticStorage"},
}
# Any causal language model that transformers can load: a folder, or a name where a hub is reached.
BASE_MODEL = env_str("BASE_MODEL", "models/base")
# The Procfile counts them too: the gpu worker has a process for each.
DEVICES = env_list("DEVICES", []) or ["auto"]

# Without a server for them e-mails become files: links in them work on a laptop too.
EMAIL_HOST = env_str("EMAIL_HOST", "")
EMAIL_PORT = env_int("EMAIL_PORT", 25, least=1)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env_str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = env_bool("EMAIL_USE_SSL", False)
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise ImproperlyConfigured("EMAIL_USE_TLS and EMAIL_USE_SSL: write 1 for one of them only.")
EMAIL_TIMEOUT = 20  # seconds that a worker waits for the server
EMAIL_FILE_PATH = VAR_DIR / "mail"
if not EMAIL_HOST:
    EMAIL_FILE_PATH.mkdir(mode=0o700, exist_ok=True)  # what lies there lets people in
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
DEFAULT_FROM_EMAIL = env_str("DEFAULT_FROM_EMAIL", "Plumbline <plumbline@localhost>")
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60

# Uploads past this size go to a temporary file; an import reads it from there in chunks.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
MAX_IMPORT_BYTES = 2 * 1024**3
# Each holds a cpu worker while it runs, of which the Procfile has two: one stays for the rest.
IMPORTS_AT_ONCE = env_int("IMPORTS_AT_ONCE", 1, least=1)

CELERY_BROKER_URL = env_str("CELERY_BROKER_URL", "filesystem://")
CELERY_BROKER_FOLDER = Path(env_str("CELERY_BROKER_FOLDER", str(VAR_DIR / "broker")))

# Seconds. A job whose heart has not beaten for HEARTBEAT_LOST is taken as dead and requeued.
HEARTBEAT_EVERY = env_float("HEARTBEAT_EVERY", 2.0)
HEARTBEAT_LOST = env_float("HEARTBEAT_LOST", 20.0)
RECONCILE_EVERY = env_float("RECONCILE_EVERY", 5.0)
# Seconds. How soon what labelers hand in is in the report of the project's quality, at the latest.
QUALITY_EVERY = env_float("QUALITY_EVERY", 600.0)
# Seconds. A job's process that prints nothing and tells no event for so long hangs, and is ended.
SILENCE_LIMIT = env_float("SILENCE_LIMIT", 1800.0)

CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/api/docs",),
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = env_bool("HTTPS", False)
X_FRAME_OPTIONS = "DENY"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS would tell what a view is called and takes
    "EXCEPTION_HANDLER": "annotation.api.parsers.refusal_handler",
    "DEFAULT_SCHEMA_CLASS": "annotation.api.schema.RefusalsSchema",
    "DEFAULT_PAGINATION_CLASS": "annotation.api.pagination.Pages",
    "PAGE_SIZE": 50,
    # Proxies in front whose X-Forwarded-For is true. With none the header is anybody's invention.
    "NUM_PROXIES": env_int("NUM_PROXIES", 0, least=0),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Plumbline",
    "DESCRIPTION": "People teach a language model: label, train, sample, repeat.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "WritingKind": "annotation.models.WritingKind",
        "FindingKind": "annotation.pool.models.PromptFinding.Kind",
        "FindingState": "annotation.pool.models.PromptFinding.State",
        "PromptState": "annotation.prompts.models.Prompt.State",
        "PromptJobKind": "annotation.pool.models.PromptJob.Kind",
        "PromptJobState": "annotation.pool.models.PromptJob.State",
        "RankingAim": "annotation.people.models.RankingAim",
        "SuggestionsOffered": "annotation.people.models.SuggestionsOffered",
        "MembershipState": "annotation.models.Membership.State",
        "TaskKind": "annotation.models.Task.Kind",
        "TaskCreateKind": "annotation.api.tasks.KINDS",
        "TaskPurpose": "annotation.models.Task.Purpose",
        "TaskCreatePurpose": "annotation.api.tasks.PURPOSES",
        "TaskState": "annotation.models.Task.State",
        "OnboardingStepKind": "annotation.models.OnboardingStep.Kind",
        "CandidateState": "annotation.models.Candidate.State",
        "ScreeningOutcome": "annotation.models.ScreeningDecision.Outcome",
        "RankingOutcome": "annotation.models.Ranking.Outcome",
        "GoldKind": "annotation.models.Gold.Kind",
        "GoldPurpose": "annotation.api.gold.PURPOSES",
        "AssignmentState": "annotation.models.Assignment.State",
        "ImportKind": "annotation.models.ImportBatch.Kind",
        "ImportState": "annotation.models.ImportBatch.State",
        "ModelKind": "inference.models.ModelVersion.Kind",
        "ModelState": "inference.models.ModelVersion.State",
        "JobState": "inference.models.Job.State",
        "RoundState": "training.models.Round.State",
        "StageState": "training.models.RoundStage.State",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"refusals": {"()": "plumbline.logs.RefusalsShort"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["refusals"],
        }
    },
    "root": {"handlers": ["console"], "level": env_str("LOG_LEVEL", "INFO")},
}
