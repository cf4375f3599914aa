"""Logging a call in a real browser: where it begins, how it ends, what the button says, whose number it is."""

import pytest
from playwright.sync_api import Page, expect

from reception.models import Contact
from sla.models import Clock
from tests.browser.day import Come, ready
from tests.browser.test_axe import check
from tests.cast import Cast
from tests.reception.desk import ROOM

pytestmark = [pytest.mark.browser, pytest.mark.req("DSK-1")]
MASKED = "138****1234"


def in_room(page: Page) -> Page:
    """The room is said, and who lives there stands in the form."""
    ready(page)
    page.fill("#id_unit", ROOM)
    page.focus("#id_said")
    expect(page.locator("#id_contact_name")).to_have_value("张小明")
    return page


def test_on_a_phone_who_it_is_stands_with_the_room(stage: Cast, come: Come) -> None:
    page = in_room(come(stage.frontdesk, "/contacts/new/", phone=True))
    people = page.locator("[data-people]")
    expect(people.get_by_role("button", name="张小明")).to_have_attribute("aria-pressed", "true")
    people.get_by_role("button", name="这户的其他人").click()
    expect(page.locator("#id_contact_name")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/contacts/new/", "#id_unit"),
        (f"/contacts/new/?unit={ROOM}", "#id_contact_name"),
        (f"/contacts/new/?unit={ROOM}&name=张小明&phone={MASKED}", "#id_said"),
        ("/contacts/new/?phone=13900001111", "#id_unit"),
    ],
)
def test_the_cursor_begins_in_the_first_field_to_fill(stage: Cast, come: Come, address: str, field: str) -> None:
    page = come(stage.frontdesk, address)
    expect(page.locator(field)).to_be_focused()


def test_how_it_ends_decides_what_is_asked_and_what_the_button_says(stage: Cast, come: Come) -> None:
    page = in_room(come(stage.frontdesk, "/contacts/new/"))
    save = page.locator(".form-acts .btn-primary")
    expect(save).to_contain_text("保存：已当场答复")
    expect(page.locator("#id_to")).to_be_hidden()
    page.get_by_label("约定回复").check()
    expect(save).to_contain_text("保存，约好回复")
    expect(page.locator("#id_until")).to_be_visible()
    expect(page.locator("#id_done")).to_be_hidden()
    assert check(page) == []
    page.fill("#id_said", "电梯什么时候年检？")
    save.click()
    expect(page.locator(".form-errors")).to_be_focused()
    expect(page.locator("#id_to")).to_be_visible()
    expect(page.get_by_label("约定回复")).to_be_checked()
    page.select_option("#id_to", str(stage.technician.pk))
    save.click()
    expect(page.locator(".message-success")).to_contain_text("约定回复")
    assert Contact.objects.get().question == "电梯什么时候年检？"


def test_why_they_call_suggests_how_it_ends_until_somebody_has_chosen(stage: Cast, come: Come) -> None:
    page = in_room(come(stage.frontdesk, "/contacts/new/"))
    page.select_option("#id_purpose", "repair")
    expect(page.get_by_label("转为工单")).to_be_checked()
    page.select_option("#id_purpose", "enquiry")
    expect(page.get_by_label("当场答复")).to_be_checked()
    page.get_by_label("转交同事").check()
    page.select_option("#id_purpose", "repair")
    expect(page.get_by_label("转交同事")).to_be_checked()


def test_somebody_else_of_the_room_is_not_its_owner_and_has_not_their_number(stage: Cast, come: Come) -> None:
    page = in_room(come(stage.frontdesk, "/contacts/new/"))
    page.get_by_role("button", name="这户的其他人").click()
    expect(page.locator("#id_contact_name")).to_be_focused()
    expect(page.locator("#id_contact_name")).to_have_value("")
    expect(page.locator("#id_contact_phone")).to_have_value("")
    page.fill("#id_said", "快递放在哪里？")
    page.fill("#id_done", "放在门岗")
    page.get_by_role("button", name="保存：已当场答复").click()
    expect(page.locator(".message-success")).to_be_visible()
    contact = Contact.objects.select_related("case__unit").get()
    assert (contact.case.contact_name, contact.case.contact_phone) == ("", "")
    assert contact.case.unit == stage.units[ROOM]


def test_another_name_in_place_of_the_owner_s_takes_their_number_out(stage: Cast, come: Come) -> None:
    page = in_room(come(stage.frontdesk, "/contacts/new/"))
    expect(page.locator("#id_contact_phone")).to_have_value(MASKED)
    page.fill("#id_contact_name", "李阿姨")
    page.focus("#id_said")
    expect(page.locator("#id_contact_phone")).to_have_value("")
    expect(page.get_by_role("button", name="这户的其他人")).to_have_attribute("aria-pressed", "true")


def test_the_buttons_stay_where_they_are_when_the_draft_is_kept(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/contacts/new/")
    ready(page)
    save = page.locator(".form-acts .btn-primary")
    before = save.bounding_box()
    page.fill("#id_said", "问停车费")
    expect(page.locator("[data-draft-words]")).to_have_text("草稿已保存")
    assert save.bounding_box() == before


def test_the_desk_names_its_ways_in_as_the_pages_do(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/desk/")
    for name in ("登记来电来访", "登记报修"):
        page.locator(".way-in", has_text=name).click()
        expect(page.locator("h1")).to_have_text(name)
        page.go_back()
    page.locator(".way-in", has_text="来访排队").click()
    expect(page.locator("#join-title")).to_have_text("来访排队")


def test_how_it_ends_says_why_they_called_where_nobody_said_why(stage: Cast, come: Come) -> None:
    page = in_room(come(stage.frontdesk, "/contacts/new/"))
    purpose = page.locator("#id_purpose")
    page.get_by_label("转为工单").check()
    expect(purpose).to_have_value("repair")
    page.get_by_label("当场答复").check()
    expect(purpose).to_have_value("enquiry")
    purpose.select_option("payment")
    page.get_by_label("转为投诉").check()
    expect(purpose).to_have_value("payment")


@pytest.mark.req("DSK-18")
def test_a_question_passed_on_has_the_rules_time_or_the_one_agreed_on(stage: Cast, come: Come) -> None:
    page = in_room(come(stage.frontdesk, "/contacts/new/"))
    until = page.locator("#id_until")
    page.get_by_label("约定回复").check()
    expect(until).not_to_have_value("")
    page.get_by_label("转交答复").check()
    expect(until).to_have_value("")
    expect(page.locator("[data-part=to] .field-need")).to_be_hidden()
    until.fill("2026-11-23T17:00")
    page.locator(".form-acts .btn-primary").click()
    expect(page.locator(".form-errors")).to_be_focused()
    expect(until).to_have_value("2026-11-23T17:00")
    page.fill("#id_said", "装修押金什么时候退？")
    page.locator("#id_department").select_option(label="finance")
    page.locator(".form-acts .btn-primary").click()
    expect(page.locator(".flash, [role=status]").first).to_contain_text("转交答复")
    due = Clock.objects.get(key="contact.answer").due_at
    assert (due.hour, due.minute) == (9, 0)  # five in Shanghai
