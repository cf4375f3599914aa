"""Giving a job to somebody, and what they do until they are there."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from cases.models import CaseAccess
from core.errors import Invalid, NotAllowed, NotNow, Stale
from notifications.models import Message
from sla.actions import sweep_clocks
from tests.cast import NOON, Cast, make_user
from tests.tickets.flow import (
    HOUR,
    MINUTE,
    accepted,
    category,
    clock,
    dispatched,
    in_progress,
    kinds,
    opened,
    ticket_in,
)
from tickets import actions
from tickets.models import Job, TechnicianSkill, Ticket
from tickets.queries import candidates, jobs_of, technicians_for
from tickets.rules_dispatch import Window
from tickets.states import JobState, State

pytestmark = pytest.mark.req("REP-3")


def png() -> "ContentFile[bytes]":
    target = ContentFile(b"", name="photo.png")
    Image.new("RGB", (40, 30), "red").save(target, "PNG")
    target.seek(0)
    return target


def test_the_technician_is_told_sees_it_and_the_agreed_time_is_a_clock(cast: Cast) -> None:
    ticket = opened(cast)
    assert not Ticket.objects.visible_to(cast.technician).exists()
    dispatched(cast, ticket)
    case = Ticket.objects.visible_to(cast.technician).get().case
    assert (case.state, case.handler) == (State.DISPATCHED, cast.technician)
    assert clock(case, "ticket.arrive").due_at == NOON + 2 * MINUTE + 2 * HOUR
    told = Message.objects.filter(case=case, template="case.assigned", channel="in_app")
    assert [message.user for message in told] == [cast.technician]
    assert not Ticket.objects.visible_to(cast.technician2).exists()


def test_without_an_agreed_time_no_promise_is_made(cast: Cast) -> None:
    ticket = opened(cast)
    actions.dispatch(ticket=ticket, technician=cast.technician, by=cast.frontdesk, at=NOON + MINUTE)
    assert not ticket.case.clocks.filter(key="ticket.arrive").exists()


def test_a_job_is_taken_from_who_had_it(cast: Cast) -> None:
    ticket = dispatched(cast, opened(cast))
    later = NOON + 10 * MINUTE
    dispatched(cast, ticket, at=later, who=cast.technician2)
    first, second = Job.objects.order_by("number")
    assert (first.state, first.ended_at, first.technician) == (JobState.CANCELLED, later, cast.technician)
    assert (second.number, second.state, second.technician) == (2, JobState.DISPATCHED, cast.technician2)
    assert not Ticket.objects.visible_to(cast.technician).exists(), "what is not theirs any more they do not see"
    assert Message.objects.filter(user=cast.technician, template="ticket.taken_away", channel="in_app").count() == 1
    assert clock(ticket.case, "ticket.arrive", 1).state == "cancelled"
    assert clock(ticket.case, "ticket.arrive", 2).due_at == later + 2 * HOUR
    with pytest.raises(NotAllowed):
        actions.accept(ticket=ticket, by=cast.technician, at=later)


def test_agreeing_on_any_time_instead_ends_the_promise_of_the_old_appointment(cast: Cast) -> None:
    ticket = dispatched(cast, opened(cast))
    actions.dispatch(ticket=ticket, technician=cast.technician2, by=cast.frontdesk, at=NOON + 5 * MINUTE)
    (arrive,) = ticket.case.clocks.filter(key="ticket.arrive")
    assert (arrive.state, arrive.ended_at, arrive.next_at) == ("cancelled", NOON + 5 * MINUTE, None)
    sweep_clocks(at=NOON + 3 * HOUR)
    assert not ticket.case.events.filter(kind="clock.breached", data__key="ticket.arrive").exists()


def test_the_same_technician_again_keeps_seeing_it(cast: Cast) -> None:
    ticket = dispatched(cast, dispatched(cast, opened(cast)), at=NOON + 10 * MINUTE)
    assert Ticket.objects.visible_to(cast.technician).exists()
    assert CaseAccess.objects.filter(case=ticket.case, user=cast.technician, ended_at=None).count() == 1
    assert not Message.objects.filter(template="ticket.taken_away").exists()


def test_a_clash_is_a_warning(cast: Cast) -> None:
    busy = dispatched(cast, opened(cast))
    found = actions.dispatch(
        ticket=opened(cast),
        technician=cast.technician,
        window_from=NOON + HOUR + 30 * MINUTE,
        window_to=NOON + 3 * HOUR,
        by=cast.frontdesk,
        at=NOON + 2 * MINUTE,
    )
    assert [clash.number for clash in found.clashes] == [busy.case.number]
    free = actions.dispatch(
        ticket=opened(cast),
        technician=cast.technician2,
        window_from=NOON + HOUR,
        window_to=NOON + 3 * HOUR,
        by=cast.frontdesk,
        at=NOON + 2 * MINUTE,
    )
    assert free.clashes == []


@pytest.mark.parametrize(
    ("begins", "ends"), [(None, HOUR), (HOUR, None), (2 * HOUR, HOUR), (HOUR, HOUR), (-2 * HOUR, -HOUR),
                         (HOUR, timedelta(days=400))]
)  # fmt: skip
def test_an_agreed_time_makes_sense(cast: Cast, begins: timedelta | None, ends: timedelta | None) -> None:
    with pytest.raises(Invalid) as refused:
        actions.dispatch(
            ticket=opened(cast),
            technician=cast.technician,
            window_from=NOON + begins if begins is not None else None,
            window_to=NOON + ends if ends is not None else None,
            by=cast.frontdesk,
            at=NOON,
        )
    assert "to" in refused.value.fields


def test_who_can_be_sent(cast: Cast) -> None:
    contractor = make_user("contractor", "technician", cast.project, cast.departments["contractor"])
    stranger = make_user("stranger", "technician", cast.other_project)
    gone = make_user("gone", "technician", cast.project, cast.departments["maintenance"])
    gone.memberships.update(ended_at=NOON)
    found = technicians_for(opened(cast).case)
    assert {cast.technician, cast.technician2, cast.head, contractor} == set(found)
    for who in (stranger, gone, cast.cashier, cast.resident):
        with pytest.raises(Invalid) as refused:
            dispatched(cast, opened(cast), who=who)
        assert "technician" in refused.value.fields
    assert dispatched(cast, opened(cast), who=contractor).case.handler == contractor


def test_an_enquiry_goes_to_anybody_on_the_staff(cast: Cast) -> None:
    assert dispatched(cast, opened(cast, code="technical"), who=cast.cashier).case.handler == cast.cashier
    with pytest.raises(Invalid):
        dispatched(cast, opened(cast, code="technical"), who=cast.resident)


@pytest.mark.parametrize("who", ["technician", "guard", "cashier", "quality", "resident"])
def test_only_the_desk_and_who_leads_give_out_jobs(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        actions.dispatch(ticket=opened(cast), technician=cast.technician, by=getattr(cast, who), at=NOON)


def test_candidates_know_skills_and_appointments(cast: Cast) -> None:
    TechnicianSkill.objects.create(user=cast.technician2, category=category("lamp"))
    busy = dispatched(cast, opened(cast))
    found = {c.pk: c for c in candidates(opened(cast).case)}
    assert found[cast.technician2.pk].skills == {"lamp"}
    booked = found[cast.technician.pk].booked[0]
    assert (booked.number, booked.building_id) == (busy.case.number, busy.case.building_id)
    assert booked.window == Window(NOON + 2 * MINUTE + HOUR, NOON + 2 * MINUTE + 2 * HOUR)
    assert {c.pk: c for c in candidates(busy.case)}[cast.technician.pk].booked == (), "its own job does not clash"


# --- accept, arrive ---------------------------------------------------------------------------------------------------
def test_accepting_in_ten_minutes_keeps_the_technical_response(cast: Cast) -> None:
    ticket = accepted(cast, opened(cast), at=NOON + 10 * MINUTE)
    respond = clock(ticket.case, "ticket.respond")
    assert (respond.state, respond.met_at) == ("met", NOON + 10 * MINUTE)
    assert clock(ticket.case, "ticket.complete").due_at == NOON + 10 * MINUTE + timedelta(hours=72)


def test_accepting_a_second_later_misses_it_and_says_so(cast: Cast) -> None:
    at = NOON + 10 * MINUTE + timedelta(seconds=1)
    respond = clock(accepted(cast, opened(cast), at=at).case, "ticket.respond")
    assert (respond.state, respond.breached_at, respond.met_at) == ("missed", NOON + 10 * MINUTE, at)


def test_an_urgent_one_is_to_be_done_in_four_hours(cast: Cast) -> None:
    ticket = accepted(cast, opened(cast, code="pipe", description="水管爆管"))
    assert clock(ticket.case, "ticket.complete").due_at == NOON + 5 * MINUTE + 4 * HOUR


def test_arriving_keeps_the_agreed_time_and_is_the_first_word_back(cast: Cast) -> None:
    ticket = in_progress(cast, opened(cast), at=NOON + HOUR)
    assert clock(ticket.case, "ticket.arrive").state == "met"
    assert clock(ticket.case, "ticket.feedback").state == "met"
    job = ticket.jobs.get()
    assert (job.state, job.accepted_at, job.arrived_at) == (JobState.ARRIVED, NOON + 5 * MINUTE, NOON + HOUR)


def test_a_phone_out_of_signal_says_when_it_was(cast: Cast) -> None:
    ticket = accepted(cast, opened(cast))
    actions.arrive(ticket=ticket, by=cast.technician, at=NOON + 3 * HOUR, claimed_at=NOON + HOUR)
    event = ticket.case.events.get(kind="ticket.arrived")
    assert (event.at, event.claimed_at) == (NOON + 3 * HOUR, NOON + HOUR)
    assert clock(ticket.case, "ticket.arrive").state == "missed", "the deadline goes by the time of receipt"


@pytest.mark.parametrize("who", ["technician2", "frontdesk", "guard", "quality"])
def test_nobody_else_does_the_technicians_steps(cast: Cast, who: str) -> None:
    person = getattr(cast, who)
    ticket = dispatched(cast, opened(cast))
    with pytest.raises(NotAllowed):
        actions.accept(ticket=ticket, by=person, at=NOON + 5 * MINUTE)
    actions.accept(ticket=ticket, by=cast.technician, at=NOON + 5 * MINUTE)
    with pytest.raises(NotAllowed):
        actions.arrive(ticket=ticket, by=person, at=NOON + HOUR)
    with pytest.raises(NotAllowed):
        actions.return_job(ticket=ticket, reason="忙", by=person, at=NOON + HOUR)


@pytest.mark.parametrize("who", ["head", "supervisor", "gm"])
def test_who_leads_may_act_for_the_technician_and_that_is_on_record(cast: Cast, who: str) -> None:
    person = getattr(cast, who)
    ticket = dispatched(cast, opened(cast))
    actions.accept(ticket=ticket, by=person, at=NOON + 5 * MINUTE)
    event = ticket.case.events.get(kind="ticket.accepted")
    assert event.by == person
    assert event.data == {"technician": str(cast.technician), "acted": str(person)}


def test_the_head_of_another_department_may_not(cast: Cast) -> None:
    other = make_user("cleaninghead", "head", cast.project, cast.departments["cleaning"])
    with pytest.raises(NotAllowed):
        actions.accept(ticket=dispatched(cast, opened(cast)), by=other, at=NOON + 5 * MINUTE)


# --- return, hold, resume ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", [State.DISPATCHED, State.ACCEPTED, State.IN_PROGRESS])
def test_a_returned_job_waits_for_dispatch_again(cast: Cast, state: str) -> None:
    ticket = ticket_in(cast, state)
    at = NOON + 90 * MINUTE
    actions.return_job(ticket=ticket, reason="要电工", by=cast.technician, at=at)
    case = Ticket.objects.get(pk=ticket.pk).case
    assert (case.state, case.handler) == (State.PENDING, None)
    job = ticket.jobs.get()
    assert (job.state, job.ended_reason) == (JobState.RETURNED, "要电工")
    assert not Ticket.objects.visible_to(cast.technician).exists()
    event = case.events.get(kind="ticket.returned")
    assert (event.text, event.for_resident) == ("要电工", False)
    told = Message.objects.filter(template="ticket.returned", channel="in_app").values_list("user__username", flat=True)
    assert set(told) == {"head", "frontdesk"}
    dispatched(cast, ticket, at=at + MINUTE, who=cast.technician2)
    assert ticket.jobs.count() == 2


def test_returning_starts_the_technical_response_anew(cast: Cast) -> None:
    ticket = accepted(cast, opened(cast))
    at = NOON + 30 * MINUTE
    actions.return_job(ticket=ticket, reason="要电工", by=cast.technician, at=at)
    assert clock(ticket.case, "ticket.respond", 1).state == "met"
    assert clock(ticket.case, "ticket.respond", 2).due_at == at + 10 * MINUTE
    assert clock(ticket.case, "ticket.arrive").state == "cancelled"


def test_a_hold_pauses_completion_alone(cast: Cast) -> None:
    ticket = in_progress(cast, opened(cast))
    due = clock(ticket.case, "ticket.complete").due_at
    actions.hold(ticket=ticket, reason="等配件", by=cast.technician, at=NOON + 2 * HOUR)
    assert clock(ticket.case, "ticket.complete").state == "paused"
    actions.resume(ticket=ticket, by=cast.technician, at=NOON + 26 * HOUR)
    assert clock(ticket.case, "ticket.complete").due_at == due + timedelta(hours=24)
    assert Ticket.objects.get(pk=ticket.pk).case.state == State.IN_PROGRESS


def test_held_before_anybody_arrived_somebody_still_has_to(cast: Cast) -> None:
    ticket = accepted(cast, opened(cast))
    actions.hold(ticket=ticket, reason="住户不在家", by=cast.frontdesk, at=NOON + 30 * MINUTE)
    actions.resume(ticket=ticket, by=cast.frontdesk, at=NOON + HOUR)
    assert Ticket.objects.get(pk=ticket.pk).case.state == State.ACCEPTED
    actions.arrive(ticket=ticket, by=cast.technician, at=NOON + HOUR + MINUTE)


@pytest.mark.parametrize("reason", ["", "  ", "字" * 501])
def test_a_hold_and_a_return_need_a_reason(cast: Cast, reason: str) -> None:
    ticket = accepted(cast, opened(cast))
    with pytest.raises(Invalid):
        actions.hold(ticket=ticket, reason=reason, by=cast.technician, at=NOON + HOUR)
    with pytest.raises(Invalid):
        actions.return_job(ticket=ticket, reason=reason, by=cast.technician, at=NOON + HOUR)


# --- what protects two people from each other -------------------------------------------------------------------------
def test_a_stale_page_is_refused_with_both_versions(cast: Cast) -> None:
    ticket = opened(cast)
    seen = ticket.case.version
    dispatched(cast, ticket)
    with pytest.raises(Stale) as refused:
        actions.dispatch(
            ticket=ticket, technician=cast.technician2, by=cast.frontdesk, at=NOON + 3 * MINUTE, expected=seen
        )
    assert refused.value.values == {"yours": seen, "now": seen + 1, "state": State.DISPATCHED}
    assert ticket.jobs.count() == 1


def test_the_same_step_twice_is_refused_the_second_time(cast: Cast) -> None:
    ticket = accepted(cast, opened(cast))
    with pytest.raises(NotNow):
        actions.accept(ticket=ticket, by=cast.technician, at=NOON + 6 * MINUTE)
    assert kinds(ticket.case).count("ticket.accepted") == 1


# --- the technician's day ---------------------------------------------------------------------------------------------
def test_jobs_of_the_day_in_building_order(cast: Cast) -> None:
    second = dispatched(cast, opened(cast, unit=cast.units["3-2-1502"]))
    first = dispatched(cast, opened(cast))
    tomorrow = opened(cast)
    actions.dispatch(
        ticket=tomorrow,
        technician=cast.technician,
        window_from=NOON + timedelta(days=1),
        window_to=NOON + timedelta(days=1, hours=1),
        by=cast.frontdesk,
        at=NOON,
    )
    dispatched(cast, opened(cast), who=cast.technician2)
    found = jobs_of(technician=cast.technician, day_end=NOON + 12 * HOUR)
    assert [job.ticket for job in found] == [first, second]


# --- photos and signature ---------------------------------------------------------------------------------------------
def test_photos_before_and_after_and_the_customers_signature(cast: Cast) -> None:
    ticket = in_progress(cast, opened(cast))
    for label in ("before", "after"):
        actions.add_photo(ticket=ticket, upload=png(), label=label, by=cast.technician, at=NOON + HOUR)
    actions.sign(ticket=ticket, upload=png(), by=cast.technician, at=NOON + HOUR)
    assert list(ticket.case.attachments.values_list("label", flat=True)) == ["before", "after", "signature"]
    assert kinds(ticket.case)[-3:] == ["case.photo", "case.photo", "ticket.signed"]
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert fresh.case.version == ticket.case.version + 6, "every photo and its event is a new version"


def test_only_who_is_concerned_adds_photos(cast: Cast) -> None:
    ticket = in_progress(cast, opened(cast))
    for who in (cast.technician2, cast.quality):
        with pytest.raises(NotAllowed):
            actions.add_photo(ticket=ticket, upload=png(), label="after", by=who, at=NOON)
    with pytest.raises(Invalid):
        actions.add_photo(ticket=ticket, upload=png(), label="signature", by=cast.technician, at=NOON)
    with pytest.raises(Invalid):
        actions.add_photo(ticket=ticket, upload=png(), label="paper", by=cast.technician, at=NOON)
    with pytest.raises(Invalid):
        actions.sign(ticket=ticket, upload=ContentFile(b"<svg/>", name="s.svg"), by=cast.technician, at=NOON)
    own = opened(cast, by=cast.guard)
    assert actions.add_photo(ticket=own, upload=png(), label="intake", by=cast.guard, at=NOON).pk


def test_who_reported_it_still_follows_it_after_returning_the_job(cast: Cast) -> None:
    ticket = dispatched(cast, opened(cast, by=cast.technician))
    actions.return_job(ticket=ticket, reason="要电工", by=cast.technician, at=NOON + 10 * MINUTE)
    assert Ticket.objects.visible_to(cast.technician).exists()
