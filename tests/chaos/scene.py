"""What runs inside the installation: `python -m tests.chaos.scene prepare` and `… check`.

`prepare` makes tables and cast and puts short deadlines in force, as data. `check` holds the clients' journals against
the database and prints what it found: everything under "wrong" must be nothing.
"""

import hashlib
import io
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.chaos.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db.models import Count, QuerySet  # noqa: E402
from django.utils import timezone  # noqa: E402
from PIL import Image  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

from accounts.models import Project, User  # noqa: E402
from cases.models import Attachment, Case, Event  # noqa: E402
from cases.models import Counter as Numbers  # noqa: E402
from estate.models import Unit  # noqa: E402
from notifications.models import Message  # noqa: E402
from reception.models import Contact  # noqa: E402
from records.models import StoredFile  # noqa: E402
from servicedesk.defaults import load_all  # noqa: E402
from sla.models import Clock, ClockEvent, FiredStep, PolicyVersion  # noqa: E402
from tests.cast import make_cast  # noqa: E402
from tests.chaos.journal import Entry, entries, intentions  # noqa: E402
from tickets.actions import NewTicket, open_ticket  # noqa: E402

FOLDER = Path(settings.VAR_DIR)
# The event that each verb leaves, exactly once.
EVENTS = {
    "dispatch": "ticket.dispatched", "accept": "ticket.accepted", "arrive": "ticket.arrived",
    "complete": "ticket.completed", "record": "callback.reached",
}  # fmt: skip


def prepare() -> None:
    """Everything that the clients need."""
    call_command("migrate", verbosity=0)
    at = timezone.now()
    load_all(at)
    cast = make_cast()
    # Under warranty whenever the run takes place: what is free needs no quote.
    Unit.objects.update(handed_over_on=at.date() - timedelta(days=100))
    for version in PolicyVersion.objects.in_force().filter(policy__key__in=["ticket.respond", "ticket.feedback"]):
        shorten(version)
    session = SessionStore()
    session[SESSION_KEY] = str(cast.frontdesk.pk)
    session[BACKEND_SESSION_KEY] = "servicedesk.signin.DeskBackend"
    session[HASH_SESSION_KEY] = cast.frontdesk.get_session_auth_hash()
    session.save()
    tokens = {name: Token.objects.create(user=cast.users[name]).key for name in ("frontdesk", "technician")}
    (FOLDER / "access.json").write_text(json.dumps({"tokens": tokens, "session": session.session_key}))
    (FOLDER / "pictures").mkdir()
    for number in range(8):
        picture = io.BytesIO()
        Image.effect_noise((160, 120), 20 + number * 10).save(picture, "JPEG")
        (FOLDER / "pictures" / f"{number}.jpg").write_bytes(picture.getvalue())


def shorten(version: PolicyVersion) -> None:
    """Put a version in force whose due times pass within the run: a warning, the due time, and two seconds later."""
    now = timezone.now()
    PolicyVersion.objects.filter(pk=version.pk).update(replaced_at=now)
    version.pk, version.number = None, version.number + 1
    version.created_at = version.approved_at = now
    version.goal_seconds, version.goal_by_category, version.goal_urgent_seconds = 4, {}, None
    version.steps = [
        {"to": ["head"], "percent": 50},
        {"to": ["supervisor"], "offset": 0},
        {"to": ["head", "supervisor"], "offset": 2},
    ]
    version.save(force_insert=True)


def fall(count: int) -> None:
    """Open repairs by the action: each owes an answer within seconds, and its other promises within days."""
    project, taker = Project.objects.get(code="demo"), User.objects.get(username="frontdesk")
    unit = project.units.get(number="3-2-1501")
    for number in range(count):
        new = NewTicket(project=project, unit=unit, description=f"f-{number}")
        open_ticket(new=new, by=taker, at=timezone.now())


# --- the journal against the database --------------------------------------------------------------------------------
def made(meant: list[Entry]) -> dict[str, Any]:
    """What was opened: acknowledged and absent, doubled, or under another number than was told."""
    absent = doubled = renumbered = 0
    tickets = numbers_by(Case.objects.filter(ticket__isnull=False).values_list("title", "number"))
    contacts = numbers_by(Contact.objects.exclude(said="").values_list("said", "case__number"))
    for one in meant:
        there = (tickets if one["op"] == "open" else contacts).get(one["mark"], [])
        absent += one["state"] == "done" and not there
        # A ticket taken at the desk stands in the work log, too, once.
        doubled += len(there) > 1 or len(contacts.get(one["mark"], [])) > 1
        told = one.get("number") if one["state"] == "done" else ""
        renumbered += bool(told and there) and told not in there
    return {"absent": absent, "doubled": doubled, "other number": renumbered}


