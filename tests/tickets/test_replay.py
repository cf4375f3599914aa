"""Past requests taken over from another system's file."""

import json
import os
from datetime import UTC, datetime
from io import StringIO
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership
from cases.models import Case
from cases.states import Phase
from estate.models import Building
from notifications.models import Message
from sla.models import Clock
from sla.states import ClockState
from sla.sweeps import run
from tests.cast import NOON, Cast
from tickets import replaying
from tickets.actions.takeover import Takeover, close_account, open_account
from tickets.models import Category
from tickets.states import Kind
from tickets.takeover import NotThisFormat, PastRequest, RefusedRow, read
from visits.models import Callback

NEW_YORK = ZoneInfo("America/New_York")
COLUMNS = "CASE_ENQUIRY_ID open_dt target_dt closed_dt OnTime_Status CLOSURE_REASON CASE_TITLE Location Source"
HEAD = ",".join(["", *COLUMNS.split()])
EARLY, LATE = "2018-01-02 09:00:00", "2018-02-01 09:00:00"
ROWS = [
    f"101,{EARLY},{LATE},2018-01-05 10:00:00,ONTIME,Case Closed,Heat,2 Ayr Rd  Brighton,Self Service",
    "102,2018-01-04 09:00:00,2018-01-06 09:00:00,2018-01-08 10:00:00,OVERDUE,NA,Heat,2 Ayr Rd Brighton,Twitter",
    "103,2018-01-05 09:00:00,2018-02-04 09:00:00,NA,ONTIME,NA,Heat,NA,Twitter",
    "104,2018-01-09 09:00:00,2018-01-10 09:00:00,2018-01-10 09:00:00,ONTIME,NA,Heat,5 Oak St,Constituent Call",
]


def csv_file(folder: Path, rows: list[str]) -> Path:
    path = folder / "requests.csv"
    path.write_text("\n".join([HEAD, *(f'"{n}",{row}' for n, row in enumerate(rows, 1))]), encoding="utf-8")
    return path


def replay(path: Path) -> dict[str, int]:
    out = StringIO()
    call_command("replay", str(path), "--project", "boston", stdout=out, stderr=StringIO())
    counts: dict[str, int] = json.loads(out.getvalue().splitlines()[-1])
    return counts


def test_every_row_becomes_a_case_at_its_own_time(cast: Cast, tmp_path: Path) -> None:
    counts = replay(csv_file(tmp_path, ROWS))
    assert (counts["rows"], counts["taken"], counts["refused"], counts["without_place"]) == (4, 4, 0, 1)
    first = Case.objects.get(reference="101")
    assert first.opened_at == datetime(2018, 1, 2, 14, 0, tzinfo=UTC)
    assert first.number == "BX-20180102-0001"
    assert first.phase == Phase.CLOSED
    assert first.closed_at == datetime(2018, 1, 5, 15, 0, tzinfo=UTC)
    assert Case.objects.get(reference="103").phase == Phase.OPEN


@pytest.mark.req("SLA-2")
def test_the_promised_time_of_the_row_decides_met_or_missed(cast: Cast, tmp_path: Path) -> None:
    counts = replay(csv_file(tmp_path, ROWS))
    states = dict(Clock.objects.filter(key="ticket.complete").values_list("case__reference", "state"))
    assert states == {
        "101": ClockState.MET,
        "102": ClockState.MISSED,
        "103": ClockState.RUNNING,
        "104": ClockState.MET,  # closed exactly when it was due
    }
    assert (counts["verdicts"], counts["verdicts_equal"]) == (3, 3)


def test_a_verdict_that_differs_is_named(cast: Cast, tmp_path: Path) -> None:
    wrong = ROWS[0].replace("ONTIME", "OVERDUE")
    out = StringIO()
    call_command("replay", str(csv_file(tmp_path, [wrong])), "--project", "boston", stdout=out, stderr=StringIO())
    assert "verdict differs: 101" in out.getvalue()


@pytest.mark.req("SLA-2")
def test_a_sweep_between_two_batches_judges_nothing_and_the_one_after_the_last_what_is_still_open(
    cast: Cast, tmp_path: Path
) -> None:
    read_rows = list(read(csv_file(tmp_path, ROWS).read_text().splitlines(keepends=True), NEW_YORK))
    account = open_account(project=cast.project, by=None, at=NOON)
    into = Takeover(cast.project, account, Category.objects.get(code="heating", kind=Kind.REPAIR))

    def sweep(report: replaying.Report) -> None:
        run(NOON)

    report = replaying.replay(read_rows, into=into, tell=sweep, size=1)
    replaying.compare([r for r in read_rows if isinstance(r, PastRequest)], project=cast.project, report=report)
    assert (report.verdicts, report.verdicts_equal) == (3, 3)
    still_open = Clock.objects.filter(key="ticket.complete", case__reference="103")
    assert still_open.get().state == ClockState.RUNNING
    close_account(project=cast.project, by=None, at=NOON, data=report.counts())
    run(NOON)
    assert still_open.get().breached_at == still_open.get().due_at


class Interrupted(StringIO):
    """Where the progress goes when somebody presses Ctrl-C."""

    def write(self, text: str) -> int:
        raise KeyboardInterrupt


