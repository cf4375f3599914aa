"""What words suggest, and who pays."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import Cast
from tickets.queries import suggest
from tickets.rules import (
    ChargeFacts,
    Terms,
    Why,
    amount_of,
    callback_category,
    decide_charge,
    suggest_urgency,
    total,
    warranty,
    warranty_end,
)
from tickets.states import Charge, Charging, CountsFrom, Period

FIVE_YEARS = Terms(period=Period.YEARS, length=5)
TWO_SEASONS = Terms(period=Period.HEATING_SEASONS, length=2)


# --- words ------------------------------------------------------------------------------------------------------------
@pytest.mark.req("REP-1")
@pytest.mark.parametrize(
    ("text", "code", "urgency"),
    [
        ("厨房水龙头滴水", "pipe", "normal"),
        ("家里水管爆管了，客厅都是水", "pipe", "urgent"),
        ("楼上漏水到我家卫生间天花板", "wet_room_leak", "normal"),
        ("外墙渗水，墙发霉", "facade_leak", "normal"),
        ("顶楼漏雨，屋面防水坏了", "roof_leak", "normal"),
        ("一开空调就跳闸", "power", "normal"),
        ("插座漏电打手", "power", "urgent"),
        ("电梯困人了", "lift", "urgent"),
        ("闻到煤气味", "gas_alarm", "urgent"),
        ("燃气报警器一直响", "gas_alarm", "urgent"),
        ("地暖不热", "heating", "normal"),
        ("楼道灯不亮", "public_light", "normal"),
        ("单元门禁刷卡没反应", "access", "normal"),
        ("马桶堵了下水返水", "drain", "urgent"),
        ("帮忙安装一个吊灯", "install", "normal"),
        ("想请钟点工擦玻璃", "housekeeping", "normal"),
        ("物业费怎么交，能开发票吗", "fees", "normal"),
    ],
)
def test_words_suggest_category_and_urgency(cast: Cast, text: str, code: str, urgency: str) -> None:
    found = suggest(text)
    assert (found.category.code if found.category else None, found.urgency) == (code, urgency)
    assert all(word in text for word in found.words)


def test_unknown_words_suggest_nothing(cast: Cast) -> None:
    found = suggest("嗯")
    assert (found.category, found.urgency, found.words) == (None, "normal", ())


def test_urgent_words_count_without_a_category() -> None:
    assert suggest_urgency("楼下起火", None) == "urgent"
    assert suggest_urgency("Smoke in the hall", None) == "urgent"


# --- who pays ---------------------------------------------------------------------------------------------------------
@pytest.mark.req("REP-2")
@pytest.mark.parametrize(
    ("terms", "begins", "ends"),
    [
        (FIVE_YEARS, date(2021, 11, 23), date(2026, 11, 23)),
        (Terms(period=Period.YEARS, length=2), date(2024, 2, 29), date(2026, 2, 28)),
        (Terms(period=Period.DESIGN_LIFE, length=50), date(2012, 3, 1), date(2062, 3, 1)),
        (TWO_SEASONS, date(2025, 6, 1), date(2027, 3, 15)),
        (TWO_SEASONS, date(2025, 11, 15), date(2027, 3, 15)),
        # Handed over while the heating runs: that season is not a whole one.
        (TWO_SEASONS, date(2025, 11, 16), date(2028, 3, 15)),
        (TWO_SEASONS, date(2026, 1, 10), date(2028, 3, 15)),
        (Terms(period=Period.HEATING_SEASONS, length=1, season_starts=(1, 1), season_ends=(4, 1)), date(2026, 2, 1),
         date(2027, 4, 1)),
    ],
)  # fmt: skip
def test_a_warranty_ends(terms: Terms, begins: date, ends: date) -> None:
    assert warranty_end(terms, begins) == ends


@pytest.mark.req("REP-2")
@pytest.mark.parametrize(("day", "charge"), [(date(2026, 11, 23), Charge.FREE), (date(2026, 11, 24), Charge.PAID)])
def test_the_last_day_is_free_and_the_next_is_paid(day: date, charge: str) -> None:
    verdict = warranty(FIVE_YEARS, completed_on=None, handed_over_on=date(2021, 11, 23), at=day)
    assert verdict.charge == charge
    assert (verdict.counted_from, verdict.until) == (date(2021, 11, 23), date(2026, 11, 23))


@pytest.mark.req("REP-2")
@pytest.mark.parametrize("counts_from", CountsFrom.values)
def test_a_missing_date_leaves_it_undecided_and_is_named(counts_from: str) -> None:
    terms = Terms(period=Period.YEARS, length=5, counts_from=counts_from)
    verdict = warranty(terms, completed_on=None, handed_over_on=None, at=date(2026, 1, 1))
    assert (verdict.charge, verdict.why, verdict.missing) == (Charge.UNDECIDED, Why.NO_DATE, counts_from)


@pytest.mark.req("REP-2")
def test_each_part_counts_from_the_date_its_rule_names() -> None:
    terms = Terms(period=Period.YEARS, length=2, counts_from=CountsFrom.ACCEPTANCE)
    verdict = warranty(terms, completed_on=date(2024, 1, 1), handed_over_on=date(2025, 6, 1), at=date(2026, 1, 2))
    assert (verdict.charge, verdict.counted_from) == (Charge.PAID, date(2024, 1, 1))


@pytest.mark.req("REP-2")
@pytest.mark.parametrize(
    ("facts", "charge", "why"),
    [
        ({"kind": "enquiry"}, Charge.FREE, Why.ANSWERED),
        ({"kind": "service", "charging": Charging.PAID}, Charge.PAID, Why.CATEGORY_PAID),
        ({"charging": Charging.FREE}, Charge.FREE, Why.CATEGORY_FREE),
        ({"is_public_area": True}, Charge.FREE, Why.COMMON_PARTS),
        ({"has_unit": False}, Charge.FREE, Why.COMMON_PARTS),
        ({"has_unit": False, "charging": Charging.PAID}, Charge.PAID, Why.CATEGORY_PAID),
        ({}, Charge.UNDECIDED, Why.NO_PART),
        ({"is_history": True}, Charge.FREE, Why.TAKEN_OVER),
    ],
)
def test_what_is_decided_without_a_warranty(facts: dict[str, object], charge: str, why: Why) -> None:
    verdict = decide_charge(ChargeFacts(**{"kind": "repair", "at": date(2026, 1, 1), **facts}))  # type: ignore[arg-type]
    assert (verdict.charge, verdict.why) == (charge, why)


@given(begins=st.dates(date(1990, 1, 1), date(2050, 1, 1)), length=st.integers(1, 60))
def test_a_warranty_in_years_ends_on_the_same_day_of_the_year(begins: date, length: int) -> None:
    ends = warranty_end(Terms(period=Period.YEARS, length=length), begins)
    assert (ends.year, ends.month) == (begins.year + length, begins.month)
    assert ends.day == begins.day or (begins.month, begins.day, ends.day) == (2, 29, 28)


@given(begins=st.dates(date(1990, 1, 1), date(2050, 1, 1)), length=st.integers(1, 10))
def test_heating_seasons_are_whole(begins: date, length: int) -> None:
    ends = warranty_end(Terms(period=Period.HEATING_SEASONS, length=length), begins)
    assert (ends.month, ends.day) == (3, 15)
    assert length - 1 < (ends - begins).days / 365.25 < length + 0.5 + 8 / 12


# --- callbacks and money ----------------------------------------------------------------------------------------------
@pytest.mark.req("CBK-1")
@pytest.mark.parametrize(
    ("is_safety", "is_leak", "owed"),
    [(True, False, "safety"), (False, True, "leak"), (True, True, "leak"), (False, False, "other")],
)
def test_which_callback_is_owed(is_safety: bool, is_leak: bool, owed: str) -> None:
    assert callback_category(is_safety=is_safety, is_leak=is_leak) == owed


def test_lines_are_rounded_one_by_one_and_then_added() -> None:
    assert amount_of(Decimal("0.5"), Decimal("60.25")) == Decimal("30.13")
    assert total([Decimal("30.13"), Decimal("85.00")]) == Decimal("115.13")
    assert total([]) == Decimal("0.00")
