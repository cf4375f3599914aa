"""Pure rules of complaints: which grade the words suggest, and past whom a complaint goes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from accounts.states import Role
from cases.states import Reserved
from complaints.states import Grade

# From the gravest down: the first that fits is suggested.
ORDER = (Grade.MAJOR, Grade.IMPORTANT, Grade.MINOR)


# In percent, per quarter; shown beside what was measured, never asserted. Source: 4.2 (客户投诉率不超过6%).
TARGET_RATE = Decimal(6)


@dataclass(frozen=True)
class Guide:
    """What an admin keeps of a grade: the words that point to it."""

    grade: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Suggested:
    """A grade and why: the words found, or that harm is going on."""

    grade: str
    words: tuple[str, ...] = ()
    harm: bool = False


def suggest_grade(text: str, *, harm_ongoing: bool, guides: Sequence[Guide]) -> Suggested:
    """The grade that the words suggest: the gravest that has a word in them, minor where none has.

    Harm that is going on is major, whatever the words. Source: 三(6)⑤ (严重影响住户日常生活、安全).
    """
    if harm_ongoing:
        return Suggested(Grade.MAJOR, harm=True)
    for grade in ORDER:
        words = [word for guide in guides if guide.grade == grade for word in guide.words if word and word in text]
        if words:
            return Suggested(grade, tuple(words))
    return Suggested(Grade.MINOR)


def reserved_for(*, concerned: Iterable[str] | None, about_service: bool) -> str:
    """From which level up a complaint is seen, by the roles of the colleague it is about.

    None: nobody is named. It then passes the whole department where it is about the service itself.
    Source: 六.2 (建立客户投诉监督机制,接受客户监督).
    """
    if concerned is None:
        return Reserved.MANAGERS if about_service else ""
    roles = set(concerned)
    if Role.GM in roles:
        return Reserved.QUALITY
    if Role.QUALITY in roles:
        return Reserved.MANAGER
    if roles & {Role.SUPERVISOR, Role.HEAD}:
        return Reserved.MANAGERS
    return Reserved.LEADERS


# From the widest circle of readers to the narrowest.
_NARROWER = ("", Reserved.LEADERS, Reserved.MANAGERS, Reserved.MANAGER, Reserved.QUALITY)


def narrowest(reserved: Iterable[str]) -> str:
    """Who may read what was drawn from several complaints: those who may read each of them.

    Of one about the manager and one about the quality department nobody reads both: then the latter reads it.
    """
    return max(reserved, key=_NARROWER.index, default="")


def rate_of(complaints: int, homes: int) -> Decimal | None:
    """Complaints for every hundred homes that are lived in, to two places; none where nobody lives there."""
    if not homes:
        return None
    return (Decimal(complaints) * 100 / homes).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def months_before(day: date, count: int) -> date:
    """The first day of the month `count` months before the one of `day`; after it where `count` is negative."""
    years, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return date(years, month + 1, 1)
