"""Collecting in the house of moved time: the hands of who collects, and what is true about it."""

import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.moved.house import CLOCKS, TOLD, ZONE, House, read
from tests.paper import words_on

FOUND = """SELECT c.number FROM billing_arrears a JOIN cases_case c ON c.id = a.case_id
           JOIN estate_unit u ON u.id = a.unit_id WHERE u.number = ? ORDER BY a.id"""
OWED = """SELECT coalesce(sum(b.outstanding), 0) FROM billing_arrearsbill l JOIN billing_bill b ON b.id = l.bill_id
          JOIN billing_arrears a ON a.id = l.arrears_id JOIN cases_case c ON c.id = a.case_id
          WHERE c.number = ? AND l.ended_at IS NULL"""
SMS = """SELECT m.state, m.not_before FROM notifications_message m JOIN cases_case c ON c.id = m.case_id
         WHERE c.number = ? AND m.template = 'arrears.notice' ORDER BY m.id"""
FIELDS = ("key", "cycle", "state", "due_at", "breached_at")


# --- hands -----------------------------------------------------------------------------------------------------------
def take_step(house: House, who: str, number: str, verb: str, **given: Any) -> Page:
    """Take a step on the case's page as that person does; `file` is a picture, whatever else a value."""
    page = house.as_(who, f"/arrears/{number}/")
    opener = page.locator(f"[data-open=step-{verb}]")
    if not opener.is_visible():
        page.locator("details.page-more > summary").click()
    opener.click()
    form = page.locator(f"#step-{verb} form")
    for name, value in given.items():
        field = form.locator(f"[name={name}]")
        kind = field.first.evaluate("node => node.type")
        if kind == "radio":
            form.locator(f"[name={name}][value='{value}']").check()
        elif kind == "select-one":
            field.select_option(value=str(value))
        elif kind == "file":
            field.set_input_files(value)
        else:
            field.fill(value)
    form.locator(".box-acts .btn:not([data-close])").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(".flash, .alert, [role=status]").first).to_be_visible()
    house.settle()
    return page


def plan_visit(house: House, number: str, *, days: int) -> None:
    """The cashier is to go there in so many days."""
    (who,) = house.ask("SELECT id FROM accounts_user WHERE username = ?", "cashier")[0]
    on = (house.now.date() + timedelta(days=days)).isoformat()
    take_step(house, "cashier", number, "decide-visit", on=on, half="evening", visitor=who, reason="一直住在小区")


def report_visit(house: House, number: str, outcome: str, said: str, met: str = "") -> Page:
    """The cashier was there."""
    return take_step(
        house, "cashier", number, "visit", outcome=outcome, met=met, report=said, next_step="报主管决定后续"
    )


def call(house: House, who: str, number: str, verb: str, **body: Any) -> None:
    """The same step over the API, by the person's own session."""
    page = house.as_(who, f"/arrears/{number}/")
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    answer = page.request.post(
        f"{house.address}/api/v1/arrears/{number}/{verb}/",
        data=body,
        headers={"X-CSRFToken": token, "Referer": page.url},
    )
    assert answer.ok, answer.text()
    house.settle()


def approve(house: House, who: str, words: str) -> None:
    """The second person decides, on the page of what waits."""
    page = house.as_(who, "/approvals/")
    row = page.locator(".is-waiting", has_text=words)
    row.locator("button[value=approve]").click()
    expect(page.locator(".is-waiting", has_text=words)).to_have_count(0)
    house.settle()


def pay(house: House, home: str, amount: str = "") -> None:
    """Money at the till: all that is owed, or a part of it."""
    page = house.as_("cashier", f"/till/demo/{home}/")
    if amount:
        page.fill("#till [name=received]", amount)
    page.locator("#till .btn-big").click()
    page.wait_for_url(re.compile("/receipts/"))
    house.settle()


def paper(file: Path) -> str:
    """What a PDF says, its spaces left out."""
    return words_on(file.read_bytes())


# --- what is true ----------------------------------------------------------------------------------------------------
def cases_of(house: House, home: str) -> list[str]:
    """The numbers of the home's cases, the oldest first."""
    return [str(number) for (number,) in house.ask(FOUND, home)]


