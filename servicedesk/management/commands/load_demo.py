"""`manage.py load_demo`: the demonstration project on an empty database."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.errors import DomainError
from servicedesk.demo import load


class Command(BaseCommand):
    help = "Make the demonstration projects demo and demo2 with accounts for every role (only with DEMO=1)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo accounts have a known password: set DEMO=1 if you really want them here.")
        try:
            load(at=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
