"""Pure rules of telling: quiet hours with their edges, the length of an SMS, placeholders."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.rules import (
    QUIET_FROM,
    QUIET_UNTIL,
    Unfilled,
    after_quiet,
    fill,
    is_quiet,
    sms_length,
    unknown_placeholders,
)

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
ZONES = [SHANGHAI, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Australia/Lord_Howe")]


def at(hour: int, minute: int = 0, second: int = 0, *, day: int = 23, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=zone)


def ends(moment: datetime, zone: ZoneInfo = SHANGHAI) -> datetime:
    return after_quiet(moment, zone=zone, since=QUIET_FROM, until=QUIET_UNTIL)


@pytest.mark.req("SLA-3")
@pytest.mark.parametrize(
    ("moment", "end"),
    [
        (at(21, 59, 59), at(21, 59, 59)),
        (at(22), at(8, day=24)),
        (at(23, 59, 59), at(8, day=24)),
        (at(0, day=24), at(8, day=24)),
        (at(7, 59, 59, day=24), at(8, day=24)),
        (at(8, day=24), at(8, day=24)),
        (at(12), at(12)),
    ],
)
def test_quiet_hours_begin_at_ten_and_end_at_eight(moment: datetime, end: datetime) -> None:
    assert ends(moment) == end
    assert ends(moment.astimezone(UTC)) == end, "the zone is the project's, not the moment's"


def test_within_one_day_and_none_at_all() -> None:
    noon = {"zone": SHANGHAI, "since": time(12), "until": time(14)}
    assert after_quiet(at(12), **noon) == at(14)  # type: ignore[arg-type]
    assert after_quiet(at(14), **noon) == at(14)  # type: ignore[arg-type]
    assert not is_quiet(at(3), zone=SHANGHAI, since=time(8), until=time(8))


def test_the_night_in_which_the_clocks_change_ends_at_eight_by_the_wall() -> None:
    spring, autumn = datetime(2026, 3, 28, 23, tzinfo=BERLIN), datetime(2026, 10, 24, 23, tzinfo=BERLIN)
    assert ends(spring.astimezone(UTC), BERLIN) - spring.astimezone(UTC) == timedelta(hours=8)
    assert ends(autumn.astimezone(UTC), BERLIN) - autumn.astimezone(UTC) == timedelta(hours=10)


def test_an_end_that_the_change_leaves_out_or_repeats() -> None:
    def until_half_past_two(moment: datetime) -> datetime:
        return after_quiet(moment, zone=BERLIN, since=time(22), until=time(2, 30))

    assert until_half_past_two(datetime(2026, 3, 28, 23, tzinfo=UTC)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert until_half_past_two(datetime(2026, 10, 24, 22, tzinfo=UTC)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second_round = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert until_half_past_two(second_round) == second_round


@given(
    moment=st.integers(1_735_700_000, 1_893_456_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    since=st.times(),
    until=st.times(),
    zone=st.sampled_from(ZONES),
)
def test_whatever_the_hours_nothing_is_early_lost_or_put_off_twice(
    moment: datetime, since: time, until: time, zone: ZoneInfo
) -> None:
    end = after_quiet(moment, zone=zone, since=since, until=until)
    assert moment <= end <= moment + timedelta(hours=26)
    assert after_quiet(end, zone=zone, since=since, until=until) == end
    if not is_quiet(moment, zone=zone, since=since, until=until):
        assert end == moment


@pytest.mark.parametrize(
    ("text", "characters", "parts"),
    [
        ("", 0, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("漏" * 70, 70, 1),
        ("漏" * 71, 71, 2),
        ("漏" * 134, 134, 2),
        ("漏" * 135, 135, 3),
        ("😀" * 35, 70, 1),
        ("a" * 70 + "漏", 71, 2),
    ],
)
def test_an_sms_is_as_many_parts_as_the_network_makes_of_it(text: str, characters: int, parts: int) -> None:
    length = sms_length(text)
    assert (length.characters, length.parts) == (characters, parts)


def test_placeholders_are_names_and_reach_into_nothing() -> None:
    assert fill("{case}：{title}", {"case": "BX-1", "title": "{case}"}) == "BX-1：{case}"
    for text in ("{case.__class__}", "{case[0]}", "{0}", "{}", "{case!r}", "{case:>9}"):
        assert unknown_placeholders(text, ["case"])
        with pytest.raises(Unfilled):
            fill(text, {"case": "BX-1"})
    assert unknown_placeholders("{case} 100% { }", ["case"]) == [" "]


@given(st.text())
def test_whatever_is_typed_is_filled_or_refused(text: str) -> None:
    try:
        fill(text, {"case": "x"})
    except Unfilled:
        assert unknown_placeholders(text, ["case"])
