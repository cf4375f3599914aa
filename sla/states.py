"""The vocabulary of deadlines."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ClockState(TextChoices):
    """How a promise stands. A missed one stays missed, even when it is kept in the end."""

    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    MET = "met", _("Met")
    MISSED = "missed", _("Missed")
    CANCELLED = "cancelled", _("Cancelled")


class ClockEventKind(TextChoices):
    """What can happen to a clock."""

    STARTED = "started", _("Started")
    PAUSED = "paused", _("Paused")
    RESUMED = "resumed", _("Resumed")
    MOVED = "moved", _("Moved to a changed rule")
    EXTENDED = "extended", _("Extended")
    WARNED = "warned", _("Told")
    SKIPPED = "skipped", _("Passed over after an outage")
    BREACHED = "breached", _("Overdue")
    MET = "met", _("Met")
    STOPPED = "stopped", _("Stopped after it was overdue")
    CANCELLED = "cancelled", _("Cancelled")
    PARKED = "parked", _("Set aside after an error")
    RESTORED = "restored", _("Runs again: what ended it was undone")


class Staying(TextChoices):
    """Why a running clock stays under its former rule when a changed one is applied."""

    OTHER_CASE = "other_case", _("the rule is not about their matter any more")
    NO_MOMENT = "no_moment", _("the rule counts to a moment that their matter does not have")
    RESTS = "rests", _("they rest, and under the rule nothing would let them go on")


class VersionState(TextChoices):
    """Where a version of a rule stands. None is ever edited."""

    PROPOSED = "proposed", _("Waits for a leader's approval")
    IN_FORCE = "in_force", _("In force")
    REPLACED = "replaced", _("Replaced")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REFUSED = "refused", _("Turned down")


class Goal(TextChoices):
    """What a deadline is counted from."""

    DURATION = "duration", _("A length of time")
    END_OF_DAY = "end_of_day", _("End of the local day")
    MONTHS = "months", _("Calendar months")
    FIELD = "field", _("A promised time of the matter")
    WORKING_DAYS = "working_days", _("Working days")


class Counting(TextChoices):
    """What time a rule counts; the service standard never says 工作日, so natural unless a rule says otherwise."""

    NATURAL = "natural", _("Natural time")
    WORKING = "working", _("Working time")


class DayKind(TextChoices):
    """What a single day of a calendar is instead of its weekday; the first two come from the State Council."""

    HOLIDAY = "holiday", _("Public holiday")
    MAKE_UP = "make_up", _("Make-up workday")
    CLOSED = "closed", pgettext_lazy("day of a calendar", "Closed")
    OPEN = "open", pgettext_lazy("day of a calendar", "Open")


STATUTORY = frozenset({DayKind.HOLIDAY, DayKind.MAKE_UP})
WORKED = frozenset({DayKind.MAKE_UP, DayKind.OPEN})


class Source(TextChoices):
    """Whose number it is."""

    STANDARD = "standard", _("The service standard")
    STANDARD_OUR_VALUE = "standard_our_value", _("The service standard; the value is ours")
    OURS = "ours", _("Ours")
    LAW = "law", _("Law")


# Promises that concern a resident; the others are the house's own affair, and what ticks tells what they are not told
# yet.
TO_RESIDENTS = frozenset({"ticket.feedback", "ticket.arrive", "ticket.complete", "contact.promise", "contact.answer"})


class Audience(TextChoices):
    """Who is told, resolved from the case when a step falls due."""

    HANDLER = "handler", _("handler")
    CALLER = "caller", _("who calls back")
    TAKER = "taker", _("who took it")
    HEAD = "head", _("department head")
    SUPERVISOR = "supervisor", _("supervisor")
    GM = "gm", _("general manager")
    QUALITY = "quality", _("quality department")
    DESK = "desk", _("front desk")
    FREE_COLLEAGUE = "free_colleague", _("another colleague at the desk")
    CASHIER = "cashier", _("cashier")
