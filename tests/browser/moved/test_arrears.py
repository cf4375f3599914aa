"""Arrears over their months and years, in real processes whose clock is moved: from the due day to the legal file.

What pages, inbox and API say is held against the database's own file, to the minute; nobody hears of anything twice.
"""

import re
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.moved.collecting import (
    approve,
    await_case,
    await_state,
    call,
    case_of,
    cases_of,
    check_agreement,
    clocks,
    midnight,
    moments,
    months_later,
    paper,
    pay,
    plan_visit,
    report_visit,
    running,
    sms,
    state_of,
    take_step,
    told,
)
from tests.browser.moved.house import ZONE, House, open_house
from tests.browser.moved.scene_arrears import GRACE_DAYS, LET
from tests.chaos.clock import CAN_SET_CLOCKS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CAN_SET_CLOCKS, reason="needs gcc"),
    pytest.mark.req("ARR-1", "ARR-2", "ARR-3", "ARR-4", "ARR-5", "ARR-6", "SLA-3"),
]
SCENE = "tests.browser.moved.scene_arrears"
LATE_EVENING = datetime(2026, 11, 23, 23, 30, tzinfo=ZONE)
AFTER_MIDNIGHT = datetime(2026, 11, 24, 0, 30, tzinfo=ZONE)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HOME, LEFT_ALONE = "3-2-1501", "3-2-1502"


def near(one: datetime, other: datetime) -> bool:
    """Say whether they are the same moment, but for the minutes that a test's own steps take."""
    return abs(one - other) <= 5 * MINUTE


def found_by_itself(house: House, start: datetime) -> tuple[str, str]:
    """The due day passes, then the days of grace; the cases of two homes exist by themselves."""
    due_on = midnight(start.date())
    house.at(due_on + (GRACE_DAYS + 1) * DAY - MINUTE)
    assert not case_of(house, HOME)
    house.at(due_on + (GRACE_DAYS + 1) * DAY + MINUTE)
    number, other = await_case(house, HOME), await_case(house, LEFT_ALONE)
    assert near(running(house, number)["arrears.remind"], house.now + 7 * DAY)
    limitation = [due for _state, due in clocks(house, number)["arrears.limitation"]]
    assert limitation == [months_later(due_on + DAY, 36)] * 2, "of each bill, from the end of the day it was due"
    assert sms(house, number) == ["pending"], "nobody is written to at night"
    assert told(house, number) == {}
    check_agreement(house, number)
    nine = due_on + (GRACE_DAYS + 1) * DAY + timedelta(hours=9)
    house.at(nine - MINUTE)
    assert sms(house, number) == ["pending"]
    house.at(nine + MINUTE)
    assert sms(house, number) == ["sent"], "it waited for nine in the morning"
    house.at(due_on + (GRACE_DAYS + 7) * DAY + 3 * MINUTE)
    assert told(house, number) == {("arrears.remind", "cashier"): 1}
    return number, other


def reached(house: House, number: str, other: str) -> datetime:
    """Called in vain, called again and reached, reminded by SMS; when that was."""
    take_step(house, "cashier", number, "notify", how="phone", reached="0", note="无人接听")
    assert "arrears.letter" not in clocks(house, number)
    house.later(minutes=5)
    page = take_step(house, "cashier", number, "notify", how="phone", reached="1", cause="refuses", note="就是不交")
    at = running(house, number)["arrears.letter"] - 7 * DAY
    call(house, "cashier", other, "notify", how="phone", reached=True, cause="refuses")
    page = take_step(house, "cashier", number, "notify", how="sms")
    words = page.locator("main").inner_text()
    pay_by = house.now.date() + 15 * DAY
    for said in ("970.50", f"{pay_by.month}月{pay_by.day}日", "无理由拒缴", "就是不交", "无人接听"):
        assert said in words, f"{said} is not on the page"
    assert state_of(house, number) == "notified"
    assert clocks(house, number)["arrears.remind"][0][0] == "met"
    assert len(sms(house, number)) == 2
    check_agreement(house, number)
    return at


