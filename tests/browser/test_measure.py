"""Keystrokes and clicks of the everyday tasks, counted from the role's home page and held to their targets.

What counts as one is said in `tests/browser/counting.py`.
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cases.models import Case
from estate.actions import reindex_register
from estate.models import HouseholdMember, Vehicle
from reception import actions as desk
from reception.actions import NewContact
from tests.browser.counting import Hand, Held
from tests.browser.day import Come, case, now
from tests.cast import Cast
from tests.tickets.flow import completed, dispatched, in_progress, opened
from visits.models import Callback

pytestmark = [pytest.mark.browser]


# --- 2: the desk -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("key", "lands"),
    [("n", "/intake/"), ("l", "/contacts/new/"), ("b", "/callbacks/"), ("s", "/contacts/JD"), ("1", "/tickets/BX")],
)
def test_any_task_starts_in_two_keystrokes(stage: Cast, come: Come, held: Held, key: str, lands: str) -> None:
    opened(stage, at=now())
    visitor = NewContact(project=stage.project, channel="walk_in", purpose="enquiry")
    desk.queue(new=visitor, by=stage.frontdesk, at=now())
    hand = Hand(come(stage.frontdesk))
    expect(hand.page.locator("#search")).to_be_focused()
    hand.press("Escape", key)
    hand.page.wait_for_url(lambda url: lands in url)
    held("2", f"start a task ({lands.strip('/').split('/')[0]})", hand, keys=2)


def test_somebody_joins_the_line(stage: Cast, come: Come, held: Held) -> None:
    hand = Hand(come(stage.frontdesk))
    hand.press("Escape", "w")
    expect(hand.page.locator("#join")).to_be_visible()
    held("2", "start a task (line)", hand, keys=2)
    hand.press("Enter")
    expect(hand.page.locator(".line-row")).to_have_count(1)


# --- 3: who calls ----------------------------------------------------------------------------------------------------
def test_a_repeated_call_is_logged_in_three_keystrokes(stage: Cast, come: Come, held: Held) -> None:
    ticket = opened(stage, at=now())
    hand = Hand(come(stage.frontdesk, "/call/?number=13812341234"))
    hand.press("1")
    expect(hand.page.locator("body")).to_contain_text(f"归在 {ticket.case.number} 下")
    assert Case.objects.filter(kind="contact", parent=ticket.case).count() == 1
    held("3", "log a repeat call, one home", hand, keys=3)


def test_a_repeated_call_about_one_of_several_homes(stage: Cast, come: Come, held: Held) -> None:
    ticket = opened(stage, at=now(), unit=stage.units["3-2-1502"])
    HouseholdMember.objects.create(
        household=stage.households["3-2-1502"], person=stage.people["3-2-1501"], relation="owner"
    )
    hand = Hand(come(stage.frontdesk, "/call/?number=13812341234"))
    hand.press("2")
    hand.page.wait_for_url("**unit=3-2-1502**")
    hand.press("1")
    expect(hand.page.locator("body")).to_contain_text(f"归在 {ticket.case.number} 下")
    held("3", "log a repeat call, several homes", hand, keys=3)


# --- 4: quick intake -------------------------------------------------------------------------------------------------
def test_a_walk_in_repair_takes_twelve_keystrokes(stage: Cast, come: Come, held: Held) -> None:
    hand = Hand(come(stage.frontdesk))
    hand.type("1501")
    hand.press("Enter")
    hand.page.wait_for_url("**/units/demo/3-2-1501/")
    hand.press("n")
    expect(hand.page.locator("#id_description")).to_be_focused()
    hand.say("客厅吸顶灯不亮了")
    expect(hand.page.locator("#id_contact_name")).to_have_value("张小明")
    hand.press("Tab", "Tab", "Tab", "Tab", "ArrowDown", "Control+Enter")
    number = hand.page.locator(".done-number").inner_text().strip()
    taken = case(number)
    assert (taken.channel, taken.category, taken.contact_name) == ("walk_in", "lamp", "张小明")
    held("4", "walk-in repair", hand, keys=12)


def test_a_repair_by_phone_takes_fewer(stage: Cast, come: Come, held: Held) -> None:
    hand = Hand(come(stage.frontdesk))
    hand.press("Escape", "n")
    expect(hand.page.locator("#id_unit")).to_be_focused()
    hand.type("1501")
    hand.page.locator("#id_unit_list [role=option]").first.wait_for()
    hand.press("Enter")
    expect(hand.page.locator("#id_description")).to_be_focused()
    hand.say("客厅吸顶灯不亮了")
    hand.press("Control+Enter")
    number = hand.page.locator(".done-number").inner_text().strip()
    taken = case(number)
    assert (taken.channel, taken.unit) == ("phone", stage.units["3-2-1501"])
    held("4", "repair by phone", hand, keys=12)


# --- 4: a call -------------------------------------------------------------------------------------------------------
def test_a_call_answered_at_once_takes_twelve_keystrokes(stage: Cast, come: Come, held: Held) -> None:
    hand = Hand(come(stage.frontdesk))
    hand.press("Escape", "l")
    expect(hand.page.locator("#id_unit")).to_be_focused()
    hand.type("1501")
    hand.page.locator("#id_unit_list [role=option]").first.wait_for()
    hand.press("Enter")
    expect(hand.page.locator("#id_said")).to_be_focused()
    hand.say("物业费怎么交？")
    done = hand.page.locator("#id_done")
    while not done.evaluate("field => field === document.activeElement"):
        hand.press("Tab")
    hand.say("到前台或手机上交")
    hand.press("Control+Enter")
    expect(hand.page.locator(".message-success")).to_contain_text("当场答复")
    held("4", "log a call, answered at once", hand, keys=12)


def test_a_call_that_is_called_back_takes_few_clicks(stage: Cast, come: Come, held: Held) -> None:
    hand = Hand(come(stage.frontdesk))
    hand.click(hand.page.locator("a.btn-primary.way-in"))
    expect(hand.page.locator("#id_unit")).to_be_focused()
    hand.say("3-2-1501")
    hand.page.fill("#id_said", "电梯什么时候年检？")
    hand.click(hand.page.get_by_label("约定回复"))
    hand.choose(hand.page.locator("#id_to"), str(stage.technician.pk))
    hand.click(hand.page.get_by_role("button", name="保存，约好回复"))
    expect(hand.page.locator(".message-success")).to_contain_text("约定回复")
    held("4", "log a call, promise a reply", hand, clicks=5)


# --- 5: the household ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("asked", ["zxm", "1234", "1501", "a88"], ids=["initials", "phone", "room", "plate"])
def test_anyone_is_found_in_five_keystrokes(stage: Cast, come: Come, held: Held, asked: str) -> None:
    Vehicle.objects.create(project=stage.project, plate="浙A88K21", unit=stage.units["3-2-1501"])
    reindex_register(project=stage.project)
    hand = Hand(come(stage.frontdesk))
    hand.type(asked)
    hand.press("Enter")
    hand.page.wait_for_url("**/units/demo/3-2-1501/")
    expect(hand.page.locator("h1")).to_contain_text("张小明")
    held("5", f"find somebody by “{asked}”", hand, keys=5)


# --- 6: one matter ---------------------------------------------------------------------------------------------------
def test_the_next_step_is_one_keystroke(stage: Cast, come: Come, held: Held) -> None:
    ticket = opened(stage, at=now())
    hand = Hand(come(stage.supervisor, f"/tickets/{ticket.case.number}/"))
    hand.press(".")
    expect(hand.page.locator("#step-dispatch")).to_be_visible()
    held("6", "next step: send somebody", hand, keys=1)
    dispatched(stage, ticket, at=now())
    hand = Hand(come(stage.technician, f"/tickets/{ticket.case.number}/"))
    hand.press(".")
    expect(hand.page.locator("body")).to_contain_text("已接单。")
    held("6", "next step: accept", hand, keys=1)


# --- 7: the list -----------------------------------------------------------------------------------------------------
def test_twenty_jobs_are_assigned_in_five_clicks(stage: Cast, come: Come, held: Held) -> None:
    dispatched(stage, opened(stage, at=now()), at=now())
    for _ in range(20):
        opened(stage, at=now())
    hand = Hand(come(stage.supervisor))
    hand.page.wait_for_url("**/tickets/")
    hand.click(hand.page.locator(".views .view", has_text="待派单"))
    hand.page.wait_for_url("**view=unassigned**")
    hand.click(hand.page.locator("[data-pick-all]"))
    hand.choose(hand.page.locator(".rows-bulk select"), str(stage.users["technician2"].pk))
    hand.click(hand.page.locator(".rows-bulk button", has_text="派单"))
    expect(hand.page.locator(".results li")).to_have_count(20)
    assert Case.objects.filter(handler=stage.users["technician2"], state="dispatched").count() == 20
    held("7", "assign 20 jobs", hand, clicks=5)


# --- 8: dispatch -----------------------------------------------------------------------------------------------------
def test_a_job_is_assigned_in_two_clicks(stage: Cast, come: Come, held: Held) -> None:
    number = opened(stage, at=now()).case.number
    hand = Hand(come(stage.supervisor))
    hand.press("d")
    hand.page.wait_for_url("**/dispatch/")
    hand.click(hand.page.locator(".waiting-link").first)
    hand.click(hand.page.locator(".suggestion button").first)
    expect(hand.page.locator("body")).to_contain_text(f"{number} 已派出")
    assert case(number).state == "dispatched"
    held("8", "assign a job", hand, clicks=2)


# --- 9: the technician's phone ---------------------------------------------------------------------------------------
def test_a_job_is_finished_in_four_taps_and_a_photo(stage: Cast, come: Come, held: Held, picture: Path) -> None:
    number = in_progress(stage, opened(stage, at=now()), at=now()).case.number
    hand = Hand(come(stage.technician, phone=True))
    page = hand.page
    hand.click(page.locator(".job-card"))
    with page.expect_file_chooser() as camera:
        page.locator("photo-input[data-kind=after] .photo-add").click()
    camera.value.set_files(str(picture))
    expect(page.locator("photo-input[data-kind=after]")).to_contain_text("已上传")
    hand.click(page.locator("label.answer").first)
    hand.click(page.get_by_role("button", name="完工"))
    page.wait_for_url("**/my-jobs/")
    assert case(number).state == "completed"
    held("9", "finish a job (plus the photo)", hand, clicks=4)


def test_a_whole_visit_from_accepting_to_finishing(stage: Cast, come: Come, held: Held) -> None:
    number = dispatched(stage, opened(stage, at=now()), at=now()).case.number
    hand = Hand(come(stage.technician, phone=True))
    page = hand.page
    hand.click(page.locator(".job-card"))
    for step in ("接单", "到达"):
        hand.click(page.get_by_role("button", name=step))
    hand.click(page.locator("label.answer").first)
    hand.click(page.get_by_role("button", name="完工"))
    page.wait_for_url("**/my-jobs/")
    assert case(number).state == "completed"
    held("9", "accept, arrive and finish in one go", hand)


# --- 11: callbacks ---------------------------------------------------------------------------------------------------
def test_a_satisfied_call_takes_four_keystrokes(stage: Cast, come: Come, held: Held) -> None:
    ticket = completed(stage, opened(stage, at=now() - timedelta(hours=1)), at=now())
    hand = Hand(come(stage.frontdesk))
    expect(hand.page.locator("#search")).to_be_focused()
    hand.press("Escape", "b")
    hand.page.wait_for_url("**/callbacks/")
    hand.press("5", "Enter")
    expect(hand.page.locator("body")).to_contain_text(re.compile(r"3-2-1501：满意；BX-\d{8}-\d{4}：已结案"))
    assert Callback.objects.get().score == 5
    assert case(ticket.case.number).state == "closed"
    held("11", "a satisfied call", hand, keys=4)
