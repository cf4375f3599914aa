"""When somebody may come, read from what the caller said: words and the moment they were said become a window.

Pure: no clock, no database. It reads what people say at a desk: 明天下午, 今晚7点后, 周六上午, 12号9点到11点.
What tells of the past (昨天下午, 今天上午开始漏水) or forbids (周六上午不在家) is no wish.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from unicodedata import normalize

QUARTER = timedelta(minutes=15)
# A named hour without an end: how long they wait.
AN_HOUR = timedelta(hours=1)
# What is nearly over is nothing that anybody can come in.
LEAST = timedelta(minutes=30)
# Days ahead in which a date is looked for: one further away was told of the past, or of a warranty.
FAR, NEAR = 180, 40
WORKDAY = (time(9), time(18))
PARTS = {
    "上午": (time(9), time(12)),
    "早上": (time(8), time(10)),
    "早晨": (time(8), time(10)),
    "早": (time(8), time(10)),
    "中午": (time(12), time(14)),
    "下午": (time(14), time(18)),
    "傍晚": (time(17), time(19)),
    "晚上": (time(18), time(21)),
    "晚": (time(18), time(21)),
}
EVENINGS = ("晚上", "晚")
LATE_PARTS = ("下午", "傍晚", *EVENINGS)
# Without 上午 or 下午, nobody is called to a home at one to seven in the morning.
EARLIEST_HOUR = 8
DAYS = {"今天": 0, "今日": 0, "今": 0, "明天": 1, "明日": 1, "明": 1, "后天": 2, "大后天": 3}
WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}

_N = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_DAY = (
    r"大后天|后天|明天|明日|今天|今日|[今明](?=[早晚上下中傍])"
    r"|(?:下个?|这个?|本)?(?:周|星期|礼拜)[一二三四五六日天]"
    rf"|{_N}月{_N}[日号]?|(?<![\d\-月栋楼])\d{{1,2}}[号日](?!\d+(?![\d点时:])|[楼栋幢座门房线车电梯院机井岗口店铺位库])"
)
_PAST = r"昨天?|前天|大前天|前几天|上个?(?:周|星期|礼拜)[一二三四五六日天末]?|上个?月"
_PART = r"上午|早上|早晨|中午|下午|傍晚|晚上|(?<=[今明天日])[早晚]"
_CLOCK = rf"{_N}(?:点|时(?![候间]))(?:半|[一三]刻|{_N}分?)?|\d{{1,2}}:\d{{2}}"
SAID = re.compile(
    rf"(?P<past>{_PAST})?(?P<day>{_DAY})?[ 的]*(?P<part>{_PART})?[ ]*(?P<clock>{_CLOCK})?"
    rf"(?:[ 钟]*[到至~—-][ ]*(?P<part2>{_PART})?(?P<clock2>{_CLOCK}))?"
    r"[ 钟]*(?P<side>以后|之后|过后|后(?!天)|以前|之前|前(?!天))?"
)
CLAUSES = re.compile(r"[,。;!?、\n]+")
COMING = re.compile(
    r"(?<![下起出原本从回近传])(?<!(?<![早晚])上)来(?![水电源自往])|在家|到家|回家|上门|有空|有人|有时间|方便|下班|都行|都可以|再修|安排"
)
NOT_THEN = re.compile(r"不在|没空|没人|没时间|没有空|没有人|不方便|不行|不要|除了|别来|不能|不可以|出差")
ALREADY = re.compile(r"开始|发现|一直|已经|突然|刚刚?|就[坏没停漏断跳]|[坏停漏断跳]了")
CLOCK = re.compile(rf"(?P<hour>{_N})(?:[点时:])(?P<minute>半|[一三]刻|{_N})?")


@dataclass(frozen=True)
class Wish:
    """A window in which somebody may come, and the words that named it."""

    start: datetime
    end: datetime
    words: str


@dataclass(frozen=True)
class _Said:
    """One mention of a time: its words, and which parts of it were named."""

    day: str
    part: str
    clock: str
    part2: str
    clock2: str
    side: str


def wished(text: str, *, at: datetime, tz: tzinfo, said_at: datetime | None = None) -> Wish | None:
    """The first time in the text when somebody may still come; None where none was named, or it is over at `at`.

    Days are days of `tz`. `said_at` is when the words were said, where that was earlier: their 明天 counts from there.
    Source: 三(3)① 报修接待 (方便维修的时间).
    """
    spoken, today = normalize("NFKC", text), (said_at or at).astimezone(tz).date()
    for clause in CLAUSES.split(spoken):
        if NOT_THEN.search(clause):
            continue
        for found in SAID.finditer(clause):
            wish = _meant(found, clause, today, at, tz)
            if wish is not None:
                return wish
    return None


def _meant(found: re.Match[str], clause: str, today: date, at: datetime, tz: tzinfo) -> Wish | None:
    if found["past"] or not found[0].strip():
        return None
    said = _Said(*(found[name] or "" for name in ("day", "part", "clock", "part2", "clock2", "side")))
    if not (said.day or said.part or said.clock) or not _is_wish(said, clause):
        return None
    hours = _hours(said)
    if hours is None:
        return None
    for day in _days(said.day, today):
        wish = _still(Wish(_at(day, hours[0], tz), _at(day, hours[1], tz), found[0].strip()), at)
        if wish is not None:
            return wish
    return None


def _is_wish(said: _Said, clause: str) -> bool:
    """Say whether the clause asks somebody to come then: a day and an hour by themselves do, less needs a word."""
    if COMING.search(clause):
        return True
    if ALREADY.search(clause) and said.day in ("", "今天", "今日", "今"):
        return False
    return bool(said.day and (said.part or said.clock))


def _at(day: date, minutes: int, tz: tzinfo) -> datetime:
    """The moment so many minutes into a day, as the clock on the wall counts them."""
    return datetime.combine(day, time(minutes // 60, minutes % 60), tz)


def _still(wish: Wish, at: datetime) -> Wish | None:
    """What is left of the window at `at`, from the next quarter of an hour; None for too little."""
    if wish.start >= at:
        return wish
    begun = at.astimezone(wish.start.tzinfo).replace(second=0, microsecond=0)
    begun += QUARTER - timedelta(minutes=begun.minute % 15) if begun.minute % 15 or at > begun else timedelta()
    return Wish(begun, wish.end, wish.words) if wish.end - begun >= LEAST else None


# --- which day -------------------------------------------------------------------------------------------------------
def _days(said: str, today: date) -> list[date]:
    """The days that may be meant, the likeliest first; without a day today, and tomorrow once today is over."""
    if not said:
        return [today, today + timedelta(days=1)]
    if said in DAYS:
        return [today + timedelta(days=DAYS[said])]
    if said[-1] in WEEKDAYS and not said[0].isdigit() and "月" not in said:
        return _weekdays(said, today)
    return _dates(said, today)


def _weekdays(said: str, today: date) -> list[date]:
    monday, weekday = today - timedelta(days=today.weekday()), WEEKDAYS[said[-1]]
    if said.startswith("下"):
        return [monday + timedelta(days=7 + weekday)]
    if said[0] in "这本":
        return [monday + timedelta(days=weekday)]
    next_one = today + timedelta(days=(weekday - today.weekday()) % 7)
    return [next_one, next_one + timedelta(days=7)]


def _dates(said: str, today: date) -> list[date]:
    """A day of a month: the next one there is, and none that lies far off."""
    month, _, day = said.rstrip("日号").rpartition("月")
    ahead = [today + timedelta(days=n) for n in range(FAR if month else NEAR)]
    return [one for one in ahead if one.day == number(day) and (not month or one.month == number(month))][:1]


# --- which hours -----------------------------------------------------------------------------------------------------
def _hours(said: _Said) -> tuple[int, int] | None:
    """From and to, in minutes of the day; None for what no clock shows or what ends before it begins."""
    begins, ends = (_minutes(one) for one in PARTS.get(said.part, WORKDAY))
    if said.clock:
        first = _clock(said.clock, said.part)
        if first is None:
            return None
        begins, ends = _around(first, said, begins, ends)
    return (begins, ends) if 0 <= begins < ends < 24 * 60 else None


def _around(first: int, said: _Said, begins: int, ends: int) -> tuple[int, int]:
    """A named hour: up to another one, after it, before it, or the hour from it."""
    hour = int(AN_HOUR.total_seconds() // 60)
    if said.clock2:
        second = _clock(said.clock2, said.part2 or said.part)
        return first, -1 if second is None else second
    if said.side.endswith("前"):
        return min(begins, first - hour), first
    if said.side:
        evening = _minutes(PARTS["晚"][1])
        later = ends if said.part or first < ends - hour else evening
        return first, max(later, first + hour)
    return first, first + hour


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _clock(said: str, part: str) -> int | None:
    """An hour as it is said, in minutes of the day: 7点半 in the evening is 19:30. None for no hour of the clock."""
    found = CLOCK.match(said)
    if found is None:
        return None
    hour, minute = number(found["hour"]), _minute(found["minute"] or "")
    if hour == 12 and part in EVENINGS:
        return None
    if hour < 12 and _is_late(hour, part, as_written=":" in said):
        hour += 12
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def _is_late(hour: int, part: str, *, as_written: bool) -> bool:
    """Say whether an hour below twelve is one of the afternoon."""
    if part == "中午":
        return hour < 11
    return part in LATE_PARTS if part else hour < EARLIEST_HOUR and not as_written


def _minute(said: str) -> int:
    quarters = {"": 0, "半": 30, "一刻": 15, "三刻": 45}
    return quarters[said] if said in quarters else number(said)


def number(said: str) -> int:
    """A number up to 99 as it is written or said: 12, 十二, 二十一."""
    if said.isdigit():
        return int(said)
    tens, ten, ones = said.rpartition("十")
    value = NUMERALS.get(ones, 0)
    return value + 10 * NUMERALS.get(tens, 1) if ten else value
