"""The settings of the tests: a machine of one's own, plain HTTP, cheap hashing, files in a throw-away folder."""

import os
import sqlite3
import tempfile
from typing import Any

os.environ["PLAIN_HTTP"] = "1"
os.environ["DEMO"] = "1"
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="servicedesk-tests-"))

from servicedesk.settings import *  # noqa: F403
from servicedesk.settings import BASE_DIR, DATABASES, STATIC_ROOT, TEMPLATES
from servicedesk.settings import STORAGES as REAL_STORAGES

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns in every test otherwise
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES: dict[str, Any] = {  # type: ignore[no-redef]
    **REAL_STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# The style guide: every part of the pages in every state, for the tests of looks and of the frame's scripts.
TEMPLATES[0]["DIRS"] += [BASE_DIR / "tests" / "styleguide" / "templates"]
TEMPLATES[0]["OPTIONS"]["libraries"] = {"examples": "tests.styleguide.examples"}

if DATABASES["default"]["ENGINE"] == "servicedesk.sqlite":
    # In memory, yet with a connection for each thread as in the product: with Django's own way all threads of a live
    # server share one connection, and with it one transaction. The runner of parallel tests adds its suffix.
    IN_MEMORY = "file:/tests?vfs=memdb&run="
    DATABASES["default"]["TEST"] = {"NAME": IN_MEMORY}
    KEPT = sqlite3.connect(IN_MEMORY, uri=True, check_same_thread=False)  # it is gone when nobody is connected
# Tests run side by side and empty the cache between them: each process has its own.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