def numbers_by(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The numbers of what was opened, by its mark."""
    found: dict[str, list[str]] = {}
    for mark, number in rows:
        found.setdefault(mark, []).append(number)
    return found


def verbs(meant: list[Entry]) -> dict[str, int]:
    """Verbs that were acknowledged and left no event, or were sent and left more than one."""
    lost = twice = 0
    found = Counter(Event.objects.filter(kind__in=EVENTS.values()).values_list("case__number", "kind"))
    for one in meant:
        count = found[one["case"], EVENTS[one["op"]]]
        lost += one["state"] == "done" and count == 0
        twice += count > 1
    return {"verbs lost": lost, "verbs twice": twice}


def photos(meant: list[Entry]) -> dict[str, int]:
    """Photos that were acknowledged: one row each, and every row's file as it was kept."""
    rows = Counter(Attachment.objects.filter(label="after").values_list("case__number", flat=True))
    lost = sum(one["state"] == "done" and rows[one["case"]] == 0 for one in meant)
    twice = sum(rows[one["case"]] > 1 for one in meant)
    broken = 0
    for stored in StoredFile.objects.all():
        path = Path(stored.file.path)
        broken += not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != stored.sha256
    return {"photos lost": lost, "photos twice": twice, "files missing or different": broken}


def gaps() -> int:
    """Numbers of a day that nobody has, below the last one given out."""
    missing = 0
    for counter in Numbers.objects.all():
        prefix = f"{counter.prefix}-{counter.day:%Y%m%d}-"
        given = Case.objects.filter(number__startswith=prefix).values_list("number", flat=True)
        missing += len(set(range(1, counter.last + 1)) ^ {int(number.rpartition("-")[2]) for number in given})
    return missing


def clocks() -> tuple[dict[str, int], dict[str, int]]:
    """Deadlines: what was due and not found, found twice, or found at an untrue moment."""
    until = timezone.now() - timedelta(seconds=15)
    missed = untrue = 0
    latest = timedelta(0)
    fired: dict[int, list[FiredStep]] = {}
    for row in FiredStep.objects.all():
        fired.setdefault(row.clock_id, []).append(row)
    for clock in Clock.objects.select_related("version"):
        over = min(clock.ended_at or until, until)
        missed += clock.due_at < over and clock.breached_at is None
        untrue += clock.breached_at not in (None, clock.due_at)
        untrue += clock.breached_at is not None and clock.met_at is not None and clock.met_at <= clock.due_at
        mine = {row.step: row for row in fired.get(clock.pk, [])}
        for step in clock.version.step_specs:
            when = step.at(started=clock.started_at, due=clock.due_at, goal=timedelta(seconds=clock.goal_seconds))
            missed += when < over and step.number not in mine
            if step.number in mine:
                latest = max(latest, mine[step.number].fired_at - when)
    wrong = {
        "deadlines missed": missed,
        "moments untrue": untrue,
        "breaches doubled": doubles(ClockEvent.objects.filter(kind="breached"), "clock"),
        "steps doubled": doubles(FiredStep.objects.all(), "clock", "step"),
        "escalations doubled": doubles(ClockEvent.objects.filter(kind="warned"), "clock", "data__step"),
        "timeline doubled": doubles(Event.objects.filter(kind="clock.breached"), "case", "data__key"),
    }
    facts = {
        "clocks": Clock.objects.count(),
        "breached": Clock.objects.filter(breached_at__isnull=False).count(),
        "escalations": FiredStep.objects.filter(skipped=False).count(),
        "passed over": FiredStep.objects.filter(skipped=True).count(),
        "latest seconds": round(latest.total_seconds()),
        "still due": Clock.objects.filter(next_at__lt=timezone.now() - timedelta(seconds=8)).count(),
        "parked": Clock.objects.exclude(parked_error="").count(),
    }
    return wrong, facts


def doubles(rows: "QuerySet[Any]", *by: str) -> int:
    """Groups of rows that should be one row."""
    return int(rows.order_by().values(*by).annotate(n=Count("pk")).filter(n__gt=1).count())


def messages() -> tuple[dict[str, int], dict[str, int]]:
    """What left over the gateway, against the outbox."""
    path = FOLDER / "sent.txt"
    left = Counter(path.read_text().split("\n")[:-1] if path.exists() else [])
    states = dict(Message.objects.filter(channel="counting").values_list("key", "state"))
    wrong = {
        "sent twice": sum(count > 1 for count in left.values()),
        "called sent, never left": sum(state == "sent" and not left[key] for key, state in states.items()),
        "left unasked": sum(key not in states for key in left),
        "failed": sum(state == "failed" for state in states.values()),
    }
    facts = {
        name: sum(state == name for state in states.values()) for name in ("sent", "unknown", "pending", "sending")
    }
    return wrong, {"messages": len(states), **facts}


def check() -> dict[str, Any]:
    """Everything together."""
    meant = intentions(FOLDER)
    by_op: dict[str, list[Entry]] = {}
    for one in meant.values():
        by_op.setdefault(one["op"], []).append(one)
    opened = [one for op in ("open", "contact", "page contact") for one in by_op.get(op, [])]
    stepped = [one for op in EVENTS for one in by_op.get(op, [])]
    clock_wrong, clock_facts = clocks()
    message_wrong, message_facts = messages()
    wrong = {**made(opened), **verbs(stepped), **photos(by_op.get("photo", [])), "gaps in numbers": gaps()}
    wrong |= clock_wrong | message_wrong
    states = Counter(one["state"] for one in meant.values())
    return {
        "wrong": {name: count for name, count in wrong.items() if count},
        "refused": [one.get("said", "") for one in meant.values() if one["state"] == "refused"][:5],
        "intentions": len(meant),
        "requests": sum(one["sent"] for one in meant.values()),
        "acknowledged": states["done"],
        "never answered": states["asked"],
        "in doubt": sum(entry["state"] == "doubt" for entry in entries(FOLDER)),
        "asked again": sum(one["sent"] > 1 for one in meant.values()),
        "by kind": {op: len(found) for op, found in sorted(by_op.items())},
        **clock_facts,
        **message_facts,
    }


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare()
    elif sys.argv[1] == "fall":
        fall(int(sys.argv[2]))
    else:
        sys.stdout.write(json.dumps(check()) + "\n")
