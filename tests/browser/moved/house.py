"""An installation of real processes in a browser, whose days pass as fast as a test turns the clock."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import DESK
from tests.chaos.clock import ServerClock
from tests.chaos.site import Site, make_site

ZONE = ZoneInfo("Asia/Shanghai")
SIGNED_IN = timedelta(hours=10)
# Seconds that the processes get to do what is due; they share the machine with whatever else runs on it.
PATIENCE = 240
QUIET = """SELECT (SELECT count(*) FROM sla_clock WHERE next_at < ?)
             + (SELECT count(*) FROM notifications_message
                WHERE state IN ('pending', 'sending') AND coalesce(not_before, created_at) < ?)
             + (SELECT count(*) FROM sla_heartbeat WHERE name = 'sweep' AND at < ?)"""
TOLD = """SELECT u.username, m.data, m.created_at FROM notifications_message m
          JOIN accounts_user u ON u.id = m.user_id JOIN cases_case c ON c.id = m.case_id
          WHERE m.channel = 'in_app' AND m.template LIKE 'clock.%' AND c.number = ? ORDER BY m.created_at, m.id"""
CLOCKS = """SELECT k.key, k.cycle, k.state, k.due_at, k.breached_at
            FROM sla_clock k JOIN cases_case c ON c.id = k.case_id
            WHERE c.number = ? OR c.parent_id = (SELECT id FROM cases_case WHERE number = ?) ORDER BY k.id"""


def stored(moment: datetime) -> str:
    """As SQLite keeps it."""
    return moment.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M:%S.%f")


def read(raw: str | None) -> datetime | None:
    """A moment as SQLite kept it, in the project's zone."""
    return None if raw is None else datetime.fromisoformat(raw).replace(tzinfo=ZoneInfo("UTC")).astimezone(ZONE)


@dataclass
class House:
    """The installation and its browser. The facts are read from the database's file, past all our code."""

    site: Site
    clock: ServerClock
    browser: Browser
    signed: dict[str, str] = field(default_factory=dict)
    signed_at: datetime | None = None
    open: dict[str, BrowserContext] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The moment in the house."""
        return self.clock.now

    # --- time --------------------------------------------------------------------------------------------------------
    def at(self, moment: datetime) -> None:
        """Let it be that moment, and let whoever watches deadlines do what is due by then."""
        self.clock.set_to(moment)
        if "worker" in self.site.children:
            self.settle()

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.at(self.now + timedelta(**span))

    def settle(self) -> None:
        """Wait until nothing due is left undone, without any help."""
        moment = self.now
        assert self.site.wait(PATIENCE, lambda: not self.ask(QUIET, *[stored(moment)] * 3)[0][0]), "not settled"

    @contextmanager
    def nobody_watches(self) -> Iterator[None]:
        """The worker is down, as after a power cut; the web stays."""
        worker = self.site.children.pop("worker")
        worker.signal_group(9)
        yield
        self.site.children["worker"] = worker
        self.settle()

    # --- people ------------------------------------------------------------------------------------------------------
    def as_(self, username: str, path: str = "/") -> Page:
        """A page of the person, whose browser reads the same clock."""
        if self.signed_at is None or not timedelta(0) <= self.now - self.signed_at < SIGNED_IN:
            self.sign_in()
        if username not in self.open:
            context = self.browser.new_context(viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai")
            context.add_cookies([{"name": "sessionid", "value": self.signed[username], "url": self.address}])
            context.set_default_timeout(20_000)
            self.open[username] = context
        context = self.open[username]
        page = context.pages[0] if context.pages else context.new_page()
        page.clock.set_fixed_time(self.now)
        page.goto(self.address + path)
        return page

    def sign_in(self) -> None:
        """Everybody's shift begins: sessions of the day before are over."""
        self.site.run("-m", "tests.browser.moved.scene", "sessions")
        rows = (self.site.folder / "sessions.txt").read_text().split()
        self.signed = dict(row.split("=") for row in rows)
        self.signed_at = self.now
        self.leave()

    def leave(self) -> None:
        """Close every browser window."""
        for context in self.open.values():
            context.close()
        self.open.clear()

    @property
    def address(self) -> str:
        return f"http://{self.site.address}"

    # --- facts -------------------------------------------------------------------------------------------------------
    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read the file itself."""
        connection = sqlite3.connect(f"file:{self.site.folder}/desk.sqlite3?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()


@contextmanager
def open_house(
    folder: Path, browser: Browser, start: datetime, scene: str = "tests.browser.moved.scene"
) -> Iterator[House]:
    """The installation at that moment, with its cast; nothing of it is left afterwards."""
    clock = ServerClock(folder, start)
    site = make_site(folder, server=False, more=clock.environment, scene=scene)
    house = House(site, clock, browser)
    try:
        assert site.wait(PATIENCE, site.is_up)
        clock.set_to(start)
        house.settle()
        yield house
    finally:
        house.leave()
        site.close()
