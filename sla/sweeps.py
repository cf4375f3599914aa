"""One pass over everything due now: clocks, outbox, periodic work. Beat and the command run this same code."""

from datetime import datetime

from notifications.actions import deliver
from sla.actions import beat, sweep_clocks
from sla.periodic import jobs


def run(at: datetime) -> dict[str, dict[str, int]]:
    """Do one pass and write the heartbeat. Returns counts by part."""
    counts = {"clocks": sweep_clocks(at=at)}
    for name, job in jobs().items():
        counts[name] = job(at)
    counts["outbox"] = deliver(at=at)
    beat(name="sweep", at=at, data=counts)
    return counts
