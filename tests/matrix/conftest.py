"""The world of the matrix, built once for all its addresses."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from rest_framework.throttling import SimpleRateThrottle

from servicedesk.defaults import load_all
from tests.cast import NOON
from tests.matrix.probe import Prober
from tests.matrix.world import make_world


@pytest.fixture(scope="module")
def prober(django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Prober]:
    """Whoever asks; every request is taken back."""
    files = tmp_path_factory.mktemp("files")
    rates = SimpleRateThrottle.THROTTLE_RATES
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(MEDIA_ROOT=files):
        before, rates["token"] = rates["token"], "10000/min"
        load_all(NOON)
        made = Prober(make_world(), files)
        yield made
        rates["token"] = before
        transaction.set_rollback(True)
