"""An answer about a reading counts for the question and the value that were asked, and for nothing else."""

from datetime import date
from decimal import Decimal

import pytest

from billing.rules.metering import RIGHT, Asked, Taken, is_kept, judged
from billing.states import Doubt, ReadHow

pytestmark = [pytest.mark.pure, pytest.mark.req("BIL-6")]
TODAY = date(2026, 11, 20)
# Four steps a day: 464 last.
PAST = [
    Taken(date(2026, 9, 21), Decimal(224)),
    Taken(date(2026, 10, 21), Decimal(344)),
    Taken(date(2026, 11, 19), Decimal(464)),
]
CHANGED, WRAPPED, PLAIN = ReadHow.CHANGED, ReadHow.WRAPPED, ReadHow.PLAIN


def taken(value: int, how: ReadHow = PLAIN, *ends: int) -> Taken:
    old_final, new_start = (Decimal(one) for one in ends) if ends else (None, None)
    return Taken(TODAY, Decimal(value), how, old_final, new_start)


def asked(doubt: Doubt, value: int, how: ReadHow = PLAIN, *ends: int) -> Asked:
    return Asked(doubt, taken(value, how, *ends))


@pytest.mark.parametrize(
    ("said", "answer", "was_asked", "outcome"),
    [
        # A meter that is not lower did not begin again, whatever was answered to another value, or to none.
        (taken(474, WRAPPED), WRAPPED, asked(Doubt.LOWER, 47), (taken(474), None)),
        (taken(474, WRAPPED), WRAPPED, asked(Doubt.LOWER, 474), (taken(474), None)),
        (taken(474, WRAPPED), WRAPPED, None, (taken(474), None)),
        (taken(47, WRAPPED), WRAPPED, None, (taken(47), Doubt.LOWER)),
        (taken(48, WRAPPED), WRAPPED, asked(Doubt.LOWER, 47), (taken(48), Doubt.LOWER)),
        # One that did begin again, and then went far: that is asked too, and a yes settles it.
        (taken(47, WRAPPED), WRAPPED, asked(Doubt.LOWER, 47), (taken(47, WRAPPED), Doubt.HIGH)),
        (taken(47, WRAPPED), WRAPPED, asked(Doubt.HIGH, 47, WRAPPED), (taken(47, WRAPPED), None)),
        (taken(47, WRAPPED), WRAPPED, asked(Doubt.HIGH, 47), (taken(47), Doubt.LOWER)),
        # A change has both its ends, and neither meter goes backwards.
        (taken(3, CHANGED, 466, 0), CHANGED, asked(Doubt.LOWER, 3), (taken(3, CHANGED, 466, 0), None)),
        (taken(3, CHANGED), CHANGED, asked(Doubt.LOWER, 3), (taken(3), Doubt.LOWER)),
        (taken(3, CHANGED, 460, 0), CHANGED, asked(Doubt.LOWER, 3), (taken(3), Doubt.LOWER)),
        (taken(3, CHANGED, 466, 4), CHANGED, asked(Doubt.LOWER, 3), (taken(3), Doubt.LOWER)),
        (taken(5, CHANGED, 466, 0), CHANGED, asked(Doubt.LOWER, 3), (taken(5), Doubt.LOWER)),
        (taken(470, CHANGED, 466, 0), CHANGED, asked(Doubt.LOWER, 3), (taken(470), Doubt.CHANGE)),
        (taken(470, CHANGED, 466, 466), CHANGED, asked(Doubt.CHANGE, 470), (taken(470, CHANGED, 466, 466), None)),
        (taken(3, CHANGED, 4660, 0), CHANGED, asked(Doubt.LOWER, 3), (taken(3, CHANGED, 4660, 0), Doubt.HIGH)),
        (taken(3, CHANGED, 466, 0), CHANGED, asked(Doubt.HIGH, 3, CHANGED, 4660, 0), (taken(3, CHANGED, 466, 0), None)),
        # A yes is one to what was far above usual, not to another value, and not to one that is lower.
        (taken(900), RIGHT, asked(Doubt.HIGH, 900), (taken(900), None)),
        (taken(901), RIGHT, asked(Doubt.HIGH, 900), (taken(901), Doubt.HIGH)),
        (taken(900), RIGHT, asked(Doubt.OTHER, 900), (taken(900), Doubt.HIGH)),
        (taken(900), RIGHT, None, (taken(900), Doubt.HIGH)),
        (taken(900, WRAPPED), WRAPPED, asked(Doubt.HIGH, 900), (taken(900), Doubt.HIGH)),
        (taken(47), RIGHT, asked(Doubt.HIGH, 47), (taken(47), Doubt.LOWER)),
        (taken(47), RIGHT, asked(Doubt.LOWER, 47), (taken(47), Doubt.LOWER)),
        (taken(9_999_999), RIGHT, asked(Doubt.DIGITS, 9_999_999), (taken(9_999_999), Doubt.DIGITS)),
    ],
)
def test_an_answer_counts_for_what_was_asked(
    said: Taken, answer: str, was_asked: Asked | None, outcome: tuple[Taken, Doubt | None]
) -> None:
    assert judged(said, PAST, 6, answer=answer, asked=was_asked) == outcome


def test_a_reading_is_kept_already_only_with_the_same_change_and_the_same_beginning_again() -> None:
    kept = [*PAST, taken(474, WRAPPED)]
    assert is_kept(taken(474, WRAPPED), kept)
    assert not is_kept(taken(474), kept)
    assert judged(taken(474), kept, 6) == (taken(474), Doubt.OTHER)
    assert judged(taken(474), kept, 6, answer=RIGHT, asked=asked(Doubt.OTHER, 474)) == (taken(474), None)
