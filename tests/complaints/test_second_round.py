"""What was taken back goes on as it was, what was opened again begins anew: by neither does anybody gain time."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from complaints import actions
from complaints.models import Complaint
from core.errors import NotAllowed, NotNow
from notifications.models import Message
from sla.states import ClockState
from tests.cast import NOON, Cast
from tests.complaints.scene import DAY, HOUR, MINUTE, clock, handled, refer, sweep, taken

SignIn = Callable[[User], Client]


def solved(cast: Cast, complaint: Complaint, *, at: Any, by: str = "technician") -> Complaint:
    return actions.resolve(complaint=complaint, outcome="solved", result="已清运", by=cast.users[by], at=at)


def heard(complaint: Complaint, template: str) -> set[str]:
    rows = Message.objects.filter(case=complaint.case, template=template, channel="in_app")
    return set(rows.values_list("user__username", flat=True))


def cycles(complaint: Complaint, key: str) -> int:
    return int(complaint.case.clocks.filter(key=key).count())


# --- a result that nobody was told -----------------------------------------------------------------------------------
@pytest.mark.req("CMP-4", "SLA-4")
def test_a_result_that_is_taken_back_gains_no_time(cast: Cast) -> None:
    complaint = handled(cast, grade="important")
    due = clock(complaint, "complaint.resolve.important").due_at
    solved(cast, complaint, at=NOON + 2 * DAY)
    actions.reopen(complaint=complaint, reason="还没好", by=cast.technician, at=NOON + 2 * DAY + HOUR)
    complaint.refresh_from_db()
    complaint.case.refresh_from_db()
    assert (complaint.case.state, complaint.outcome, complaint.resolved_at) == ("handling", "", None)
    running = clock(complaint, "complaint.resolve.important")
    assert (running.state, running.due_at, running.cycle) == (ClockState.RUNNING, due, 1)
    assert clock(complaint, "complaint.inform").state == ClockState.CANCELLED
    assert complaint.case.due_at == clock(complaint, "complaint.progress").due_at
    assert heard(complaint, "complaint.taken_back") == {"supervisor"}
    sweep(NOON + 3 * DAY + MINUTE)
    assert clock(complaint, "complaint.resolve.important").breached_at == due
    assert Message.objects.filter(case=complaint.case, user=cast.gm, template="clock.breach").exists()


@pytest.mark.req("CMP-4")
def test_a_breach_before_the_result_or_after_it_stays(cast: Cast) -> None:
    complaint = handled(cast, grade="important")
    solved(cast, complaint, at=NOON + DAY)
    actions.reopen(complaint=complaint, reason="还没好", by=cast.technician, at=NOON + 5 * DAY)
    sweep(NOON + 5 * DAY)
    solved(cast, complaint, at=NOON + 6 * DAY)
    actions.reopen(complaint=complaint, reason="还没好", by=cast.technician, at=NOON + 6 * DAY + HOUR)
    late = clock(complaint, "complaint.resolve.important")
    assert (late.state, late.breached_at, late.cycle) == (ClockState.MISSED, NOON + 3 * DAY, 1)


@pytest.mark.req("CMP-14", "CMP-3")
def test_what_was_said_and_noted_before_stays_said_and_noted(cast: Cast) -> None:
    complaint = handled(cast, grade="major")
    actions.acknowledge(complaint=complaint, by=cast.gm, at=NOON + HOUR)
    actions.answer(complaint=complaint, text="三天内", by=cast.technician, at=NOON + HOUR)
    solved(cast, complaint, at=NOON + DAY)
    complaint = actions.reopen(complaint=complaint, reason="还没好", by=cast.technician, at=NOON + DAY + HOUR)
    assert None not in (complaint.contacted_at, complaint.answered_at, complaint.acknowledged_at)
    assert heard(complaint, "complaint.taken_back") == {"supervisor", "gm"}
    assert [cycles(complaint, key) for key in ("complaint.answer", "complaint.notify_gm")] == [1, 1]
    assert not complaint.case.events.get(kind="complaint.taken_back").for_resident


@pytest.mark.req("CMP-9")
def test_one_closed_without_the_residents_knowing_goes_on_where_it_was(cast: Cast) -> None:
    complaint = handled(cast, grade="important")
    due = clock(complaint, "complaint.resolve.important").due_at
    solved(cast, complaint, at=NOON + DAY)
    actions.close(complaint=complaint, confirmed=False, reason="联系不上", by=cast.supervisor, at=NOON + DAY)
    with pytest.raises(NotAllowed):
        actions.reopen(complaint=complaint, reason="还没好", by=cast.technician, at=NOON + 2 * DAY)
    complaint = actions.reopen(complaint=complaint, reason="联系上了", by=cast.frontdesk, at=NOON + 2 * DAY)
    assert (complaint.case.state, complaint.confirmed, complaint.close_reason) == ("handling", None, "")
    running = clock(complaint, "complaint.resolve.important")
    assert (running.state, running.due_at, running.cycle) == (ClockState.RUNNING, due, 1)


@pytest.mark.req("CMP-9")
def test_the_page_offers_the_one_or_the_other(cast: Cast, signed_in: SignIn) -> None:
    complaint = solved(cast, handled(cast), at=NOON + HOUR)
    path = f"/complaints/{complaint.case.number}/"

    def offered(who: str) -> set[str]:
        return {one.verb for one in signed_in(cast.users[who]).get(path).context["steps"]} & {"reopen", "take-back"}

    assert (offered("technician"), offered("frontdesk")) == ({"take-back"}, {"take-back"})
    actions.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=NOON + HOUR)
    assert (offered("technician"), offered("frontdesk")) == (set(), {"reopen"})
    answer = signed_in(cast.frontdesk).post(f"{path}do/reopen/", {"reason": "没好"})
    assert answer.status_code == 302


# --- opened again ----------------------------------------------------------------------------------------------------
def told_and_closed(cast: Cast, **more: Any) -> Complaint:
    complaint = handled(cast, **more)
    if complaint.case.grade == "major":
        actions.acknowledge(complaint=complaint, by=cast.gm, at=NOON + HOUR)
    actions.answer(complaint=complaint, text="三天内", by=cast.technician, at=NOON + HOUR)
    solved(cast, complaint, at=NOON + DAY)
    actions.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=NOON + DAY)
    return actions.close(complaint=complaint, confirmed=True, by=cast.frontdesk, at=NOON + DAY)


@pytest.mark.req("CMP-4")
def test_who_handled_it_alone_does_not_open_again_what_was_told(cast: Cast) -> None:
    complaint = told_and_closed(cast, grade="important")
    with pytest.raises(NotAllowed):
        actions.reopen(complaint=complaint, reason="没好", by=cast.technician, at=NOON + 2 * DAY)
    actions.reopen(complaint=complaint, reason="没好", by=cast.frontdesk, at=NOON + 2 * DAY)
    anew = clock(complaint, "complaint.resolve.important")
    assert (anew.cycle, anew.due_at) == (2, NOON + 5 * DAY)


@pytest.mark.req("CMP-3", "CMP-14")
def test_of_a_major_one_everything_is_owed_anew_and_the_manager_hears_of_it(cast: Cast) -> None:
    complaint = told_and_closed(cast, grade="major")
    again = NOON + 2 * DAY
    complaint = actions.reopen(complaint=complaint, reason="没好", by=cast.frontdesk, at=again)
    assert heard(complaint, "complaint.reopened") == {"technician", "supervisor", "gm"}
    assert (complaint.contacted_at, complaint.answered_at, complaint.acknowledged_at) == (None, None, None)
    for key in ("complaint.notify_gm", "complaint.answer"):
        assert (clock(complaint, key).cycle, clock(complaint, key).state) == (2, ClockState.RUNNING)
    solved(cast, complaint, at=again + HOUR)
    assert heard(complaint, "complaint.unspoken") == {"head", "supervisor"}
    actions.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=again + HOUR)
    with pytest.raises(NotNow):
        actions.close(complaint=complaint, confirmed=True, by=cast.frontdesk, at=again + HOUR)


# --- handed round ----------------------------------------------------------------------------------------------------
@pytest.mark.req("CMP-14")
def test_the_next_person_of_the_department_has_what_is_left_of_the_hours(cast: Cast) -> None:
    complaint = taken(cast)
    refer(cast, complaint, at=NOON)
    maintenance = cast.departments["maintenance"]
    for hours, person in ((3, cast.technician2), (3.75, cast.technician)):
        at = NOON + hours * HOUR
        actions.refer(complaint=complaint, department=maintenance, person=person, by=cast.frontdesk, at=at)
    running = clock(complaint, "complaint.contact")
    assert (running.cycle, running.due_at) == (1, NOON + 4 * HOUR)
    complaint.case.refresh_from_db()
    assert (complaint.case.state, complaint.case.handler) == ("referred", cast.technician)
    sweep(NOON + 4 * HOUR + MINUTE)
    actions.refer(complaint=complaint, department=maintenance, person=cast.head, by=cast.frontdesk, at=NOON + 5 * HOUR)
    late = clock(complaint, "complaint.contact")
    assert (late.cycle, late.breached_at) == (1, NOON + 4 * HOUR)
    actions.refer(complaint=complaint, department=cast.departments["cleaning"], by=cast.frontdesk, at=NOON + 6 * HOUR)
    anew = clock(complaint, "complaint.contact")
    assert (anew.cycle, anew.due_at) == (2, NOON + 10 * HOUR)


@pytest.mark.req("CMP-14")
def test_who_has_spoken_has_spoken_for_the_department_until_it_is_opened_again(cast: Cast) -> None:
    complaint = told_and_closed(cast)
    assert cycles(complaint, "complaint.contact") == 1
    actions.reopen(complaint=complaint, reason="没好", by=cast.frontdesk, at=NOON + 2 * DAY)
    refer(cast, complaint, at=NOON + 2 * DAY + HOUR)
    assert clock(complaint, "complaint.contact").due_at == NOON + 2 * DAY + 5 * HOUR
    actions.contact_resident(complaint=complaint, text="已通话", by=cast.technician, at=NOON + 2 * DAY + 2 * HOUR)
    given = {"department": cast.departments["maintenance"], "person": cast.technician2, "by": cast.frontdesk}
    actions.refer(complaint=complaint, at=NOON + 2 * DAY + 3 * HOUR, **given)  # type: ignore[arg-type]
    assert cycles(complaint, "complaint.contact") == 2