def test_an_interrupted_takeover_is_not_judged_until_it_went_on_to_its_end(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        call_command("replay", str(csv_file(tmp_path, ROWS)), "--project", "boston", stderr=Interrupted())
    run(NOON)
    still_open = Clock.objects.filter(key="ticket.complete", case__reference="103")
    assert still_open.get().state == ClockState.RUNNING
    assert replay(csv_file(tmp_path, ROWS))["verdicts_equal"] == 3
    run(NOON)
    assert still_open.get().state == ClockState.MISSED


def test_addresses_become_buildings_and_a_repeat_finds_what_was_open_then(cast: Cast, tmp_path: Path) -> None:
    """The file lists the newest first, and the earlier one was closed before the file ends: it was open at the time."""
    repeat = ROWS[2].replace("NA,Twitter", "2 Ayr Rd Brighton,Twitter")
    counts = replay(csv_file(tmp_path, [repeat, ROWS[1]]))
    assert Building.objects.filter(project__code="boston").count() == counts["buildings"] == 1
    assert counts["repeats_within_7_days"] == counts["shown_as_likely_duplicates"] == 1


def test_what_was_closed_before_is_no_duplicate(cast: Cast, tmp_path: Path) -> None:
    later = "105,2018-01-09 09:00:00,NA,NA,ONTIME,NA,Heat,2 Ayr Rd Brighton,Twitter"
    counts = replay(csv_file(tmp_path, [later, ROWS[1]]))
    assert counts["repeats_within_7_days"] == 1
    assert counts["shown_as_likely_duplicates"] == 0


def test_nobody_is_told_and_no_callback_is_owed_even_when_the_sweep_finds_it_late(cast: Cast, tmp_path: Path) -> None:
    replay(csv_file(tmp_path, ROWS))
    run(NOON)
    assert not Message.objects.exclude(case=None).exists()
    assert not Callback.objects.exists()
    assert Clock.objects.get(key="ticket.complete", case__reference="103").state == ClockState.MISSED


def test_taking_the_same_file_over_again_doubles_nothing(cast: Cast, tmp_path: Path) -> None:
    path = csv_file(tmp_path, ROWS)
    replay(path)
    counts = replay(path)
    assert (counts["taken"], counts["known"]) == (0, 4)
    assert Case.objects.filter(project__code="boston").count() == 4


def test_the_account_of_the_takeover_keeps_no_role(cast: Cast, tmp_path: Path) -> None:
    replay(csv_file(tmp_path, ROWS[:1]))
    assert not Membership.objects.active().filter(user__username="takeover").exists()


def test_a_row_that_does_not_fit_is_refused_with_its_reason_and_the_others_go_on(cast: Cast, tmp_path: Path) -> None:
    bad = [
        "201,yesterday,NA,NA,ONTIME,NA,Heat,1 Elm St,Twitter",
        ",2018-01-02 09:00:00,NA,NA,ONTIME,NA,Heat,1 Elm St,Twitter",
        "203,2018-01-02 09:00:00,NA,2018-01-01 09:00:00,ONTIME,NA,Heat,1 Elm St,Twitter",
    ]
    out = StringIO()
    call_command(
        "replay", str(csv_file(tmp_path, [*bad, ROWS[0]])), "--project", "boston", stdout=out, stderr=StringIO()
    )
    lines = out.getvalue().splitlines()
    assert [line for line in lines if line.startswith("line ")] == [
        "line 2 (201): a time that is none",
        "line 3 (no number): no number or no opening time",
        "line 4 (203): closed before it was opened",
    ]
    assert json.loads(lines[-1])["taken"] == 1


def test_a_file_without_the_columns_is_refused_by_name(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CommandError, match="open_dt"):
        replay(path)


def test_times_are_local_and_an_hour_that_comes_twice_is_its_first(cast: Cast) -> None:
    row = "1,2016-11-06 01:51:00,NA,NA,ONTIME,NA,Heat,x,Twitter"
    found = next(iter(read([HEAD, f'"1",{row}'], NEW_YORK)))
    assert isinstance(found, PastRequest)
    assert found.opened_at.astimezone(UTC) == datetime(2016, 11, 6, 5, 51, tzinfo=UTC)


def test_columns_that_are_missing_are_all_named() -> None:
    with pytest.raises(NotThisFormat, match="CASE_TITLE"):
        list(read(["CASE_ENQUIRY_ID\n", "1\n"], NEW_YORK))


@pytest.fixture
def real_file() -> Path:
    folder = os.environ.get("REAL_DATA")
    if not folder:
        pytest.skip("REAL_DATA names no folder with real requests")
    return Path(folder) / "requests" / "boston-heat-2011-2018.csv"


def test_real_rows_all_read(real_file: Path) -> None:
    with real_file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(read(lines, NEW_YORK))
    assert len(rows) == 7644
    assert not [row for row in rows if isinstance(row, RefusedRow)]
    assert sum(isinstance(row, PastRequest) and not row.place for row in rows) == 35


def test_real_verdicts_agree(cast: Cast, real_file: Path, tmp_path: Path) -> None:
    """A slice of the file; the whole of it is a long proof below."""
    with real_file.open(encoding="utf-8-sig") as lines:
        part = list(islice(lines, 1)) + list(islice(lines, 4000, 4100))
    path = tmp_path / "part.csv"
    path.write_text("".join(part), encoding="utf-8")
    counts = replay(path)
    assert counts["taken"] == counts["rows"] == 100
    assert counts["verdicts"] == counts["verdicts_equal"] > 0


@pytest.mark.slow
def test_all_real_verdicts_agree(cast: Cast, real_file: Path) -> None:
    counts = replay(real_file)
    assert (counts["rows"], counts["taken"], counts["refused"]) == (7644, 7644, 0)
    assert (counts["verdicts"], counts["verdicts_equal"]) == (3112, 3112)
