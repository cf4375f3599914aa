"""`manage.py load_defaults`: reference data of a fresh installation; safe to run again."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from servicedesk.defaults import load_all


class Command(BaseCommand):
    help = "Load policies, categories and price list where they are missing; what was edited stays."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(load_all(timezone.now())))
