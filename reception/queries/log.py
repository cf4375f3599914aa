"""The work log (工作日志): every contact, by day, channel and who took it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, Subquery

from accounts.models import Project, User
from cases.states import Channel
from core.moments import is_reckoned
from core.numbers import whole_number
from reception.models import Contact, ContactQuerySet

PAGE = 50
COUNTED = 1000


@dataclass(frozen=True)
class Filters:
    """What is asked of the log; empty means everything."""

    day: str = ""
    channel: str = ""
    staff: int | None = None

    def as_dict(self) -> dict[str, str]:
        """The filters as they stand in an address."""
        found = {"day": self.day, "channel": self.channel, "staff": str(self.staff or "")}
        return {name: value for name, value in found.items() if value}


def asked_for(address: Mapping[str, str]) -> Filters:
    """The filters that an address's query names."""
    return Filters(
        day=address.get("day", "")[:10],
        channel=address.get("channel", "")[:10],
        staff=whole_number(address.get("staff", "")),
    )


def day_bounds(day: str, project: Project, *, at: datetime) -> tuple[datetime, datetime] | None:
    """First and last moment of a named span (today, yesterday, week) or an ISO day; None for everything."""
    today = at.astimezone(project.tz).date()
    spans = {
        "today": (today, 1),
        "yesterday": (today - timedelta(days=1), 1),
        "week": (today - timedelta(days=today.weekday()), 7),
    }
    if day in spans:
        first, days = spans[day]
    else:
        try:
            first, days = date.fromisoformat(day), 1
        except ValueError:
            return None
    if not is_reckoned(first):
        return None
    start = datetime(first.year, first.month, first.day, tzinfo=project.tz)
    last = first + timedelta(days=days)
    return start, datetime(last.year, last.month, last.day, tzinfo=project.tz)


def logged(filters: Filters, *, user: User, project: Project, at: datetime) -> ContactQuerySet:
    """The contacts that fit: the page and its count start here."""
    rows = Contact.objects.visible_to(user).filter(case__project=project, case__kind="contact")
    bounds = day_bounds(filters.day, project, at=at)
    if bounds is not None:
        rows = rows.filter(case__opened_at__gte=bounds[0], case__opened_at__lt=bounds[1])
    if filters.channel in Channel.values:
        rows = rows.filter(case__channel=filters.channel)
    if filters.staff is not None:
        rows = rows.filter(case__taken_by_id=filters.staff)
    return rows


def on_page(rows: ContactQuerySet, before: int | None) -> ContactQuerySet:
    """The rows as a page has them, newest first, older than `before`: by when they were received, not written down."""
    if before is not None:
        moment = Subquery(rows.filter(pk=before).values("case__opened_at")[:1])
        rows = rows.filter(Q(case__opened_at__lt=moment) | Q(case__opened_at=moment, pk__lt=before))
    return rows.order_by("-case__opened_at", "-pk")


@dataclass(frozen=True)
class Page:
    """One page of the log, newest first."""

    contacts: list[Contact]
    next: int | None
    count: int


def one_page(filters: Filters, *, user: User, project: Project, at: datetime, before: int | None) -> Page:
    """The contacts older than `before`, and how many fit in all (counting stops past 1,000). Two statements."""
    rows = logged(filters, user=user, project=project, at=at)
    count = rows[: COUNTED + 1].count()
    shown = on_page(rows, before)
    shown = shown.select_related("case__unit", "case__taken_by", "case__handler", "promised_to", "handed_to")
    found = list(shown[: PAGE + 1])
    return Page(contacts=found[:PAGE], next=found[PAGE - 1].pk if len(found) > PAGE else None, count=count)
