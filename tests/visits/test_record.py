"""Recording callbacks: reached, not reached, tried again; the worklist."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core.errors import Invalid, NotAllowed, NotNow, Stale
from notifications.models import Message
from sla.actions import sweep_clocks
from tests.cast import NOON, Cast
from tests.tickets.flow import HOUR, called_back, clock, completed, kinds, opened, owed
from tickets.models import Ticket
from visits.actions import Outcome, cancel_owed, owe_callback, record
from visits.models import Callback, CallbackScript
from visits.queries.callbacks import script_for, waiting, worklist
from visits.states import Category, State

pytestmark = pytest.mark.req("CBK-2")

DONE = NOON + 2 * HOUR
DAY = timedelta(days=1)


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    """A repair finished at 14:00 in Shanghai."""
    return completed(cast, opened(cast))


def tried(cast: Cast, callback: Callback, at: object, *, text: str = "") -> Callback:
    return record(callback=callback, outcome=Outcome(result="unreachable", text=text), by=cast.frontdesk, at=at)  # type: ignore[arg-type]


def test_nobody_answered_it_stays_owed_and_is_tried_again(cast: Cast, ticket: Ticket) -> None:
    callback = owed(ticket)
    due = clock(callback.case, "callback.other").due_at
    found = tried(cast, callback, DONE + HOUR, text="无人接听")
    assert (found.case.state, found.case.phase, found.attempts) == (State.RETRY, "open", 1)
    assert found.next_attempt_at == DONE + 3 * HOUR
    found = tried(cast, callback, DONE + 3 * HOUR)
    assert found.next_attempt_at == (NOON + DAY).replace(hour=2, minute=0), "the next morning at ten in Shanghai"
    running = clock(callback.case, "callback.other")
    assert (running.state, running.due_at) == ("running", due), "the promise goes on"
    assert Ticket.objects.get(pk=ticket.pk).case.state == "completed"
    assert kinds(callback.case) == ["callback.owed", "callback.attempted", "callback.attempted"]
    assert list(callback.case.events.order_by("pk").values_list("text", flat=True)) == ["", "无人接听", ""]


def test_it_is_never_dropped_however_often_nobody_answers(cast: Cast, ticket: Ticket) -> None:
    callback, at = owed(ticket), DONE
    for count in range(1, 12):
        found = tried(cast, callback, at)
        assert (found.attempts, found.case.state) == (count, State.RETRY)
        assert found.next_attempt_at is not None
        assert found.next_attempt_at > at
        at = found.next_attempt_at
    sweep_clocks(at=at)
    late = clock(callback.case, "callback.other")
    assert (late.state, late.ended_at) == ("missed", None)
    assert [row.callback for row in worklist(project=cast.project, user=cast.frontdesk, at=at)] == [callback]
    told = Message.objects.filter(case=callback.case, template="clock.breach", channel="in_app")
    assert [message.user for message in told] == [cast.supervisor]
    called_back(cast, ticket, at=at + HOUR)
    assert clock(callback.case, "callback.other").state == "missed", "late stays late"


@pytest.mark.req("CBK-3")
def test_a_problem_must_be_told_and_reaches_the_supervisor(cast: Cast, ticket: Ticket) -> None:
    callback = owed(ticket)
    with pytest.raises(Invalid) as refused:
        record(callback=callback, outcome=Outcome(result="dissatisfied", text="  "), by=cast.frontdesk, at=DONE + HOUR)
    assert "text" in refused.value.fields
    record(
        callback=callback,
        outcome=Outcome(result="dissatisfied", score=2, text="灯还在闪", how="visit"),
        by=cast.frontdesk,
        at=DONE + HOUR,
    )
    found = Callback.objects.get(pk=callback.pk)
    assert (found.result, found.score, found.text, found.how) == ("dissatisfied", 2, "灯还在闪", "visit")
    assert (found.caller, found.done_at, found.attempts) == (cast.frontdesk, DONE + HOUR, 1)
    told = Message.objects.filter(template="callback.dissatisfied", channel="in_app")
    assert [message.user for message in told] == [cast.supervisor]
    event = callback.case.events.get(kind="callback.reached")
    assert event.for_resident
    assert event.text == "灯还在闪"


@pytest.mark.parametrize(
    ("outcome", "field"),
    [
        (Outcome(result="maybe"), "result"),
        (Outcome(result="satisfied", score=0), "score"),
        (Outcome(result="satisfied", score=6), "score"),
        (Outcome(result="satisfied", score=1), "score"),
        (Outcome(result="satisfied", score=2), "score"),
        (Outcome(result="dissatisfied", score=4, text="灯还在闪"), "score"),
        (Outcome(result="dissatisfied", score=5, text="灯还在闪"), "score"),
        (Outcome(result="satisfied", how="pigeon"), "how"),
    ],
)
def test_what_makes_no_sense_is_refused(cast: Cast, ticket: Ticket, outcome: Outcome, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        record(callback=owed(ticket), outcome=outcome, by=cast.frontdesk, at=DONE + HOUR)
    assert field in refused.value.fields
    assert Ticket.objects.get(pk=ticket.pk).case.state == "completed"


@pytest.mark.parametrize("who", ["technician", "head", "guard", "quality", "resident", "frontdesk2"])
def test_who_did_the_work_does_not_ask_whether_it_was_good(cast: Cast, ticket: Ticket, who: str) -> None:
    with pytest.raises(NotAllowed):
        record(callback=owed(ticket), outcome=Outcome(result="satisfied"), by=getattr(cast, who), at=DONE + HOUR)


def test_it_is_done_once(cast: Cast, ticket: Ticket) -> None:
    callback = owed(ticket)
    called_back(cast, ticket)
    for result in ("satisfied", "unreachable"):
        with pytest.raises(NotNow):
            record(callback=callback, outcome=Outcome(result=result), by=cast.frontdesk, at=DONE + 5 * HOUR)


def test_a_stale_page_is_refused(cast: Cast, ticket: Ticket) -> None:
    callback = owed(ticket)
    seen = callback.case.version
    tried(cast, callback, DONE + HOUR)
    with pytest.raises(Stale):
        record(
            callback=callback,
            outcome=Outcome(result="satisfied"),
            by=cast.frontdesk,
            at=DONE + 2 * HOUR,
            expected=seen,
        )


@pytest.mark.req("CBK-1")
def test_one_is_owed_at_a_time(cast: Cast, ticket: Ticket) -> None:
    first = owed(ticket)
    again = owe_callback(parent=ticket.case, category="other", at=DONE + HOUR, by=cast.frontdesk)
    assert again == first
    assert cancel_owed(parent=ticket.case, at=DONE + HOUR, by=cast.frontdesk) == first
    assert cancel_owed(parent=ticket.case, at=DONE + HOUR, by=cast.frontdesk) is None
    assert owe_callback(parent=ticket.case, category="other", at=DONE + HOUR, by=cast.frontdesk) != first


def test_the_database_keeps_results_whole(cast: Cast, ticket: Ticket) -> None:
    rows = Callback.objects.filter(pk=owed(ticket).pk)
    for wrong in ({"score": 6}, {"result": "satisfied"}, {"result": "dissatisfied", "done_at": DONE}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)


# --- the worklist -----------------------------------------------------------------------------------------------------
def test_the_worklist_is_by_due_time_with_masked_phones(cast: Cast) -> None:
    later = completed(cast, opened(cast, unit=cast.units["3-2-1502"], contact_phone="13912345678"), at=DONE + HOUR)
    sooner = completed(cast, opened(cast))
    rows = worklist(project=cast.project, user=cast.frontdesk, at=DONE + 2 * HOUR)
    assert [row.parent for row in rows] == [sooner.case, later.case]
    assert [row.phone for row in rows] == ["138****1234", "139****5678"]
    assert [row.due_at for row in rows] == [DONE + 2 * DAY, DONE + HOUR + 2 * DAY]


def test_a_next_attempt_ahead_is_marked_and_does_not_count_as_waiting(cast: Cast, ticket: Ticket) -> None:
    tried(cast, owed(ticket), DONE + HOUR)
    at = DONE + 2 * HOUR
    assert worklist(project=cast.project, user=cast.frontdesk, at=at) == []
    (row,) = worklist(project=cast.project, user=cast.frontdesk, at=at, later=True)
    assert (row.waits, row.next_attempt_at) == (True, DONE + 3 * HOUR)
    assert waiting(project=cast.project, user=cast.frontdesk, at=at) == 0
    (row,) = worklist(project=cast.project, user=cast.frontdesk, at=DONE + 3 * HOUR)
    assert not row.waits
    assert worklist(project=cast.project, user=cast.frontdesk, at=DONE + 3 * HOUR, later=True) == []
    assert waiting(project=cast.project, user=cast.frontdesk, at=DONE + 3 * HOUR) == 1


def test_others_see_no_worklist(cast: Cast, ticket: Ticket) -> None:
    for who in (cast.technician, cast.guard, cast.frontdesk2, cast.resident):
        assert worklist(project=cast.project, user=who, at=DONE) == []
    called_back(cast, ticket)
    assert worklist(project=cast.project, user=cast.frontdesk, at=DONE) == [], "what is done is not to be done"


@pytest.mark.parametrize("count", [1, 3])
def test_the_worklist_is_one_statement_however_long(
    cast: Cast, count: int, django_assert_num_queries: "object"
) -> None:
    for _ in range(count):
        completed(cast, opened(cast))
    user = cast.frontdesk
    assert user.active_memberships
    with django_assert_num_queries(1):  # type: ignore[operator]
        rows = worklist(project=cast.project, user=user, at=DONE)
        assert [(row.case.unit, row.parent, row.case.project) for row in rows if row.parent is None] == []
    assert len(rows) == count


def test_the_worklist_reads_no_more_than_it_shows(cast: Cast) -> None:
    for _ in range(3):
        completed(cast, opened(cast))
    assert len(worklist(project=cast.project, user=cast.frontdesk, at=DONE, most=2)) == 2


def test_what_to_say_goes_by_what_was_mended(cast: Cast, ticket: Ticket) -> None:
    script = script_for(owed(ticket))
    assert script is not None
    assert script.category == "other"
    assert script.opening.startswith("您好")
    assert len(script.questions) >= 4
    assert CallbackScript.objects.count() == len(Category)
