"""What an open page is told of changes: only of its own rows, 304 while nothing changed, at a known price."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, User
from accounts.states import Role
from complaints import actions as actions_of_complaints
from notifications.actions import mark_read
from reception import actions as desk
from reception.actions import NewContact
from servicedesk.watched import LISTS, MOST
from tests.cast import NOON, Cast
from tests.tickets.flow import completed, dispatched, opened
from tests.tickets.pages import clock_at
from tickets import actions
from tickets.states import Kind

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db
TICKETS = "/live/?project=demo&live=tickets"


def ask(client: Client, address: str = TICKETS, tag: str = "") -> Any:
    """One look of a page that was told the tag last."""
    return client.get(address, headers={"If-None-Match": tag} if tag else {})


def rows(answer: Any, name: str = "tickets") -> dict[str, int]:
    """The rows of a list and their versions."""
    return dict(answer.json()["lists"][name]["rows"])


def elsewhere(cast: Cast) -> Any:
    """A ticket of the other project."""
    new = actions.NewTicket(
        project=cast.other_project, kind=Kind.REPAIR, description="路灯不亮", place="南门", category=None
    )
    return actions.open_ticket(new=new, by=cast.frontdesk2, at=NOON)


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    with clock_at(NOON):
        yield


def test_the_second_look_is_answered_304_until_something_happens(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    client = signed_in(cast.supervisor)
    first = ask(client)
    assert rows(first) == {ticket.case.number: ticket.case.version}
    again = ask(client, tag=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    second = opened(cast, unit=cast.units["3-2-1502"])
    dispatched(cast, ticket)
    told = ask(client, tag=first["ETag"])
    assert told.status_code == 200
    ticket.case.refresh_from_db()
    assert rows(told) == {ticket.case.number: ticket.case.version, second.case.number: second.case.version}


def test_rows_are_those_of_the_pages_filters(cast: Cast, signed_in: SignIn) -> None:
    waits, sent = opened(cast), dispatched(cast, opened(cast, unit=cast.units["3-2-1502"]))
    client = signed_in(cast.supervisor)
    assert set(rows(ask(client, TICKETS + "&view=unassigned"))) == {waits.case.number}
    assert set(rows(ask(client, TICKETS + "&state=dispatched"))) == {sent.case.number}
    opened(cast)  # fits the filter of another page
    assert set(rows(ask(client, TICKETS + "&state=dispatched"))) == {sent.case.number}


def test_what_happens_elsewhere_changes_neither_answer_nor_tag(cast: Cast, signed_in: SignIn) -> None:
    opened(cast)
    client = signed_in(cast.supervisor)
    first = ask(client)
    there = elsewhere(cast)
    assert ask(client, tag=first["ETag"]).status_code == 304
    assert (ask(client).content, ask(client)["ETag"]) == (first.content, first["ETag"])
    assert there.case.number not in first.content.decode()


def test_a_page_of_another_project_of_mine_is_told_of_that_one(cast: Cast, signed_in: SignIn) -> None:
    Membership.objects.create(user=cast.supervisor, role=Role.SUPERVISOR, project=cast.other_project)
    here, there = opened(cast), elsewhere(cast)
    client = signed_in(cast.supervisor)
    assert set(rows(ask(client))) == {here.case.number}
    assert set(rows(ask(client, "/live/?project=demo2&live=tickets"))) == {there.case.number}


PAGES = {
    "/tickets/": ["tickets"],
    "/desk/": ["line", "mine", "soon", "today"],
    "/callbacks/": ["callbacks"],
    "/dispatch/": ["dispatch", "board"],
    "/contacts/": ["contacts"],
    "/my-jobs/": ["jobs"],
    "/complaints/": ["complaints"],
    "/inbox/": ["inbox"],
}


@pytest.mark.parametrize("role", [Role.FRONTDESK, Role.TECHNICIAN, Role.CASHIER, Role.RESIDENT])
def test_a_list_is_told_to_whoever_may_open_its_page(cast: Cast, signed_in: SignIn, role: str) -> None:
    client = signed_in(cast.users[role])
    for path, names in PAGES.items():
        page = client.get(path)
        for name in names:
            assert client.get(f"/live/?live={name}").status_code == page.status_code, (path, name)
            assert page.status_code != 200 or f'data-live="{name}"' in page.content.decode()
    assert {name for names in PAGES.values() for name in names} == set(LISTS)


def test_the_board_tells_of_a_persons_day_as_soon_as_it_would_be_drawn_otherwise(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.supervisor)
    mine, board = str(cast.technician.pk), "/live/?live=board"
    seen = [rows(ask(client, board), "board")]
    ticket = dispatched(cast, opened(cast))
    seen.append(rows(ask(client, board), "board"))
    actions.accept(ticket=ticket, by=cast.technician, at=NOON)
    assert rows(ask(client, board), "board") == seen[-1], "nothing is drawn otherwise"
    actions.dispatch(ticket=ticket, technician=cast.technician2, by=cast.supervisor, at=NOON)
    seen.append(rows(ask(client, board), "board"))
    assert seen[0][mine] != seen[1][mine]
    assert seen[2][mine] == seen[0][mine]
    assert seen[2][str(cast.technician2.pk)] != seen[1][str(cast.technician2.pk)]
    page = client.get("/dispatch/").content.decode()
    assert all(f'data-live-row="{who} {stamp}"' in page for who, stamp in seen[2].items())
    tomorrow = rows(ask(client, board + "&day=tomorrow"), "board")
    assert tomorrow.keys() == seen[2].keys()


def test_the_work_log_tells_of_the_contacts_of_its_filters(cast: Cast, signed_in: SignIn) -> None:
    called = NewContact(project=cast.project, channel="phone", purpose="enquiry", said="问")
    here = desk.log_contact(new=called, by=cast.frontdesk, at=NOON)
    came = desk.queue(new=replace(called, channel="walk_in"), by=cast.frontdesk, at=NOON)
    client = signed_in(cast.supervisor)
    every = {case.number: case.version for case in (here.case, came.case)}
    assert rows(ask(client, "/live/?live=contacts&day=today"), "contacts") == every
    assert set(rows(ask(client, "/live/?live=contacts&channel=phone"), "contacts")) == {here.case.number}
    assert rows(ask(client, "/live/?live=contacts&day=yesterday"), "contacts") == {}
    further = rows(ask(client, f"/live/?live=contacts&before={came.pk}"), "contacts")
    assert set(further) == {here.case.number}
    desk.serve(contact=came, by=cast.frontdesk, at=NOON)
    assert rows(ask(client, "/live/?live=contacts&day=today"), "contacts") != every


def test_a_page_of_complaints_that_is_not_there_is_the_last_one_here_too(cast: Cast, signed_in: SignIn) -> None:
    said = actions_of_complaints.NewComplaint(project=cast.project, description="电梯太吵")
    complaint = actions_of_complaints.register(new=said, by=cast.frontdesk, at=NOON)
    client = signed_in(cast.supervisor)
    for page in ("1", "99", "x"):
        assert set(rows(ask(client, f"/live/?live=complaints&page={page}"), "complaints")) == {complaint.case.number}


def test_technicians_and_residents_are_told_of_their_own(cast: Cast, signed_in: SignIn) -> None:
    sent = dispatched(cast, opened(cast))
    opened(cast, unit=cast.units["3-2-1502"])
    mine = signed_in(cast.technician)
    assert set(rows(ask(mine, "/live/?live=jobs&live=tickets"), "jobs")) == {sent.case.number}
    assert set(rows(ask(mine))) == {sent.case.number}
    assert rows(ask(signed_in(cast.technician2), "/live/?live=jobs"), "jobs") == {}
    assert ask(signed_in(cast.resident), "/live/?live=tickets").status_code == 404


def test_strange_lists_and_projects_are_not_there(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.supervisor)
    assert ask(client, "/live/?live=nothing").status_code == 404
    assert ask(client, "/live/?project=demo2").status_code == 404
    assert ask(client, "/live/?project=no-such").status_code == 404


def test_signed_out_or_disabled_the_door_answers_even_with_a_tag(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.supervisor)
    tag = ask(client)["ETag"]
    assert ask(Client(), tag=tag).status_code == 302
    User.objects.filter(pk=cast.supervisor.pk).update(is_active=False)
    assert ask(client, tag=tag).status_code == 302


def test_a_membership_that_ended_counts_within_half_a_minute(cast: Cast, signed_in: SignIn) -> None:
    opened(cast)
    client = signed_in(cast.supervisor)
    tag = ask(client)["ETag"]
    Membership.objects.filter(user=cast.supervisor).update(ended_at=NOON)
    with clock_at(NOON + timedelta(seconds=31)):
        assert ask(client, tag=tag).status_code == 404


def test_somebody_elses_tag_is_no_shortcut(cast: Cast, signed_in: SignIn) -> None:
    opened(cast)
    tag = ask(signed_in(cast.supervisor))["ETag"]
    assert ask(signed_in(cast.gm), tag=tag).status_code == 200


def test_unread_messages_counts_and_the_banner_come_along(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    first = ask(client, "/live/?project=demo").json()
    assert (first["unread"], first["counts"]["/desk/"], first["counts"]["/dispatch/"]) == (0, 0, 0)
    assert first["banner"]  # no sweep has ever run here
    dispatched(cast, opened(cast))
    opened(cast)
    desk.queue(
        new=NewContact(project=cast.project, channel="walk_in", purpose="enquiry", said="问"),
        by=cast.frontdesk,
        at=NOON,
    )
    then = ask(client, "/live/?project=demo").json()
    assert (then["counts"]["/desk/"], then["counts"]["/dispatch/"]) == (1, 1)
    technician = signed_in(cast.technician)
    told = ask(technician, "/live/?live=inbox")
    assert told.json()["unread"] == 1
    assert told.json()["unread_words"] == "1 条未读"
    mark_read(user=cast.technician, at=NOON)
    assert ask(technician, "/live/?live=inbox&show=unread").json()["unread"] == 0
    assert ask(signed_in(cast.resident), "/live/").json()["banner"] == ""


def test_what_time_alone_changes_is_told_within_half_a_minute(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    client = signed_in(cast.supervisor)
    overdue = TICKETS + "&view=overdue"
    tag = ask(client, overdue)["ETag"]
    with clock_at(NOON + timedelta(minutes=11)):
        assert set(rows(ask(client, overdue, tag))) == {ticket.case.number}


# --- what it costs ---------------------------------------------------------------------------------------------------
def statements(client: Client, address: str, tag: str = "") -> tuple[int, int]:
    """The status, and how many statements it took."""
    with CaptureQueriesContext(connection) as asked:
        status = ask(client, address, tag).status_code
    return status, len(asked)


def test_a_quiet_look_takes_three_statements_and_reads_no_list(cast: Cast, signed_in: SignIn) -> None:
    opened(cast)
    for user, address in (
        (cast.supervisor, TICKETS),
        (cast.frontdesk, "/live/?project=demo&live=line&live=mine&live=soon&live=today"),
        (cast.technician, "/live/?live=jobs"),
    ):
        client = signed_in(user)
        tag = ask(client, address)["ETag"]
        assert statements(client, address, tag) == (304, 3)  # session with person, memberships, newest event
    Membership.objects.filter(user=cast.supervisor).update(project=None)
    client = signed_in(cast.supervisor)
    assert statements(client, TICKETS, ask(client)["ETag"]) == (304, 3)  # for the whole company too


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("who", "query", "price"),
    [
        # session with person, memberships, newest event, unread; the sweep and the counts of the navigation; the lists
        ("supervisor", "live=tickets", 4 + 6 + 1),
        ("supervisor", "live=dispatch", 4 + 6 + 1),
        ("supervisor", "live=callbacks", 4 + 6 + 1),
        ("supervisor", "live=contacts", 4 + 6 + 1),
        ("supervisor", "live=dispatch&live=board", 4 + 6 + 5),
        ("frontdesk", "live=line&live=mine&live=soon&live=today", 4 + 5 + 4),
        ("technician", "live=jobs", 4 + 2 + 3),
        ("technician", "live=inbox", 4 + 2 + 1),
    ],
)
def test_a_busy_look_costs_the_same_for_any_number_of_rows(
    cast: Cast, signed_in: SignIn, who: str, query: str, price: int, count: int
) -> None:
    client = signed_in(cast.users[who])
    tag = ask(client, f"/live/?{query}")["ETag"]
    for _ in range(count):
        dispatched(cast, opened(cast))
        opened(cast, unit=cast.units["3-2-1502"])
        completed(cast, opened(cast))
    assert statements(client, f"/live/?{query}", tag) == (200, price)


def test_a_long_list_is_cut(cast: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        opened(cast)
    monkeypatch.setattr("servicedesk.watched.MOST", 2)
    monkeypatch.setattr("servicedesk.live.MOST", 2)
    told = ask(signed_in(cast.supervisor)).json()["lists"]["tickets"]
    assert (len(told["rows"]), told["more"]) == (2, True)
    assert MOST == 200
