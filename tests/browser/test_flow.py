"""One leak from the call to the satisfied callback, in a browser, by everybody who has a part in it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cases.states import PhotoLabel
from notifications.models import Message
from reception.models import Contact
from sla.models import Clock
from tests.browser.day import Come, Hands, case, finish_work, now, number_told, press, scribble
from tests.cast import Cast
from tests.tickets.flow import opened
from tickets import actions
from tickets.models import Ticket
from visits.models import Callback

pytestmark = [pytest.mark.browser]
SAID = "卫生间漏水，滴到楼下了"


@pytest.mark.req("DSK-2", "REP-1", "REP-3", "REP-4", "REP-6", "REP-7", "CBK-1", "CBK-2", "CBK-3", "SLA-2")
def test_a_leak_from_the_call_to_the_satisfied_callback(stage: Cast, hands: Hands, come: Come, picture: Path) -> None:
    number = desk_finds_the_caller_and_takes_it(stage, come)
    neighbour_calls_about_the_same(stage, come, number)
    supervisor_is_warned_and_sends_all_the_same(stage, come, number)
    technician_mends_it(stage, come, number, picture)
    hands.turn(days=2)
    supervisor_ends_the_leak_test(stage, come, number)
    desk_calls_in_vain(stage, come, number)
    hands.turn(hours=2, minutes=1)
    desk_hears_that_it_leaks_again(stage, come, number)
    another_technician_mends_it(stage, come, number)
    hands.turn(days=1)
    desk_hears_that_all_is_well(stage, come, number)
    resident_reads_how_it_went(stage, come, number)


def desk_finds_the_caller_and_takes_it(stage: Cast, come: Come) -> str:
    """Initials in the one search box lead to the household, a key to quick intake; words are all that is typed."""
    page = come(stage.frontdesk)
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("zxm")
    found = page.locator("#search-results a", has_text="3-2-1501")
    expect(found).to_contain_text("138****1234")
    press(page, "ArrowDown", "Enter")
    expect(page.locator("h1")).to_contain_text("3-2-1501 张小明")
    expect(page.locator("main")).to_contain_text("这户没有未办完的事")
    press(page, "n")
    expect(page.locator("#id_description")).to_be_focused()
    page.keyboard.type(SAID)
    side = page.locator("#suggestion")
    expect(side.locator("#id_category")).to_have_value("wet_room_leak")
    expect(side).to_contain_text("因为提到“卫生间漏”")
    expect(side).to_contain_text("无偿服务")
    expect(side).to_contain_text("2030年6月1日")
    press(page, "Control+Enter")
    number = number_told(page)
    assert number == "BX-20261123-0001"
    expect(page.locator("#id_unit")).to_be_focused()
    made = case(number)
    assert (made.state, made.title, made.contact_phone) == ("pending", SAID, "13812341234")
    assert made.ticket.charge == "free"
    assert Contact.objects.get().case_id == made.parent_id, "it stands in the work log"
    return number


def neighbour_calls_about_the_same(stage: Cast, come: Come, number: str) -> None:
    """The likely twin of another flat shows while the words are typed; joining it asks once, no key does it alone."""
    page = come(stage.frontdesk)
    page.locator("body").press("Escape")
    page.evaluate("document.activeElement.blur()")
    press(page, "n")
    expect(page.locator("#id_unit")).to_be_focused()
    page.keyboard.type("3-2-1502")
    page.locator("#id_unit_list [role=option]").first.wait_for()
    press(page, "Enter")
    expect(page.locator("#id_description")).to_be_focused()
    page.keyboard.type("楼上卫生间漏水，滴下来了")
    twins = page.locator(".twins")
    expect(twins).to_contain_text("可能是同一故障")
    expect(twins).to_contain_text(number)
    expect(page.locator("#id_contact_name")).to_have_value("单小红")
    twins.locator("button[name=join]").click()
    expect(page.locator("[data-asked]")).to_contain_text(number)
    page.locator("[data-asked] button[name=join]").click()
    assert number_told(page) == number
    assert Ticket.objects.count() == 1
    joined = case(number).events.get(kind="ticket.joined")
    assert joined.data["other"] == "3-2-1502 单小红"
    assert Contact.objects.count() == 2


def supervisor_is_warned_and_sends_all_the_same(stage: Cast, come: Come, number: str) -> None:
    """The board says before anything is saved who is booked then, for what, and who is free."""
    other = opened(stage, at=now(), unit=stage.units["3-2-1502"])
    start = now().replace(hour=6, minute=0, second=0, microsecond=0)  # 14:00 in Shanghai
    actions.dispatch(
        ticket=other,
        technician=stage.technician,
        window_from=start,
        window_to=start + timedelta(hours=2),
        by=stage.supervisor,
        at=now(),
    )
    page = come(stage.supervisor)
    press(page, "d")
    page.locator(".waiting-link", has_text=SAID).click()
    page.fill("input[name=from]", "2026-11-23T14:30")
    page.fill("input[name=to]", "2026-11-23T15:30")
    page.get_by_role("button", name="看谁有空").click()
    busy = page.locator(".suggestion", has=page.locator("strong", has_text="Technician").locator("text=/^Technician$/"))
    expect(busy).to_contain_text(f"那时已有预约 ({other.case.number} 14:00–16:00)")
    expect(page.locator(".suggestion", has_text="Technician2")).to_contain_text("那时有空")
    busy.get_by_role("button", name="仍然派给他").click()
    expect(page.locator("body")).to_contain_text(f"注意：Technician这个时间还约了 {other.case.number}")
    expect(page.locator("body")).to_contain_text(f"{number} 已派出")
    sent = case(number)
    assert (sent.state, sent.handler) == ("dispatched", stage.technician)
    assert sent.ticket.jobs.get().window_from == start + timedelta(minutes=30)
    assert Clock.objects.get(case=sent, key="ticket.arrive").due_at == start + timedelta(minutes=90)
    assert Message.objects.filter(user=stage.technician, case=sent, channel="in_app").count() == 1


def technician_mends_it(stage: Cast, come: Come, number: str, picture: Path) -> None:
    """Accept, arrive, photos, a part, the signature, finish: with a thumb."""
    page = come(stage.technician, phone=True)
    page.locator(".job-card", has_text=SAID).click()
    page.get_by_role("button", name="接单").click()
    page.get_by_role("button", name="到达").click()
    expect(page.locator("body")).to_contain_text(f"{number} 已到达")
    finish = page.get_by_role("button", name="完工")
    expect(finish).to_be_visible()
    for kind in ("before", "after"):
        page.set_input_files(f"photo-input[data-kind={kind}] input[type=file]", str(picture))
        expect(page.locator(f"photo-input[data-kind={kind}]")).to_contain_text("已上传")
    picker = page.locator("#complete-form parts-picker")
    picker.locator("[data-find]").fill("密封")
    picker.locator("li[data-item]:visible button").first.click()
    picker.get_by_role("button", name="加一").click()
    page.locator("#complete-form summary", has_text="客户签字").click()
    scribble(page, page.locator("#complete-form signature-pad"))
    page.fill("#complete-form textarea[name=report]", "重做了地漏四周的防水")
    finish.click()
    expect(page.locator("main")).to_contain_text("试漏待结束")
    done = case(number)
    kept = sorted(done.attachments.values_list("label", flat=True))
    assert kept == [PhotoLabel.AFTER, PhotoLabel.BEFORE, PhotoLabel.SIGNATURE]
    assert done.attachments.get(label="before").file.size < picture.stat().st_size, "made small on the phone"
    assert (done.state, done.phase) == ("completed", "waiting")
    assert done.ticket.report == "重做了地漏四周的防水"
    assert done.ticket.lines.get().quantity == 2
    assert done.ticket.leak_test_runs
    assert not Callback.objects.exists(), "nothing is asked before the test has ended"
    assert {c.key: c.state for c in Clock.objects.filter(case=done)} == {
        "ticket.respond": "met", "ticket.feedback": "met", "ticket.arrive": "met", "ticket.complete": "met",
        "ticket.leak_test": "running",
    }  # fmt: skip


def supervisor_ends_the_leak_test(stage: Cast, come: Come, number: str) -> None:
    """The ticket's one next step is the end of the test; the three days of the callback run from there."""
    page = come(stage.supervisor, f"/tickets/{number}/")
    expect(page.locator("main")).to_contain_text("试漏")
    press(page, ".")
    dialog = page.locator("#step-end-leak-test")
    expect(dialog.locator("textarea")).to_have_value("试漏合格，没有渗水。")
    dialog.get_by_role("button", name="结束试漏").click()
    expect(page.locator("body")).to_contain_text("试漏已结束")
    expect(page.locator("body")).to_contain_text("去回访")
    clock = Clock.objects.get(key="callback.leak")
    ended = case(number).events.get(kind="ticket.leak_test_ended")
    assert clock.due_at == ended.at + timedelta(days=3)


