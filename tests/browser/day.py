"""A day at the desk for the browser tests: one clock for server and page, a register that can be searched, pictures."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from cases.models import Case
from estate.actions import reindex_register
from tests.cast import Cast

MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai, a Monday


def now() -> datetime:
    """The moment that server and pages read."""
    return datetime.now(tz=UTC)


class Hands:
    """The hands of the clock: they run, and a test may turn them forward."""

    def __init__(self, traveller: Any) -> None:
        self.traveller = traveller

    def turn(self, **span: float) -> None:
        """Let so much time pass."""
        self.traveller.move_to(now() + timedelta(**span))
        call_command("sweep", stdout=StringIO())


@pytest.fixture
def hands(stage: Cast) -> Iterator[Hands]:
    """Ten in the morning, the register searchable, deadlines watched; from there on seconds pass as they do."""
    with time_machine.travel(MORNING, tick=True) as traveller:
        reindex_register(project=stage.project)
        call_command("sweep", stdout=StringIO())
        yield Hands(traveller)


Opener = Callable[..., Page]
Come = Callable[..., Page]


@pytest.fixture
def come(hands: Hands, open_as: Opener) -> Come:
    """`come(user, path="/", phone=False)`: a page of the person, whose browser reads the tests' clock."""

    def opener(user: User, path: str = "/", *, phone: bool = False) -> Page:
        page = open_as(user, path, phone=phone)
        page.set_default_timeout(30_000)
        page.clock.set_fixed_time(now())
        return page

    return opener


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A photo as a phone takes it."""
    path = tmp_path / "leak.jpg"
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(path, quality=90)
    return path


def ready(page: Page) -> None:
    """Wait until all of the page is there and its scripts hear everything: it says so itself."""
    page.wait_for_load_state("load")
    page.locator("html[data-ready]").wait_for(state="attached")


def press(page: Page, *keys: str) -> None:
    """Press keys once the page's scripts have run; nobody is as fast as a test."""
    ready(page)
    for key in keys:
        page.keyboard.press(key)


def fill_intake(page: Page, room: str, told: str) -> None:
    """Say room and words in quick intake, and leave the fields as somebody does who goes on."""
    ready(page)
    page.fill("#id_unit", room)
    page.fill("#id_description", told)


def menu(page: Page, name: str) -> None:
    """Choose from the page's menu of further steps."""
    ready(page)
    page.locator("details.page-more > summary").click()
    page.locator(".page-more .menu-item", has_text=name).click()


def scribble(page: Page, pad: Locator) -> None:
    """Sign with the mouse, and keep it."""
    canvas = pad.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 30 + 18 * step, box["y"] + 40 + 30 * (step % 2))
    page.mouse.up()
    pad.get_by_role("button", name="确认签字").click()
    expect(pad.locator(".sign-words")).to_have_text("签字已保存")


def finish_work(page: Page) -> None:
    """Say with a phrase what was done, and finish."""
    page.locator("#complete-form label.answer").first.click()
    page.get_by_role("button", name="完工").click()


def number_told(page: Page) -> str:
    """The number that stands large on the page, to be read out."""
    shown = page.locator(".done-number")
    expect(shown).to_be_visible()
    expect(page.locator(".done")).to_contain_text("请把单号告诉客户")
    return shown.inner_text().strip()


def case(number: str) -> Case:
    """The case as it stands in the database."""
    return Case.objects.select_related("handler", "unit").get(number=number)
