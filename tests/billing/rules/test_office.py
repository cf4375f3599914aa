"""The office's share of a supplier's bill: to the cent, and with the rest it is the whole bill."""

from decimal import Decimal

import pytest

from billing.rules.office import share_of
from core.errors import Invalid

pytestmark = pytest.mark.req("BIL-11")


@pytest.mark.parametrize(
    ("whole", "weight", "weight_all", "share"),
    [
        ("8642.35", "186.5", "2480", "649.92"),
        ("33.33", "15", "100", "5.00"),
        ("0.01", "1", "3", "0.00"),
        ("0.01", "2", "3", "0.01"),
        ("0.01", "1", "2", "0.01"),  # of equal halves the cent goes to the first
        ("100", "7", "7", "100.00"),
    ],
)
def test_a_share_is_the_exact_part_to_the_cent(whole: str, weight: str, weight_all: str, share: str) -> None:
    assert share_of(Decimal(whole), Decimal(weight), Decimal(weight_all)) == Decimal(share)


@pytest.mark.parametrize(("weight", "weight_all"), [("0", "10"), ("-1", "10"), ("11", "10")])
def test_a_part_that_is_none_is_refused(weight: str, weight_all: str) -> None:
    with pytest.raises(Invalid):
        share_of(Decimal(10), Decimal(weight), Decimal(weight_all))