def desk_calls_in_vain(stage: Cast, come: Come, number: str) -> None:
    """Nobody answers: two keys, and the callback comes back by itself."""
    page = come(stage.frontdesk, "/callbacks/")
    expect(page.locator(".script")).to_contain_text("试漏之后原来渗漏的地方是否干燥")
    expect(page.locator("main")).to_contain_text("重做了地漏四周的防水")
    press(page, "n")
    expect(page.locator("main")).to_contain_text("会再回到这个列表")
    press(page, "Enter")
    expect(page.locator("body")).to_contain_text("3-2-1501：没接")
    expect(page.locator("main")).to_contain_text("现在没有要打的回访")
    callback = Callback.objects.get(case__parent__number=number)
    assert (callback.case.state, callback.attempts) == ("retry", 1)
    assert callback.next_attempt_at is not None
    assert timedelta(hours=1, minutes=59) < callback.next_attempt_at - now() <= timedelta(hours=2)
    assert Clock.objects.get(key="callback.leak").state == "running"


def desk_hears_that_it_leaks_again(stage: Cast, come: Come, number: str) -> None:
    """Not satisfied needs words; the ticket is open again and the supervisor knows."""
    page = come(stage.frontdesk, "/callbacks/")
    expect(page.locator(".waiting-item")).to_contain_text("已打 1 次")
    press(page, "b")
    expect(page.locator("#id_text")).to_be_focused()
    expect(page.locator("main")).to_contain_text("会重新打开，处理完后再回访一次")
    press(page, "Control+Enter")
    expect(page.locator("main")).to_contain_text("请写下哪里不满意")
    assert case(number).state == "completed"
    page.fill("#id_text", "天花板又湿了一片")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("body")).to_contain_text(
        re.compile(r"3-2-1501：不满意，主管已收到通知；BX-\d{8}-\d{4}：重新打开")
    )
    again = case(number)
    assert (again.state, again.phase, again.handler) == ("reopened", "open", None)
    assert again.events.filter(kind="ticket.completed").count() == 1, "nothing that happened is lost"
    told = Message.objects.filter(user=stage.supervisor, template="callback.dissatisfied", channel="in_app")
    assert told.count() == 1


