"""Money around a ticket: who pays, the quote before the work, parts and hours."""

from decimal import Decimal

import pytest

from core.errors import Invalid, NotAllowed, NotNow
from tests.cast import NOON, Cast
from tests.tickets.flow import HOUR, MINUTE, completed, in_progress, kinds, lines, opened
from tests.tickets.test_dispatch import png
from tickets import actions
from tickets.actions import Line
from tickets.models import PriceItem, Ticket
from tickets.queries import done_total, payable, price_list, quoted_total
from tickets.sentences import charge_sentence
from tickets.states import Charge, Quote, State


def paid(cast: Cast) -> Ticket:
    """A paid service on which somebody is at work."""
    return in_progress(cast, opened(cast, code="unclog", description="马桶堵了要疏通"))


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.select_related("case", "charge_overridden_by").get(pk=ticket.pk)


def quoted(cast: Cast, ticket: Ticket, *codes: str) -> Ticket:
    return actions.quote(ticket=ticket, lines=lines(*codes), by=cast.technician, at=NOON + HOUR + MINUTE)


# --- the quote --------------------------------------------------------------------------------------------------------
@pytest.mark.req("REP-5", "SVC-2")
def test_a_paid_job_is_not_done_before_the_price_is_accepted(cast: Cast) -> None:
    ticket = paid(cast)
    at = NOON + 2 * HOUR
    with pytest.raises(NotNow) as refused:
        actions.add_parts(ticket=ticket, lines=lines("tap"), by=cast.technician, at=at)
    assert refused.value.code == "quote_not_accepted"
    with pytest.raises(NotNow) as refused:
        actions.complete(ticket=ticket, report="通了", by=cast.technician, at=at)
    assert refused.value.code == "quote_not_accepted"
    quoted(cast, ticket, "unclog_toilet")
    with pytest.raises(NotNow):
        actions.complete(ticket=ticket, report="通了", by=cast.technician, at=NOON + 2 * HOUR)
    with pytest.raises(Invalid):
        actions.accept_quote(ticket=ticket, how="signature", by=cast.technician, at=NOON + HOUR + MINUTE)
    actions.sign(ticket=ticket, upload=png(), by=cast.technician, at=NOON + HOUR + 2 * MINUTE)
    actions.accept_quote(ticket=ticket, how="signature", by=cast.technician, at=NOON + HOUR + 2 * MINUTE)
    actions.complete(ticket=ticket, report="通了", by=cast.technician, at=NOON + 2 * HOUR)
    done = fresh(ticket)
    assert (done.case.state, done.quote, done.quote_accepted_how) == (State.COMPLETED, Quote.ACCEPTED, "signature")
    assert (quoted_total(done), done_total(done), payable(done)) == (Decimal("80.00"),) * 3


@pytest.mark.req("REP-5")
def test_a_new_quote_must_be_accepted_anew_and_the_old_one_is_kept(cast: Cast) -> None:
    ticket = quoted(cast, paid(cast), "unclog_toilet")
    actions.accept_quote(ticket=ticket, how="phone", by=cast.frontdesk, at=NOON + HOUR + 2 * MINUTE)
    quoted(cast, ticket, "unclog_toilet", "cistern_parts")
    again = fresh(ticket)
    assert (again.quote, again.quote_accepted_at, again.quote_accepted_how) == (Quote.OFFERED, None, "")
    assert quoted_total(again) == Decimal("140.00")
    assert again.lines.count() == 3
    with pytest.raises(NotNow):
        actions.complete(ticket=ticket, report="通了", by=cast.technician, at=NOON + 2 * HOUR)


@pytest.mark.req("REP-5")
def test_work_may_not_come_to_more_than_was_accepted(cast: Cast) -> None:
    ticket = quoted(cast, paid(cast), "unclog_toilet")
    actions.accept_quote(ticket=ticket, how="in_person", by=cast.technician, at=NOON + HOUR + 2 * MINUTE)
    with pytest.raises(NotNow) as refused:
        actions.complete(
            ticket=ticket,
            report="通了",
            parts=lines("unclog_toilet", "hose"),
            by=cast.technician,
            at=NOON + 2 * HOUR,
        )
    assert refused.value.code == "more_than_quoted"
    assert "100.00" in str(refused.value)
    assert "80.00" in str(refused.value)
    assert fresh(ticket).case.state == State.IN_PROGRESS
    actions.complete(ticket=ticket, report="通了", parts=lines("hose"), by=cast.technician, at=NOON + 2 * HOUR)
    assert payable(fresh(ticket)) == Decimal("20.00")


