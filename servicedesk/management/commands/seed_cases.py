"""`manage.py seed_cases`: many past matters in the demonstration, to try speed on (PostgreSQL, only with DEMO=1)."""

import json
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from accounts.models import Project, User
from core.errors import DomainError
from servicedesk.seeding import seed


class Command(BaseCommand):
    help = "Bring the demonstration project to so many cases with events, clocks and search words."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cases", type=int)
        parser.add_argument("--project", default="demo")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Invented matters belong in a demonstration: set DEMO=1.")
        people = {name: User.objects.get(username=name) for name in ("frontdesk", "supervisor", "technician")}
        project = Project.objects.get(code=options["project"])
        began = time.monotonic()
        try:
            found = seed(
                project=project,
                desk=people["frontdesk"],
                supervisor=people["supervisor"],
                technician=people["technician"],
                count=options["cases"],
                at=timezone.now(),
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")  # as the server would soon after, in the midst of what is tried
        self.stdout.write(json.dumps({"cases": found, "seconds": round(time.monotonic() - began, 1)}))
