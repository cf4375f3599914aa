"""The desk in a real browser: keystrokes counted without free text, and what the scripts do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from cases.models import Case
from reception.models import Contact
from records.models import Draft
from tests.browser.conftest import Opener
from tests.browser.day import ready
from tests.cast import Cast
from tests.reception.desk import PHONE, ROOM, findable, repair, visit
from tickets.models import Ticket

pytestmark = pytest.mark.browser


class Keys:
    """A person at the keyboard: `press` counts, `say` is free text and does not."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> "Keys":
        """Press keys one after the other, once the page hears them."""
        ready(self.page)
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1
        return self

    def say(self, text: str) -> "Keys":
        """Type what somebody says."""
        self.page.keyboard.type(text)
        return self


@pytest.fixture
def desk(stage: Cast, open_as: Opener) -> Callable[[str], Keys]:
    """The front desk at one of its pages."""
    findable(stage)

    def at(path: str) -> Keys:
        return Keys(open_as(stage.frontdesk, path))

    return at


@pytest.mark.req("DSK-2")
def test_the_search_waits_for_the_first_key_and_finds_anyone_in_five(desk: Callable[[str], Keys]) -> None:
    keys = desk("/desk/")
    expect(keys.page.locator("#search")).to_be_focused()
    keys.press("z", "x", "m", "Enter")
    keys.page.wait_for_url("**/units/demo/3-2-1501/")
    assert keys.count <= 5


@pytest.mark.parametrize(("key", "address"), [("n", "**/intake/"), ("b", "**/callbacks/"), ("l", "**/contacts/new/")])
def test_any_task_starts_within_two_keys(desk: Callable[[str], Keys], key: str, address: str) -> None:
    keys = desk("/desk/").press("Escape", key)
    keys.page.wait_for_url(address)
    assert keys.count <= 2


@pytest.mark.req("DSK-4")
def test_somebody_joins_the_line_and_is_served_by_key(stage: Cast, desk: Callable[[str], Keys]) -> None:
    keys = desk("/desk/").press("Escape", "w")
    expect(keys.page.locator("#join")).to_be_visible()
    keys.press("Enter")
    expect(keys.page.locator("[data-contact]")).to_have_count(1)
    keys.press("Escape", "s")
    keys.page.wait_for_url("**/contacts/JD-*/")
    assert Contact.objects.get().served_by == stage.frontdesk


@pytest.mark.req("REP-1", "DSK-1")
def test_a_walk_in_repair_takes_few_keys_and_the_next_can_be_typed_at_once(desk: Callable[[str], Keys]) -> None:
    keys = desk("/desk/").press("Escape", "n")
    page = keys.page
    page.wait_for_url("**/intake/")
    expect(page.locator("#id_unit")).to_be_focused()
    keys.say("321501")
    expect(page.locator("[role=option]").first).to_be_visible()
    keys.press("Enter")
    expect(page.locator("#id_description")).to_be_focused()
    expect(page.locator("#id_contact_name")).to_have_value("张小明")
    expect(page.locator("#id_contact_phone")).to_have_value("138****1234")
    keys.say("客厅插座冒烟了")
    expect(page.locator("#id_urgent")).to_be_checked()
    keys.press("Control+Enter")
    expect(page.locator(".done-number")).to_contain_text("BX-")
    expect(page.locator("#id_unit")).to_be_focused()
    expect(page.locator("#id_unit")).to_have_value("")
    assert keys.count <= 12
    ticket = Ticket.objects.select_related("case").get()
    assert (ticket.case.contact_phone, ticket.case.urgency) == (PHONE, "urgent")


@pytest.mark.req("REP-1")
def test_a_double_of_the_same_room_shows_while_typing_and_one_key_joins_it(
    stage: Cast, desk: Callable[[str], Keys]
) -> None:
    ticket = repair(stage, "单元门禁刷卡没反应", at=timezone.now())
    keys = desk("/intake/").say(ROOM)
    page = keys.page
    expect(page.locator("[role=option]").first).to_be_visible()
    keys.press("Enter").say("单元门禁坏了，刷卡没反应")
    expect(page.locator("button[name=join]").first).to_be_visible()
    keys.press("Alt+j")
    expect(page.locator(".done-number")).to_have_text(ticket.case.number)
    assert keys.count <= 2
    assert Ticket.objects.count() == 1


@pytest.mark.req("REP-1")
def test_no_key_joins_what_another_room_reported_and_a_press_asks_first(
    stage: Cast, desk: Callable[[str], Keys]
) -> None:
    ticket = repair(stage, "单元门禁刷卡没反应", at=timezone.now())
    keys = desk("/intake/").say("3-2-1502")
    page = keys.page
    expect(page.locator("[role=option]").first).to_be_visible()
    keys.press("Enter").say("单元门禁坏了，刷卡没反应")
    expect(page.locator(".twins")).to_contain_text(ROOM)
    keys.press("Alt+j", "Escape", "j")
    expect(page.locator("#id_description")).to_have_value("单元门禁坏了，刷卡没反应")
    page.click("button[name=join]")
    expect(page.locator("[data-asked]")).to_be_focused()
    expect(page.locator("[data-asked]")).to_contain_text(ROOM)
    expect(page.locator("#id_description")).to_have_value("单元门禁坏了，刷卡没反应")
    assert not Contact.objects.filter(case__parent=ticket.case).exists()
    page.click("[data-asked] button[name=join]")
    expect(page.locator(".done-number")).to_have_text(ticket.case.number)


