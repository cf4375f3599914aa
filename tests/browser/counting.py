"""A hand on a page whose keystrokes and clicks are counted, and the table of what was counted beside its target.

K are keystrokes without free text (what somebody says is free text; rooms, names and choices are not; Ctrl+Enter is
one stroke, as it is one movement), C are clicks or taps (choosing from a list is two: open it, choose).
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.day import ready

TABLE: list[tuple[str, str, str, str]] = []


class Hand:
    """A hand on a page, counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = 0
        self.clicks = 0

    def press(self, *keys: str) -> None:
        """Press keys, each one stroke, once the page is there."""
        ready(self.page)
        for key in keys:
            self.page.keyboard.press(key)
        self.keys += len(keys)

    def type(self, text: str) -> None:
        """Type something that is no free text."""
        ready(self.page)
        self.page.keyboard.type(text, delay=20)
        self.keys += len(text)

    def say(self, text: str) -> None:
        """Write down what somebody says."""
        self.page.keyboard.type(text)

    def click(self, place: Locator) -> None:
        """Click or tap once."""
        ready(self.page)
        place.click()
        self.clicks += 1

    def choose(self, place: Locator, value: str) -> None:
        """Open a list and choose from it."""
        place.select_option(value)
        self.clicks += 2


Held = Callable[..., None]


@pytest.fixture
def held(table: None) -> Held:
    """`held("4", "…", hand, keys=12)`: note what was counted, and hold it to the target."""

    def hold(screen: str, task: str, hand: Hand, *, keys: int | None = None, clicks: int | None = None) -> None:
        counted = [(hand.keys, keys, "K"), (hand.clicks, clicks, "C")]
        TABLE.append(
            (
                screen,
                task,
                " ".join(f"{count} {unit}" for count, _most, unit in counted if count),
                " ".join(f"≤ {most} {unit}" for _count, most, unit in counted if most is not None),
            )
        )
        for count, most, unit in counted:
            assert most is None or count <= most, f"{task}: {count} {unit}, at most {most}"

    return hold


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[None]:
    """Print what a file counted, once all of it is."""
    TABLE.clear()
    yield
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not TABLE:
        return
    reporter.write_line("")
    for row in [("screen", "task", "counted", "target"), *TABLE]:
        reporter.write_line(" | ".join(row))
