"""Improvement measures: planned from complaints, given to somebody with a day, and followed to the end."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from cases.models import Event
from cases.sentences import sentence
from complaints import actions
from complaints.actions import NewMeasure
from complaints.measures import late_measures, measures
from complaints.models import Measure, Topic
from complaints.rules import narrowest
from core.errors import Invalid, NotAllowed, NotNow
from notifications.models import Message
from sla.actions import sweep_clocks
from sla.models import Clock
from tests.cast import NOON, Cast
from tests.complaints.scene import taken

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.req("CMP-12")
DAY = timedelta(days=1)
DUE = date(2026, 11, 30)


def planned(cast: Cast, *, by: str = "supervisor", **more: Any) -> Measure:
    given: dict[str, Any] = {
        "project": cast.project,
        "what": "夜班每天巡楼道灯两次",
        "handler": cast.technician,
        "due_on": DUE,
        "topic": Topic.objects.get(code="facilities"),
    }
    return actions.plan(new=NewMeasure(**{**given, **more}), by=cast.users[by], at=NOON)


def told(template: str) -> set[str]:
    rows = Message.objects.filter(channel="in_app", template=template).select_related("user")
    return {row.user.username for row in rows if row.user}


def due(measure: Measure) -> Clock:
    return Clock.objects.filter(case=measure.case, key="measure.due").latest("cycle")


# --- planning --------------------------------------------------------------------------------------------------------
def test_a_measure_is_given_to_somebody_until_the_end_of_a_day(cast: Cast) -> None:
    complaint = taken(cast)
    measure = planned(cast, complaints=[complaint])
    case = measure.case
    assert (case.number[:2], case.handler, case.department) == ("GJ", cast.technician, cast.departments["maintenance"])
    assert due(measure).due_at.astimezone(cast.project.tz).isoformat() == "2026-11-30T23:59:00+08:00"
    assert told("measure.yours") == {"technician"}
    assert list(complaint.measures.all()) == [measure]


@pytest.mark.parametrize("who", ["frontdesk", "technician", "head", "cashier"])
def test_only_who_reads_the_figures_plans(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        planned(cast, by=who)
    assert not Measure.objects.exists()


def test_what_does_not_fit_is_refused_with_its_field(cast: Cast) -> None:
    about = taken(cast, by="supervisor", about_person=cast.technician)
    for field, wrong in (
        ("what", {"what": " "}),
        ("due_on", {"due_on": date(2026, 11, 22)}),
        ("due_on", {"due_on": date(2036, 1, 1)}),
        ("handler", {"handler": cast.frontdesk2}),
        ("handler", {"handler": cast.resident}),
        ("handler", {"complaints": [about]}),
    ):
        with pytest.raises(Invalid) as refused:
            planned(cast, **wrong)
        assert field in refused.value.fields


@pytest.mark.req("CMP-15")
def test_what_was_drawn_from_one_about_a_colleague_is_read_by_those_above(cast: Cast, signed_in: SignIn) -> None:
    about = taken(cast, by="supervisor", about_person=cast.frontdesk)
    measure = planned(cast, complaints=[about, taken(cast)])
    page = f"/measures/{measure.case.number}/"
    assert [signed_in(cast.users[who]).get(page).status_code for who in ("supervisor", "technician", "frontdesk")] == [
        200, 200, 404,
    ]  # fmt: skip
    assert about.case.number not in signed_in(cast.technician).get(page).content.decode()


def test_the_narrowest_circle_of_readers_counts() -> None:
    assert narrowest([]) == ""
    assert narrowest(["", "managers", "leaders"]) == "managers"


# --- followed to the end ---------------------------------------------------------------------------------------------
def test_whoever_has_it_reports_it_done_and_who_planned_it_hears(cast: Cast) -> None:
    measure = planned(cast)
    with pytest.raises(NotAllowed):
        actions.finish(measure=measure, result="好了", by=cast.technician2, at=NOON + DAY)
    done = actions.finish(measure=measure, result="已排班，灯全亮", by=cast.technician, at=NOON + DAY)
    assert (done.case.phase, done.result, due(done).state) == ("closed", "已排班，灯全亮", "met")
    assert told("measure.done") == {"supervisor"}
    with pytest.raises(NotNow):
        actions.finish(measure=done, result="又一次", by=cast.technician, at=NOON + DAY)


def test_a_late_one_is_seen_and_its_supervisor_told(cast: Cast, signed_in: SignIn) -> None:
    measure = planned(cast)
    late = NOON + 9 * DAY
    assert late_measures(cast.supervisor, cast.project, NOON) == 0
    sweep_clocks(at=late)
    assert due(measure).breached_at is not None
    assert late_measures(cast.supervisor, cast.project, late) == 1
    assert list(measures(project=cast.project, user=cast.supervisor, view="late", at=late)) == [measure.case]
    assert {"technician", "supervisor"} <= {
        row.user.username for row in Message.objects.filter(case=measure.case).select_related("user") if row.user
    }


def test_another_day_needs_a_reason_and_the_clock_follows(cast: Cast) -> None:
    measure = planned(cast)
    with pytest.raises(Invalid):
        actions.postpone(measure=measure, due_on=date(2026, 12, 5), reason=" ", by=cast.supervisor, at=NOON)
    with pytest.raises(NotAllowed):
        actions.postpone(measure=measure, due_on=date(2026, 12, 5), reason="x", by=cast.technician, at=NOON)
    moved = actions.postpone(measure=measure, due_on=date(2026, 12, 5), reason="缺料", by=cast.supervisor, at=NOON)
    assert moved.due_on == date(2026, 12, 5)
    assert due(moved).due_at.astimezone(cast.project.tz).date() == date(2026, 12, 5)
    assert told("measure.moved") == {"technician"}


def test_a_dropped_one_runs_no_clock_and_can_be_taken_up_again(cast: Cast) -> None:
    dropped = actions.drop(measure=planned(cast), reason="已由开发商整改", by=cast.gm, at=NOON + DAY)
    assert (dropped.case.phase, due(dropped).state) == ("closed", "cancelled")
    again = actions.resume(measure=dropped, due_on=date(2026, 12, 9), reason="又坏了", by=cast.gm, at=NOON + 2 * DAY)
    assert (again.case.phase, due(again).ended_at) == ("open", None)


# --- pages -----------------------------------------------------------------------------------------------------------
def test_it_is_planned_from_a_complaint_and_stands_there(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast, topic="facilities")
    client, number = signed_in(cast.supervisor), complaint.case.number
    form = client.get(f"/measures/new/?complaints={number}&topic=facilities").context["form"]
    assert (form["complaints"].value(), form["topic"].value()) == (number, "facilities")
    sent = {
        "what": "换感应灯", "handler": str(cast.technician.pk), "due_on": "2099-01-01", "topic": "facilities",
        "complaints": number,
    }  # fmt: skip
    refused = client.post("/measures/new/", sent)
    assert refused.status_code == 400 or refused.status_code == 422
    assert "换感应灯" in refused.content.decode()
    missing = client.post("/measures/new/", {**sent, "complaints": "TS-1"})
    assert "TS-1" in missing.content.decode()
    assert not Measure.objects.exists()


def test_its_page_offers_what_one_may(cast: Cast, signed_in: SignIn) -> None:
    measure = planned(cast)
    page = f"/measures/{measure.case.number}/"

    def verbs(user: User) -> list[str]:
        return [step.verb for step in signed_in(user).get(page).context["steps"]]

    assert verbs(cast.technician) == ["finish"]
    assert verbs(cast.supervisor) == ["finish", "postpone", "drop"]
    assert verbs(cast.frontdesk) == []
    refused = signed_in(cast.frontdesk).post(page + "do/drop/", {"reason": "不做了"})
    assert refused.status_code == 403
    wrong = signed_in(cast.technician).post(page + "do/finish/", {"result": ""})
    assert wrong.status_code == 422
    assert signed_in(cast.technician).post(page + "do/finish/", {"result": "做完了"}).status_code == 302
    assert "做完了" in signed_in(cast.supervisor).get(page).content.decode()


def test_somebody_who_was_slower_keeps_what_they_typed(cast: Cast, signed_in: SignIn) -> None:
    measure = planned(cast)
    page = f"/measures/{measure.case.number}/"
    seen = measure.case.version
    actions.postpone(measure=measure, due_on=date(2026, 12, 5), reason="缺料", by=cast.gm, at=NOON)
    answer = signed_in(cast.technician).post(page + "do/finish/", {"result": "写了很多字", "version": seen})
    assert answer.status_code == 409
    assert "写了很多字" in answer.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_statements_whatever_its_length(
    cast: Cast, signed_in: SignIn, rows: int, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        planned(cast)
    client = signed_in(cast.supervisor)
    client.get("/measures/")
    with django_assert_num_queries(6):
        assert len(client.get("/measures/").context["rows"]) == rows


@pytest.mark.parametrize("view", ["open", "mine", "late", "over", "nonsense"])
def test_every_view_of_the_list_opens(cast: Cast, signed_in: SignIn, view: str) -> None:
    number = planned(cast).case.number
    page = signed_in(cast.technician).get(f"/measures/?view={view}").content.decode()
    assert (number in page) is (view in ("open", "mine", "nonsense"))


def test_a_day_reads_as_people_say_it_and_an_old_event_still_reads(cast: Cast) -> None:
    measure = planned(cast)
    data = Event.objects.get(case=measure.case, kind="measure.opened").data
    with translation.override("zh-hans"):
        assert "2026年11月30日" in sentence("measure.opened", data)
        assert "2026-11-30" in sentence("measure.opened", {**data, "day": "2026-11-30"})
        assert "x" in sentence("measure.opened", {**data, "day": {"on": "x"}})
