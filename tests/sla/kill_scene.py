"""What `test_kill` runs in processes of their own: `python -m tests.sla.kill_scene make 200`, `… count`.

`make` opens repairs two hours ago that nobody accepted: each owes one escalation to the supervisor (the head's step
is passed over) and nothing else. `count` prints what the sweeps made of them.
"""

import contextlib
import json
import os
import sys
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
django.setup()

from django.db import transaction  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Project  # noqa: E402
from cases.actions import NewCase, open_case  # noqa: E402
from cases.models import Event  # noqa: E402
from notifications.models import Message  # noqa: E402
from servicedesk.defaults import load_all  # noqa: E402
from sla.actions import happen  # noqa: E402
from sla.models import Clock, ClockEvent, FiredStep  # noqa: E402
from tests.cast import make_cast  # noqa: E402

KEY = "ticket.respond"


def make(count: int) -> None:
    """Open repairs that have waited for two hours."""
    at = timezone.now() - timedelta(hours=2)
    load_all(at)
    if not Project.objects.exists():
        make_cast()
    project = Project.objects.get(code="demo")
    with transaction.atomic():
        for _ in range(count):
            case = open_case(new=NewCase(kind="repair", state="pending", project=project, title="x"), at=at, by=None)
            happen(case=case, kind="ticket.opened", at=at, by=None)


def number(count: int) -> list[str]:
    """Open cases one by one and return their numbers; every third opening fails on the way."""
    project, at = Project.objects.get(code="demo"), timezone.now()
    given = []
    for turn in range(count):
        with contextlib.suppress(ZeroDivisionError), transaction.atomic():
            case = open_case(new=NewCase(kind="service", state="pending", project=project, title="x"), at=at, by=None)
            if turn % 3 == 2:
                raise ZeroDivisionError
            given.append(case.number)
    return given


def count() -> dict[str, Any]:
    """What is there now."""
    clocks = Clock.objects.filter(key=KEY)
    fired = FiredStep.objects.filter(clock__key=KEY)
    events = ClockEvent.objects.filter(clock__key=KEY)
    told = Message.objects.filter(key__startswith="clock:")
    return {
        "clocks": clocks.count(),
        "breached": clocks.filter(state="missed", breached_at__isnull=False).count(),
        "at the true moment": sum(clock.breached_at == clock.due_at for clock in clocks),
        "still due": clocks.filter(next_at__lt=timezone.now()).count(),
        "parked": clocks.exclude(parked_error="").count(),
        "fired": fired.filter(skipped=False).count(),
        "skipped": fired.filter(skipped=True).count(),
        "most events of a kind": max(
            (row["n"] for row in events.values("clock", "kind").annotate(n=Count("pk"))), default=0
        ),
        "breach events": events.filter(kind="breached").count(),
        "on the timeline": Event.objects.filter(kind="clock.breached").count(),
        "in the inbox": told.filter(channel="in_app").count(),
        "outside": {
            row["state"]: row["n"]
            for row in told.exclude(channel="in_app").values("state").annotate(n=Count("pk")).order_by()
        },
    }


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    if arguments[0] == "make":
        make(int(arguments[1]))
    elif arguments[0] == "number":
        sys.stdout.write(json.dumps(number(int(arguments[1]))) + "\n")
    else:
        sys.stdout.write(json.dumps(count()) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