def lettered(house: House, numbers: tuple[str, str], asked_at: datetime, folder: Path) -> None:
    """Not a minute before the three months are over: then the case asks for its letter, and two go in one batch."""
    number, other = numbers
    house.at(asked_at - 3 * MINUTE)
    page = house.as_("cashier", "/arrears/?column=letter")
    expect(page.locator("[name=case]:checked")).to_have_count(0)
    assert ("arrears.letter", "cashier") not in told(house, number)
    house.at(asked_at + 6 * MINUTE)
    assert told(house, number)["arrears.letter", "cashier"] == 1
    page = house.as_("cashier", "/arrears/?column=letter")
    expect(page.locator("[name=case]:checked")).to_have_count(2)
    page.locator("[form=letters]").click()
    page.wait_for_url(re.compile("/arrears/letters/"))
    expect(page.locator("main")).to_contain_text("970.50")
    for one, tracking in ((number, "SF1001"), (other, "SF1002")):
        page.fill(f"[name=tracking-{one}]", tracking)
    page.locator("[form=send]").click()
    assert house.site.wait(60, lambda: bool(house.ask("SELECT id FROM billing_arrearsbatch")))
    house.settle()
    batch = house.ask("SELECT id FROM billing_arrearsbatch")
    assert len(batch) == 1
    file = folder / "letters.pdf"
    file.write_bytes(house.as_("cashier", "/arrears/").request.get(f"{house.address}/arrears/letters/1/").body())
    day = f"{house.now:%Y%m%d}"
    for said in (f"CJ-{day}-0001", f"CJ-{day}-0002", "SF1001", "SF1002", "970.50", "张小明"):
        assert said in paper(file)
    assert (state_of(house, number), state_of(house, other)) == ("lettered", "lettered")
    check_agreement(house, number)


def delivered(house: House, numbers: tuple[str, str], folder: Path) -> datetime:
    """The courier's slip is entered two days after the delivery; limitation counts anew from its day."""
    number, other = numbers
    house.at(midnight(house.now.date()) + timedelta(days=4, hours=10))
    day = house.now.date() - 2 * DAY
    slip = folder / "slip.jpg"
    Image.effect_noise((600, 400), 60).convert("RGB").save(slip)
    take_step(house, "cashier", number, "deliver", on=day.isoformat(), proof=slip)
    call(house, "cashier", other, "deliver", on=day.isoformat(), carrier_status="本人签收")
    for one in numbers:
        assert state_of(house, one) == "delivered"
        limitation = [due for state, due in clocks(house, one)["arrears.limitation"] if state == "running"]
        assert limitation == [months_later(midnight(day), 36)] * 2
        assert near(running(house, one)["arrears.legal"], house.now + 60 * DAY)
    check_agreement(house, number)
    return midnight(day)


def visited(house: House, number: str) -> None:
    """They live here and do not pay: a visit is decided and reported, and somebody has to decide anew."""
    house.later(days=10)
    plan_visit(house, number, days=3)
    assert clocks(house, number)["arrears.legal"][0][0] == "met"
    house.later(days=3)
    page = report_visit(house, number, "refused", "上门，业主拒绝开门")
    expect(page.locator("main")).to_contain_text("上门，业主拒绝开门")
    assert clocks(house, number)["arrears.visit"][0][0] == "met"
    assert near(running(house, number)["arrears.legal"], house.now + 60 * DAY)
    check_agreement(house, number)


def filed(house: House, number: str) -> None:
    """A person decides for the legal way and says why; another one approves."""
    house.later(days=41)  # the other one's decision is owed in a few days
    house.later(days=13)
    assert told(house, number)["arrears.legal", "supervisor"] == 1
    take_step(house, "supervisor", number, "file", reason="长期无理由拒缴，上门也不开")
    assert state_of(house, number) == "delivered"
    house.later(hours=1)
    approve(house, "gm", number)
    assert state_of(house, number) == "filed"
    ended = {key: {state for state, _due in some} for key, some in clocks(house, number).items()}
    assert ended["arrears.legal"] == {"met"}
    assert not running(house, number)
    check_agreement(house, number)


def bundled(house: House, number: str, folder: Path) -> None:
    """Everything in one bundle: bills, notices, letter, delivery, visit, statement."""
    page = house.as_("supervisor", f"/arrears/{number}/")
    page.locator("details.page-more > summary").click()
    with page.expect_download() as waiting:
        page.locator("form[action$='/bundle/'] button").click()
    waiting.value.save_as(folder / "bundle.zip")
    with zipfile.ZipFile(folder / "bundle.zip") as pack:
        pack.extractall(folder / "bundle")
    names = sorted(file.name for file in (folder / "bundle").iterdir())
    letter = next(name.removesuffix(".pdf") for name in names if re.fullmatch(r"CJ-\d+-\d+\.pdf", name))
    assert any(name.startswith(f"{letter}-") for name in names), "the courier's slip"
    words = paper(folder / "bundle" / f"{number}.pdf")
    bills = [one for (one,) in house.ask("SELECT b.number FROM billing_bill b JOIN estate_unit u ON u.id = b.unit_id "
                                         "WHERE u.number = ?", HOME)]  # fmt: skip
    for said in (*bills, "无人接听", "就是不交", letter, "SF1001", "上门，业主拒绝开门", "长期无理由拒缴", "970.50"):
        assert said in words, f"{said} is not in the file"
    account = paper(folder / "bundle" / f"{number}-account.pdf")
    assert "住户对账单" in account
    assert "970.50" in account


