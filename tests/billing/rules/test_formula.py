"""Formulas of tariffs: what they come to, what is refused and where, and that nothing else is ever carried out."""

import ast
import re
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.formula import MAX_LENGTH, NAMES, Formula
from core.errors import Invalid

pytestmark = pytest.mark.pure

HOME = {"area": Decimal("89.50"), "price": Decimal("2.80"), "fixed": Decimal(10), "months": Decimal(3)}


def value(text: str, **values: Decimal) -> Decimal:
    return Formula.parse(text).value(HOME | values)


@pytest.mark.req("BIL-1")
@pytest.mark.parametrize(
    ("text", "comes_to"),
    [
        ("area * price", "250.6"),
        ("area * price * months + fixed", "761.8"),
        ("(area + 10) * price", "278.6"),
        ("min(area, 60) * price + max(area - 60, 0) * 3", "256.5"),
        ("round(area)", "90"),
        ("round(0.5) + round(1.5) + round(2.4)", "5"),
        ("-round(-0.5)", "1"),
        ("fixed - -3", "13"),
        ("area / 3 * 3", "89.5"),
        ("1 / 3 + 1 / 3 + 1 / 3", "1"),
        ("0.1 + 0.2", "0.3"),
        ("  fixed  ", "10"),
        ("面积 × 单价 ＋ 固定额", "260.6"),
        ("（面积 － 10）÷ 2", "39.75"),
        ("123456789.123456 - 123456789", "0.123456"),
    ],
)
def test_a_formula_comes_to(text: str, comes_to: str) -> None:
    assert value(text) == Decimal(comes_to)


def test_a_formula_says_which_values_it_needs() -> None:
    assert Formula.parse("max(用量 - 10, 0) * price").names == {"reading", "price"}


def test_a_missing_value_is_a_sentence_that_names_it() -> None:
    with pytest.raises(Invalid, match="number of vehicles"):
        value("vehicles * price")


def test_a_zero_divisor_is_a_sentence() -> None:
    with pytest.raises(Invalid, match="divides by zero"):
        value("area / (fixed - 10)")


def test_more_than_any_bill_is_refused() -> None:
    with pytest.raises(Invalid, match="check the figures"):
        value("999999999 * 999999999")


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("area * prize", 8, "prize"),
        ("面积 * 单价格", 6, "单价格"),
        ("area ** 2", 1, "area ** 2"),
        ("area * 'x'", 8, "'"),
        ("min(area)", 1, "min(area)"),
        ("area +", 6, "+"),
        ("1e9", 1, "1e9"),
        ("0x10", 1, "0x10"),
        ("area * 1234567890", 8, "1234567890"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, place: int, said: str) -> None:
    with pytest.raises(Invalid, match=rf"Character {place}, “{re.escape(said)}”: ."):
        Formula.parse(text)


@pytest.mark.parametrize("text", ["", "   ", "1 +" * (MAX_LENGTH // 3) + "1 + 1", "(" * 150, "-" * 150 + "1"])
def test_empty_long_and_deep_ones_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Formula.parse(text)


ATTACKS = [
    "__import__('os').system('touch {mark}')",
    "open('{mark}', 'w')",
    "().__class__.__bases__[0].__subclasses__()",
    "area.__class__",
    "area.real",
    "(lambda: 1)()",
    "[x for x in (1, 2)]",
    "area if price else fixed",
    "area and price",
    "area < price",
    "not area",
    "~ area",
    "area @ price",
    "area // price",
    "area % price",
    "area << 3",
    "9 ** 9 ** 9",
    "pow(9, 9)",
    "exec(area)",
    "eval(area)",
    "print(area)",
    "min(*area)",
    "min(area, price, fixed)",
    "round(area, ndigits=2)",
    "max(area, key=print)",
    "min.real(area, price)",
    "min(min)(area)",
    "min",
    "round",
    "area := 3",
    "f'{area}'",
    "b'area'",
    "`area`",
    "area; price",
    "area # price",
    "area\\\nprice",
    "area,",
    "()",
    "...",
    "None",
    "True",
    "1j",
    "1_000",
    "1.5e3",
    "await area",
    "yield area",
    "import os",
    "area\x00",
    "area\x0cprice",
    "area\u2028price",
    "ａｒｅａ * price",
    "\ud800",
    "𝐚𝐫𝐞𝐚",
    "price" * 41,
    "{area}",
    "area[0]",
    "$(reboot)",
    "${{area}}",
    "%(area)s",
]


@pytest.mark.req("BIL-1")
@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_is_refused_with_a_sentence_and_carries_nothing_out(text: str, tmp_path: Path) -> None:
    mark = tmp_path / "carried-out"
    with pytest.raises(Invalid) as refused:
        Formula.parse(text.replace("{mark}", str(mark)))
    assert str(refused.value).strip()
    assert not mark.exists()


@given(st.text(alphabet="areaprice面积单价()*/+-.,0123456789 _minmaxround\x00'\"[]{}=", max_size=220) | st.text())
def test_any_text_is_a_formula_or_a_sentence(text: str) -> None:
    with suppress(Invalid):
        formula = Formula.parse(text)
        assert formula.names <= set(NAMES)
        formula.value({name: Decimal(3) for name in NAMES})


numbers = st.decimals(min_value=0, max_value=99999, places=4, allow_nan=False, allow_infinity=False)
leaves = st.sampled_from(["area", "price", "fixed"]) | numbers.map(lambda number: f"{number:f}")
sums = st.recursive(
    leaves,
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: "({} {} {})".format(*parts)),
    max_leaves=6,
)


@given(text=sums, area=numbers, price=numbers)
def test_it_comes_to_what_exact_arithmetic_says(text: str, area: Decimal, price: Decimal) -> None:
    """Against an oracle of its own: Python's own arithmetic over fractions, on formulas made here."""
    names = {"area": Fraction(area), "price": Fraction(price), "fixed": Fraction(7)}
    plain = re.sub(r"\d+\.\d+|\d+", lambda found: f"Fraction('{found[0]}')", text)
    assert ast.parse(plain)
    expected = eval(plain, {"__builtins__": {}, "Fraction": Fraction}, names)
    assert Formula.parse(text).exact(names) == expected
