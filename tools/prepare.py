"""Bring the database and the static files to where the desk can start: one Django start for all of it.

Progress goes to standard error; standard output is one JSON list, the demo accounts: `[{"username", "role"}]`.
"""

import hashlib
import io
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import transaction
from django.db.models import Manager
from django.utils import translation

# Fonts are for printed papers, which read them from static/vendor; pages use the machine's own.
PAPER_ONLY = ["NotoSansSC-*"]


def step(what: str, work: Callable[[], None]) -> None:
    """Do one thing and say how long it took when that was noticeable."""
    began = time.monotonic()
    work()
    took = time.monotonic() - began
    if took >= 0.5:
        print(f"· {what}: {took:.1f} s", file=sys.stderr, flush=True)


def migrate() -> None:
    """Make or update the tables, the cache's too."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def load() -> None:
    """Load the default rules, and the demo project where there is no project yet: all of it or nothing."""
    is_fresh = not manager("Project").exists()
    call_command("load_defaults", stdout=io.StringIO())
    if is_fresh and settings.DEMO:
        with transaction.atomic():
            call_command("load_demo", stdout=io.StringIO())
    if is_fresh:  # or whoever looks before the worker is up reads that nobody watches the deadlines
        call_command("sweep", stdout=io.StringIO())


def manager(model: str) -> "Manager[Any]":
    """Return the manager of a model of the accounts; models cannot be imported before Django is set up."""
    return cast("Manager[Any]", apps.get_model("accounts", model).objects)


def static_signature() -> str:
    """Return a hash that changes when any static file does: names, sizes, times."""
    found = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            found.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return found.hexdigest()


def collect_static() -> None:
    """Collect, hash and compress the static files, unless they are those of the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".signature"
    wanted = static_signature()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=PAPER_ONLY)
    stamp.write_text(wanted, encoding="ascii")


def accounts() -> list[dict[str, str]]:
    """Return the demo accounts with their roles, as staff would say them."""
    memberships = manager("Membership").filter(user__is_demo=True, user__is_active=True, ended_at=None)
    with translation.override(settings.LANGUAGE_CODE):
        return [
            {
                "username": one.user.get_username(),
                "role": one.get_role_display(),
                "project": one.project.code if one.project else "",
            }
            for one in memberships.select_related("user", "project").order_by("pk")
        ]


def main() -> int:
    """Prepare everything; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
    django.setup()
    step("database", migrate)
    step("rules and demo project", load)
    step("static files", collect_static)
    json.dump(accounts() if settings.DEMO else [], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
