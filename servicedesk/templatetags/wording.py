"""How times, spans, deadlines and money read.

Pure functions: the moment comes in, moments to be read are in the reader's zone, words are in the active language.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, Protocol

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.moments import day_of_deadline, ends_day
from core.money import to_cents
from sla.wording import standing_words

THIN_SPACE = "\u2009"
MINUTE = timedelta(minutes=1)
# Closer than this a deadline is told as what is left, further away as the moment it falls due.
COUNTDOWN = timedelta(hours=4)
# The last fifth of a promise is amber, as the policies warn at 80 %; of long ones, the last day.
SOON_SHARE = 5
SOON_AT_MOST = timedelta(days=1)

WEEKDAYS = (
    gettext_noop("Mon %(time)s"),
    gettext_noop("Tue %(time)s"),
    gettext_noop("Wed %(time)s"),
    gettext_noop("Thu %(time)s"),
    gettext_noop("Fri %(time)s"),
    gettext_noop("Sat %(time)s"),
    gettext_noop("Sun %(time)s"),
)
WEEKDAYS_DUE = (
    gettext_noop("Due Mon %(time)s"),
    gettext_noop("Due Tue %(time)s"),
    gettext_noop("Due Wed %(time)s"),
    gettext_noop("Due Thu %(time)s"),
    gettext_noop("Due Fri %(time)s"),
    gettext_noop("Due Sat %(time)s"),
    gettext_noop("Due Sun %(time)s"),
)
MONTH_DAYS = (
    gettext_noop("%(day)s Jan"),
    gettext_noop("%(day)s Feb"),
    gettext_noop("%(day)s Mar"),
    gettext_noop("%(day)s Apr"),
    gettext_noop("%(day)s May"),
    gettext_noop("%(day)s Jun"),
    gettext_noop("%(day)s Jul"),
    gettext_noop("%(day)s Aug"),
    gettext_noop("%(day)s Sep"),
    gettext_noop("%(day)s Oct"),
    gettext_noop("%(day)s Nov"),
    gettext_noop("%(day)s Dec"),
)

Tone = Literal["run", "soon", "over", "met", "missed", "wait", "off"]


class ClockLike(Protocol):
    """What a badge needs to know of a promise's clock."""

    @property
    def state(self) -> str:
        """One of running, paused, met, missed, cancelled."""

    @property
    def started_at(self) -> datetime | None:
        """When the promise began to count."""

    @property
    def due_at(self) -> datetime | None:
        """When it falls due; none while nothing can be said."""

    @property
    def met_at(self) -> datetime | None:
        """When it was kept, late or not."""


@dataclass(frozen=True)
class Badge:
    """A deadline as a person reads it: tone (its colour), icon and words."""

    tone: Tone
    icon: str
    words: str


def clock_time(moment: datetime) -> str:
    """Write the time of day as people say it: 9:00, 14:30."""
    return f"{moment.hour}:{moment.minute:02d}"


def calendar_day(day: date, *, today: date) -> str:
    """Write a date as 3月2日, with the year where it is not this one."""
    written = _(MONTH_DAYS[day.month - 1]) % {"day": day.day}
    if day.year == today.year:
        return written
    return _("%(date)s %(year)s") % {"date": written, "year": day.year}


def same_week(day: date, today: date) -> bool:
    """Say whether both days lie in one week, which begins on Monday."""
    return day.isocalendar()[:2] == today.isocalendar()[:2]


def spoken(moment: datetime, *, now: datetime, ends: bool = False) -> str:
    """Write a moment the way people say it: 今天 14:30, 昨天 9:00, 周三 9:00, 3月2日. Both in the reader's zone.

    `ends`: something has to be done until then, and midnight is the end of a day: 今天 24:00, 3月9日 9:00.
    """
    time = {"time": "24:00" if ends and ends_day(moment) else clock_time(moment)}
    day, today = (day_of_deadline(moment) if ends else moment).date(), now.date()
    near = {-1: _("Yesterday %(time)s"), 0: _("Today %(time)s"), 1: _("Tomorrow %(time)s")}
    distance = (day - today).days
    if distance in near:
        return near[distance] % time
    if same_week(day, today):
        return _(WEEKDAYS[day.weekday()]) % time
    written = calendar_day(day, today=today)
    # A deadline is held to the minute, however far off it is.
    return f"{written} {time['time']}" if ends else written


