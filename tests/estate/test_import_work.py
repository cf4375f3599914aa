"""An uploaded workbook on its way into the register: kept sealed, matched, mended, written by a worker, taken back."""

import html
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from core.errors import Invalid, NotAllowed, NotNow
from core.watch import Watch
from estate.imports import actions
from estate.imports.models import RegisterImport
from estate.models import Unit
from estate.workbooks import WorkbookRefused
from records.models import LongWork
from records.work import go_on, run_waiting
from tests.cast import NOON, Cast
from tests.estate.books import ASSET, ASSETS, changed, xlsx

pytestmark = [pytest.mark.req("EST-3"), pytest.mark.django_db]
SignIn = Callable[[User], Client]
LATER = NOON + timedelta(minutes=1)


def upload(cast: Cast, *rows: list[Any], header: list[str] | None = None, sheet: str = "资产信息") -> RegisterImport:
    content = xlsx({sheet: [header or ASSETS, *rows]})
    workbook = actions.seal(content=content, name="房屋.xlsx")
    return actions.upload(workbook=workbook, project=cast.project, by=cast.admin, at=NOON)


def state(found: RegisterImport) -> str:
    found.refresh_from_db()
    return str(found.work.state) if found.work else ""


def test_a_worker_writes_what_was_uploaded(cast: Cast) -> None:
    found = upload(cast, ASSET)
    actions.take_over(found=found, by=cast.admin, at=NOON)
    assert not Unit.objects.filter(number="1-1-1001").exists()
    assert run_waiting(LATER) == {"done": 1, "failed": 0}
    assert Unit.objects.get(project=cast.project, number="1-1-1001").households.count() == 1
    assert state(found) == LongWork.State.DONE
    assert found.work is not None
    assert found.work.result["sheets"] == {"资产信息": [1, 0, 0]}
    assert run_waiting(LATER) == {"done": 0, "failed": 0}


def test_the_stored_file_gives_nothing_away(cast: Cast) -> None:
    found = upload(cast, changed(ASSET, P="440301198001010018"))
    actions.mend(found=found, cells={("资产信息", 2, 15): "44030119800101001X"}, by=cast.admin, at=NOON)
    found.refresh_from_db()
    with found.file.file.open("rb") as stream:
        stored = stream.read()
    assert not stored.startswith(b"PK")
    assert "4403" not in found.fixes_stored
    assert found.fixes == {("资产信息", 2, 15): "44030119800101001X"}


def test_bad_rows_fail_the_work_with_a_sentence_and_can_be_mended(cast: Cast) -> None:
    found = upload(cast, ASSET, changed(ASSET, C=1002, I="约九十"))
    actions.take_over(found=found, by=cast.admin, at=NOON)
    assert run_waiting(LATER) == {"done": 0, "failed": 1}
    assert state(found) == LongWork.State.FAILED
    assert found.work is not None
    assert "1" in found.work.error
    assert not Unit.objects.filter(number="1-1-1001").exists()
    actions.mend(found=found, cells={("资产信息", 3, 8): "90.5"}, by=cast.admin, at=NOON)
    actions.take_over(found=found, by=cast.admin, at=NOON)
    assert run_waiting(LATER) == {"done": 1, "failed": 0}
    assert Unit.objects.filter(project=cast.project, number__in=["1-1-1001", "1-1-1002"]).count() == 2


def test_a_row_may_be_left_out_by_hand_or_all_bad_ones_at_once(cast: Cast) -> None:
    bad = changed(ASSET, C=1002, I="约九十")
    found = upload(cast, ASSET, bad)
    actions.leave_out(found=found, rows={("资产信息", 3)}, by=cast.admin, at=NOON)
    found.refresh_from_db()
    assert actions.plan_of(found).is_clean
    other = upload(cast, changed(ASSET, C=1003), bad)
    actions.take_over(found=other, by=cast.admin, at=NOON, skip_bad=True)
    assert run_waiting(LATER) == {"done": 1, "failed": 0}
    assert not Unit.objects.filter(number="1-1-1002").exists()


