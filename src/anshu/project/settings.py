# SPDX-License-Identifier: Apache-2.0
"""Settings. Every knob is an environment variable that begins with ANSHU_ (DATABASE_URL apart)."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pyogrio  # noqa: F401  loads GDAL's data files before Django opens the library
from django.utils.translation import gettext_lazy as _

from anshu.project.demo import PASSWORD as DEMO_PASSWORD  # noqa: F401  the login page fills it in
from anshu.project.gislibs import bundled_library
from anshu.project.paths import data_dir

GDAL_LIBRARY_PATH = bundled_library("pyogrio", "libgdal")
GEOS_LIBRARY_PATH = bundled_library("shapely", "libgeos_c")

SOURCE_DIR = Path(__file__).resolve().parents[1]
DATA_DIR = data_dir()
DEMO = os.environ.get("ANSHU_DEMO") == "1"
DEBUG = os.environ.get("ANSHU_DEBUG") == "1"


def _flag(name: str, default: str = "0") -> bool:
    return os.environ.get(name, default) == "1"


def _names(name: str, default: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def _secret_key() -> str:
    """This will read the signing key, making it on first use; it never has a default value."""
    if key := os.environ.get("ANSHU_SECRET_KEY"):
        return key
    file = DATA_DIR / "secret-key"
    if not file.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(64))
    return file.read_text()


def _database(url: str) -> dict[str, Any]:
    """This will turn postgresql://user:pw@host:port/name?host=/socket into Django's form."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": unquote(parts.path.lstrip("/")) or "anshu",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
        "TEST": {"NAME": f"test_anshu{os.environ.get('ANSHU_TEST_TAG', '')}"},
    }


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = _names("ANSHU_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = _names("ANSHU_ORIGINS", "")
# Whose X-Forwarded-For is believed.
TRUSTED_PROXIES = _names("ANSHU_PROXIES", "127.0.0.1,::1")

# The `anshu` command sets DATABASE_URL to the private cluster when nobody else has.
PRIVATE_SOCKET = DATA_DIR / "run"
DATABASES = {
    "default": _database(os.environ.get("DATABASE_URL", f"postgresql://anshu@/anshu?host={PRIVATE_SOCKET}&port=5432"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "anshu.kernel.audit",
    "anshu.kernel.events",
    "anshu.kernel.org",
    "anshu.kernel.access",
    "anshu.kernel.workflow",
    "anshu.kernel.files",
    "anshu.console",
    "anshu.domain.risks",
    "anshu.domain.resources",
    "anshu.domain.sensing",
    "anshu.domain.alerts",
    "anshu.domain.grassroots",
    "anshu.domain.command",
    "anshu.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "anshu.web.middleware.HostMiddleware",
    "anshu.kernel.files.middleware.RequestSizeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "anshu.kernel.access.middleware.ViewerMiddleware",
    "anshu.web.middleware.LivePositionMiddleware",
    "anshu.web.middleware.ContentSecurityMiddleware",
]

ROOT_URLCONF = "anshu.project.urls"
WSGI_APPLICATION = "anshu.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "anshu.web.context.shell",
            ],
        },
    }
]

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "anshu.kernel.access.passwords.CharacterKindsValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"

# Signing in (GB/T 22239-2019, 8.1.4.1). The demonstration does without the second factor.
REQUIRE_SECOND_FACTOR = _flag("ANSHU_SECOND_FACTOR", "0" if DEMO else "1")
LOGIN_FAILURES_MAX = int(os.environ.get("ANSHU_LOGIN_FAILURES", "5"))
LOGIN_LOCK_MINUTES = int(os.environ.get("ANSHU_LOGIN_LOCK_MINUTES", "15"))
PASSWORD_MAX_DAYS = int(os.environ.get("ANSHU_PASSWORD_DAYS", "90"))
PASSWORDS_REMEMBERED = 5
SESSIONS_MAX = int(os.environ.get("ANSHU_SESSIONS", "3"))
SESSION_IDLE_MINUTES = {
    "console": int(os.environ.get("ANSHU_IDLE_MINUTES", "30")),
    "phone": int(os.environ.get("ANSHU_IDLE_MINUTES_PHONE", "720")),
}
PHONE_REVEALS_PER_HOUR = int(os.environ.get("ANSHU_PHONE_REVEALS", "100"))


SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(os.environ.get("ANSHU_SESSION_HOURS", "12")) * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _flag("ANSHU_HTTPS")
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _flag("ANSHU_HTTPS") else None
SECURE_HSTS_SECONDS = 31_536_000 if _flag("ANSHU_HTTPS") else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", "English")]
LOCALE_PATHS = [SOURCE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
# Whitenoise serves straight from the packages; nothing is collected.
STATIC_ROOT = None
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files", "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Vite puts a content hash into each name under dist/assets, so those may be cached for ever.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/dist/assets/.+"

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
UPLOAD_MAX_BYTES = int(os.environ.get("ANSHU_UPLOAD_MAX_MB", "20")) * 1024 * 1024

# A form may carry several files; anything larger is answered before it is read.
REQUEST_MAX_BYTES = 3 * UPLOAD_MAX_BYTES + 1_048_576
UPLOAD_MAX_PIXELS = 50_000_000

COUNTY_CODE = os.environ.get("ANSHU_COUNTY", "330825000000")

# Addresses that the processes listen on. Loopback unless configured.
WEB_ADDRESS = os.environ.get("ANSHU_WEB", "127.0.0.1:8000")
STREAM_ADDRESS = os.environ.get("ANSHU_STREAM", "127.0.0.1:8001")
# The doors for devices, by protocol; an empty address keeps a door shut.
INGEST_ADDRESSES = {
    name: os.environ.get(f"ANSHU_INGEST_{name.upper()}", f"127.0.0.1:{port}")
    for name, port in {
        "http": 8002,
        "sl651": 5651,
        "hj212": 5212,
        "jt808": 5808,
        "jt809": 5809,
        "gb26875": 5875,
        "mqtt": 5883,
    }.items()
} | {"mqtts": os.environ.get("ANSHU_INGEST_MQTTS", "")}
# Certificate and key, in PEM files, of the doors that speak TLS.
TLS_CERTIFICATE = os.environ.get("ANSHU_TLS_CERTIFICATE", "")
TLS_KEY = os.environ.get("ANSHU_TLS_KEY", "")
# Observations a second that one device may send for long; beyond it, it is read more slowly and the flood is noted.
INGEST_DEVICE_RATE = float(os.environ.get("ANSHU_INGEST_DEVICE_RATE", "2000"))
# Several machines (docs/how-to/run-on-several-machines.md): the NATS servers of `anshu gateway` and
# `anshu ingest-worker`, such as nats://10.0.0.11:4222,nats://10.0.0.12:4222. Empty: `anshu ingest` works alone.
NATS_SERVERS = os.environ.get("ANSHU_NATS", "")
# How finely the devices are shared out; the same everywhere, changed only while the stream is empty.
NATS_PARTITIONS = int(os.environ.get("ANSHU_NATS_PARTITIONS", "32"))
# Copies of each message; 0 chooses three where there are three servers.
NATS_REPLICAS = int(os.environ.get("ANSHU_NATS_REPLICAS", "0"))
# When the stream is as large as this, gateways acknowledge no more: devices keep what they have.
NATS_STREAM_BYTES = int(os.environ.get("ANSHU_NATS_STREAM_BYTES", str(20 * 1024**3)))
# A credentials file and the certificate of the authority, for servers that ask for them.
NATS_CREDENTIALS = os.environ.get("ANSHU_NATS_CREDENTIALS", "")
NATS_CA = os.environ.get("ANSHU_NATS_CA", "")
# Where browsers find the live stream; empty means the web host at the stream's port.
STREAM_URL = os.environ.get("ANSHU_STREAM_URL", "")

PGHISTORY_APPEND_ONLY = True
PROCRASTINATE_ON_APP_READY = None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("ANSHU_LOG", "WARNING")},
}
SILENCED_SYSTEM_CHECKS = ["urls.W002"]