def spoken_day(day: date, *, today: date) -> str:
    """Write a date without a time: 今天, 昨天, 明天, else 3月2日."""
    near = {-1: _("Yesterday"), 0: _("Today"), 1: _("Tomorrow")}
    return near.get((day - today).days) or calendar_day(day, today=today)


def spoken_due(moment: datetime, *, now: datetime) -> str:
    """Write when a promise falls due: 今天到期 18:00, 今天到期 24:00, 周三到期 9:00, 3月2日到期."""
    time = {"time": "24:00" if ends_day(moment) else clock_time(moment)}
    day, today = day_of_deadline(moment).date(), now.date()
    if day == today:
        return _("Due today %(time)s") % time
    if (day - today).days == 1:
        return _("Due tomorrow %(time)s") % time
    if same_week(day, today):
        return _(WEEKDAYS_DUE[day.weekday()]) % time
    return _("Due %(date)s") % {"date": calendar_day(day, today=today)}


def span(length: timedelta) -> str:
    """Write a length of time in its two largest units, rounded down: 3天4小时, 1小时20分, 35分, 不到1分."""
    minutes = int(length / MINUTE)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return (
            _("%(days)s d %(hours)s h") % {"days": days, "hours": hours} if hours else _("%(days)s d") % {"days": days}
        )
    if hours and minutes:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if hours:
        return _("%(hours)s h") % {"hours": hours}
    if minutes:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("under 1 min")


def soon_from(started_at: datetime | None, due_at: datetime) -> datetime:
    """Return when a promise turns amber: in its last fifth or last day, its last hour where its start is unknown."""
    if started_at is None:
        return due_at - timedelta(hours=1)
    return due_at - min((due_at - started_at) / SOON_SHARE, SOON_AT_MOST)


def running_badge(clock: ClockLike, *, now: datetime, countdown: bool = False) -> Badge:
    """Say how a promise stands that is still owed, missed or not; `countdown` tells what is left even of a far one."""
    due_at = clock.due_at
    if due_at is None:
        return Badge("run", "clock", _("No due time"))
    if now > due_at:
        words = _("Just fell due") if now - due_at < MINUTE else _("%(span)s over") % {"span": span(now - due_at)}
        return Badge("over", "circle-alert", words)
    is_soon = now >= soon_from(clock.started_at, due_at)
    if due_at - now < MINUTE:
        words = _("Due any moment")
    elif countdown or due_at - now < COUNTDOWN:
        words = _("%(span)s left") % {"span": span(due_at - now)}
    else:
        words = spoken_due(timezone.localtime(due_at), now=timezone.localtime(now))
    return Badge("soon", "alarm-clock", words) if is_soon else Badge("run", "clock", words)


def deadline_badge(clock: ClockLike, *, now: datetime, countdown: bool = False) -> Badge:
    """Say how a promise stands. A clock stopped exactly when it fell due was met."""
    words = standing_words(clock.state, clock.met_at)
    if clock.state == "met":
        return Badge("met", "circle-check", words)
    if clock.state == "paused":
        return Badge("wait", "circle-pause", words)
    if clock.state == "cancelled":
        return Badge("off", "circle-slash", words)
    if clock.state == "missed" and clock.met_at is not None:
        return Badge("missed", "circle-x", words)
    return running_badge(clock, now=now, countdown=countdown)


def yuan(amount: Decimal | int) -> str:
    """Write an amount in yuan with thousands and two decimals: 1,234.50 元."""
    return _("¥%(amount)s") % {"amount": f"{to_cents(Decimal(amount)):,.2f}"}