def another_technician_mends_it(stage: Cast, come: Come, number: str) -> None:
    """A new job for the same ticket, and the test once more."""
    page = come(stage.supervisor, f"/tickets/{number}/")
    expect(page.locator("main")).to_contain_text("天花板又湿了一片")
    press(page, ".")
    dialog = page.locator("#step-dispatch")
    dialog.locator("select[name=technician]").select_option(str(stage.users["technician2"].pk))
    dialog.get_by_role("button", name="派单").click()
    expect(page.locator("body")).to_contain_text(f"{number} 已派出")
    phone = come(stage.users["technician2"], f"/my-jobs/{number}/", phone=True)
    for step in ("接单", "到达"):
        phone.get_by_role("button", name=step).click()
    finish_work(phone)
    expect(phone.locator("main")).to_contain_text("试漏待结束")
    phone.locator(".job-card").click()
    phone.wait_for_url(f"**/my-jobs/{number}/")  # loaded, so that the page's script hears the next tap
    phone.get_by_role("button", name="结束试漏").click()
    phone.locator("#step-end-leak-test").get_by_role("button", name="结束试漏").click()
    phone.wait_for_url("**/my-jobs/")
    expect(phone.locator("main")).to_contain_text("今天没有活了")
    jobs = [(job.number, job.technician.username, job.state) for job in case(number).ticket.jobs.order_by("number")]
    assert jobs == [(1, "technician", "finished"), (2, "technician2", "finished")]


def desk_hears_that_all_is_well(stage: Cast, come: Come, number: str) -> None:
    """A score and Enter: the new callback is done, and it closes the ticket."""
    assert Callback.objects.filter(case__parent__number=number).count() == 2
    page = come(stage.frontdesk, "/callbacks/")
    press(page, "5")
    press(page, "Enter")
    expect(page.locator("body")).to_contain_text(re.compile(r"3-2-1501：满意；BX-\d{8}-\d{4}：已结案"))
    closed = case(number)
    assert (closed.state, closed.phase) == ("closed", "closed")
    assert not Clock.objects.filter(case__parent=closed, state="running").exists()
    assert not Clock.objects.filter(case=closed, state="running").exists()
    score = Callback.objects.order_by("-pk").values_list("score", "result").first()
    assert score == (5, "satisfied")


def resident_reads_how_it_went(stage: Cast, come: Come, number: str) -> None:
    """The household sees its matter closed, and nothing of what staff wrote among themselves."""
    page = come(stage.users["resident"], phone=True)
    page.locator("a", has_text=SAID).click()
    expect(page.locator("body")).to_contain_text("已结案")
    expect(page.locator("main")).to_contain_text(number)
    expect(page.locator("main")).not_to_contain_text("单小红")
