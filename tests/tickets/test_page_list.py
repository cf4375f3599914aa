"""The list of tickets: saved views, filters, pages, bulk dispatch, export."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.models import User
from cases.actions import SEARCH_KIND
from cases.models import Case
from records.models import AuditEntry, SearchToken
from records.spreadsheets import safe_cell
from tests.cast import NOON, Cast
from tests.tickets.flow import HOUR, completed, dispatched, in_progress, opened, ticket_in
from tests.tickets.pages import LATER, PHONE, clock_at, queries_for, read_in_english, words_of
from tickets import actions
from tickets.models import Ticket
from tickets.reads.board import waiting
from tickets.reads.counts import to_dispatch
from tickets.reads.listing import COUNTED, PAGE, Cursor, Filters, listed, one_page
from tickets.states import State

SignIn = Callable[[User], Client]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    with clock_at():
        yield


def numbers(response: Any) -> list[str]:
    """The rows of the page, in order."""
    return [row.case.number for row in response.context["rows"]]


def shown(client: Client, query: str = "") -> set[str]:
    return set(numbers(client.get(f"/tickets/{query}")))


# --- views and filters -----------------------------------------------------------------------------------------------
@pytest.fixture
def tickets(cast: Cast) -> dict[str, Ticket]:
    """One ticket in each state that a view tells apart."""
    waits = opened(cast, at=NOON)
    works = in_progress(cast, opened(cast, unit=cast.units["3-2-1502"], code="power"))
    done = completed(cast, opened(cast, at=NOON + timedelta(minutes=1)))
    over = ticket_in(cast, State.CANCELLED)
    return {"waits": waits, "works": works, "done": done, "over": over}


@pytest.mark.parametrize(
    ("view", "who", "expected"),
    [
        ("", "supervisor", {"waits", "works", "done"}),
        ("open", "supervisor", {"waits", "works", "done"}),
        ("all", "supervisor", {"waits", "works", "done", "over"}),
        ("unassigned", "supervisor", {"waits"}),
        ("overdue", "supervisor", {"waits"}),
        ("today", "supervisor", set()),
        ("callback", "supervisor", {"done"}),
        ("mine", "supervisor", set()),
        ("mine", "technician", {"works", "done"}),
        ("no-such-view", "supervisor", {"waits", "works", "done"}),
    ],
)
def test_saved_views_hold_what_they_say(
    cast: Cast, signed_in: SignIn, tickets: dict[str, Ticket], view: str, who: str, expected: set[str]
) -> None:
    found = shown(signed_in(cast.users[who]), f"?view={view}")
    assert found == {tickets[name].case.number for name in expected}


def test_due_today_is_what_is_still_to_come_before_local_midnight(cast: Cast, signed_in: SignIn) -> None:
    soon, tomorrow = opened(cast), opened(cast)
    Case.objects.filter(pk=soon.case_id).update(due_at=NOON + 11 * HOUR)
    Case.objects.filter(pk=tomorrow.case_id).update(due_at=NOON + 12 * HOUR)
    assert shown(signed_in(cast.supervisor), "?view=today") == {soon.case.number}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?state=in_progress", {"works"}),
        ("?category=power", {"works"}),
        ("?q=1502", {"works"}),
        ("?q=吸顶灯&state=completed", {"done"}),
        ("?urgency=urgent", set()),
        ("?handler={technician}", {"works", "done"}),
        ("?department={maintenance}&view=unassigned", {"waits"}),
        ("?building={building}", {"waits", "works", "done"}),
        ("?building=999999", set()),
        ("?state=nonsense&handler=x&building=-1&urgency=now", {"waits", "works", "done"}),
    ],
)
def test_filters_narrow_and_stand_in_the_address(
    cast: Cast, signed_in: SignIn, tickets: dict[str, Ticket], query: str, expected: set[str]
) -> None:
    known = {
        "technician": cast.technician.pk,
        "maintenance": cast.departments["maintenance"].pk,
        "building": cast.units["3-2-1501"].building_id,
    }
    found = shown(signed_in(cast.supervisor), query.format(**known))
    assert found == {tickets[name].case.number for name in expected}


def test_the_view_keeps_the_filters_and_a_filter_keeps_the_view(cast: Cast, signed_in: SignIn) -> None:
    opened(cast)
    response = signed_in(cast.supervisor).get("/tickets/?view=unassigned&category=lamp")
    assert "?view=overdue&category=lamp" in {view.url for view in response.context["views"]}
    choices = [choice.url for chip in response.context["chips"] for choice in chip.choices]
    assert "?view=unassigned&category=lamp&urgency=urgent" in choices
    (narrowed,) = [chip for chip in response.context["chips"] if chip.active]
    assert narrowed.choices[0].url == "?view=unassigned", "taken away again"


def test_what_falls_due_first_comes_first_and_no_promise_comes_last(cast: Cast, signed_in: SignIn) -> None:
    late, none, early = opened(cast), opened(cast), opened(cast)
    for ticket, due in ((late, NOON + DAY), (none, None), (early, NOON + HOUR)):
        Case.objects.filter(pk=ticket.case_id).update(due_at=due)
    response = signed_in(cast.supervisor).get("/tickets/")
    assert numbers(response) == [ticket.case.number for ticket in (early, late, none)]


@pytest.mark.parametrize("view", ["open", "all"])
def test_pages_follow_each_other_without_a_gap_or_a_repeat(cast: Cast, signed_in: SignIn, view: str) -> None:
    total = PAGE + 7
    for n in range(total):
        ticket = opened(cast, at=NOON + timedelta(minutes=n))
        due = None if n % 3 == 0 else NOON + timedelta(hours=n // 2)
        Case.objects.filter(pk=ticket.case_id).update(due_at=due)
    client = signed_in(cast.supervisor)
    first = client.get(f"/tickets/?view={view}")
    second = client.get("/tickets/" + first.context["next_url"])
    seen = numbers(first) + numbers(second)
    assert (len(seen), len(set(seen))) == (total, total)
    assert second.context["next_url"] == ""


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "x",
        "~",
        "-~x",
        "2026~1",
        "2026-11-23T00:00:00~1",
        "9999-99-99~1",
        "-~" + "9" * 40,
        "0001-01-01T00:00:00%2B14:00~5",
        "9999-12-31T23:59:00-12:00~5",
    ],
)
def test_a_cursor_that_is_not_ours_shows_the_first_page(cast: Cast, signed_in: SignIn, raw: str) -> None:
    ticket = opened(cast)
    assert shown(signed_in(cast.supervisor), f"?after={raw}") == {ticket.case.number}


def test_the_count_does_not_pretend_beyond_a_thousand(cast: Cast, signed_in: SignIn) -> None:
    first = opened(cast).case
    rows = [
        Case(
            number=f"BX-20261101-{n:04d}",
            kind="repair",
            state="pending",
            title="x",
            project=cast.project,
            opened_at=NOON,
        )
        for n in range(COUNTED)
    ]
    Ticket.objects.bulk_create([Ticket(case=case) for case in Case.objects.bulk_create(rows)])
    assert "1,000+ tickets" in words_of(signed_in(cast.supervisor).get("/tickets/"))
    Case.objects.filter(pk=first.pk).update(kind="callback")
    assert "1000 tickets" in words_of(signed_in(cast.supervisor).get("/tickets/"))


def test_the_moment_of_a_page_is_the_same_for_rows_and_count(cast: Cast) -> None:
    opened(cast)
    page = one_page(Filters(view="overdue"), None, user=cast.supervisor, project=cast.project, at=NOON + HOUR)
    assert (page.count, len(page.cases)) == (1, 1)
    assert Cursor.read(str(Cursor(NOON, 5))) == Cursor(NOON, 5)


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_row_and_for_three(cast: Cast, signed_in: SignIn, count: int) -> None:
    for _ in range(count):
        dispatched(cast, opened(cast))
    assert queries_for(signed_in(cast.supervisor), "/tickets/") == 4


@pytest.mark.parametrize("view", ["open", "mine", "unassigned", "overdue", "today", "callback"])
def test_a_view_of_what_is_open_says_so_that_the_index_of_open_cases_serves(cast: Cast, view: str) -> None:
    rows = listed(Filters(view=view), user=cast.supervisor, project=cast.project, at=LATER)
    assert 'NOT ("cases_case"."phase" = closed)' in str(rows.query)


def test_the_small_number_and_the_board_ask_for_open_cases_too(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as asked:
        to_dispatch(cast.supervisor, cast.project)
        waiting(cast.supervisor, cast.project)
    assert ["closed" in query["sql"] for query in asked if "cases_case" in query["sql"]] == [True, True]


def test_a_search_in_a_view_finds_an_old_open_match_among_many_newer_ones(cast: Cast, signed_in: SignIn) -> None:
    old = opened(cast)
    newer = [
        SearchToken(project=cast.project, kind=SEARCH_KIND, object_id=10**6 + n, token="1501", rank=10**15)
        for n in range(600)
    ]
    SearchToken.objects.bulk_create(newer)
    response = signed_in(cast.supervisor).get("/tickets/?q=1501")
    assert numbers(response) == [old.case.number]
    assert "1 ticket" in words_of(response)


# --- who sees what ---------------------------------------------------------------------------------------------------
@pytest.mark.req("SEC-1")
def test_everybody_sees_their_own_project_and_access_only(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast))
    for who in ("frontdesk", "supervisor", "head", "gm", "quality", "admin", "technician"):
        assert shown(signed_in(cast.users[who])) == {ticket.case.number}, who
    for who in ("frontdesk2", "technician2", "guard", "cashier"):
        assert shown(signed_in(cast.users[who])) == set(), who
    assert signed_in(cast.resident).get("/tickets/").status_code == 404


def test_who_may_not_dispatch_is_offered_no_boxes(cast: Cast, signed_in: SignIn) -> None:
    opened(cast)
    assert 'name="pick"' in signed_in(cast.head).get("/tickets/").content.decode()
    assert 'name="pick"' not in signed_in(cast.quality).get("/tickets/").content.decode()


# --- several at once -------------------------------------------------------------------------------------------------
@pytest.mark.req("REP-3")
def test_each_row_of_a_bulk_dispatch_says_what_became_of_it(cast: Cast, signed_in: SignIn) -> None:
    good, done = opened(cast), completed(cast, opened(cast))
    client = signed_in(cast.supervisor)
    picked = [good.case.number, done.case.number, "BX-19990101-0001"]
    data = {"pick": picked, "technician": cast.technician2.pk, "next": "/tickets/?view=unassigned"}
    answer = client.post("/tickets/dispatch/", data)
    assert answer.headers["Location"] == "/tickets/?view=unassigned"
    results = client.get(answer.headers["Location"]).context["results"]
    assert [(row["number"], row["ok"]) for row in results] == list(zip(picked, [True, False, False], strict=True))
    assert results[0]["words"] == "sent Technician2"
    assert "Completed" in results[1]["words"]
    good.case.refresh_from_db()
    done.case.refresh_from_db()
    assert (good.case.state, done.case.state) == (State.DISPATCHED, State.COMPLETED)
    assert client.get("/tickets/").context["results"] is None, "told once"


def test_somebody_without_the_right_sends_nobody(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    client = signed_in(cast.quality)
    client.post("/tickets/dispatch/", {"pick": [ticket.case.number], "technician": cast.technician.pk})
    assert not client.get("/tickets/").context["results"][0]["ok"]
    assert not ticket.jobs.exists()


@pytest.mark.parametrize("data", [{}, {"pick": ["x"]}, {"pick": ["x"], "technician": "0"}, {"technician": "1"}])
def test_an_incomplete_choice_is_refused_in_words(cast: Cast, signed_in: SignIn, data: dict[str, Any]) -> None:
    assert signed_in(cast.supervisor).post("/tickets/dispatch/", data).status_code == 400


def test_the_way_back_stays_on_our_own_pages(cast: Cast, signed_in: SignIn) -> None:
    data = {"pick": ["x"], "technician": cast.technician.pk, "next": "//evil.example/"}
    assert signed_in(cast.supervisor).post("/tickets/dispatch/", data).headers["Location"] == "/tickets/"


# --- export ----------------------------------------------------------------------------------------------------------
def csv_rows(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.mark.req("SEC-1", "SEC-2")
def test_an_export_is_the_filtered_list_with_phones_masked_and_it_is_logged(cast: Cast, signed_in: SignIn) -> None:
    opened(cast, description="=HYPERLINK(1)", code="lamp")
    opened(cast, code="power")
    response = signed_in(cast.supervisor).get("/tickets/export.csv?category=lamp")
    rows = csv_rows(response)
    assert len(rows) == 2
    assert "'=HYPERLINK(1)" in rows[1]
    assert PHONE not in response.content.decode()
    entry = AuditEntry.objects.get(action="tickets.exported")
    assert (entry.by, entry.data["filter"], entry.data["count"]) == (cast.supervisor, {"category": "lamp"}, 1)
    assert len(entry.data["sha256"]) == 64


def test_the_workbook_says_the_same(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast, description="@SUM(A1)")
    response = signed_in(cast.supervisor).get("/tickets/export.xlsx")
    sheet = load_workbook(io.BytesIO(response.content)).active
    assert sheet is not None
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert values[1][0] == ticket.case.number
    assert "'@SUM(A1)" in values[1]


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("who", ["frontdesk", "technician", "head", "cashier", "resident", "frontdesk2"])
def test_only_those_above_the_desk_take_lists_out(cast: Cast, signed_in: SignIn, who: str) -> None:
    opened(cast)
    client = signed_in(cast.users[who])
    assert client.get("/tickets/export.csv").status_code == 404
    assert not AuditEntry.objects.filter(action="tickets.exported").exists()


def test_an_unknown_format_is_nothing(cast: Cast, signed_in: SignIn) -> None:
    assert signed_in(cast.supervisor).get("/tickets/export.exe").status_code == 404


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-2", "'-2"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("a=b", "a=b"),
        (3, 3),
        ("\x00a", "a"),
    ],
)
def test_no_cell_is_taken_for_a_formula(value: object, expected: str) -> None:
    assert safe_cell(value) == expected


def test_the_same_bulk_dispatch_sent_twice_sends_once_and_says_so_twice(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    client = signed_in(cast.supervisor)
    data = {"pick": [ticket.case.number], "technician": cast.technician.pk, "idempotency_key": "k"}
    client.post("/tickets/dispatch/", data)
    first = client.get("/tickets/").context["results"]
    actions.accept(ticket=ticket, by=cast.technician, at=LATER)
    client.post("/tickets/dispatch/", data)
    assert client.get("/tickets/").context["results"] == first
    assert [job.state for job in ticket.jobs.all()] == ["accepted"]


@pytest.mark.req("REP-3")
@pytest.mark.parametrize("state", [State.DISPATCHED, State.IN_PROGRESS, State.ON_HOLD])
def test_the_list_takes_no_work_away_from_who_has_it(cast: Cast, signed_in: SignIn, state: State) -> None:
    ticket = ticket_in(cast, state)
    client = signed_in(cast.supervisor)
    client.post("/tickets/dispatch/", {"pick": [ticket.case.number], "technician": cast.technician2.pk})
    (result,) = client.get("/tickets/").context["results"]
    assert not result["ok"]
    assert "where nobody was sent yet" in result["words"]
    assert ticket.jobs.get().technician == cast.technician


def test_after_a_stop_the_others_still_went_out(cast: Cast, signed_in: SignIn) -> None:
    tickets = [opened(cast) for _ in range(3)]
    actions.cancel(ticket=tickets[1], reason="不用了", by=cast.frontdesk, at=LATER)
    data = {"pick": [ticket.case.number for ticket in tickets], "technician": cast.technician.pk}
    signed_in(cast.supervisor).post("/tickets/dispatch/", data)
    assert [ticket.jobs.count() for ticket in tickets] == [1, 0, 1]
