"""Every main page through axe, at desk and phone width, light and dark: nothing serious or critical."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from reception import actions as desk
from reception.actions import NewContact
from sla.actions import propose
from sla.models import CalendarVersion, Policy, PolicyVersion
from tests.browser.day import Come, now
from tests.cast import Cast
from tests.tickets.flow import accepted, completed, dispatched, in_progress, lines, opened, owed
from tests.turns import today
from tickets import actions

pytestmark = [pytest.mark.browser]
GRAVE = {"serious", "critical"}
ONLY_VIOLATIONS = {"resultTypes": ["violations"]}
# Dark changes colours and nothing else.
COLOURS = {**ONLY_VIOLATIONS, "runOnly": ["color-contrast", "link-in-text-block"]}
# One width a day; the proof tries both.
WIDTHS = pytest.mark.parametrize(
    "phone",
    [
        pytest.param(phone, id=name, marks=() if today() % 2 == phone else pytest.mark.slow)
        for phone, name in ((False, "desk"), (True, "phone"))
    ],
)
# A year is twelve tables alike of hundreds of cells, and axe looks at every cell from every side: one speaks for all.
ALIKE = {"exclude": [[".cal-month ~ .cal-month"]]}
Pages = dict[str, str]


@pytest.fixture
def pages(stage: Cast, hands: object) -> Pages:
    """A day in full swing; the addresses of its matters by name."""
    at = now()
    urgent = opened(stage, at=at, code="pipe", description="水管爆了，关不住")
    sent = dispatched(stage, opened(stage, at=at, code="lamp"), at=at)
    at_work = in_progress(stage, opened(stage, at=at, code="unclog", description="马桶堵了要疏通"), at=at)
    actions.quote(ticket=at_work, lines=lines("unclog_toilet"), by=stage.technician, at=at)
    done = completed(stage, opened(stage, at=at, code="lamp", unit=stage.units["3-2-1502"]), at=at)
    completed(stage, opened(stage, at=at, code="wet_room_leak"), at=at)
    accepted(stage, opened(stage, at=at, code="other", unit=None, place="3 幢大堂"), at=at)
    visitor = NewContact(project=stage.project, channel="walk_in", purpose="enquiry", said="问装修")
    waiting = desk.queue(new=visitor, by=stage.frontdesk, at=at)
    return {
        "urgent": urgent.case.number,
        "sent": sent.case.number,
        "at_work": at_work.case.number,
        "done": done.case.number,
        "callback": owed(done).case.number,
        "contact": waiting.case.number,
        "person": str(stage.people["3-2-1501"].pk),
    }


def faults(page: Page, options: dict[str, Any]) -> list[tuple[str, str]]:
    """What axe finds that keeps somebody from using the page: the rule and the first place."""
    context = ALIKE if page.locator(".cal-month").count() else None
    found = Axe().run(page, context=context, options=options).response["violations"]
    return [(each["id"], each["nodes"][0]["html"][:160]) for each in found if each["impact"] in GRAVE]


def check(page: Page) -> list[tuple[str, str, Any]]:
    """Hold the page as it stands to axe in both schemes, and to its width."""
    problems: list[tuple[str, str, Any]] = []
    page.emulate_media(reduced_motion="reduce")  # colours change at once
    for scheme, options in (("light", ONLY_VIOLATIONS), ("dark", COLOURS)):
        page.evaluate("scheme => document.documentElement.setAttribute('data-bs-theme', scheme)", scheme)
        problems += [(page.url, scheme, fault) for fault in faults(page, options)]
    page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'light')")
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        problems.append((page.url, "width", page.evaluate("document.documentElement.scrollWidth")))
    return problems


def visit(page: Page, paths: list[str]) -> list[tuple[str, str, Any]]:
    """Go through the addresses, one after the other, and collect what is wrong."""
    home = page.url.split("/", 3)[:3]
    problems = []
    for path in paths:
        answer = page.goto("/".join(home) + path)
        assert answer is not None
        assert answer.ok, f"{path} answers {answer.status}"
        problems += check(page)
    return problems


@WIDTHS
def test_pages_of_the_front_desk(stage: Cast, come: Come, pages: Pages, *, phone: bool) -> None:
    page = come(stage.frontdesk, "/desk/", phone=phone)
    assert (
        visit(
            page,
            [
                "/desk/", "/search/?q=张&all=1", "/search/?q=nobody", "/call/?number=13812341234", "/call/?number=1",
                "/units/demo/3-2-1501/", f"/residents/{pages['person']}/", "/contacts/", "/contacts/new/",
                f"/contacts/{pages['contact']}/", f"/intake/?done={pages['done']}", "/callbacks/",
                f"/callbacks/{pages['callback']}/", "/inbox/",
            ],
        )
        == []
    )  # fmt: skip


@WIDTHS
def test_quick_intake_full_of_suggestions(stage: Cast, come: Come, pages: Pages, *, phone: bool) -> None:
    page = come(stage.frontdesk, "/intake/", phone=phone)
    page.fill("#id_unit", "3-2-1501")
    page.fill("#id_description", "水管爆了，水喷出来")
    page.locator(".twins").wait_for()
    assert check(page) == []
    page.fill("#id_unit", "9-9-909")
    page.keyboard.press("Control+Enter")
    page.locator(".form-errors").wait_for()
    assert check(page) == []


@WIDTHS
def test_pages_of_the_supervisor(stage: Cast, come: Come, pages: Pages, *, phone: bool) -> None:
    page = come(stage.supervisor, "/tickets/", phone=phone)
    window = "from=2026-11-23T11:00&to=2026-11-23T12:00"
    assert (
        visit(
            page,
            [
                "/inbox/", "/told/", "/told/?who=x", "/absences/", "/on-call/",
                "/tickets/", "/tickets/?q=nothing-like-this", f"/tickets/{pages['urgent']}/",
                f"/tickets/{pages['at_work']}/", f"/tickets/{pages['done']}/", "/dispatch/",
                f"/dispatch/?ticket={pages['urgent']}&{window}",
            ],
        )
        == []
    )  # fmt: skip
    page.goto(page.url.split("/dispatch")[0] + f"/tickets/{pages['urgent']}/")
    page.keyboard.press(".")
    page.locator("#step-dispatch").wait_for()
    assert check(page) == []


def test_pages_of_the_technician(stage: Cast, come: Come, pages: Pages) -> None:
    page = come(stage.technician, "/my-jobs/", phone=True)
    paths = ["/my-jobs/", f"/my-jobs/{pages['sent']}/", f"/my-jobs/{pages['at_work']}/", "/inbox/", "/absences/"]
    assert visit(page, paths) == []


@WIDTHS
def test_pages_of_a_resident(stage: Cast, come: Come, pages: Pages, *, phone: bool) -> None:
    page = come(stage.users["resident"], "/home/", phone=phone)
    assert visit(page, ["/home/", f"/home/{pages['urgent']}/"]) == []


@WIDTHS
@pytest.mark.req("SLA-5")
def test_calendars_read_proposed_and_decided(stage: Cast, come: Come, *, phone: bool) -> None:
    page = come(stage.admin, f"/calendars/{stage.project.pk}/change/", phone=phone)
    assert check(page) == []
    page.fill("#id_hours_5", "上午")
    page.click("button[value=preview]")
    page.locator(".form-errors").wait_for()
    assert check(page) == []
    page.fill("#id_hours_5", "9-12")
    page.click("button[value=preview]")
    page.locator("button[value=ask]").wait_for()
    assert check(page) == []
    page.click("button[value=ask]")
    page.locator(".message-success").wait_for()
    assert CalendarVersion.objects.waiting().get().week["5"] == [["09:00", "12:00"]]
    page = come(stage.gm, "/calendars/", phone=phone)
    paths = ["/calendars/", "/calendars/0/versions/1/", f"/calendars/{stage.project.pk}/"]
    assert visit(page, paths) == []
    page.click("button[value=approve]")
    page.locator(".message-success").wait_for()
    assert check(page) == []


@WIDTHS
def test_rules_and_what_they_did(stage: Cast, come: Come, pages: Pages, *, phone: bool) -> None:
    policy = Policy.objects.get(key="ticket.complete")
    propose(policy=policy, changes={"goal_seconds": 60}, reason="太慢", by=stage.admin, at=now())
    page = come(stage.gm, "/rules/", phone=phone)
    paths = ["/rules/", "/rules/ticket.complete/", "/rules/ticket.arrive/", f"/cases/{pages['at_work']}/clocks/"]
    assert visit(page, paths) == []
    page = come(stage.admin, "/rules/ticket.feedback/change/", phone=phone)
    assert check(page) == []
    page.fill("#id_goal_count", "3")
    page.fill("#id_reason", "放宽")
    page.click("button[value=preview]")
    page.locator("button[value=ask]").wait_for()
    assert check(page) == []
    page.click("button[value=ask]")
    page.locator(".message-success").wait_for()
    assert PolicyVersion.objects.waiting().get(policy__key="ticket.feedback").goal_seconds == 3 * 86400