@pytest.mark.req("DSK-2")
def test_a_repeat_call_is_logged_within_three_keys(stage: Cast, desk: Callable[[str], Keys]) -> None:
    ticket = repair(stage, "厨房水管漏水", at=timezone.now())
    keys = desk(f"/call/?number={PHONE}").press("1")
    expect(keys.page.locator("#messages")).to_contain_text(ticket.case.number)
    assert keys.count <= 3
    assert Contact.objects.filter(case__parent=ticket.case).count() == 1


def test_what_the_caller_said_is_not_overwritten_by_the_register(desk: Callable[[str], Keys]) -> None:
    keys = desk("/intake/")
    page = keys.page
    page.fill("#id_contact_name", "李阿姨")
    page.fill("#id_contact_phone", "13900001111")
    page.focus("#id_unit")
    keys.say("3-2-1501")
    expect(page.locator("[role=option]").first).to_be_visible()
    keys.press("Enter")
    expect(page.locator("[data-person]").first).to_be_visible()
    expect(page.locator("#id_contact_name")).to_have_value("李阿姨")
    page.click("[data-person]")
    expect(page.locator("#id_contact_name")).to_have_value("张小明")


def test_a_draft_is_kept_within_two_seconds_and_gone_once_sent(desk: Callable[[str], Keys]) -> None:
    keys = desk("/intake/")
    page = keys.page
    page.fill("#id_description", "厨房漏水")
    expect(page.locator("[data-draft-words]")).not_to_be_empty(timeout=2500)
    assert Draft.objects.get().first("description") == "厨房漏水"
    page.fill("#id_unit", ROOM)
    page.focus("#id_description")
    keys.press("Control+Enter")
    expect(page.locator(".done-number")).to_be_visible()
    assert not Draft.objects.filter(sent_at=None).exists()


@pytest.mark.req("DSK-4")
def test_the_line_does_not_move_under_the_pointer(stage: Cast, desk: Callable[[str], Keys]) -> None:
    visit(stage, "先来的", at=timezone.now())
    page = desk("/desk/").page
    page.hover("[data-contact]")
    visit(stage, "急的", at=timezone.now(), urgent=True)
    page.evaluate(LOOK)
    expect(page.locator("#line-news")).to_be_visible()
    expect(page.locator("[data-contact]")).to_have_count(1)
    page.click("#line-news")
    expect(page.locator("[data-contact]")).to_have_count(2)
    expect(page.locator("[data-contact]").first).to_contain_text("急的")


LOOK = "htmx.ajax('GET', '/desk/line/', {target: '#line', source: '#line', swap: 'innerHTML'})"


@pytest.mark.req("DSK-4")
def test_the_keyboard_stays_where_it_is_while_the_line_refreshes(stage: Cast, desk: Callable[[str], Keys]) -> None:
    contact = visit(stage, "先来的", at=timezone.now())
    page = desk("/desk/").page
    ready(page)
    button = page.locator(f"#act-{contact.case.number}")
    button.focus()
    page.evaluate(LOOK)
    expect(button).to_be_focused()
    Contact.objects.update(queued_at=timezone.now() - timedelta(minutes=40))
    Case.objects.update(version=7)
    page.evaluate(LOOK)
    expect(page.locator("#line [name=version]")).to_have_value("7")
    expect(button).to_be_focused()


@pytest.mark.req("DSK-4")
def test_only_who_is_new_in_the_line_is_read_out(stage: Cast, desk: Callable[[str], Keys]) -> None:
    visit(stage, "先来的", at=timezone.now())
    page = desk("/desk/").page
    ready(page)
    page.evaluate(LOOK)
    expect(page.locator("#line-status")).to_be_empty()
    assert page.locator("#line").get_attribute("aria-live") is None
    visit(stage, "后到的", at=timezone.now())
    page.evaluate(LOOK)
    expect(page.locator("#line-status")).to_contain_text("后到的")
    expect(page.locator("#line-status")).not_to_contain_text("先来的")


@pytest.mark.req("REP-2")
def test_the_form_to_print_opens_beside_the_desk(desk: Callable[[str], Keys]) -> None:
    page = desk(f"/intake/?unit={ROOM}").page
    page.fill("#id_description", "马桶堵了")
    with page.expect_popup() as opened:
        page.click("button[value=print]")
    expect(page.locator(".done-number")).to_be_visible()
    opened.value.wait_for_url("**/files/**")


@pytest.mark.parametrize(
    "path", ["/desk/", "/intake/", "/contacts/", "/contacts/new/", f"/call/?number={PHONE}", f"/units/demo/{ROOM}/"]
)
def test_nothing_is_wider_than_a_phone(stage: Cast, open_as: Opener, path: str) -> None:
    findable(stage)
    repair(stage, "厨房水管漏水", at=timezone.now())
    visit(stage, "孙先生", at=timezone.now())
    page = open_as(stage.frontdesk, path, phone=True)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
