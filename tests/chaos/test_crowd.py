"""Three workers and two beats, five hundred deadlines, a clock that jumps, no Redis: lost 0, doubled 0, missed 0.

The run begins on 28 February of a leap year at 23:59:40 in the project's zone, so that all of it passes midnight into
the 29th. Then the clock goes on by three days at once, and later back by an hour; Redis is away for a while; what runs
is killed at random. The gateway counts what left the house, and the clients' journals are held against the database.
"""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.chaos.clock import CAN_SET_CLOCKS
from tests.chaos.crowd import Crowd, make_crowd
from tests.chaos.site import can_make_clusters
from tests.chaos.test_kill_everything import ON_SERVER, told
from tests.sla.stage import SERVER

START = datetime(2028, 2, 28, 23, 59, 40, tzinfo=ZoneInfo("Asia/Shanghai"))
FORWARD, BACK = timedelta(days=3), timedelta(hours=-1)
CAN_MOVE = bool(CAN_SET_CLOCKS and shutil.which("redis-server"))


def no_redis(crowd: Crowd, seconds: float) -> None:
    """Redis goes; people work on, deadlines pass; it comes back."""
    site = crowd.site
    site.kill("redis", away=seconds)
    crowd.wait(1)
    site.run("-m", "tests.chaos.scene", "fall", "20")
    assert crowd.wait(60, site.is_up), "pages must be served while Redis is away"
    crowd.wait(seconds)


def jump(crowd: Crowd, by: timedelta, more: int) -> None:
    """The server's clock is set anew while all is at work; then more is promised."""
    crowd.clock.set_by(by)
    crowd.wait(3)
    crowd.site.run("-m", "tests.chaos.scene", "fall", str(more))


def settled(crowd: Crowd, patience: float) -> dict[str, Any]:
    """Wait until the heart beats again without any help but the supervisor's, and nothing due is left undone."""
    assert crowd.wait(patience, crowd.site.is_ready), crowd.site.ask("/readyz")
    return crowd.site.settle(patience)


def whole(found: dict[str, Any], deadlines: int) -> None:
    """Nothing lost, doubled or missed, and as much as was meant."""
    assert found["wrong"] == {}
    assert found["refused"] == []
    assert found["never answered"] == 0
    assert found["still due"] == 0
    assert found["parked"] == 0
    assert found["breached"] >= deadlines


@pytest.mark.req("SLA-3", "SLA-4")
@pytest.mark.skipif(not (ON_SERVER and CAN_MOVE), reason="needs PostgreSQL, redis-server and gcc")
def test_a_clock_that_jumps_under_two_beats_and_three_workers(tmp_path: Path) -> None:
    crowd = make_crowd(tmp_path, START, own_cluster=False)
    try:
        assert crowd.wait(120, crowd.site.is_up)
        crowd.site.run("-m", "tests.chaos.scene", "fall", "60")
        crowd.wait(8)
        jump(crowd, FORWARD, 20)
        # Two promises each; found before the clock goes back, or they would be due in an hour again.
        assert crowd.wait(60, lambda: crowd.count()["breached"] == 160)
        crowd.site.kill("worker 2")
        jump(crowd, BACK, 20)
        found = settled(crowd, 240)
    finally:
        crowd.site.close()
    told(crowd.site, found)
    whole(found, 200)
    assert crowd.restarted, "a beat that waits for an hour to pass again must be started anew"


@pytest.mark.slow
@pytest.mark.req("SLA-3", "SLA-4")
@pytest.mark.skipif(not CAN_MOVE, reason="needs redis-server and gcc")
def test_five_hundred_deadlines_among_kills_jumps_and_ten_minutes_without_redis(tmp_path: Path) -> None:
    own = can_make_clusters()
    if not (own or SERVER):
        pytest.skip("needs PostgreSQL's initdb or DATABASE_URL")
    crowd = make_crowd(tmp_path, START, own_cluster=own)
    try:
        assert crowd.wait(120, crowd.site.is_up)
        crowd.site.load(3)
        crowd.site.run("-m", "tests.chaos.scene", "fall", "300")
        crowd.site.rampage(kills=60, pause=(0.2, 2.0), seed=4)
        no_redis(crowd, 600)
        crowd.site.unload(240)
        crowd.site.run("-m", "tests.chaos.scene", "fall", "100")
        jump(crowd, FORWARD, 100)
        crowd.site.rampage(kills=80, pause=(0.2, 2.0), seed=5)
        jump(crowd, BACK, 100)
        crowd.site.rampage(kills=100, pause=(0.2, 2.0), seed=6)
        found = settled(crowd, 400)
    finally:
        crowd.site.close()
    told(crowd.site, found)
    whole(found, 600)
    assert found["sent"] >= 500
