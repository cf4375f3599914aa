"""`manage.py reindex`: what the one search finds, written anew."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import Project
from cases.actions import SEARCH_KIND, reindex_cases
from estate.actions import reindex_register


class Command(BaseCommand):
    help = (
        "Make rooms, people, cars and cases findable by what they say now: after a restore, or a version that finds "
        "by more. The desk may go on meanwhile; the last line is a JSON object of counts."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found: dict[str, int] = {}
        for project in Project.objects.order_by("pk"):
            counts = {**reindex_register(project=project), SEARCH_KIND: reindex_cases(project=project)}
            found = {kind: found.get(kind, 0) + count for kind, count in counts.items()}
        self.stdout.write(json.dumps(found, sort_keys=True))
