"""The world of the matrix, built once for all its addresses."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from rest_framework.throttling import SimpleRateThrottle

from servicedesk.defaults import load_all
from tests.cast import NOON
from tests.matrix.probe import Prober
from tests.matrix.world import make_world


def midday() -> datetime:
    """Noon of today where the projects are: what happened today in the world is of today until the last request."""
    return datetime.now(tz=ZoneInfo(settings.TIME_ZONE)).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture(scope="module")
def prober(django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Prober]:
    """Whoever asks; every request is taken back."""
    files = tmp_path_factory.mktemp("files")
    rates = SimpleRateThrottle.THROTTLE_RATES
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(MEDIA_ROOT=files):
        before, rates["token"] = rates["token"], "10000/min"
        load_all(NOON)
        with time_machine.travel(midday()):
            yield Prober(make_world(), files)
        rates["token"] = before
        transaction.set_rollback(True)
