"""Rows that change under the reader: they wait behind a button, come in when it is pressed, and nothing is lost."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from notifications.models import Message
from tests.browser.day import Come, now, ready
from tests.browser.test_axe import check
from tests.cast import Cast
from tests.reception.desk import visit
from tests.tickets.flow import accepted, dispatched, opened

pytestmark = pytest.mark.browser
WATCH_PAUSES = """
    window.pauses = [];
    const real = window.setTimeout.bind(window);
    window.setTimeout = (act, pause, ...more) => {
        if (pause !== 15000) window.pauses.push(pause);
        return real(act, pause, ...more);
    };
    undefined;
"""
HOLD_LOOKS = """
    const ask = window.fetch.bind(window);
    window.fetch = (place, ...more) => String(place).includes("/live/")
        ? new Promise((answer) => {
            window.goOn = () => answer(ask(place, ...more));
            document.body.dataset.held = "1";
        })
        : ask(place, ...more);
    undefined;
"""
NEWS = ".live-bar .live-news"


def look(page: Page) -> None:
    """Do now what the page does by itself every ten seconds."""
    ready(page)
    page.evaluate("window.desk.look()")


def numbers(page: Page) -> list[str]:
    """The rows as they stand."""
    return page.locator("[data-live=tickets] .row-link").all_inner_texts()


def test_new_rows_wait_until_they_are_asked_for_and_ticks_stay(stage: Cast, come: Come) -> None:
    kept = opened(stage, at=now())
    page = come(stage.supervisor, "/tickets/?view=unassigned")
    look(page)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.select_option("[name=technician]", index=1)
    page.evaluate("document.activeElement.blur()")
    top = page.locator("tr[data-live-row]").first.bounding_box()
    for _ in range(3):
        opened(stage, at=now(), unit=stage.units["3-2-1502"])
    look(page)
    expect(page.locator(NEWS)).to_have_text("有 3 条新单")
    expect(page.locator(".live-bar")).to_have_attribute("aria-live", "polite")
    expect(page.locator("[data-count='/dispatch/']").first).to_have_text("4")
    assert numbers(page) == [kept.case.number]
    assert page.locator("tr[data-live-row]").first.bounding_box() == top
    assert check(page) == []
    page.keyboard.press("r")
    expect(page.locator("tr[data-live-row]")).to_have_count(4)
    expect(page.locator(NEWS)).to_have_count(0)
    expect(page.locator(f"[name=pick][value={kept.case.number}]")).to_be_checked()
    expect(page.locator("[data-picked-count]")).to_have_text("1")
    expect(page.locator("[name=technician]")).not_to_have_value("")
    expect(page.locator("tr.is-here .row-link")).to_have_text(kept.case.number)
    expect(page.locator("tr.is-new")).to_have_count(3)
    expect(page.locator(".page-name [role=status]")).to_have_text("共 4 单")
    assert "view=unassigned" in page.url
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    expect(page.locator("[name=technician]")).to_be_focused()
    expect(page.locator("form[data-once] [name=idempotency_key]")).to_have_count(1)


def test_what_changed_and_what_went_is_said_too(stage: Cast, come: Come) -> None:
    changes, goes = opened(stage, at=now()), opened(stage, at=now(), unit=stage.units["3-2-1502"])
    page = come(stage.supervisor, "/tickets/")
    look(page)
    dispatched(stage, changes, at=now())
    look(page)
    expect(page.locator(NEWS)).to_have_text("1 条有变化")
    page = come(stage.supervisor, "/tickets/?view=unassigned")
    look(page)
    dispatched(stage, goes, at=now())
    look(page)
    expect(page.locator(NEWS)).to_have_text("1 条已不在此列")
    page.click(NEWS)
    expect(page.locator(".empty-box")).to_be_visible()
    opened(stage, at=now())
    look(page)
    page.click(NEWS)
    expect(page.locator("tr[data-live-row]")).to_have_count(1)
    expect(page.locator("tr[data-live-row] .row-link")).to_be_focused()


def test_what_comes_just_after_the_rows_came_in_is_said(stage: Cast, come: Come) -> None:
    opened(stage, at=now())
    page = come(stage.supervisor, "/tickets/?view=unassigned")
    look(page)
    opened(stage, at=now())
    look(page)
    expect(page.locator(NEWS)).to_have_text("有 1 条新单")
    page.evaluate(HOLD_LOOKS)  # the look that follows the rows is on its way …
    page.click(NEWS)
    expect(page.locator("tr[data-live-row]")).to_have_count(2)
    expect(page.locator("body[data-held]")).to_have_count(1)
    opened(stage, at=now())  # … when another one is taken
    page.evaluate("window.goOn()")
    expect(page.locator(NEWS)).to_have_text("有 1 条新单")
    page.click(NEWS)
    expect(page.locator("tr[data-live-row]")).to_have_count(3)


def test_the_desk_learns_of_its_lists_and_of_the_line(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/desk/")
    look(page)
    visit(stage, "先来的", at=now())
    look(page)
    expect(page.locator("[data-contact]")).to_have_count(1)
    expect(page.locator(".side [data-count='/desk/']")).to_have_text("1")
    opened(stage, at=now(), by=stage.frontdesk)
    look(page)
    expect(page.locator(NEWS).first).to_have_text("有 1 条新单")
    page.click(NEWS)
    expect(page.locator("#mine-rows [data-live-row]")).to_have_count(1)


def test_the_board_and_the_log_wait_for_whoever_looks_at_them(stage: Cast, come: Come) -> None:
    ticket = opened(stage, at=now())
    page = come(stage.supervisor, "/dispatch/")
    look(page)
    page.evaluate("document.querySelector('.board-box').scrollLeft = 40")
    dispatched(stage, ticket, at=now())
    look(page)
    own = page.locator(".live-bar:has(+ #board-rows) .live-news")
    expect(own).to_have_text("1 条有变化")
    expect(page.locator("#board-rows .block")).to_have_count(0)
    assert check(page) == []
    own.click()
    expect(page.locator("#board-rows .block")).to_have_count(1)
    expect(page.locator("#waiting-rows [data-live-row]")).to_have_count(0)
    expect(page.locator(NEWS)).to_have_count(0)
    page.goto(page.url.replace("/dispatch/", "/contacts/"))
    look(page)
    expect(page.locator("[data-live=contacts] .empty-box")).to_be_visible()
    visit(stage, "先来的", at=now())
    look(page)
    expect(page.locator(NEWS)).to_have_text("有 1 条新接待记录")
    page.keyboard.press("r")
    expect(page.locator("[data-live=contacts] tr[data-live-row]")).to_have_count(1)
    expect(page.locator("#chips-count")).to_have_text("共 1 条")


def test_a_technician_is_told_of_a_job_and_of_the_message(stage: Cast, come: Come) -> None:
    page = come(stage.technician, "/my-jobs/", phone=True)
    look(page)
    expect(page.locator("[data-unread]")).to_be_hidden()
    dispatched(stage, opened(stage, at=now()), at=now())
    look(page)
    expect(page.locator("[data-unread]")).to_have_text("1")
    expect(page.locator(NEWS)).to_have_text("有 1 条新单")
    assert check(page) == []
    page.click(NEWS)
    expect(page.locator(".job-card")).to_have_count(1)
    page.goto(page.url.replace("/my-jobs/", "/inbox/"))
    look(page)
    accepted(stage, opened(stage, at=now(), unit=stage.units["3-2-1502"]), at=now())
    look(page)
    expect(page.locator(NEWS)).to_have_text("有 1 条新消息")
    assert Message.objects.filter(user=stage.technician).count() >= 2


def test_it_asks_less_often_in_trouble_and_no_more_once_signed_out(stage: Cast, come: Come) -> None:
    page = come(stage.supervisor, "/tickets/")
    look(page)
    page.evaluate(WATCH_PAUSES)
    asked: list[str] = []
    answers: list[Any] = [503, 429, None]

    def answer(route: Route) -> None:
        asked.append(route.request.headers.get("if-none-match", ""))
        status = answers.pop(0) if answers else None
        if status is None:
            route.continue_()
        else:
            route.fulfill(status=status, body="")

    page.route("**/live/?*", answer)
    for _ in range(3):
        look(page)
    assert len(asked) == 3
    twice, four_times, as_before = page.evaluate("window.pauses.filter(pause => pause > 8000 && pause < 300000)")
    assert 18_000 <= twice <= 22_000
    assert 36_000 <= four_times <= 44_000
    assert 9_000 <= as_before <= 11_000
    assert all(asked), "every look says what it was told last"
    expect(page.locator("#toast")).to_be_hidden()
    page.context.clear_cookies()
    for _ in range(3):
        look(page)
    assert len(asked) == 4
    expect(page.locator("#toast")).to_be_hidden()
