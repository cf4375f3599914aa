"""`manage.py sweep`: one pass over everything due now, in the foreground."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from sla.sweeps import run


class Command(BaseCommand):
    help = "One pass over everything due now (clocks, outbox, periodic work); the last line is a JSON object of counts."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(run(timezone.now()), sort_keys=True))
