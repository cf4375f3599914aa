"""A technician's phone without signal, and with a slow one."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.day import Come, case, finish_work, now, ready
from tests.cast import Cast
from tests.tickets.flow import dispatched, opened
from tickets import actions

pytestmark = [pytest.mark.browser]


@pytest.fixture
def number(stage: Cast, hands: object) -> str:
    """A job sent to the technician."""
    return dispatched(stage, opened(stage, at=now()), at=now()).case.number


def tap(page: Page, *names: str) -> None:
    """Tap one button after the other, each on a page that hears taps already; nobody is as fast as a test."""
    for name in names:
        ready(page)
        page.get_by_role("button", name=name).click()


def kinds(number: str) -> list[str]:
    """What happened to the ticket, in order."""
    return list(case(number).events.filter(kind__startswith="ticket.").order_by("pk").values_list("kind", flat=True))


@pytest.mark.req("REP-3")
def test_a_job_done_without_signal_is_sent_once_when_it_is_back(stage: Cast, come: Come, number: str) -> None:
    page = come(stage.technician, f"/my-jobs/{number}/", phone=True)
    page.context.set_offline(True)
    tap(page, "接单", "到达")
    page.fill("#complete-form textarea[name=report]", "灯座接触不良")
    tap(page, "完工")
    waiting = page.locator(".unsent")
    expect(waiting).to_contain_text("未同步 3")
    expect(page.locator("[data-panel=sent]")).to_contain_text("可以去下一单了")
    assert kinds(number) == ["ticket.opened", "ticket.dispatched"]
    page.context.set_offline(False)
    page.wait_for_url("**/my-jobs/")
    expect(page.locator(".unsent")).to_be_hidden()
    assert kinds(number) == [
        "ticket.opened", "ticket.dispatched", "ticket.accepted", "ticket.arrived", "ticket.completed",
    ]  # fmt: skip
    assert case(number).ticket.report.endswith("灯座接触不良")


@pytest.mark.req("REP-3")
def test_an_answer_that_was_lost_does_the_step_once(stage: Cast, come: Come, number: str) -> None:
    page = come(stage.technician, f"/my-jobs/{number}/", phone=True)
    lost: list[int] = []

    def lose_the_first(route: Route) -> None:
        if not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/do/accept/", lose_the_first)
    tap(page, "接单")
    expect(page.locator(".unsent")).to_contain_text("未同步 1")
    while not lost:
        page.wait_for_timeout(50)
    assert kinds(number)[-1] == "ticket.accepted", "the server has it, the phone does not know"
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator(".unsent")).to_be_hidden()
    assert kinds(number).count("ticket.accepted") == 1


@pytest.mark.req("REP-3")
def test_a_photo_begun_meanwhile_survives_the_late_answer(stage: Cast, come: Come, number: str, picture: Path) -> None:
    page = come(stage.technician, f"/my-jobs/{number}/", phone=True)
    held: list[Route] = []

    def hold_back(route: Route) -> None:
        held.append(route)

    page.route("**/do/arrive/", hold_back)
    tap(page, "接单")
    expect(page.locator("body")).to_contain_text(f"{number} 已接单")
    tap(page, "到达")
    page.set_input_files("photo-input[data-kind=before] input[type=file]", str(picture))
    expect(page.locator("photo-input[data-kind=before]")).to_contain_text("已上传")
    held[0].continue_()
    expect(page.locator(".unsent")).to_be_hidden()
    page.wait_for_timeout(500)
    expect(page.locator("photo-input[data-kind=before] .photo")).to_have_count(1)
    expect(page.locator(".path li").nth(1)).to_have_class("is-done")
    finish_work(page)
    page.wait_for_url("**/my-jobs/")
    assert case(number).state == "completed"


def test_a_word_to_the_resident_may_be_said_twice(stage: Cast, come: Come, number: str) -> None:
    page = come(stage.technician, f"/my-jobs/{number}/", phone=True)
    page.context.set_offline(True)
    tap(page, "接单")
    for told in ("二十分钟到", "堵车，晚十分钟"):
        tap(page, "回复业主")
        page.fill("#step-feedback textarea", told)
        page.locator("#step-feedback .btn-primary").click()
        expect(page.locator("#step-feedback")).to_be_hidden()
        expect(page.get_by_role("button", name="到达")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator(".unsent")).to_be_hidden()
    said = case(number).events.filter(kind="ticket.feedback").order_by("pk")
    assert [event.text for event in said] == ["二十分钟到", "堵车，晚十分钟"]


@pytest.mark.req("REP-3")
def test_a_triple_tap_does_one_step(stage: Cast, come: Come, number: str) -> None:
    page = come(stage.technician, f"/my-jobs/{number}/", phone=True)
    ready(page)
    place = page.get_by_role("button", name="接单").bounding_box()
    assert place is not None
    for _ in range(3):
        page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        page.wait_for_timeout(250)
    page.wait_for_timeout(1500)
    assert kinds(number) == ["ticket.opened", "ticket.dispatched", "ticket.accepted"]
    expect(page.locator("input[name=phrase]:checked")).to_have_count(0)
    tap(page, "到达")
    expect(page.get_by_role("button", name="完工")).to_be_enabled()
    page.wait_for_timeout(3000)
    assert kinds(number)[-1] == "ticket.arrived"


@pytest.mark.req("REP-3")
def test_a_signature_that_was_only_drawn_goes_with_the_finished_work(stage: Cast, come: Come, number: str) -> None:
    page = come(stage.technician, f"/my-jobs/{number}/", phone=True)
    tap(page, "接单", "到达")
    page.fill("#complete-form textarea[name=report]", "灯座接触不良")
    page.locator("#complete-form summary").click()
    canvas = page.locator("#complete-form signature-pad canvas")
    canvas.scroll_into_view_if_needed()
    place = canvas.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 30, place["y"] + 30)
    page.mouse.down()
    page.mouse.move(place["x"] + 120, place["y"] + 60, steps=5)
    page.mouse.up()
    tap(page, "完工")
    page.wait_for_url("**/my-jobs/")
    assert kinds(number)[-1] in {"ticket.completed", "ticket.signed"}
    assert case(number).attachments.filter(label="signature").exists()


@pytest.mark.req("REP-3")
def test_a_report_is_asked_for_before_the_work_counts_as_finished(stage: Cast, come: Come, number: str) -> None:
    page = come(stage.technician, f"/my-jobs/{number}/", phone=True)
    tap(page, "接单", "到达", "完工")
    page.wait_for_timeout(300)
    expect(page.locator("#complete-form")).to_be_visible()
    assert page.evaluate("document.querySelector('#complete-form').checkValidity()") is False
    page.locator("label.answer", has_text="其他").click()
    tap(page, "完工")
    expect(page.locator("#complete-form textarea[name=report]")).to_be_focused()
    page.fill("#complete-form textarea[name=report]", "灯座接触不良")
    tap(page, "完工")
    page.wait_for_url("**/my-jobs/")
    assert case(number).ticket.report == "灯座接触不良"


@pytest.mark.req("REP-3")
def test_what_was_refused_comes_back_as_it_was_typed(stage: Cast, come: Come, number: str) -> None:
    page = come(stage.technician, f"/my-jobs/{number}/", phone=True)
    page.context.set_offline(True)
    tap(page, "接单", "到达")
    page.fill("#complete-form textarea[name=report]", "灯座接触不良")
    page.fill("#complete-form input[name=hours]", "1")
    tap(page, "完工")
    expect(page.locator(".unsent")).to_contain_text("未同步 3")
    ticket = case(number).ticket
    actions.return_job(ticket=ticket, reason="改派", by=stage.supervisor, at=now())
    page.context.set_offline(False)
    expect(page.locator(".unsent")).to_contain_text("没有这条记录，或您无权查看")
    assert case(number).state == "pending"
    expect(page.locator("[data-panel=accept]")).to_be_visible()
    page.locator(".unsent").get_by_role("button", name="放弃").first.click()
    assert kinds(number)[-1] == "ticket.returned"


@pytest.mark.req("REP-3")
def test_steps_kept_without_signal_ask_first_where_somebody_else_worked_on_the_job(
    stage: Cast, come: Come, number: str
) -> None:
    page = come(stage.technician, f"/my-jobs/{number}/", phone=True)
    page.context.set_offline(True)
    tap(page, "接单", "到达")
    expect(page.locator(".unsent")).to_contain_text("未同步 2")
    to, by = stage.technician, stage.frontdesk
    actions.dispatch(ticket=case(number).ticket, technician=to, by=by, at=now(), window_from=None, window_to=None)
    page.context.set_offline(False)
    waiting = page.locator(".unsent")
    expect(waiting).to_contain_text(f"{by} 派单给{to}")
    expect(waiting).to_be_in_viewport()
    assert kinds(number)[-1] == "ticket.dispatched", "neither step was taken over it"
    waiting.get_by_role("link", name="看看现在的情况").click()
    ready(page)
    waiting.get_by_role("button", name="照样提交").click()
    expect(waiting).to_be_hidden()
    assert kinds(number)[-2:] == ["ticket.accepted", "ticket.arrived"], "asked once, for both"
    expect(page.locator(".path li.is-done")).to_have_count(2)


@pytest.mark.req("REP-3")
def test_a_step_over_which_the_server_fails_holds_up_its_own_job_only(stage: Cast, come: Come, number: str) -> None:
    other = dispatched(stage, opened(stage, at=now()), at=now()).case.number
    page = come(stage.technician, f"/my-jobs/{number}/", phone=True)
    page.route(f"**/{number}/do/**", lambda route: route.fulfill(status=500))
    tap(page, "接单")
    expect(page.locator(".unsent")).to_contain_text("未同步 1")
    page.goto(page.url.replace(number, other))
    tap(page, "接单")
    expect(page.locator("body")).to_contain_text(f"{other} 已接单")
    assert (kinds(number)[-1], kinds(other)[-1]) == ("ticket.dispatched", "ticket.accepted")
    expect(page.locator(".unsent")).to_contain_text("未同步 1")