def left_alone(house: House, number: str, began: datetime) -> None:
    """Nobody decides about the other one: who leads is told once each, and of limitation two and a half years later."""
    assert told(house, number)["arrears.legal", "supervisor"] == 1
    due = months_later(began, 36)
    # At the latest when two years and six months are over; half a year has up to 184 days.
    warned = due - timedelta(days=184)
    assert warned <= months_later(began, 30)
    house.at(warned - 3 * MINUTE)
    assert told(house, number)["arrears.legal", "gm"] == 1
    assert ("arrears.limitation", "gm") not in told(house, number)
    house.at(warned + 3 * MINUTE)
    assert told(house, number)["arrears.limitation", "gm"] == 2, "of each bill once"
    house.at(months_later(began, 30) + DAY)
    assert told(house, number)["arrears.limitation", "gm"] == 2
    assert ("arrears.limitation", "supervisor") not in told(house, number)
    check_agreement(house, number)


@pytest.mark.parametrize("start", [LATE_EVENING, AFTER_MIDNIGHT], ids=["23:30", "00:30"])
def test_one_household_is_taken_from_its_due_day_to_the_legal_file_and_limitation_is_watched(
    tmp_path: Path, browser: Browser, start: datetime
) -> None:
    with open_house(tmp_path, browser, start, scene=SCENE) as house:
        number, other = found_by_itself(house, start)
        house.at(start + 9 * DAY)
        asked_at = reached(house, number, other)
        lettered(house, (number, other), asked_at, tmp_path)
        began = delivered(house, (number, other), tmp_path)
        visited(house, number)
        filed(house, number)
        bundled(house, number, tmp_path)
        left_alone(house, other, began)
        assert told(house, number) == {
            ("arrears.remind", "cashier"): 1,
            ("arrears.letter", "cashier"): 1,
            ("arrears.unpaid", "supervisor"): 1,
            ("arrears.legal", "supervisor"): 1,
        }


# --- ended by payment on each rung -----------------------------------------------------------------------------------
NOTICED, LETTERED, VISITED, DECIDED = "3-2-1602", "3-2-1603", "3-2-1604", HOME


def opened(house: House, start: datetime, *homes: str) -> list[str]:
    """The cases of homes whose bills became overdue in the night, found by themselves; in the morning."""
    house.at(midnight(start.date()) + (GRACE_DAYS + 1) * DAY + MINUTE)
    numbers = [await_case(house, home) for home in homes]
    house.at(midnight(start.date()) + (GRACE_DAYS + 1) * DAY + timedelta(hours=9, minutes=10))
    return numbers


def ended(house: House, home: str, number: str) -> None:
    """All is paid at the till: nothing of it goes on, and nobody hears of it again."""
    before = told(house, number)
    pay(house, home)
    assert state_of(house, number) == "settled"
    assert not running(house, number)
    assert "paused" not in {state for some in clocks(house, number).values() for state, _due in some}
    check_agreement(house, number)
    expect(house.as_("cashier", f"/arrears/{number}/").locator("dl.facts strong").first).to_have_text(
        re.compile("^0.00")
    )
    assert number not in house.as_("cashier", "/arrears/").locator("main").inner_text()
    assert told(house, number) == before


def part_paid(house: House, home: str, number: str) -> None:
    """A part is shown, and does not end it."""
    pay(house, home, "900")
    assert state_of(house, number) == "lettered"
    words = house.as_("cashier", f"/arrears/{number}/").locator("main").inner_text().replace("\u2009", " ")
    for said in ("70.50", "共 120.50", "¥50.00"):
        assert said in words, f"{said} is not on the page"
    check_agreement(house, number)


