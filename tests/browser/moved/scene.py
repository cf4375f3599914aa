"""What runs inside the house: `python -m tests.browser.moved.scene prepare`, and `… sessions` when a shift begins."""

import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from estate.actions import reindex_register  # noqa: E402
from servicedesk.defaults import load_all  # noqa: E402
from tests.browser.conftest import session_of  # noqa: E402
from tests.cast import Cast, make_cast  # noqa: E402


def prepare() -> Cast:
    """Tables, the default rules as they are, and the cast."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    load_all(timezone.now())
    cast = make_cast()
    reindex_register(project=cast.project)
    return cast


def sessions() -> None:
    """Everybody signs in."""
    rows = [f"{user.username}={session_of(user)}" for user in User.objects.filter(is_active=True)]
    (Path(settings.VAR_DIR) / "sessions.txt").write_text("\n".join(rows))


if __name__ == "__main__":
    {"prepare": prepare, "sessions": sessions}[sys.argv[1]]()
