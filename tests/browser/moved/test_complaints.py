"""Complaints over their days: kept in time from contact to callback, and missed with everybody told once.

Real processes, a real browser, and a clock that is set from outside; begun before and after midnight, and with nobody
watching for a week. What pages, inbox and API say is held against the database's own file, to the minute.
"""

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.moved.house import CLOCKS, TOLD, ZONE, House, open_house, read
from tests.chaos.clock import CAN_SET_CLOCKS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CAN_SET_CLOCKS, reason="needs gcc"),
    pytest.mark.req("CMP-3", "CMP-4", "CMP-5", "CMP-9", "CBK-4", "SLA-3"),
]
LATE_EVENING = datetime(2026, 11, 23, 23, 30, tzinfo=ZONE)
AFTER_MIDNIGHT = datetime(2026, 11, 24, 0, 30, tzinfo=ZONE)
SAID = {
    "major": "地下室冒烟，邻居说是电缆着火，没人敢进",
    "important": "水管报修两次一直没人来",
    "minor": "昨天前台接电话态度不好",
}


# --- hands -----------------------------------------------------------------------------------------------------------
def take(house: House, grade: str) -> str:
    """A call becomes a complaint, and keeps what was typed."""
    page = house.as_("frontdesk", "/contacts/new/?unit=3-2-1501&phone=13812341234")
    page.fill("#id_said", SAID[grade])
    onward = page.locator("[name=then][value=complaint]")
    onward.click()
    if "complaints/new" not in page.url and onward.get_attribute("type") == "radio":
        page.locator(".form-acts .btn-primary").click()
    page.wait_for_url(re.compile("/complaints/new/"))
    expect(page.locator("#id_description")).to_have_value(SAID[grade])
    page.check(f"[name=grade][value={grade}]")
    page.locator(".form-acts .btn-primary").click()
    page.wait_for_url(re.compile(r"/complaints/[A-Z]+-\d+-\d+/"))
    return page.url.rstrip("/").rpartition("/")[2]


def step(house: House, who: str, number: str, verb: str, **given: str) -> Page:
    """Take a step on the complaint's page as that person does: open its form, fill it in, send it."""
    page = house.as_(who, f"/complaints/{number}/")
    opener = page.locator(f"[data-open=step-{verb}]")
    if opener.count():
        if not opener.is_visible():
            page.locator("details.page-more > summary").click()
        opener.click()
        form = page.locator(f"#step-{verb} form")
        for name, value in given.items():
            fill(form.locator(f"[name={name}]"), value)
        form.locator(".box-acts .btn:not([data-close])").click()
    else:
        button = page.locator(f"form[action$='/do/{verb}/'] button")
        if not button.is_visible():
            page.locator("details.page-more > summary").click()
        button.click()
    expect(page.locator(".flash, .alert, [role=status]").first).to_be_visible()
    house.settle()
    return page


def fill(field: Locator, value: str) -> None:
    """Fill in a field of whatever kind."""
    kind = field.first.evaluate("node => node.type")
    if kind in ("radio", "checkbox"):
        field.and_(field.page.locator(f"[value='{value}']")).check()
    elif kind == "select-one":
        field.select_option(label=value)
    else:
        field.fill(value)


def call_back(house: House, number: str) -> None:
    """The desk calls, and the resident is content."""
    owed = house.ask("SELECT number FROM cases_case WHERE kind = 'callback' AND parent_id = "
                     "(SELECT id FROM cases_case WHERE number = ?)", number)  # fmt: skip
    assert len(owed) == 1
    page = house.as_("frontdesk", f"/callbacks/{owed[0][0]}/")
    page.locator("[name=result][value=satisfied]").check()
    page.locator("form[data-once] button.btn-primary").first.click()
    house.settle()


# --- what is true ----------------------------------------------------------------------------------------------------
def states(house: House, number: str) -> dict[str, list[str]]:
    """How each promise of the complaint and its callback ended, by key."""
    found: dict[str, list[str]] = {}
    for key, _cycle, state, _due, _breached in house.ask(CLOCKS, number, number):
        found.setdefault(key, []).append(state)
    return found


def told(house: House, number: str) -> Counter[tuple[str, str]]:
    """How often each person was told over each promise of the complaint."""
    return Counter((json.loads(data)["key"], who) for who, data, _at in house.ask(TOLD, number))