def beside_legal(house: House, number: str) -> str:
    """What falls due while a case is with the legal channel climbs a ladder of its own, and the pages show both."""
    house.site.run("-m", SCENE, "later", DECIDED, "66.00")
    house.at(midnight(house.now.date()) + (GRACE_DAYS + 1) * DAY + MINUTE)
    assert house.site.wait(120, lambda: len(cases_of(house, DECIDED)) == 2), "no case of its own was opened"
    house.settle()
    newer = cases_of(house, DECIDED)[1]
    house.later(hours=10)
    assert (state_of(house, number), state_of(house, newer)) == ("filed", "to_remind")
    ladder = house.as_("cashier", "/arrears/").locator("main").inner_text()
    assert ladder.count(DECIDED) == 2
    for one, other in ((number, newer), (newer, number)):
        expect(house.as_("cashier", f"/arrears/{one}/").locator("dl.facts").first).to_contain_text(other)
        check_agreement(house, one)
    return newer


def test_a_payment_ends_it_on_each_rung(tmp_path: Path, browser: Browser) -> None:
    with open_house(tmp_path, browser, LATE_EVENING, scene=SCENE) as house:
        homes = (NOTICED, LETTERED, VISITED, DECIDED)
        noticed, letter, visit, decided = numbers = opened(house, LATE_EVENING, *homes)
        for number in numbers:
            take_step(house, "cashier", number, "notify", how="phone", reached="1", cause="forgot", note="答应缴")
        asked_at = max(running(house, number)["arrears.letter"] for number in numbers) - 7 * DAY
        house.later(minutes=10)
        ended(house, NOTICED, noticed)

        house.at(asked_at + 6 * MINUTE)
        assert ("arrears.letter", "cashier") not in told(house, noticed)
        for index, number in enumerate((letter, visit, decided)):
            take_step(house, "cashier", number, "letter", tracking_number=f"SF20{index}")
        part_paid(house, LETTERED, letter)
        ended(house, LETTERED, letter)
        shown = house.as_("cashier", f"/arrears/{letter}/").locator("main")
        expect(shown).to_contain_text("途中已结清")

        house.later(days=2)
        for number in (visit, decided):
            on = house.now.date().isoformat()
            take_step(house, "cashier", number, "deliver", on=on, carrier_status="本人签收")
        house.later(days=1)
        for number in (visit, decided):
            plan_visit(house, number, days=2)
        house.later(days=2)
        for number in (visit, decided):
            report_visit(house, number, "met", "上门，业主在家，仍不缴", met="业主")
        ended(house, VISITED, visit)

        house.later(days=1)
        take_step(house, "supervisor", decided, "file", reason="上门后仍拒缴", despite="业主当面表示不缴")
        approve(house, "gm", decided)
        newer = beside_legal(house, decided)
        ended(house, DECIDED, decided)
        assert state_of(house, newer) == "settled", "one payment at the till, two cases"
        left = {number: told(house, number) for number in (*numbers, newer)}
        house.later(days=400)
        house.later(days=800)
        assert {number: told(house, number) for number in left} == left
        assert all(sms(house, number) == ["sent"] for number in left)


# --- paused ----------------------------------------------------------------------------------------------------------
def promised(house: House, number: str, days: int) -> datetime:
    """Payment is promised: the letter waits until the last minute of that day, whoever looks. When the day ends."""
    last_day = house.now.date() + days * DAY
    page = take_step(house, "cashier", number, "promise", until=last_day.isoformat(), note="发工资后缴")
    assert state_of(house, number) == "promised"
    assert "arrears.letter" not in running(house, number)
    assert "arrears.limitation" in running(house, number)
    expect(page.locator("main")).to_contain_text("发工资后缴")
    return midnight(last_day) + DAY


def paused(house: House, number: str, begins: str, ends: str) -> timedelta:
    """How long the newest pause of this kind was."""
    return moments(house, number, ends)[-1] - moments(house, number, begins)[-1]


