"""Django's settings, read from the environment; `holdshort up` fills it in.

Each process connects with the login role of its own name: `HOLDSHORT_ROLE` says which, and
`HOLDSHORT_<ROLE>_DATABASE_URL` where. `DATABASE_URL` is for `migrate` and `up` only.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from holdshort.machine.database_url import parse_database_url

BASE = Path(__file__).resolve().parent
ROLE = os.environ.get("HOLDSHORT_ROLE", "")


SECONDS_ASLEEP = 15
"""After this time the database ends a transaction whose process sleeps, or nobody else could go on
with what it has locked. Nothing here thinks that long inside a transaction."""


def _database() -> dict[str, Any]:
    name = f"HOLDSHORT_{ROLE.upper()}_DATABASE_URL" if ROLE else "DATABASE_URL"
    url = os.environ.get(name, "")
    if not url:
        return {"ENGINE": "django.db.backends.postgresql", "NAME": ""}
    database = parse_database_url(url)
    database["CONN_MAX_AGE"] = None
    database["CONN_HEALTH_CHECKS"] = True
    if ROLE:
        options = database["OPTIONS"]
        asleep = f"-c idle_in_transaction_session_timeout={SECONDS_ASLEEP}s"
        options["options"] = f"{asleep} {options.get('options', '')}".strip()
    return database


DATABASES = {"default": _database()}
DATABASE_ROUTERS: list[str] = []
SECRET_KEY = os.environ.get("HOLDSHORT_SECRET_KEY", "") or os.urandom(32).hex()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("HOLDSHORT_HOSTS", "127.0.0.1,localhost,[::1]").split(",")

INSTALLED_APPS = [
    "django.contrib.sessions",
    "procrastinate.contrib.django",
    "holdshort.records.apps.RecordsConfig",
]
MIDDLEWARE = [
    "holdshort.web.security.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
ROOT_URLCONF = "holdshort.urls"
WSGI_APPLICATION = "holdshort.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "web" / "templates"],
        "OPTIONS": {
            "context_processors": ["holdshort.web.context.desk"],
            "builtins": [
                "holdshort.web.words",
                "holdshort.web.times",
                "holdshort.web.untrusted",
            ],
        },
    }
]

AUTH_USER_MODEL = "records.Login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
SILENCED_SYSTEM_CHECKS = ["auth.E003"]
LOGIN_URL = "/sign-in"

_HTTPS = os.environ.get("HOLDSHORT_HTTPS", "") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {
        # An error that a person saw as "That did not work" is told here with its traceback.
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
    },
}

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
STATIC_URL = "/static/"
STATIC_ROOT = BASE / "web" / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False
CSRF_FAILURE_VIEW = "holdshort.web.errors.csrf"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 1000
FILE_UPLOAD_HANDLERS = ["holdshort.web.uploads.InMemory"]
APPEND_SLASH = False