def test_a_row_whose_blank_cell_was_mended_may_still_be_left_out(cast: Cast) -> None:
    found = upload(cast, changed(ASSET, C=1002, D=None, I="约九十"), ASSET)
    actions.mend(found=found, cells={("资产信息", 2, 3): "10"}, by=cast.admin, at=NOON)
    actions.leave_out(found=found, rows={("资产信息", 2)}, by=cast.admin, at=NOON)
    found.refresh_from_db()
    plan = actions.plan_of(found)
    assert plan.is_clean
    assert plan.by_sheet["资产信息"].total == 1


def test_columns_of_an_unknown_sheet_are_matched_by_hand(cast: Cast) -> None:
    found = upload(cast, ["9-1-901", "王建国", 88.5], header=["甲", "乙", "丙"], sheet="清单")
    assert [error.code for error in actions.plan_of(found).errors] == ["unknown_sheet"]
    choice = {"kind": "assets", "columns": {"room": 0, "name": 1, "area": 2}}
    actions.match_columns(found=found, choices={"清单": choice}, by=cast.admin, at=NOON)
    found.refresh_from_db()
    plan = actions.plan_of(found)
    assert plan.is_clean
    assert plan.by_sheet["清单"].created == 1


@pytest.mark.parametrize(
    "choices",
    [{"没有": {"kind": "rooms"}}, {"资产信息": {"kind": "assets", "columns": {"room": 99}}}],
    ids=["sheet", "column"],
)
def test_a_choice_that_does_not_fit_is_refused(cast: Cast, choices: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        actions.match_columns(found=upload(cast, ASSET), choices=choices, by=cast.admin, at=NOON)


def test_what_is_in_line_or_done_is_not_changed_any_more(cast: Cast) -> None:
    found = upload(cast, ASSET)
    actions.take_over(found=found, by=cast.admin, at=NOON)
    with pytest.raises(NotNow):
        actions.take_over(found=found, by=cast.admin, at=NOON)
    with pytest.raises(NotNow):
        actions.mend(found=found, cells={}, by=cast.admin, at=NOON)
    run_waiting(LATER)
    with pytest.raises(NotNow):
        actions.take_over(found=found, by=cast.admin, at=NOON)


def test_waiting_work_is_called_off_and_may_start_again(cast: Cast) -> None:
    found = upload(cast, ASSET)
    actions.take_over(found=found, by=cast.admin, at=NOON)
    actions.call_off(found=found, by=cast.admin, at=NOON)
    assert run_waiting(LATER) == {"done": 0, "failed": 0}
    with pytest.raises(NotNow):
        actions.call_off(found=found, by=cast.admin, at=NOON)
    actions.take_over(found=found, by=cast.admin, at=NOON)
    assert run_waiting(LATER) == {"done": 1, "failed": 0}


def test_an_import_that_is_stopped_while_it_is_written_leaves_nothing(
    cast: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The button is pressed while the first batch is under way: the second is not begun, and the first goes too."""
    found = upload(cast, ASSET)
    work = actions.take_over(found=found, by=cast.admin, at=NOON)
    client = signed_in(cast.admin)
    assert "房屋.xlsx" in client.get("/running/").content.decode()
    written: list[int] = []

    def press(work: LongWork) -> None:
        if Unit.objects.filter(number="1-1-1001").exists() and not written:
            written.append(1)
            client.post(f"/register/import/{found.token}/call-off/")
        go_on(work)

    monkeypatch.setattr("records.work.go_on", press)
    assert run_waiting(LATER) == {"done": 0, "failed": 1}
    assert written
    assert not Unit.objects.filter(number="1-1-1001").exists()
    work.refresh_from_db()
    assert work.state == LongWork.State.CANCELLED
    page = client.get(f"/register/import/{found.token}/").content.decode()
    assert work.error in html.unescape(page)
    assert "take-over/" in page
    assert "房屋.xlsx" not in client.get("/running/").content.decode()


def test_it_is_taken_back_once(cast: Cast) -> None:
    found = upload(cast, ASSET)
    with pytest.raises(NotNow):
        actions.take_back(found=found, by=cast.admin, at=NOON)
    actions.take_over(found=found, by=cast.admin, at=NOON)
    run_waiting(LATER)
    done = actions.take_back(found=found, by=cast.admin, at=LATER)
    assert (done.removed > 0, done.kept) == (True, [])
    assert not Unit.objects.filter(number="1-1-1001").exists()
    with pytest.raises(NotNow):
        actions.take_back(found=found, by=cast.admin, at=LATER)


def test_a_worker_that_died_is_followed_by_another_and_nothing_doubles(cast: Cast) -> None:
    found = upload(cast, ASSET)
    work = actions.take_over(found=found, by=cast.admin, at=NOON)
    LongWork.objects.filter(pk=work.pk).update(state=LongWork.State.RUNNING, leased_until=NOON)
    assert run_waiting(LATER) == {"done": 1, "failed": 0}
    assert Unit.objects.filter(number="1-1-1001", project=cast.project).count() == 1


def test_a_second_worker_that_comes_too_late_writes_nothing(cast: Cast) -> None:
    found = upload(cast, ASSET)
    work = actions.take_over(found=found, by=cast.admin, at=NOON)
    LongWork.objects.filter(pk=work.pk).update(state=LongWork.State.CANCELLED)
    with pytest.raises(NotNow):
        actions.run(work, Watch(LATER))
    assert not Unit.objects.filter(number="1-1-1001").exists()


def test_a_bug_fails_the_work_without_writing_and_without_details(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    found = upload(cast, ASSET)
    actions.take_over(found=found, by=cast.admin, at=NOON)
    monkeypatch.setattr(Unit._default_manager, "bulk_create", _explode)
    assert run_waiting(LATER) == {"done": 0, "failed": 1}
    assert state(found) == LongWork.State.FAILED
    assert found.work is not None
    assert "explode" not in found.work.error
    assert not Unit.objects.filter(number="1-1-1001").exists()


def _explode(*args: object, **options: object) -> None:
    raise ZeroDivisionError("explode")


@pytest.mark.parametrize("who", ["frontdesk", "cashier", "technician", "head", "gm", "guard", "quality", "resident"])
def test_nobody_else_uploads_or_sees(cast: Cast, who: str) -> None:
    user = getattr(cast, who)
    found = upload(cast, ASSET)
    with pytest.raises(NotAllowed):
        actions.upload(
            workbook=actions.SealedWorkbook(content=b"", name="a.xlsx"), project=cast.project, by=user, at=NOON
        )
    for attempt in (actions.take_over, actions.call_off, actions.take_back):
        with pytest.raises(NotAllowed):
            attempt(found=found, by=user, at=NOON)
    assert not RegisterImport.objects.visible_to(user).exists()


def test_a_workbook_is_read_and_sealed_without_the_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        workbook = actions.seal(content=xlsx({"资产信息": [ASSETS, ASSET]}), name="房屋.xlsx")
    assert not workbook.content.startswith(b"PK")


def test_what_is_no_workbook_is_not_sealed() -> None:
    with pytest.raises(WorkbookRefused):
        actions.seal(content=b"a,b", name="a.xlsx")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.xlsx"),
        ("C:\\x\\房屋 (1).XLSX", "房屋 (1).xlsx"),
        ("", "workbook.xlsx"),
        ("a<b>\u202e.xlsx", "a_b_.xlsx"),
    ],
)
def test_a_file_name_is_made_harmless(given: str, kept: str) -> None:
    content = xlsx({"资产信息": [ASSETS, ASSET]})
    assert actions.seal(content=content, name=given).name == kept