def check_agreement(house: House, number: str) -> None:
    """The page that explains, the API and the inboxes say what the database's file says, to the second."""
    facts = [
        (key, cycle, state, read(due), read(breached))
        for key, cycle, state, due, breached in house.ask(CLOCKS, number, number)
    ]
    page = house.as_("supervisor", f"/cases/{number}/clocks/")
    words = page.locator("main").inner_text()
    for key, _cycle, _state, due, breached in facts:
        assert due is not None
        assert f"{due:%Y-%m-%d %H:%M}" in words, f"{key}: {due} is not on the page"
        assert breached in (None, due), f"{key} was breached at {breached}, due at {due}"
    answer = page.request.get(f"{house.address}/api/v1/complaints/{number}/")
    own = {clock["id"]: clock for clock in answer.json()["clocks"] if clock["case"] == number}
    said = {
        (one["key"], one["cycle"], one["state"], datetime.fromisoformat(one["due_at"]), moment(one["breached_at"]))
        for one in own.values()
    }
    assert said <= set(facts)
    assert said
    counted = Counter(who for _key, who in told(house, number).elements())
    for who, count in counted.items():
        inbox = house.as_(who, "/inbox/").locator("main").inner_text()
        assert inbox.count(number) == count, f"{who} reads {inbox.count(number)} of {count} messages"


def moment(raw: str | None) -> datetime | None:
    """A moment as the API writes it."""
    return None if raw is None else datetime.fromisoformat(raw)


# --- in time ---------------------------------------------------------------------------------------------------------
def in_time(house: House, number: str, **moments: datetime) -> None:
    """What all grades have in common once the complaint is referred: spoken with, solved, told, closed, called back."""
    head = {"text": "已与住户通话，今天派人去看"}
    house.at(moments["contacted"])
    step(house, "head", number, "accept")
    step(house, "head", number, "contact-resident", **head)
    for between in [moments[name] for name in ("answered", "progressed") if name in moments]:
        house.at(between)
        verb = "answer" if between == moments.get("answered") else "progress"
        step(house, "frontdesk", number, verb, text="已把处理安排告诉住户")
    house.at(moments["resolved"])
    step(house, "head", number, "resolve", outcome="solved", result="电缆接头已更换，试运行正常")
    house.later(hours=1)
    step(house, "frontdesk", number, "inform", how="phone", text="已电话告知结果")
    house.at(moments["closed"])
    step(house, "frontdesk", number, "close", confirmed="1")
    house.later(hours=20)
    call_back(house, number)


def check_kept(house: House, number: str) -> None:
    """Every promise was kept; none is left open."""
    found = states(house, number)
    assert {state for ended in found.values() for state in ended} <= {"met", "cancelled"}, found
    assert found["complaint.callback"] == ["met"]
    assert found["complaint.inform"] == ["met"]
    assert found["ticket.feedback"] == ["met"]
    check_agreement(house, number)


@pytest.mark.slow
def test_a_major_complaint_in_the_last_half_hour_of_a_day_is_kept(tmp_path: Path, browser: Browser) -> None:
    day = LATE_EVENING.replace(hour=0, minute=0)
    with open_house(tmp_path, browser, LATE_EVENING) as house:
        number = take(house, "major")
        house.settle()
        assert told(house, number) == {("complaint.notify_gm", "gm"): 1}
        house.later(minutes=8)
        step(house, "gm", number, "acknowledge")
        step(house, "supervisor", number, "refer", department="maintenance", person="Head")
        in_time(
            house,
            number,
            contacted=day + timedelta(days=1, minutes=20),
            answered=day + timedelta(days=1, hours=10),
            progressed=day + timedelta(days=3, hours=9),
            resolved=day + timedelta(days=4, hours=15),
            closed=day + timedelta(days=5, hours=9),
        )
        assert states(house, number)["complaint.notify_gm"] == ["met"]
        assert told(house, number) == {("complaint.notify_gm", "gm"): 1}
        check_kept(house, number)


