"""When somebody may come, by the caller's words: days, parts of days and hours, in the project's time zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reception.wishes import LEAST, PARTS, SAID, Wish, number, wished

pytestmark = [pytest.mark.pure, pytest.mark.req("REP-1")]
SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Friday at noon.
FRIDAY = datetime(2026, 11, 27, 12, 0, tzinfo=SHANGHAI)


def read(text: str, at: datetime = FRIDAY) -> str:
    """The window as `month-day from–to`, or nothing."""
    wish = wished(text, at=at, tz=SHANGHAI)
    return f"{wish.start:%m-%d %H:%M}–{wish.end:%H:%M}" if wish else ""


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("厨房漏水，明天下午来", "11-28 14:00–18:00"),
        ("明天下午", "11-28 14:00–18:00"),
        ("今晚7点后", "11-27 19:00–21:00"),
        ("周六上午", "11-28 09:00–12:00"),
        ("后天上午有人", "11-29 09:00–12:00"),
        ("大后天中午", "11-30 12:00–14:00"),
        ("明早", "11-28 08:00–10:00"),
        ("明晚八点", "11-28 20:00–21:00"),
        ("明天九点半到十一点", "11-28 09:30–11:00"),
        ("明天上午10点到下午4点都可以", "11-28 10:00–16:00"),
        ("下周一下午3点", "11-30 15:00–16:00"),
        ("周一下午3点", "11-30 15:00–16:00"),
        ("周日下午两点之后有人", "11-29 14:00–18:00"),
        ("今天下午5点前来", "11-27 14:00–17:00"),
        ("星期天 上午 10:30 上门", "11-29 10:30–11:30"),
        ("１２月３１号下午", "12-31 14:00–18:00"),
        ("12号9点到11点", "12-12 09:00–11:00"),
        ("明天中午12点到1点", "11-28 12:00–13:00"),
        ("明天来修", "11-28 09:00–18:00"),
        ("下午来", "11-27 14:00–18:00"),
        ("明天下午三点一刻", "11-28 15:15–16:15"),
    ],
)
def test_what_people_say_becomes_a_window(text: str, window: str) -> None:
    assert read(text) == window


@pytest.mark.parametrize(
    "text",
    [
        "", "厨房漏水", "昨天下午开始漏水", "昨晚漏水", "今天上午开始漏水", "今天下午开始漏水", "晚上漏水",
        "上周六上午修过", "明天停水吗", "明天上午不在家", "周六下午没空", "本周三上午", "3号楼12层", "有3点问题",
        "明天晚上12点", "明天25点", "明天下午5点到3点", "2月30号上午", "晚上没来水", "号", "点", "月日", "明天70:99",
    ],
)  # fmt: skip
def test_what_is_no_wish_is_none(text: str) -> None:
    assert read(text) == ""


def test_what_is_refused_gives_way_to_what_is_offered() -> None:
    assert read("明天上午不在家，后天下午可以") == "11-29 14:00–18:00"


def test_the_words_come_along() -> None:
    wish = wished("水管漏了，明天下午来", at=FRIDAY, tz=SHANGHAI)
    assert wish is not None
    assert wish.words == "明天下午"


# --- edges of days, weeks, months ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("at", "text", "window"),
    [
        ("2026-11-27T23:59", "明天下午", "11-28 14:00–18:00"),
        ("2026-11-27T23:59", "今晚", ""),
        ("2026-11-27T23:59", "晚上来", "11-28 18:00–21:00"),
        ("2026-11-28T00:00", "今晚7点后", "11-28 19:00–21:00"),
        ("2026-11-29T10:00", "周日下午", "11-29 14:00–18:00"),
        ("2026-11-29T19:00", "周日下午", "12-06 14:00–18:00"),
        ("2026-11-29T10:00", "星期天下午", "11-29 14:00–18:00"),
        ("2026-11-29T10:00", "下周日下午", "12-06 14:00–18:00"),
        ("2026-11-29T10:00", "下周一上午", "11-30 09:00–12:00"),
        ("2026-11-29T10:00", "周一上午", "11-30 09:00–12:00"),
        ("2026-11-30T10:00", "明天上午", "12-01 09:00–12:00"),
        ("2026-12-31T23:00", "明天上午", "01-01 09:00–12:00"),
        ("2028-02-28T10:00", "明天上午", "02-29 09:00–12:00"),
        ("2027-02-28T10:00", "明天上午", "03-01 09:00–12:00"),
        ("2027-01-29T10:00", "30号上午", "01-30 09:00–12:00"),
        ("2027-01-31T10:00", "30号上午", ""),
        ("2026-12-30T10:00", "1月2日上午", "01-02 09:00–12:00"),
        ("2026-11-27T15:20", "今天下午", "11-27 15:30–18:00"),
        ("2026-11-27T17:45", "今天下午", ""),
        ("2026-11-27T17:45", "下午来", "11-28 14:00–18:00"),
    ],
)
def test_days_are_those_of_the_project(at: str, text: str, window: str) -> None:
    assert read(text, datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)) == window


def test_it_is_tomorrow_in_the_projects_zone_and_not_in_the_servers() -> None:
    at = datetime(2026, 11, 27, 16, 30, tzinfo=UTC)  # 00:30 on the 28th in Shanghai
    assert read("明天上午", at) == "11-29 09:00–12:00"


def test_tomorrow_counts_from_when_it_was_said() -> None:
    wish = wished("明天下午", at=FRIDAY + timedelta(days=1), tz=SHANGHAI, said_at=FRIDAY)
    assert wish is not None
    assert wish.start == FRIDAY + timedelta(days=1, hours=2)
    assert wished("今天下午", at=FRIDAY + timedelta(days=1), tz=SHANGHAI, said_at=FRIDAY) is None


# --- whatever is said, whenever --------------------------------------------------------------------------------------
MOMENTS = st.integers(0, 9 * 366 * 24 * 60).map(lambda n: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
SCRAPS = st.lists(
    st.sampled_from(
        ["昨", "今", "明", "天", "后天", "下", "周", "日", "六", "上午", "下午", "晚", "早", "中午", "3", "12", "31",
         "十", "点", "半", "号", "月", "前", "后", "到", "来", "在家", "不", "，", ":", "00", "有空", "刻", " "]
    ),
    max_size=14,
).map("".join)  # fmt: skip


def check(wish: Wish | None, at: datetime) -> None:
    if wish is None:
        return
    assert at <= wish.start < wish.end
    assert wish.end - wish.start >= LEAST or wish.start > at
    assert wish.start.date() == wish.end.date()
    assert wish.start.utcoffset() == timedelta(hours=8)
    assert wish.words


@given(SCRAPS, MOMENTS)
def test_whatever_scraps_are_said_the_window_is_ahead_and_within_a_day(text: str, at: datetime) -> None:
    check(wished(text, at=at, tz=SHANGHAI), at)


@given(st.text(max_size=60), MOMENTS)
def test_no_text_at_all_breaks_it(text: str, at: datetime) -> None:
    check(wished(text, at=at, tz=SHANGHAI), at)


@given(MOMENTS, st.sampled_from(sorted(PARTS.keys() - {"早", "晚"})))
def test_tomorrow_is_always_the_day_after_today(at: datetime, part: str) -> None:
    wish = wished(f"明天{part}", at=at, tz=SHANGHAI)
    assert wish is not None
    assert wish.start.date() == at.astimezone(SHANGHAI).date() + timedelta(days=1)
    assert (wish.start.time(), wish.end.time()) == PARTS[part]


@given(MOMENTS, st.sampled_from("一二三四五六日天"))
def test_a_weekday_is_the_next_one_there_is(at: datetime, day: str) -> None:
    wish = wished(f"周{day}下午", at=at, tz=SHANGHAI)
    assert wish is not None
    assert wish.start.weekday() == "一二三四五六日天".index(day) % 7 or day == "天"
    assert wish.end - at <= timedelta(days=7, hours=18)
    if day in "日天":
        assert wish.start.weekday() == 6


@given(st.dates(date(2024, 1, 1), date(2032, 12, 1)), st.integers(1, 31))
def test_a_day_of_the_month_is_the_next_that_there_is(today: date, day: int) -> None:
    at = datetime.combine(today, time(7), SHANGHAI)
    wish = wished(f"{day}号上午", at=at, tz=SHANGHAI)
    ahead = [today + timedelta(days=n) for n in range(40)]
    expected = next((one for one in ahead if one.day == day), None)
    assert (wish.start.date() if wish else None) == expected


@pytest.mark.parametrize(
    ("said", "value"), [("十", 10), ("十二", 12), ("二十", 20), ("二十一", 21), ("两", 2), ("07", 7)]
)
def test_numbers_as_they_are_said(said: str, value: int) -> None:
    assert number(said) == value


@given(st.text(alphabet="今明后天周日上下午晚早点半号月到前 12", max_size=200))
def test_long_rubbish_is_read_in_no_time(text: str) -> None:
    assert sum(1 for _ in SAID.finditer(text)) <= len(text) + 1
