"""How far ahead something may be due."""

from datetime import UTC, date, datetime

import pytest

from core.errors import Invalid
from records.ahead import require_near, too_far

pytestmark = pytest.mark.pure


@pytest.mark.parametrize("when", [None, date(2029, 11, 23), datetime(2029, 11, 23, tzinfo=UTC), date(1999, 1, 1)])
def test_what_is_due_within_three_years_is_near(when: date | None) -> None:
    assert too_far(when, datetime(2026, 11, 23, tzinfo=UTC)) == ""


@pytest.mark.parametrize("when", [date(2029, 12, 1), datetime(2999, 1, 1, tzinfo=UTC)])
def test_a_slip_in_the_year_is_said_beside_its_field(when: date) -> None:
    with pytest.raises(Invalid) as refused:
        require_near(when, datetime(2026, 11, 23, tzinfo=UTC), "until")
    assert set(refused.value.fields) == {"until"}
