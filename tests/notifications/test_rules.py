"""Pure rules of telling: quiet hours with their edges, the length of an SMS, placeholders."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.rules import (
    QUIET_FROM,
    QUIET_UNTIL,
    Span,
    Unfilled,
    after_quiet,
    fill,
    is_quiet,
    repeated,
    sms_length,
    unknown_placeholders,
    with_on_call,
)

pytestmark = pytest.mark.pure

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
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


# --- on call ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("at_work", [True, False])
@pytest.mark.parametrize("instead", [True, False])
@pytest.mark.parametrize("on_call", [[], ["wang"], ["li"]])
def test_who_hears_what_is_told_to_a_role(at_work: bool, instead: bool, on_call: list[str]) -> None:
    heard = with_on_call(["li", "zhao", "li"], on_call, at_work=at_work, instead=instead)
    if at_work or not on_call:
        assert heard == ["li", "zhao"]
    elif instead:
        assert heard == on_call
    else:
        assert heard == ["li", "zhao", *[one for one in on_call if one == "wang"]]


@given(st.lists(st.integers(0, 5), min_size=1), st.lists(st.integers(0, 5)), st.booleans(), st.booleans())
def test_somebody_always_hears_it_and_each_once(
    everyone: list[int], on_call: list[int], at_work: bool, instead: bool
) -> None:
    heard = with_on_call(everyone, on_call, at_work=at_work, instead=instead)
    assert heard
    assert len(heard) == len(set(heard))
    assert set(heard) <= {*everyone, *on_call}
    assert instead or set(everyone) <= set(heard)


def test_a_night_is_repeated_at_the_same_wall_time_though_the_clocks_change() -> None:
    first = Span(datetime(2026, 10, 30, 22, tzinfo=NEW_YORK), datetime(2026, 10, 31, 7, tzinfo=NEW_YORK))
    nights = repeated(first, every=1, until=date(2026, 11, 2), zone=NEW_YORK)
    walls = [(one.starts_at.astimezone(NEW_YORK), one.ends_at.astimezone(NEW_YORK)) for one in nights]
    assert [(a.strftime("%d %H"), b.strftime("%d %H")) for a, b in walls] == [
        ("30 22", "31 07"),
        ("31 22", "01 07"),
        ("01 22", "02 07"),
        ("02 22", "03 07"),
    ]
    assert [one.ends_at - one.starts_at for one in nights] == [
        9 * timedelta(hours=1),
        10 * timedelta(hours=1),
        9 * timedelta(hours=1),
        9 * timedelta(hours=1),
    ]


def test_once_is_once_and_weeks_are_weeks() -> None:
    span = Span(at(18), at(9, day=24))
    assert repeated(span, every=0, until=None, zone=SHANGHAI) == [span]
    weeks = repeated(span, every=7, until=date(2026, 12, 7), zone=SHANGHAI)
    assert [one.starts_at - at(18) for one in weeks] == [timedelta(days=days) for days in (0, 7, 14)]
