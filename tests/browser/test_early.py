"""A hand quicker than the page's scripts: what it typed, tapped and sent is done once they are there."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import Absence, User
from tests.browser.day import Come, now, number_told
from tests.cast import Cast
from tests.reception.desk import ROOM
from tests.tickets.flow import opened
from tickets.models import Ticket

pytestmark = pytest.mark.browser
Slow = Callable[..., tuple[Page, Callable[[], None]]]


@pytest.fixture
def slow(come: Come) -> Slow:
    """`slow(user, path)`: a page whose scripts are still on their way, and what lets them come."""

    def opener(user: User, path: str, *, phone: bool = False) -> tuple[Page, Callable[[], None]]:
        page = come(user, "/inbox/", phone=phone)
        waiting: list[Route] = []
        page.route("**/js/desk.js", lambda route: waiting.append(route))  # noqa: PLW0108 - Playwright asks its signature
        page.goto(page.url.replace("/inbox/", path), wait_until="commit")
        page.locator("#content").wait_for()

        def go_on() -> None:
            while not waiting:
                page.wait_for_timeout(20)
            waiting[0].continue_()

        return page, go_on

    return opener


@pytest.mark.req("REP-1")
def test_a_form_sent_twice_before_the_scripts_is_taken_once(stage: Cast, slow: Slow) -> None:
    page, go_on = slow(stage.frontdesk, "/intake/")
    page.fill("#id_unit", ROOM)
    page.fill("#id_description", "厨房水管漏水")
    save = page.locator("button[name=then][value=save]")
    save.click()
    save.click()
    expect(page.locator("#id_description")).to_have_value("厨房水管漏水")
    go_on()
    number_told(page)
    assert Ticket.objects.count() == 1


def test_what_was_typed_before_the_scripts_is_kept_as_a_draft(stage: Cast, slow: Slow) -> None:
    page, go_on = slow(stage.frontdesk, "/contacts/new/")
    page.fill("#id_said", "问停车费")
    go_on()
    expect(page.locator("[data-draft-words]").first).to_contain_text("草稿已保存")


def test_a_key_and_a_button_before_the_scripts_do_what_they_do(stage: Cast, slow: Slow) -> None:
    number = opened(stage, at=now()).case.number
    page, go_on = slow(stage.supervisor, f"/tickets/{number}/")
    page.keyboard.press(".")
    expect(page.locator("dialog[open]")).to_have_count(0)
    go_on()
    expect(page.locator("#step-dispatch")).to_be_visible()
    page, go_on = slow(stage.frontdesk, "/desk/")
    page.get_by_role("button", name="来访排队").first.click()
    go_on()
    expect(page.locator("#join")).to_be_visible()


def test_an_act_that_asks_first_asks_also_whoever_was_quicker(stage: Cast, slow: Slow) -> None:
    day, by = timedelta(days=1), stage.supervisor
    away = Absence.objects.create(user=by, starts_at=now(), ends_at=now() + day, made_by=by, made_at=now())
    page, go_on = slow(by, "/absences/")
    page.locator("form[data-confirm] button").first.click()
    go_on()
    expect(page.locator("#confirm")).to_be_visible()
    page.locator("#confirm [value=no]").click()
    away.refresh_from_db()
    assert away.called_off_at is None
