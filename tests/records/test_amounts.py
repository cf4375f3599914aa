"""Numbers as people type them: one rule for forms, the API and workbooks."""

from decimal import Decimal

import pytest
from django import forms
from rest_framework import serializers

from estate.imports.cells import Cell, CellError, cents
from records.amounts import AmountField, AmountInput, plain_decimal

pytestmark = pytest.mark.req("BIL-3")
TAKEN = {
    "100.50": "100.50",
    " １００．５０ ": "100.50",
    "１２３": "123",
    "50。5": "50.5",
    "-3": "-3",
    ".5": "0.5",
    "7.": "7",
}
REFUSED = ["1e2", "１ｅ２", "1E+2", "1_000", "NaN", "Infinity", "1,000", "٣", "1.2.3", "x", "--1"]
FIELD = AmountField(max_digits=9, decimal_places=2)
INPUT = AmountInput(max_digits=9, decimal_places=2)


@pytest.mark.parametrize(("typed", "means"), TAKEN.items())
def test_a_plain_decimal_in_half_or_full_width_is_taken(typed: str, means: str) -> None:
    for read in (plain_decimal, FIELD.clean, INPUT.run_validation):
        assert read(typed) == Decimal(means)


@pytest.mark.parametrize("typed", REFUSED)
def test_a_power_of_ten_and_what_is_no_number_is_refused(typed: str) -> None:
    assert plain_decimal(typed) is None
    with pytest.raises(forms.ValidationError):
        FIELD.clean(typed)
    with pytest.raises(serializers.ValidationError):
        INPUT.run_validation(typed)


def test_a_workbook_refuses_it_too_and_takes_full_width() -> None:
    assert cents(Cell("１００．５０")) == Decimal("100.50")
    for typed in ("1e2", "1E+2"):
        with pytest.raises(CellError):
            cents(Cell(typed))


def test_numbers_of_the_api_are_taken_and_the_bounds_stay() -> None:
    assert [INPUT.run_validation(value) for value in (100, 100.5, Decimal("1.25"))] == [
        100,
        Decimal("100.5"),
        Decimal("1.25"),
    ]
    for typed in ("1" * 12, "1.234", "", "9" * 2000):
        with pytest.raises(serializers.ValidationError):
            INPUT.run_validation(typed)
    with pytest.raises(forms.ValidationError):
        FIELD.clean("1.234")