def test_a_promise_and_a_dispute_pause_it_and_it_goes_on_to_the_minute(tmp_path: Path, browser: Browser) -> None:
    with open_house(tmp_path, browser, LATE_EVENING, scene=SCENE) as house:
        number, kept = opened(house, LATE_EVENING, NOTICED, LETTERED)
        for one in (number, kept):
            take_step(house, "cashier", one, "notify", how="phone", reached="1", cause="hardship")
        due = running(house, number)["arrears.letter"]

        house.later(days=10)
        end = promised(house, number, 20)
        promised(house, kept, 20)
        heard = told(house, number)
        house.later(days=5)
        ended(house, LETTERED, kept)
        house.at(end - 2 * MINUTE)
        assert state_of(house, number) == "promised"
        house.at(end + MINUTE)
        await_state(house, number, "notified")
        due += paused(house, number, "arrears.promised", "arrears.promise_ended")
        assert near(moments(house, number, "arrears.promise_ended")[0], end)
        assert running(house, number)["arrears.letter"] == due
        house.later(hours=10)
        inbox = house.as_("cashier", "/inbox/").locator("main").inner_text()
        assert inbox.count(NOTICED) == 1, "the broken promise is said once"
        assert LETTERED not in inbox, "the other one was kept"
        check_agreement(house, number)

        take_step(house, "cashier", number, "dispute", reason="电梯停了一个月，要求减免")
        house.later(days=40)
        assert state_of(house, number) == "disputed"
        assert told(house, number) == heard, "nobody is asked for anything meanwhile"
        take_step(house, "cashier", number, "settle-dispute", finding="已核实，电梯停运两天，不减免")
        due += paused(house, number, "arrears.disputed", "arrears.dispute_settled")
        assert (state_of(house, number), running(house, number)["arrears.letter"]) == ("notified", due)
        check_agreement(house, number)

        house.at(due - 7 * DAY - 3 * MINUTE)
        expect(house.as_("cashier", "/arrears/?column=letter").locator("[name=case]:checked")).to_have_count(0)
        assert ("arrears.letter", "cashier") not in told(house, number)
        house.at(due - 7 * DAY + 6 * MINUTE)
        assert told(house, number)["arrears.letter", "cashier"] == 1
        page = house.as_("cashier", "/arrears/?column=letter")
        expect(page.locator(f"[name=case][value={number}]:checked")).to_have_count(1)
        take_step(house, "cashier", number, "letter", tracking_number="SF3001")
        ended(house, NOTICED, number)


# --- let, and sold ---------------------------------------------------------------------------------------------------
def test_the_owner_of_a_home_that_is_let_gets_the_letter_and_who_buys_it_owes_what_comes_later(
    tmp_path: Path, browser: Browser
) -> None:
    with open_house(tmp_path, browser, AFTER_MIDNIGHT, scene=SCENE) as house:
        (number,) = opened(house, AFTER_MIDNIGHT, LET)
        reached_by = house.ask("SELECT m.address FROM notifications_message m JOIN cases_case c ON c.id = m.case_id "
                               "WHERE c.number = ? AND m.template = 'arrears.notice'", number)  # fmt: skip
        assert reached_by == [("13700000001",)], "the owner's number"
        facts = house.as_("cashier", f"/arrears/{number}/").locator("dl.facts").first
        expect(facts).to_contain_text("业主甲")
        expect(facts).to_contain_text("租")
        take_step(house, "cashier", number, "notify", how="phone", reached="1", cause="away")
        asked_at = running(house, number)["arrears.letter"] - 7 * DAY

        house.later(days=30)
        house.site.run("-m", SCENE, "sell", LET, "新业主")
        house.site.run("-m", SCENE, "later", LET, "66.00")
        house.at(midnight(house.now.date()) + (GRACE_DAYS + 1) * DAY + MINUTE)
        assert house.site.wait(120, lambda: len(cases_of(house, LET)) == 2), "the new owner has no case"
        house.settle()
        newer = cases_of(house, LET)[1]
        house.later(hours=10)
        expect(house.as_("cashier", f"/arrears/{newer}/").locator("dl.facts").first).to_contain_text("新业主")

        house.at(asked_at + 6 * MINUTE)
        page = take_step(house, "cashier", number, "letter", tracking_number="SF4001")
        with page.expect_popup() as waiting:
            page.locator("form[action*='/letters/'] button").click()
        waiting.value.close()
        file = tmp_path / "letter.pdf"
        found = house.ask("SELECT f.token FROM records_storedfile f WHERE f.name LIKE 'CJ-%.pdf'")
        file.write_bytes(page.request.get(f"{house.address}/c/{number}/files/{found[0][0]}/").body())
        words = paper(file)
        for said in ("业主甲", LET, "970.50", "SF4001"):
            assert said in words, f"{said} is not on the letter"
        for other in ("租客", "新业主", "66.00"):
            assert other not in words, f"{other} is on the letter"
        check_agreement(house, number)
        check_agreement(house, newer)
