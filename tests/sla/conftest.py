"""The trial kind of case, known while a test runs."""

from collections.abc import Iterator

import pytest

from tests.sla.stage import stage  # noqa: F401  a fixture
from tests.sla.trial import trial_kind


@pytest.fixture(autouse=True)
def trial() -> Iterator[None]:
    with trial_kind():
        yield
