"""Whole numbers in addresses, forms and headers."""

import pytest

from core.numbers import whole_number

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(("raw", "number"), [("0", 0), ("17", 17), ("999999999999999", 999999999999999)])
def test_plain_digits_are_a_number(raw: str, number: int) -> None:
    assert whole_number(raw) == number


@pytest.mark.parametrize("raw", ["", "-1", "1.0", " 1", "²", "١٢", "abc", "1" * 16])
def test_anything_else_is_none(raw: str) -> None:
    assert whole_number(raw) is None


def test_it_may_be_held_shorter() -> None:
    assert whole_number("1234", digits=4) == 1234
    assert whole_number("12345", digits=4) is None
