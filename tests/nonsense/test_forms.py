"""No nonsense in a form fails a page, every refusal says a sentence, and what was typed is not lost."""

from collections.abc import Callable

import pytest

from tests.matrix.probe import Prober
from tests.matrix.world import STAFF
from tests.nonsense.conftest import SEED, long_form
from tests.nonsense.forms import Browsers

ROLES = ("anonymous", "resident", "tenant", *STAFF, "keeper", "chief")
A_FEW = ["desk", "intake", "contact_new", "contact", "ticket", "callback", "person_edit", "move_in", "tickets", "audit"]
pytestmark = [pytest.mark.req("SEC-1"), pytest.mark.django_db]


def test_a_little_nonsense_fails_no_page(crowd: Prober) -> None:
    browsers = Browsers(crowd, SEED)
    browsers.look_around("supervisor", A_FEW)
    browsers.run(100)
    assert not browsers.tally.faults, browsers.tally.report()


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_nonsense_fails_no_page(crowd: Prober, role: str, record_property: Callable[[str, object], None]) -> None:
    browsers = Browsers(crowd, SEED + ROLES.index(role))
    browsers.look_around(role)
    browsers.run(long_form("NONSENSE_FORMS", 100_000) // len(ROLES))
    record_property("nonsense", browsers.tally.told(f"pages (seed {SEED})"))
    assert not browsers.tally.faults, browsers.tally.report()
