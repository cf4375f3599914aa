"""Whether deadlines are being watched."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from sla.models import Heartbeat

LATE = timedelta(minutes=2)
AHEAD = timedelta(minutes=2)


def last_sweep() -> datetime | None:
    """When the sweep last ran; None where it never has."""
    return Heartbeat.objects.filter(name="sweep").values_list("at", flat=True).first()


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
