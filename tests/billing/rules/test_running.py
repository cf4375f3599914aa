"""What a bill that stands already is about: whether a run or an import may bill a thing once more."""

import pytest

from billing.rules.running import is_about

pytestmark = [pytest.mark.pure, pytest.mark.req("BIL-2", "BIL-9")]
CAR, OTHER_CAR, SPACE, OTHER_SPACE = 1, 2, 10, 20
Thing = tuple[int | None, int | None]


@pytest.mark.parametrize(
    ("billed", "thing", "same"),
    [
        ((CAR, SPACE), None, True),
        ((None, None), (CAR, SPACE), True),
        ((CAR, None), (CAR, SPACE), True),
        ((CAR, SPACE), (OTHER_CAR, SPACE), False),
        ((None, SPACE), (CAR, SPACE), True),
        ((None, SPACE), (CAR, OTHER_SPACE), False),
        ((CAR, SPACE), (None, SPACE), True),
        ((CAR, None), (None, SPACE), False),
        ((None, SPACE), (CAR, None), False),
    ],
)
def test_what_was_billed_is_about_the_home_the_vehicle_or_else_the_space(
    billed: Thing, thing: Thing | None, same: bool
) -> None:
    assert is_about(billed, thing) is same