@pytest.mark.req("REP-3")
def test_hours_are_charged_by_the_price_list(cast: Cast) -> None:
    ticket = in_progress(cast, opened(cast))
    actions.add_parts(ticket=ticket, lines=lines("led_bulb", quantity="2"), by=cast.technician, at=NOON + HOUR + MINUTE)
    actions.complete(ticket=ticket, report="换了灯", hours=Decimal("0.75"), by=cast.technician, at=NOON + 2 * HOUR)
    done = fresh(ticket)
    assert [(line.name, line.amount) for line in done.lines.done()] == [
        ("LED 灯泡", Decimal("30.00")),
        ("维修人工", Decimal("45.00")),
    ]
    assert (done.hours, done_total(done), payable(done)) == (Decimal("0.75"), Decimal("75.00"), Decimal("0.00"))


@pytest.mark.req("REP-3")
def test_labour_that_is_named_is_not_charged_twice(cast: Cast) -> None:
    ticket = in_progress(cast, opened(cast))
    actions.complete(
        ticket=ticket,
        report="装好了",
        parts=lines("install_lamp"),
        hours=Decimal(1),
        by=cast.technician,
        at=NOON + 2 * HOUR,
    )
    assert done_total(fresh(ticket)) == Decimal("40.00")


@pytest.mark.req("REP-5")
def test_there_is_nothing_to_quote_for_free_work(cast: Cast) -> None:
    with pytest.raises(NotNow):
        quoted(cast, in_progress(cast, opened(cast)), "led_bulb")


def test_there_is_nothing_to_accept_without_a_quote(cast: Cast) -> None:
    with pytest.raises(NotNow):
        actions.accept_quote(ticket=paid(cast), how="phone", by=cast.frontdesk, at=NOON + 2 * HOUR)


@pytest.mark.parametrize(
    "line",
    [
        Line(quantity=Decimal(1)),
        Line(quantity=Decimal(1), name="垫片"),
        Line(quantity=Decimal(0), name="垫片", unit_price=Decimal(1)),
        Line(quantity=Decimal(-1), name="垫片", unit_price=Decimal(1)),
        Line(quantity=Decimal("1e9"), name="垫片", unit_price=Decimal(1)),
        Line(quantity=Decimal(1), name="垫片", unit_price=Decimal(-1)),
    ],
)
def test_a_line_that_makes_no_sense_is_refused(cast: Cast, line: Line) -> None:
    with pytest.raises(Invalid) as refused:
        actions.quote(ticket=paid(cast), lines=[line], by=cast.technician, at=NOON + 2 * HOUR)
    assert "lines" in refused.value.fields


def test_an_empty_quote_and_fifty_one_lines_are_refused(cast: Cast) -> None:
    ticket = paid(cast)
    for wrong in ([], [Line(quantity=Decimal(1), name="x", unit_price=Decimal(1))] * 51):
        with pytest.raises(Invalid):
            actions.quote(ticket=ticket, lines=wrong, by=cast.technician, at=NOON + 2 * HOUR)


