"""One pass over everything due now: clocks, outbox, periodic work. Beat and the command run this same code."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from notifications.actions import deliver, send_tests
from sla.actions import beat, sweep_clocks, warn_of_years
from sla.periodic import jobs
from sla.queries import set_aside

log = structlog.get_logger(__name__)
Part = Callable[[datetime], dict[str, int]]
# Whoever acts in time may wait a moment for a lock: nobody is called late before that moment is over.
GRACE = timedelta(seconds=2)


def run(
    at: datetime, *, sending: timedelta | None = None, grace: timedelta = timedelta(0)
) -> dict[str, dict[str, int]]:
    """Do one pass, `sending` for no longer than that, and write the heartbeat. Returns counts by part.

    Deadlines that passed less than `grace` ago are left to the next pass; what is found is found at `at`.
    A part that fails is logged, shown in the heartbeat, and holds up no other; where the database itself is away the
    heartbeat fails too, and the pass with it.
    """
    parts: dict[str, Part] = {"clocks": lambda moment: sweep_clocks(at=moment - grace, found=moment)}
    parts |= {"calendars": warn_of_years, **jobs()}
    parts["outbox"] = lambda moment: deliver(at=moment, within=sending)
    parts["tests"] = lambda moment: send_tests(at=moment)
    parts["set_aside"] = lambda _moment: {"clocks": set_aside()}
    counts = {name: _part(name, part, at) for name, part in parts.items()}
    beat(name="sweep", at=at, data=counts)
    return counts


def _part(name: str, part: Part, at: datetime) -> dict[str, int]:
    try:
        return part(at)
    except Exception:
        log.exception("sweep_part_failed", part=name)
        return {"failed": 1}