def case_of(house: House, home: str) -> str:
    """The number of the home's only case; empty where there is none."""
    rows = cases_of(house, home)
    assert len(rows) <= 1, rows
    return rows[0] if rows else ""


def await_case(house: House, home: str) -> str:
    """The case that opens by itself."""
    assert house.site.wait(120, lambda: bool(case_of(house, home))), "no case was opened"
    house.settle()
    return case_of(house, home)


def state_of(house: House, number: str) -> str:
    """Where the case stands."""
    return str(house.ask("SELECT state FROM cases_case WHERE number = ?", number)[0][0])


def await_state(house: House, number: str, state: str) -> None:
    """What the calendar does by itself to a case."""
    assert house.site.wait(120, lambda: state_of(house, number) == state), state_of(house, number)
    house.settle()


def told(house: House, number: str) -> Counter[tuple[str, str]]:
    """How often each person was told over each promise of the case."""
    return Counter((json.loads(data)["key"], who) for who, data, _at in house.ask(TOLD, number))


def clocks(house: House, number: str) -> dict[str, list[tuple[str, datetime]]]:
    """State and due moment of each promise, by key, in the order in which they began."""
    found: dict[str, list[tuple[str, datetime]]] = {}
    for key, _cycle, state, due, _breached in house.ask(CLOCKS, number, number):
        moment = read(due)
        assert moment is not None
        found.setdefault(key, []).append((state, moment))
    return found


def running(house: House, number: str) -> dict[str, datetime]:
    """What runs, and when it falls due."""
    rows = clocks(house, number)
    return {key: due for key, some in rows.items() for state, due in some if state == "running"}


def sms(house: House, number: str) -> list[str]:
    """What became of each SMS."""
    return [state for state, _not_before in house.ask(SMS, number)]


def moments(house: House, number: str, *kinds: str) -> list[datetime]:
    """When events of these kinds happened to the case, in their order."""
    marks = ", ".join("?" * len(kinds))
    rows = house.ask(f"""SELECT e.at FROM cases_event e JOIN cases_case c ON c.id = e.case_id
                         WHERE c.number = ? AND e.kind IN ({marks}) ORDER BY e.id""", number, *kinds)  # fmt: skip
    return [moment for (raw,) in rows if (moment := read(raw)) is not None]


def check_agreement(house: House, number: str) -> None:
    """Pages, API and inboxes say what the database's file says: promises to the second, money to the cent."""
    facts = {
        (key, cycle, state, read(due), read(breached))
        for key, cycle, state, due, breached in house.ask(CLOCKS, number, number)
    }
    page = house.as_("supervisor", f"/cases/{number}/clocks/")
    words = page.locator("main").inner_text()
    for key, _cycle, _state, due, breached in facts:
        assert due is not None
        assert f"{due:%Y-%m-%d %H:%M}" in words, f"{key}: {due} is not on the page"
        assert breached in (None, due), f"{key} was breached at {breached}, due at {due}"
    answer = page.request.get(f"{house.address}/api/v1/arrears/{number}/").json()
    assert {tuple(_said(one, name) for name in FIELDS) for one in answer["clocks"]} == facts
    owed = f"{house.ask(OWED, number)[0][0]:.2f}"
    assert answer["owed"] == owed
    assert answer["state"] == state_of(house, number)
    shown = house.as_("cashier", f"/arrears/{number}/").locator("dl.facts").first.inner_text()
    assert f"{float(owed):,.2f}" in shown
    counted = Counter(who for _key, who in told(house, number).elements())
    for who, count in counted.items():
        inbox = house.as_(who, "/inbox/").locator("main").inner_text()
        assert inbox.count(number) >= count, f"{who} reads {inbox.count(number)} of {count} messages"


def _said(clock: dict[str, Any], name: str) -> Any:
    raw = clock[name]
    return datetime.fromisoformat(raw).astimezone(ZONE) if raw and name.endswith("_at") else raw


def months_later(moment: datetime, count: int) -> datetime:
    """The same time of the same day so many months later; of days that every month has."""
    month = moment.month - 1 + count
    return moment.replace(year=moment.year + month // 12, month=month % 12 + 1)


def midnight(day: date) -> datetime:
    """The moment at which a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)
