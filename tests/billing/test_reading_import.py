"""Readings from a workbook: looked through first, doubts ticked or left out, all of it or nothing, nothing twice."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from billing.actions.meters import Hung, Typed, hang_meter, take_readings, take_workbook
from billing.models import Meter, Reading
from billing.queries.reading_import import Became, look_through
from billing.reading_sheet import COLUMNS, MOST, read_sheets
from billing.rules.metering import Asked, Taken
from billing.states import Doubt, ReadHow
from core.errors import Invalid, NotAllowed, NotNow
from estate.workbooks import read_workbook
from records.models import AuditEntry
from tests.billing.money import HOME, NEXT_DOOR
from tests.cast import NOON, Cast
from tests.estate.books import xlsx
from tests.tickets.pages import read_in_english, words_of

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-6"), pytest.mark.django_db]
TODAY, OCTOBER = NOON.date(), date(2026, 10, 20)
HEADER = ["房号", "表号", "表类", "抄表日期", "读数", "备注", "旧表止数", "新表起数"]
IMPORT, TAKE = "/readings/import/", "/readings/import/take/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


@pytest.fixture
def meters(cast: Cast) -> dict[str, Meter]:
    """Water in two homes and power in one of them, known since July; a common one in the hall."""
    july = Taken(date(2026, 7, 20), Decimal(70))
    given: dict[str, Any] = {"project": cast.project, "first": july, "by": cast.cashier, "at": NOON}
    found = {
        "W1": hang_meter(unit=cast.units[HOME], hung=Hung("water"), number="W1", **given),
        "W2": hang_meter(unit=cast.units[NEXT_DOOR], hung=Hung("water"), number="W2", **given),
        "P1": hang_meter(unit=cast.units[HOME], hung=Hung("power"), number="0017", **given),
        "C": hang_meter(place="大堂", hung=Hung("power"), number="C", **given),
    }
    typed = [Typed(meter=one.pk, value=Decimal(100)) for one in found.values()]
    take_readings(project=cast.project, day=OCTOBER, typed=typed, by=cast.cashier, at=NOON)
    return found


def book(*rows: list[Any]) -> bytes:
    return xlsx({"抄表": [HEADER, *rows]})


def upload(client: Client, *rows: list[Any], content: bytes | None = None) -> Any:
    file = SimpleUploadedFile("11月.xlsx", book(*rows) if content is None else content)
    return client.post(IMPORT, {"file": file})


def sealed(answer: Any) -> str:
    found = re.search(r'name="sealed" value="([^"]+)"', answer.content.decode())
    assert found is not None
    return found[1]


def value_of(meter: Meter, day: date = TODAY) -> Decimal | None:
    return meter.readings.filter(day=day, replaced_by=None).values_list("value", flat=True).first()


def test_a_workbook_is_looked_through_and_then_kept_once(
    cast: Cast, meters: dict[str, Meter], signed_in: SignIn
) -> None:
    client = signed_in(cast.cashier)
    rows = (
        [HOME, "", "水", TODAY, 112.5, "表盘起雾"],
        [NEXT_DOOR, "", "", "2026年11月23日", "110", ""],
        ["", "0017", "", TODAY, 115, ""],
        ["大堂", "C", "电表", TODAY - timedelta(days=3), 111, ""],
        [HOME, "0017", "电", TODAY, None, "没人"],
    )
    page = upload(client, *rows)
    before = Reading.objects.count()
    assert page.status_code == 200
    for _twice in range(2):
        answer = client.post(TAKE, {"sealed": sealed(page), "idempotency_key": "k"})
        assert (answer.status_code, Reading.objects.count()) == (302, before + 4)
    assert [value_of(meters[name]) for name in ("W1", "W2", "P1")] == [Decimal("112.5"), 110, 115]
    assert value_of(meters["C"], TODAY - timedelta(days=3)) == 111
    entry = AuditEntry.objects.get(action="readings.imported")
    assert (entry.target, entry.data["count"], entry.data["notes"]) == ("11月.xlsx", 4, f"{HOME}: 表盘起雾")
    again = upload(client, *rows)
    assert client.post(TAKE, {"sealed": sealed(again)}).status_code == 302
    assert Reading.objects.count() == before + 4


def test_a_doubted_row_says_why_and_is_kept_only_where_it_is_ticked(
    cast: Cast, meters: dict[str, Meter], signed_in: SignIn
) -> None:
    read_in_english(cast)
    client = signed_in(cast.cashier)
    page = upload(
        client,
        [HOME, "W1", "", TODAY, 900, ""],
        [NEXT_DOOR, "W2", "", TODAY, 5, ""],
        [HOME, "0017", "", TODAY, 110, ""],
        ["大堂", "", "", TODAY, 99_999_999, ""],
    )
    words = words_of(page)
    for said in ("Far above usual", "800 used", "Lower than the 100 before", "1 reading as expected"):
        assert said in words, said
    assert page.content.decode().count('name="sure"') == 1, (
        "slips are put right, and a meter does not begin again at 100"
    )
    answer = client.post(TAKE, {"sealed": sealed(page), "sure": ["2 抄表"]}, follow=True)
    assert "2 rows are left out." in words_of(answer)
    assert [value_of(meters[name]) for name in ("W1", "W2", "P1", "C")] == [900, None, 110, None]
    assert meters["W1"].readings.get(day=TODAY).confirmed


def test_a_meter_that_began_again_is_ticked(cast: Cast, meters: dict[str, Meter], signed_in: SignIn) -> None:
    client = signed_in(cast.cashier)
    asked = Asked(Doubt.HIGH, Taken(date(2026, 11, 1), Decimal(999_990)))
    typed = [Typed(meter=meters["W2"].pk, value=Decimal(999_990), answer="right", asked=asked)]
    take_readings(project=cast.project, day=date(2026, 11, 1), typed=typed, by=cast.cashier, at=NOON)
    page = upload(client, [NEXT_DOOR, "W2", "", TODAY, 5, ""])
    client.post(TAKE, {"sealed": sealed(page), "sure": ["2 抄表"]})
    assert meters["W2"].readings.get(day=TODAY).how == ReadHow.WRAPPED


def test_a_changed_meter_brings_both_ends_and_another_value_replaces_the_days(
    cast: Cast, meters: dict[str, Meter], signed_in: SignIn
) -> None:
    client = signed_in(cast.supervisor)
    page = upload(client, [HOME, "W1", "", TODAY, 7, "换表", 108, 2], [NEXT_DOOR, "", "", TODAY, 3, "", 90, 0])
    assert 'name="sure"' not in page.content.decode(), "the old one went backwards: no tick makes that right"
    client.post(TAKE, {"sealed": sealed(page)})
    kept = meters["W1"].readings.get(day=TODAY)
    assert (kept.how, kept.old_final, kept.new_start) == (ReadHow.CHANGED, Decimal(108), Decimal(2))
    assert value_of(meters["W2"]) is None
    other = upload(client, [NEXT_DOOR, "", "", OCTOBER, 101, ""])
    client.post(TAKE, {"sealed": sealed(other), "sure": ["2 抄表"]})
    assert value_of(meters["W2"], OCTOBER) == 101


def test_a_change_has_both_its_ends_and_is_asked_about_where_it_replaces_another_reading(
    cast: Cast, meters: dict[str, Meter], signed_in: SignIn
) -> None:
    read_in_english(cast)
    client = signed_in(cast.cashier)
    client.post(TAKE, {"sealed": sealed(upload(client, [HOME, "W1", "", TODAY, 108, ""]))})
    page = upload(client, [HOME, "W1", "", TODAY, 7, "", 109, 0], [NEXT_DOOR, "W2", "", TODAY, 3, "", 104])
    words = words_of(page)
    for said in ("108 is kept for this day. Tick to replace it.", "Where the meter was changed, fill in both"):
        assert said in words, said
    client.post(TAKE, {"sealed": sealed(page), "sure": ["2 抄表"]})
    assert [value_of(meters[name]) for name in ("W1", "W2")] == [7, None]
    assert meters["W1"].readings.get(day=TODAY, replaced_by=None).old_final == 109


def test_a_change_with_far_more_than_usual_is_ticked_and_stays_a_change(
    cast: Cast, meters: dict[str, Meter], signed_in: SignIn
) -> None:
    client = signed_in(cast.cashier)
    page = upload(client, [HOME, "W1", "", TODAY, 7, "", 1080, 0])
    client.post(TAKE, {"sealed": sealed(page)})
    assert value_of(meters["W1"]) is None
    client.post(TAKE, {"sealed": sealed(page), "sure": ["2 抄表"]})
    kept = meters["W1"].readings.get(day=TODAY)
    assert (kept.how, kept.old_final, kept.confirmed) == (ReadHow.CHANGED, Decimal(1080), True)


def test_what_was_explained_comes_back_unchanged_in_the_workbook_to_fill_in(
    cast: Cast, meters: dict[str, Meter], signed_in: SignIn
) -> None:
    client, given = signed_in(cast.cashier), {"day": TODAY, "at": NOON, "by": cast.cashier}
    Reading.objects.create(meter=meters["W1"], value=120, how=ReadHow.CHANGED, old_final=103, new_start=110, **given)
    Reading.objects.create(meter=meters["W2"], value=5, how=ReadHow.WRAPPED, **given)
    before = Reading.objects.count()
    page = upload(client, content=client.get("/readings/template/", {"kind": "water"}).content)
    assert page.context["looked"].same == 2
    client.post(TAKE, {"sealed": sealed(page)})
    assert Reading.objects.count() == before


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["9-9-999", "", "水", TODAY, 1, ""], "room_without_meter"),
        ([HOME, "", "", TODAY, 1, ""], "which_meter"),
        ([HOME, "", "燃气", TODAY, 1, ""], "room_without_meter"),
        ([HOME, "", "表", TODAY, 1, ""], "unknown_choice"),
        (["", "W9", "", TODAY, 1, ""], "unknown_meter"),
        ([NEXT_DOOR, "W1", "", TODAY, 1, ""], "meter_elsewhere"),
        (["", "", "水", TODAY, 1, ""], "no_meter"),
        ([HOME, "W1", "", "昨天", 1, ""], "not_a_date"),
        ([HOME, "W1", "", None, 1, ""], "required"),
        ([HOME, "W1", "", TODAY + timedelta(days=1), 1, ""], "day_to_come"),
        ([HOME, "W1", "", TODAY, "约一百", ""], "not_number"),
        ([HOME, "W1", "", TODAY, -3, ""], "negative"),
        ([HOME, "W1", "", TODAY, "=A1+1", ""], "formula"),
    ],
)
def test_each_row_says_what_is_wrong_with_it(cast: Cast, meters: dict[str, Meter], row: list[Any], code: str) -> None:
    read = read_sheets(read_workbook(book(row, [HOME, "0017", "", TODAY, 101, ""])))
    looked = look_through(cast.project, cast.cashier, read, today=TODAY)
    assert [error.code for error in looked.mistakes] == [code]
    assert looked.mistakes[0].row == 2
    assert looked.mistakes[0].sentence
    assert [line.row.number for line in looked.kept] == ["0017"]


def test_rows_that_contradict_each_other_and_a_meter_that_is_gone(cast: Cast, meters: dict[str, Meter]) -> None:
    Meter.objects.filter(pk=meters["C"].pk).update(ended_on=OCTOBER)
    rows = [["", "W1", "", TODAY, 101, ""], ["", "W1", "", TODAY, 101, ""], ["", "W1", "", TODAY, 102, ""]]
    read = read_sheets(read_workbook(book(*rows, ["", "C", "", TODAY, 101, ""])))
    looked = look_through(cast.project, cast.cashier, read, today=TODAY)
    assert [(error.code, error.row) for error in looked.mistakes] == [("meter_down", 5), ("read_twice", 4)]
    assert [line.became for line in looked.lines] == [Became.KEPT, Became.SAME]


def test_days_of_one_workbook_know_of_each_other(cast: Cast, meters: dict[str, Meter]) -> None:
    rows = [["", "W1", "", TODAY, 105, ""], ["", "W1", "", TODAY - timedelta(days=2), 108, ""]]
    looked = look_through(cast.project, cast.cashier, read_sheets(read_workbook(book(*rows))), today=TODAY)
    assert [line.became for line in looked.lines] == [Became.ASKED, Became.KEPT]


def test_what_was_read_meanwhile_stops_all_of_it(cast: Cast, meters: dict[str, Meter], signed_in: SignIn) -> None:
    client = signed_in(cast.cashier)
    page = upload(client, [HOME, "W1", "", TODAY, 112, ""], [NEXT_DOOR, "W2", "", TODAY, 110, ""])
    typed = [Typed(meter=meters["W2"].pk, value=Decimal(111))]
    take_readings(project=cast.project, day=TODAY, typed=typed, by=cast.supervisor, at=NOON)
    answer = client.post(TAKE, {"sealed": sealed(page)})
    assert answer.status_code == 409
    assert value_of(meters["W1"]) is None
    assert 'name="sure" value="3 抄表"' in answer.content.decode()
    client.post(TAKE, {"sealed": sealed(answer), "sure": ["3 抄表"]})
    assert [value_of(meters[name]) for name in ("W1", "W2")] == [112, 110]


def test_the_action_keeps_all_or_nothing(cast: Cast, meters: dict[str, Meter]) -> None:
    rows = [
        (TODAY, Typed(meter=meters["W1"].pk, value=Decimal(112))),
        (TODAY, Typed(meter=meters["W2"].pk, value=Decimal(1))),
    ]
    given: dict[str, Any] = {"project": cast.project, "source": "x", "at": NOON}
    before = Reading.objects.count()
    with pytest.raises(NotNow):
        take_workbook(rows=rows, by=cast.cashier, **given)
    with pytest.raises(NotAllowed):
        take_workbook(rows=rows[:1], by=cast.frontdesk, **given)
    assert Reading.objects.count() == before
    assert not AuditEntry.objects.filter(action="readings.imported").exists()


def test_files_that_are_none_and_pages_that_are_anothers_are_refused(
    cast: Cast, meters: dict[str, Meter], signed_in: SignIn
) -> None:
    client = signed_in(cast.cashier)
    assert client.post(IMPORT).status_code == 400
    for content in (b"", b"nonsense", xlsx({"业主": [["编号", "业主名称"], ["1", "张"]]})):
        answer = upload(client, content=content)
        assert answer.status_code == 400
        assert "form-errors" in answer.content.decode()
    good = sealed(upload(client, [HOME, "W1", "", TODAY, 112, ""]))
    for who, given in ((cast.supervisor, good), (cast.cashier, f"{good}x"), (cast.cashier, "")):
        assert signed_in(who).post(TAKE, {"sealed": given}).status_code == 400
    for address in (IMPORT, "/readings/template/"):
        assert signed_in(cast.frontdesk).get(address).status_code == 403
    assert value_of(meters["W1"]) is None
    with pytest.raises(Invalid):
        read_sheets(read_workbook(book(*[[HOME, "W1", "", TODAY, 1, ""]] * (MOST + 1))))


def test_the_empty_workbook_has_each_meter_with_what_was_read_and_comes_back_unchanged(
    cast: Cast, meters: dict[str, Meter], signed_in: SignIn
) -> None:
    client = signed_in(cast.cashier)
    typed = [Typed(meter=meters["W1"].pk, value=Decimal(104))]
    take_readings(project=cast.project, day=date(2026, 11, 20), typed=typed, by=cast.cashier, at=NOON)
    answer = client.get("/readings/template/", {"kind": "water"})
    content = answer.content
    lines = list(openpyxl.load_workbook(io.BytesIO(content))["抄表"].values)
    assert lines[0] == COLUMNS
    shown = [[str(cell).removesuffix(" 00:00:00") for cell in line[:7]] for line in lines[1:]]
    assert shown == [
        [HOME, "W1", "水", "2026-10-20", "100", "2026-11-20", "104"],
        [NEXT_DOOR, "W2", "水", "2026-10-20", "100", "2026-11-23", "None"],
    ]
    before = Reading.objects.count()
    client.post(TAKE, {"sealed": sealed(upload(client, content=content))})
    assert Reading.objects.count() == before


@pytest.mark.parametrize("rows", [1, 3])
def test_looking_through_takes_the_same_number_of_statements(
    cast: Cast, meters: dict[str, Meter], django_assert_num_queries: Any, rows: int
) -> None:
    numbers = ["W1", "W2", "0017"][:rows]
    read = read_sheets(read_workbook(book(*[["", number, "", TODAY, 101, ""] for number in numbers])))
    user = User.objects.get(pk=cast.cashier.pk)
    with django_assert_num_queries(4):  # memberships, meters, readings, what was charged
        assert len(look_through(cast.project, user, read, today=TODAY).kept) == rows