@pytest.mark.slow
@pytest.mark.parametrize("start", [LATE_EVENING, AFTER_MIDNIGHT], ids=["23:30", "00:30"])
@pytest.mark.parametrize("grade", ["important", "minor"])
def test_lesser_complaints_are_kept(tmp_path: Path, browser: Browser, grade: str, start: datetime) -> None:
    with open_house(tmp_path, browser, start) as house:
        number = take(house, grade)
        house.later(minutes=20)
        step(house, "frontdesk", number, "refer", department="maintenance", person="Head")
        house_day = start.replace(hour=0, minute=0) + timedelta(days=start.hour // 12)
        in_time(
            house,
            number,
            contacted=house_day + timedelta(hours=1),
            resolved=house_day + timedelta(days=1, hours=9),
            closed=house_day + timedelta(days=1, hours=18),
        )
        assert told(house, number) == {}
        check_kept(house, number)


# --- missed ----------------------------------------------------------------------------------------------------------
HOPS = [
    timedelta(minutes=16), timedelta(minutes=31), timedelta(minutes=46), timedelta(minutes=61), timedelta(hours=20),
    timedelta(hours=24, minutes=1), timedelta(hours=39), timedelta(hours=48, minutes=1), timedelta(hours=58),
    timedelta(hours=72, minutes=1), timedelta(days=5, minutes=1), timedelta(days=8, minutes=1),
    timedelta(days=10, minutes=1), timedelta(days=11, minutes=1),
]  # fmt: skip
# Nobody was named, so what is meant for the handler or the head goes to the supervisor.
FEEDBACK = {("ticket.feedback", "supervisor"): 2, ("complaint.progress", "supervisor"): 1}
MISSED = {
    "major": FEEDBACK
    | {
        ("complaint.notify_gm", "gm"): 2,
        ("complaint.notify_gm", "quality"): 1,
        ("complaint.answer", "supervisor"): 2,
        ("complaint.answer", "gm"): 1,
        ("complaint.resolve.major", "supervisor"): 2,
        ("complaint.resolve.major", "gm"): 1,
        ("complaint.resolve.major", "quality"): 1,
    },
    "important": FEEDBACK
    | {
        ("complaint.refer", "frontdesk"): 1,
        ("complaint.refer", "supervisor"): 1,
        ("complaint.resolve.important", "supervisor"): 2,
        ("complaint.resolve.important", "gm"): 1,
    },
    "minor": FEEDBACK | {("complaint.resolve.minor", "supervisor"): 2},
}


@pytest.mark.slow
@pytest.mark.parametrize("start", [LATE_EVENING, AFTER_MIDNIGHT], ids=["23:30", "00:30"])
def test_complaints_that_miss_every_clock_are_told_upward_once_each(
    tmp_path: Path, browser: Browser, start: datetime
) -> None:
    expected = {grade: dict(counts) for grade, counts in MISSED.items()}
    with open_house(tmp_path, browser, start) as house:
        numbers = {grade: take(house, grade) for grade in SAID}
        house.settle()
        # Until midnight there is half an hour, or almost a day: its half is passed in another hop.
        end_of_day = start.replace(hour=0, minute=0) + timedelta(days=1)
        half_way = (end_of_day - start) / 2 + timedelta(minutes=1)
        for hop in sorted({*HOPS, half_way, end_of_day - start + timedelta(minutes=1)}):
            house.at(start + hop)
        for grade, number in numbers.items():
            assert told(house, number) == expected[grade], grade
            assert {state for ended in states(house, number).values() for state in ended} == {"missed"}
            check_agreement(house, number)


@pytest.mark.slow
def test_a_week_with_nobody_watching_ends_in_the_same_facts(tmp_path: Path, browser: Browser) -> None:
    with open_house(tmp_path, browser, LATE_EVENING) as house:
        numbers = {grade: take(house, grade) for grade in SAID}
        house.settle()
        with house.nobody_watches():
            house.at(LATE_EVENING + timedelta(days=7))
        # Of each promise the highest step that was missed is sent, the lower ones are passed over.
        assert told(house, numbers["major"]) == {
            ("complaint.notify_gm", "gm"): 1,
            ("complaint.notify_gm", "quality"): 1,
            ("ticket.feedback", "supervisor"): 1,
            ("complaint.progress", "supervisor"): 1,
            ("complaint.answer", "supervisor"): 1,
            ("complaint.answer", "gm"): 1,
            ("complaint.resolve.major", "supervisor"): 1,
        }
        for grade, number in numbers.items():
            ended = states(house, number)
            still = {key for key, found in ended.items() if found == ["running"]}
            assert still == ({"complaint.resolve.major"} if grade == "major" else set())
            check_agreement(house, number)
