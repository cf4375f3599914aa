"""The settings of the tests: a machine of one's own, plain HTTP, cheap hashing, files in a throw-away folder."""

import os
import tempfile
from typing import Any

os.environ["PLAIN_HTTP"] = "1"
os.environ["DEMO"] = "1"
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="servicedesk-tests-"))

from servicedesk.settings import *  # noqa: F403
from servicedesk.settings import DATABASES, STATIC_ROOT
from servicedesk.settings import STORAGES as REAL_STORAGES

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns in every test otherwise
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES: dict[str, Any] = {  # type: ignore[no-redef]
    **REAL_STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

if DATABASES["default"]["ENGINE"] == "servicedesk.sqlite":
    # A file, as in the product: in memory all threads of a live server would share one connection, and with it one
    # transaction. The runner of parallel tests adds its suffix.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(os.environ["VAR_DIR"], "tests.sqlite3")}
# Tests run side by side and empty the cache between them: each process has its own.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
