"""Two people on one record: each sees that the other types, neither overwrites the other; what was done is undone."""

import re

import pytest
from playwright.sync_api import Page, expect

from cases.models import Case, Presence
from estate.models import PersonPhone
from tests.browser.day import Come, menu, now, press, ready
from tests.cast import Cast
from tests.reception.desk import ROOM, call
from tests.tickets.flow import opened
from tickets import actions
from tickets.states import State

pytestmark = pytest.mark.browser
MASKED = "138****1234"


def look(page: Page) -> None:
    """Come back to the window: the page asks at once instead of within its ten seconds."""
    page.wait_for_timeout(2100)
    page.evaluate("window.dispatchEvent(new Event('focus'))")


def test_the_other_sees_who_fills_in_what_on_the_page_and_in_the_dialog(stage: Cast, come: Come) -> None:
    ticket = opened(stage, at=now())
    address = f"/tickets/{ticket.case.number}/"
    mine, theirs = come(stage.frontdesk, address), come(stage.supervisor, address)
    menu(mine, "取消工单")
    mine.fill("#step-cancel textarea", "业主说")
    words = f"{stage.frontdesk}正在填写：取消工单"
    look(theirs)
    expect(theirs.locator("[data-presence]")).to_have_text(words)
    menu(theirs, "回复业主")
    expect(theirs.locator("#step-feedback[open] .presence")).to_have_text(words)
    expect(mine.locator("[data-presence]")).to_be_hidden()
    mine.locator("#step-cancel [data-close]").click()
    expect(mine.locator("#step-cancel")).to_be_hidden()
    mine.wait_for_timeout(300)
    assert not Presence.objects.filter(user=stage.frontdesk).exists()
    look(theirs)
    expect(theirs.locator("#step-feedback[open] .presence")).to_be_hidden()


@pytest.mark.req("REP-3")
def test_who_saves_a_ticket_second_sees_both_values_and_loses_nothing(stage: Cast, come: Come) -> None:
    ticket = opened(stage, at=now())
    page = come(stage.frontdesk, f"/tickets/{ticket.case.number}/")
    menu(page, "改联系方式")
    page.fill("#amend-contact-name", "张三")
    actions.amend_contact(
        ticket=ticket, contact=actions.Contact(name="李四", place="东门"), by=stage.supervisor, at=now()
    )
    page.locator("#step-amend-contact .btn-primary").click()
    stale = page.locator("#step-amend-contact[open] .stale")
    expect(stale).to_contain_text("您写的内容都还在")
    expect(stale).to_contain_text(str(stage.supervisor))
    expect(stale.locator("tr", has_text="联系人")).to_have_text(re.compile("张三.*李四", re.DOTALL))
    expect(page.locator("#amend-contact-name")).to_have_value("张三")
    page.locator("#step-amend-contact .btn-primary").click()
    expect(page.locator(".message-success")).to_be_visible()
    assert Case.objects.get(pk=ticket.case_id).contact_name == "张三"


@pytest.mark.req("DSK-1")
def test_who_writes_a_contact_second_sees_both_values(stage: Cast, come: Come) -> None:
    contact = call(stage, at=now())
    address = f"/contacts/{contact.case.number}/"
    mine, theirs = come(stage.frontdesk, address), come(stage.supervisor, address)
    mine.fill("#id_said", "办车位")
    look(theirs)
    expect(theirs.locator("[data-presence]")).to_contain_text(f"{stage.frontdesk}正在填写")
    theirs.fill("#id_said", "办门禁卡")
    for page in (theirs, mine):
        with page.expect_navigation():
            page.get_by_role("button", name="先记下，继续接待").click()
    row = mine.locator(".stale tr", has_text="说了什么")
    expect(row).to_have_text(re.compile("办车位.*办门禁卡", re.DOTALL))
    expect(mine.locator("#id_said")).to_have_value("办车位")


@pytest.mark.req("EST-2")
def test_who_edits_a_resident_second_sees_both_values(stage: Cast, come: Come) -> None:
    person = stage.people[ROOM]
    mine, theirs = (come(user, f"/residents/{person.pk}/") for user in (stage.frontdesk, stage.supervisor))
    PersonPhone.history.update(history_date=now())
    for page, name in ((theirs, "张晓明"), (mine, "张明明")):
        ready(page)
        page.fill("#id_name", name)
        with page.expect_navigation():
            page.locator(".form-acts .btn-primary").click()
    stale = mine.locator(".stale")
    expect(stale.locator("tr", has_text="姓名")).to_have_text(re.compile("张明明.*张晓明", re.DOTALL))
    expect(mine.locator("#id_name")).to_have_value("张明明")
    mine.locator(".form-acts .btn-primary").click()
    expect(mine.locator("#id_name")).to_have_count(0)
    person.refresh_from_db()
    assert person.name == "张明明"


@pytest.mark.req("REP-3")
def test_what_was_sent_together_is_undone_together_from_the_top_bar(stage: Cast, come: Come) -> None:
    tickets = [opened(stage, at=now()) for _ in range(3)]
    page = come(stage.supervisor, "/tickets/?view=unassigned")
    ready(page)
    page.locator("[data-pick-all]").check()
    page.select_option("select[name=technician]", str(stage.technician.pk))
    page.locator(".rows-bulk .btn-primary").click()
    expect(page.locator(".result")).to_have_count(3)
    press(page, "z")
    undo = page.locator(".done-menu .done-row").first.get_by_role("button", name="撤销这 3 单")
    undo.click()
    expect(page.locator(".result")).to_have_count(3)
    expect(page.locator(".result").first).to_contain_text("已撤销")
    assert {Case.objects.get(pk=ticket.case_id).state for ticket in tickets} == {State.PENDING}
    expect(page.locator(".done-row")).to_have_count(4)
