"""The world of the matrix with a tenant in it, and the seed and length of the runs."""

import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction

from accounts.states import Role
from estate.models import HouseholdMember, Person
from estate.states import Relation
from tests.cast import make_user
from tests.matrix.conftest import prober as prober
from tests.matrix.probe import Prober
from tests.matrix.world import OWN

SEED = int(os.environ.get("NONSENSE_SEED", "20261123"))
SIGNALS = (request_started, request_finished)


def long_form(name: str, default: int) -> int:
    """How many requests a long run sends."""
    return int(os.environ.get(name, default))


@pytest.fixture(scope="module")
def quiet() -> Iterator[None]:
    """No line for each refusal, the failures are kept in the tally; and no request closes the world's connection."""
    logging.disable(logging.CRITICAL)
    for signal in SIGNALS:
        signal.disconnect(close_old_connections)
    yield
    for signal in SIGNALS:
        signal.connect(close_old_connections)
    logging.disable(logging.NOTSET)


@pytest.fixture
def crowd(quiet: None, prober: Prober, settings: Any) -> Iterator[Prober]:
    """Whoever sends nonsense: the cast, the people of the matrix, a tenant. All of it is taken back."""
    settings.MEDIA_ROOT = prober.files
    with transaction.atomic():
        place = prober.world.places[OWN]
        user = make_user("tenant", Role.RESIDENT, place.project)
        person = Person.objects.create(project=place.project, name="租客", user=user)
        HouseholdMember.objects.create(household=place.unit.households.get(), person=person, relation=Relation.TENANT)
        prober.world.cast.users["tenant"] = user
        prober.enter("tenant", user)
        yield prober
        transaction.set_rollback(True)
