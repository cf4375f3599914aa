"""Whether deadlines are being watched."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from sla.models import Heartbeat

LATE = timedelta(minutes=2)
AHEAD = timedelta(minutes=2)


def late_beat(now: datetime) -> str:
    """A sentence when the sweep has not run for two minutes, or ran in the future; empty when all is well."""
    pulse = Heartbeat.objects.filter(name="sweep").first()
    if pulse is None:
        return _("Deadlines are not being watched: the sweep has never run.")
    if pulse.at < now - LATE:
        minutes = int((now - pulse.at).total_seconds() // 60)
        return _("Deadlines are not being watched: the sweep last ran %(minutes)s minutes ago.") % {"minutes": minutes}
    if pulse.at > now + AHEAD:
        return _("The sweep's last run lies in the future: check the server's clock.")
    return ""