@pytest.mark.parametrize("who", ["technician2", "guard", "quality"])
def test_others_do_not_quote(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        actions.quote(ticket=paid(cast), lines=lines("hose"), by=getattr(cast, who), at=NOON + 2 * HOUR)


def test_another_projects_prices_are_refused_and_ones_own_come_first(cast: Cast) -> None:
    theirs = PriceItem.objects.create(
        project=cast.other_project, code="hose", name_zh="软管", unit="根", price=Decimal("1.00")
    )
    with pytest.raises(Invalid):
        actions.quote(
            ticket=paid(cast), lines=[Line(quantity=Decimal(1), item=theirs)], by=cast.technician, at=NOON + 2 * HOUR
        )
    own = PriceItem.objects.create(project=cast.project, code="hose", name_zh="软管", unit="根", price=Decimal("9.00"))
    assert [item for item in price_list(cast.project) if item.code == "hose"] == [own]


# --- who pays, decided otherwise --------------------------------------------------------------------------------------
@pytest.mark.req("REP-2")
def test_a_supervisor_decides_otherwise_with_a_reason(cast: Cast) -> None:
    ticket = opened(cast)
    actions.override_charge(ticket=ticket, charge="paid", reason="人为损坏", by=cast.supervisor, at=NOON + MINUTE)
    now = fresh(ticket)
    assert (now.charge, now.form, now.charge_overridden_by) == (Charge.PAID, "paid", cast.supervisor)
    assert now.charge_reason["why"] == "within", "what the rule said stays on record"
    assert "人为损坏" in charge_sentence(now)
    event = now.case.events.get(kind="ticket.charge_overridden")
    assert (event.text, event.data["before"]) == ("人为损坏", "free")


@pytest.mark.req("REP-2")
@pytest.mark.parametrize("who", ["frontdesk", "head", "gm", "technician", "quality", "admin"])
def test_nobody_else_does(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        actions.override_charge(
            ticket=opened(cast), charge="free", reason="熟人", by=getattr(cast, who), at=NOON + MINUTE
        )


@pytest.mark.req("REP-2")
@pytest.mark.parametrize(("charge", "reason"), [("paid", " "), ("undecided", "不知道"), ("half", "各半")])
def test_an_override_is_whole(cast: Cast, charge: str, reason: str) -> None:
    with pytest.raises(Invalid):
        actions.override_charge(ticket=opened(cast), charge=charge, reason=reason, by=cast.supervisor, at=NOON + MINUTE)


@pytest.mark.req("REP-2")
def test_undecided_is_not_finished_until_somebody_decides(cast: Cast) -> None:
    ticket = in_progress(cast, opened(cast, code="other"))
    with pytest.raises(NotNow) as refused:
        actions.complete(ticket=ticket, report="好了", by=cast.technician, at=NOON + 2 * HOUR)
    assert refused.value.code == "charge_undecided"
    actions.override_charge(ticket=ticket, charge="free", reason="小事", by=cast.supervisor, at=NOON + 2 * HOUR)
    actions.complete(ticket=ticket, report="好了", by=cast.technician, at=NOON + 2 * HOUR)


@pytest.mark.req("REP-2")
def test_the_missing_date_filled_in_decides_for_the_day_of_the_report(cast: Cast) -> None:
    unit = cast.units["3-2-1501"]
    date, unit.handed_over_on = unit.handed_over_on, None
    unit.save()
    ticket = opened(cast)
    unit.handed_over_on = date
    unit.save()
    actions.review_charge(ticket=ticket, by=cast.frontdesk, at=NOON.replace(year=2036))
    assert fresh(ticket).charge == Charge.FREE
    assert kinds(ticket.case)[-1] == "ticket.charge_reviewed"


@pytest.mark.req("REP-2")
def test_a_supervisors_decision_is_not_reviewed_away(cast: Cast) -> None:
    ticket = opened(cast)
    actions.override_charge(ticket=ticket, charge="paid", reason="人为损坏", by=cast.supervisor, at=NOON + MINUTE)
    with pytest.raises(NotNow):
        actions.review_charge(ticket=ticket, by=cast.frontdesk, at=NOON + 2 * MINUTE)


@pytest.mark.req("REP-2", "REP-5")
def test_finished_free_work_does_not_become_payable(cast: Cast) -> None:
    unit = cast.units["3-2-1501"]
    ticket = completed(cast, opened(cast))
    unit.handed_over_on = unit.handed_over_on.replace(year=2010) if unit.handed_over_on else None
    unit.save()
    with pytest.raises(NotNow):
        actions.review_charge(ticket=ticket, by=cast.frontdesk, at=NOON + 3 * HOUR)
    with pytest.raises(NotNow) as refused:
        actions.override_charge(ticket=ticket, charge="paid", reason="人为", by=cast.supervisor, at=NOON + 3 * HOUR)
    assert refused.value.code == "quote_not_accepted"
    assert fresh(ticket).charge == Charge.FREE
    assert payable(fresh(ticket)) == 0


@pytest.mark.req("REP-2")
def test_what_is_decided_is_not_decided_again(cast: Cast) -> None:
    unit = cast.units["3-2-1501"]
    ticket = opened(cast)
    unit.handed_over_on = None
    unit.save()
    with pytest.raises(NotNow) as refused:
        actions.review_charge(ticket=ticket, by=cast.frontdesk, at=NOON + MINUTE)
    assert refused.value.code == "charge_decided"
