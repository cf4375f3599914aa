"""Whether deadlines are being watched, and whether some of them cannot be carried out."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla.models import Heartbeat

LATE = timedelta(minutes=2)
AHEAD = timedelta(minutes=2)


class Beat(NamedTuple):
    """When the sweep last ran, None where it never has; and how many clocks were set aside after an error then."""

    at: datetime | None
    set_aside: int


def last_beat() -> Beat:
    """What the sweep last wrote of itself; one statement, whatever the number of clocks."""
    row = Heartbeat.objects.filter(name="sweep").values_list("at", "data").first()
    return Beat(None, 0) if row is None else Beat(row[0], row[1].get("set_aside", {}).get("clocks", 0))


def trouble(beat: Beat, now: datetime, *, for_admin: bool) -> str:
    """A sentence for the banner of the staff: a late sweep, and for administrators clocks set aside; empty if neither.

    Whoever has to mend it is told; everybody else's deadlines are watched.
    """
    return late_beat(beat.at, now) or (set_aside_words(beat.set_aside) if for_admin else "")


def set_aside_words(count: int) -> str:
    """A sentence where clocks could not be carried out; empty where all could."""
    if not count:
        return ""
    return ngettext(
        "%(count)s deadline was set aside after an error. It is tried again every hour; the error stands beside it.",
        "%(count)s deadlines were set aside after an error. They are tried again every hour; "
        "the errors stand beside them.",
        count,
    ) % {"count": count}


def late_beat(swept_at: datetime | None, now: datetime) -> str:
    """A sentence when the sweep has not run for two minutes, or ran in the future; empty when all is well."""
    if swept_at is None:
        return _("Deadlines are not being watched: the sweep has never run.")
    if swept_at <= now - LATE:
        minutes = int((now - swept_at).total_seconds() // 60)
        return _("Deadlines are not being watched: the sweep last ran %(minutes)s minutes ago.") % {"minutes": minutes}
    if swept_at > now + AHEAD:
        return _("The sweep's last run lies in the future: check the server's clock.")
    return ""
