"""Pure rules of tickets: what the words suggest, who pays, what it costs, which callback is owed."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from cases.states import Urgency
from core.money import to_cents
from records.search import fold
from tickets.states import ANSWERED_KINDS, Charge, Charging, CountsFrom, Period

# Words that cannot wait, whatever they are about. A category adds its own.
URGENT_WORDS = (
    "爆管", "爆裂", "喷水", "水浸", "淹", "漏电", "触电", "冒烟", "起火", "着火", "失火", "火灾", "困人", "被困",
    "困在", "煤气", "燃气泄漏", "天然气泄漏", "漏气", "坠落", "掉下来",
    "burst", "flood", "smoke", "on fire", "trapped", "gas leak", "electric shock",
)  # fmt: skip


class Sortable(Protocol):
    """What of a category decides whether words suggest it."""

    @property
    def suggested_by(self) -> Sequence[str]:
        """Words that suggest it."""

    @property
    def is_urgent(self) -> bool:
        """Whether it is always urgent."""

    @property
    def made_urgent_by(self) -> Sequence[str]:
        """Words that make it urgent."""


CategoryT = TypeVar("CategoryT", bound=Sortable)


@dataclass(frozen=True)
class Suggested(Generic[CategoryT]):
    """What a description suggests, and the words that did; no category where no word is known."""

    category: CategoryT | None
    urgency: str
    words: tuple[str, ...]


def suggest_category(text: str, categories: Sequence[CategoryT]) -> Suggested[CategoryT]:
    """Suggest the category whose words the text holds most of (by length), and how urgent it is.

    Among equals the one that comes first wins, so that the same words always suggest the same.
    """
    plain = fold(text)
    best: CategoryT | None = None
    words: tuple[str, ...] = ()
    for category in categories:
        found = tuple(word for word in category.suggested_by if fold(word) and fold(word) in plain)
        if sum(map(len, found)) > sum(map(len, words)):
            best, words = category, found
    return Suggested(category=best, urgency=suggest_urgency(text, best), words=words)


def suggest_urgency(text: str, category: Sortable | None) -> str:
    """Say how long a matter can wait by its words and its category."""
    plain = fold(text)
    words = [*URGENT_WORDS, *(category.made_urgent_by if category else ())]
    urgent = (category is not None and category.is_urgent) or any(fold(word) in plain for word in words if fold(word))
    return Urgency.URGENT if urgent else Urgency.NORMAL


# --- who pays --------------------------------------------------------------------------------------------------------
class Why(StrEnum):
    """Why a ticket is free, paid or undecided."""

    WITHIN = "within"
    EXPIRED = "expired"
    NO_DATE = "no_date"
    NO_PART = "no_part"
    COMMON_PARTS = "common_parts"
    CATEGORY_FREE = "category_free"
    CATEGORY_PAID = "category_paid"
    ANSWERED = "answered"
    TAKEN_OVER = "taken_over"


@dataclass(frozen=True)
class Terms:
    """The warranty of one part of the building. Season days are (month, day)."""

    period: str
    length: int
    counts_from: str = CountsFrom.HANDOVER
    season_starts: tuple[int, int] = (11, 15)
    season_ends: tuple[int, int] = (3, 15)
    name: Mapping[str, str] | None = None
    clause: str = ""


@dataclass(frozen=True)
class Verdict:
    """Who pays and why. `missing` names the date without which nobody can tell."""

    charge: str
    why: str
    terms: Terms | None = None
    counted_from: date | None = None
    until: date | None = None
    missing: str = ""

    def as_data(self) -> dict[str, Any]:
        """The decision as it is kept with the ticket."""
        data: dict[str, Any] = {"why": str(self.why), "missing": self.missing}
        if self.terms is not None:
            data |= {
                "part": dict(self.terms.name or {}),
                "period": str(self.terms.period),
                "length": self.terms.length,
                "counts_from": str(self.terms.counts_from),
                "clause": self.terms.clause,
            }
        if self.counted_from is not None and self.until is not None:
            data |= {"counted_from": self.counted_from.isoformat(), "until": self.until.isoformat()}
        return data


def warranty(terms: Terms | None, *, completed_on: date | None, handed_over_on: date | None, at: date) -> Verdict:
    """Decide by the warranty of a part whether work reported on day `at` is free. Its last day is still within.

    Source: 建设工程质量管理条例 art. 40: roof, wet rooms and façade leaks 5 years; heating and cooling 2 seasons;
    wiring, pipes, equipment and fit-out 2 years; structure its design life. Ends of years: 民法典 202.
    """
    if terms is None:
        return Verdict(Charge.UNDECIDED, Why.NO_PART)
    begins = completed_on if terms.counts_from == CountsFrom.ACCEPTANCE else handed_over_on
    if begins is None:
        return Verdict(Charge.UNDECIDED, Why.NO_DATE, terms=terms, missing=terms.counts_from)
    until = warranty_end(terms, begins)
    within = at <= until
    return Verdict(
        Charge.FREE if within else Charge.PAID,
        Why.WITHIN if within else Why.EXPIRED,
        terms=terms,
        counted_from=begins,
        until=until,
    )


def warranty_end(terms: Terms, begins: date) -> date:
    """The last day of a warranty that began on `begins`."""
    if terms.period == Period.HEATING_SEASONS:
        return _season_end(terms, begins)
    return _same_day(begins.year + terms.length, begins.month, begins.day)


def _season_end(terms: Terms, begins: date) -> date:
    """The end of the last of so many whole seasons; one that was already running when it began does not count."""
    year = begins.year
    if _same_day(year, *terms.season_starts) < begins:
        year += 1
    last = year + terms.length - 1
    ends_next_year = terms.season_ends < terms.season_starts
    return _same_day(last + ends_next_year, *terms.season_ends)


def _same_day(year: int, month: int, day: int) -> date:
    year = min(year, MAXYEAR)  # what is kept longer than there are years is kept to their end
    return date(year, month, min(day, monthrange(year, month)[1]))


@dataclass(frozen=True, kw_only=True)
class ChargeFacts:
    """What decides who pays for a ticket."""

    kind: str
    at: date
    charging: str = Charging.WARRANTY
    terms: Terms | None = None
    is_public_area: bool = False
    has_unit: bool = True
    completed_on: date | None = None
    handed_over_on: date | None = None
    is_history: bool = False


def decide_charge(facts: ChargeFacts) -> Verdict:
    """Decide who pays: common parts are free, what the category fixes is fixed, the rest goes by the warranty.

    Source: 三(3)② 根据客户报修内容及保修期限.
    """
    if facts.is_history:
        return Verdict(Charge.FREE, Why.TAKEN_OVER)
    if facts.kind in ANSWERED_KINDS:
        return Verdict(Charge.FREE, Why.ANSWERED)
    if facts.charging == Charging.PAID:
        return Verdict(Charge.PAID, Why.CATEGORY_PAID)
    if facts.charging == Charging.FREE:
        return Verdict(Charge.FREE, Why.CATEGORY_FREE)
    if facts.is_public_area or not facts.has_unit:
        return Verdict(Charge.FREE, Why.COMMON_PARTS)
    return warranty(facts.terms, completed_on=facts.completed_on, handed_over_on=facts.handed_over_on, at=facts.at)


# --- callbacks and money ---------------------------------------------------------------------------------------------
def callback_category(*, is_safety: bool, is_leak: bool) -> str:
    """Which callback a finished repair owes. Source: 四(1) (安全设施2天, 渗漏水试漏后3天, 其他2天)."""
    if is_leak:
        return "leak"
    return "safety" if is_safety else "other"


def amount_of(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """What a line costs, in yuan to the cent."""
    return to_cents(quantity * unit_price)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum of lines in yuan."""
    return sum(amounts, Decimal("0.00"))


# --- appointments ----------------------------------------------------------------------------------------------------
FURTHEST = timedelta(days=365)


# --- undoing ---------------------------------------------------------------------------------------------------------
# How long what was done just now can be taken back, and how far “刚才做的” looks back (a shift). Both are ours.
UNDO_WITHIN = timedelta(minutes=30)
SHIFT = timedelta(hours=8)
# What can be taken back, by its event; everything else is mended by a verb of its own.
UNDOABLE = ("ticket.dispatched", "ticket.held", "ticket.recategorised")


class Blocked(StrEnum):
    """Why something cannot be undone any more."""

    LATE = "late"
    MOVED_ON = "moved on"


def undo_blocked(*, done_at: datetime, at: datetime, left_version: int | None, version: int) -> Blocked | None:
    """Say why what was done cannot be undone at `at`; None where it can.

    `left_version` is the version of the case that it left behind: whatever anybody did since has moved it on. What the
    clocks do by themselves moves nothing.
    """
    if left_version != version:
        return Blocked.MOVED_ON
    return Blocked.LATE if at - done_at > UNDO_WITHIN else None
