"""What the number of a tax invoice looks like."""

import pytest

from billing.rules.invoices import is_tax_number, wrong_number

pytestmark = [pytest.mark.req("BIL-10"), pytest.mark.pure]


@pytest.mark.parametrize(
    ("code", "number", "wrong"),
    [
        ("", "24332000000012345678", ""),
        ("033002100104", "12345678", ""),
        ("3300211130", "12345678", ""),
        ("", "12345678", "number"),
        ("", "2433200000001234567x", "number"),
        ("", "２４３３２０００００００１２３４５６７８", "number"),
        ("033002100104", "24332000000012345678", "number"),
        ("03300210010", "12345678", "code"),
        ("abc", "12345678", "code"),
    ],
)
def test_twenty_digits_alone_or_a_code_and_eight(code: str, number: str, wrong: str) -> None:
    assert wrong_number(code, number) == wrong


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True),
        ("91330106MA27XYZ123", True),
        ("330106123456789", True),
        ("9133", False),
        ("91330106ma27xyz123", False),
    ],
)
def test_a_tax_number_is_that_of_a_company_or_none(text: str, fits: bool) -> None:
    assert is_tax_number(text) is fits
