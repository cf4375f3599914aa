"""No nonsense fails the API, and its answers are what its description says."""

from collections.abc import Callable

import pytest

from tests.matrix.probe import Prober
from tests.matrix.world import STAFF
from tests.nonsense.api import Maker, Programs
from tests.nonsense.conftest import SEED, long_form

ROLES = ("anonymous", "resident", "tenant", *STAFF)
pytestmark = [pytest.mark.req("SEC-1"), pytest.mark.django_db]


@pytest.fixture(scope="module")
def maker(quiet: None, prober: Prober) -> Maker:
    """The description of the API, read once."""
    return Maker(prober.tokens["admin"], SEED)


def test_a_little_nonsense_is_refused_as_described(crowd: Prober, maker: Maker) -> None:
    programs = Programs(crowd, SEED)
    programs.run("supervisor", maker.cases(1))
    assert not programs.tally.faults, programs.tally.report()


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_nonsense_is_refused_as_described(
    crowd: Prober, maker: Maker, role: str, record_property: Callable[[str, object], None]
) -> None:
    programs = Programs(crowd, SEED + ROLES.index(role))
    wanted = long_form("NONSENSE_API", 200_000) // len(ROLES)
    cases = maker.cases(min(40, 1 + wanted // (2 * len(maker.operations))))
    while programs.tally.sent.total() < wanted:
        programs.run(role, cases[: wanted - programs.tally.sent.total()])
    record_property("nonsense", programs.tally.told(f"API (seed {SEED})"))
    assert not programs.tally.faults, programs.tally.report()
