"""`kill -9` of everything under load: nothing acknowledged is lost or doubled, no deadline missed, nothing sent twice.

Real processes, as `make run` starts them; clients over HTTP that keep a journal; the journal is held against the
database afterwards. On SQLite with the embedded worker, and on PostgreSQL and Redis. See /docs/operations.md.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.site import Site, can_make_clusters, make_site
from tests.sla.stage import SERVER

ON_SERVER = SERVER.startswith("postgres") and bool(shutil.which("redis-server"))


def told(site: Site, found: dict[str, Any]) -> None:
    """Print the totals."""
    sys.stdout.write(f"\n{json.dumps({'kills': dict(site.kills), **found}, ensure_ascii=False)}\n")


@pytest.mark.req("SLA-3", "REP-1")
def test_killed_under_load_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path) -> None:
    site = make_site(tmp_path, server=ON_SERVER)
    try:
        assert site.wait(120, site.is_up)
        site.load(3)
        site.rampage(kills=8 if ON_SERVER else 6, pause=(0.5, 1.5), seed=1)  # each target once at least
        site.unload(120)
        found = site.settle(120)
    finally:
        site.close()
    told(site, found)
    assert found["wrong"] == {}
    assert found["refused"] == []
    assert found["never answered"] == 0
    assert site.kills.total() >= 6
    assert found["acknowledged"] > 5
    assert found["escalations"] > 0


@pytest.mark.slow
@pytest.mark.req("SLA-3", "REP-1")
@pytest.mark.parametrize(
    ("server", "durable", "kills"),
    [(False, True, 200), (True, True, 200), (True, False, 100)],
    ids=["embedded", "server", "server-redis-without-aof"],
)
def test_hundreds_of_kills(tmp_path: Path, server: bool, durable: bool, kills: int) -> None:
    own = can_make_clusters()
    if server and not (shutil.which("redis-server") and (own or SERVER)):
        pytest.skip("needs redis-server, and PostgreSQL's initdb or DATABASE_URL")
    site = make_site(tmp_path, server=server, own_cluster=own, durable=durable)
    try:
        assert site.wait(120, site.is_up)
        site.load(5)
        site.rampage(kills=kills, pause=(0.2, 2.5), seed=2)
        site.wait(5)
        site.unload(180)
        found = site.settle(240)
    finally:
        site.close()
    told(site, found)
    assert found["wrong"] == {}
    assert found["refused"] == []
    assert found["never answered"] == 0
    assert found["in doubt"] > 0
    assert found["escalations"] > 50


@pytest.mark.slow
def test_the_check_can_fail_clients_without_keys_open_the_same_ticket_twice(tmp_path: Path) -> None:
    """The control: kills, and clients that take a new key for each attempt and do not always wait for the answer."""
    site = make_site(tmp_path, server=ON_SERVER)
    try:
        assert site.wait(120, site.is_up)
        site.load(4, "careless")
        site.rampage(kills=6, pause=(1, 2), seed=3)
        site.unload(120)
        found = json.loads(site.run("-m", "tests.chaos.scene", "check"))
    finally:
        site.close()
    told(site, found)
    assert found["wrong"]["doubled"] > 0
