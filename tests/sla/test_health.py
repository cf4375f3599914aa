"""The heartbeat: late by two minutes it shows red on every page of the staff, and `/readyz` says so."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from sla.health import Beat, last_beat, late_beat
from sla.models import Clock, Heartbeat
from sla.sweeps import run
from tests.cast import NOON, Cast
from tests.matrix.rows import EVERY_STAFF
from tests.matrix.table import TABLE
from tests.sla.trial import make_case, make_version, occur, trial_kind

SignIn = Callable[[User], Client]
MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.req("SLA-3")
# Addresses whose answer is no page with the frame around it: parts, files, JSON, doors.
PARTS = {
    *("palette", "live", "desk_line", "room_lookup", "room_home", "just_done", "healthz", "readyz", "home"),
    *("api_docs", "api_schema", "ticket_clash", "search", "draft_keep"),
    *("invoices_export", "proof_progress", "office_month_export", "readings_template", "sent"),
}


def beaten(ago: timedelta) -> None:
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": NOON - ago})


@pytest.mark.parametrize(("seconds", "late"), [(0, False), (119, False), (120, True), (3600, True), (-121, True)])
def test_two_minutes_without_a_sweep_are_late(cast: Cast, seconds: int, late: bool) -> None:
    beaten(timedelta(seconds=seconds))
    assert bool(late_beat(last_beat().at, NOON)) is late


@pytest.mark.parametrize("ago", [MINUTE, 2 * MINUTE])
def test_readyz_says_so(cast: Cast, ago: timedelta) -> None:
    beaten(ago)
    with time_machine.travel(NOON, tick=False):
        ready = Client().get("/readyz")
    late = ago >= 2 * MINUTE
    assert ready.status_code == (503 if late else 200)
    assert (ready.json()["beat"] != "ok") is late


@pytest.mark.parametrize(("who", "told"), [("admin", True), ("frontdesk", False)])
def test_clocks_set_aside_are_counted_for_administrators_and_for_readyz(
    cast: Cast, signed_in: SignIn, who: str, told: bool
) -> None:
    data = {"set_aside": {"clocks": 2}}
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": NOON, "data": data})
    client = signed_in(cast.users[who])
    with time_machine.travel(NOON, tick=False):
        banner = client.get("/live/").json()["banner"]
        ready = Client().get("/readyz")
    assert ("有 2 个时限因出错被搁置" in banner) is told
    assert (ready.status_code, ready.json()["beat"], ready.json()["set_aside"]) == (200, "ok", 2)


def test_a_pass_counts_what_is_set_aside(cast: Cast) -> None:
    run(NOON)
    assert last_beat() == Beat(NOON, 0)
    with trial_kind():
        make_version()
        case = make_case(cast.project)
        occur(case, "trial.asked", NOON)
        Clock.objects.filter(case=case).update(parked_error="IntegrityError")
        run(NOON + MINUTE)
    assert last_beat() == Beat(NOON + MINUTE, 1)


def pages() -> list[str]:
    """Every page of the staff that stands at an address without parameters."""
    found = []
    for name, row in TABLE.items():
        plain = row.reads and not row.public and not row.thing and not row.given and "-" not in name
        if plain and name not in PARTS and not name.startswith(("account_", "mfa_")):
            found.append(name)
    return found


@pytest.mark.parametrize("name", pages())
def test_it_shows_red_on_every_page_of_the_staff(cast: Cast, signed_in: SignIn, name: str) -> None:
    readers = sorted((TABLE[name].reads or frozenset()) & EVERY_STAFF)
    if not readers:
        pytest.skip("no page of the staff")
    client = signed_in(cast.users[readers[0]])
    shown = {}
    for ago in (MINUTE, 2 * MINUTE):
        beaten(ago)
        with time_machine.travel(NOON + ago * 10, tick=False):  # what the frame kept meanwhile is stale
            Heartbeat.objects.filter(name="sweep").update(at=NOON + ago * 10 - ago)
            page = client.get(reverse(name))
        assert page.status_code == 200, name
        text: Any = page.content.decode()
        shown[ago] = "data-banner hidden" not in text and "data-banner" in text
    assert shown == {MINUTE: False, 2 * MINUTE: True}
