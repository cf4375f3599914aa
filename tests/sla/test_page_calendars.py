"""The pages on which calendars are read, changed with a preview, decided about, and given up."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from accounts.states import Role
from core.errors import Invalid, NotAllowed, NotNow
from sla.actions import Proposed, approve_calendar, drop_calendar, propose_calendar, publish_year, refuse_calendar
from sla.calendar_forms import parse_hours
from sla.calendar_reads import before, effects, kept_of, running_on
from sla.calendar_year import week_lines, year_of
from sla.models import Calendar, CalendarVersion
from sla.queries import calendar_for
from sla.states import Counting, Goal, VersionState
from sla.statutory import statutory_days
from tests.cast import NOON, Cast, make_user
from tests.sla.trial import make_case, make_version, occur

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.req("SLA-5")
HOUR = timedelta(hours=1)
WEEK = {str(day): [["09:00", "18:00"]] for day in range(5)}
SATURDAY_TOO = WEEK | {"5": [["09:00", "12:00"]]}


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def current(project: Any = None) -> CalendarVersion:
    found = calendar_for(project)
    assert found is not None
    return found


def own(cast: Cast, **more: Any) -> CalendarVersion:
    """A calendar of the project's own, in force."""
    given: dict[str, Any] = {"week": SATURDAY_TOO, "days": current().days, "provisional_years": (2027,)} | more
    version = propose_calendar(project=cast.project, proposed=Proposed(**given), by=cast.admin, at=NOON)
    return approve_calendar(version=version, by=cast.gm, at=NOON)


def asked_for(cast: Cast, project: Any = None, **more: Any) -> CalendarVersion:
    given: dict[str, Any] = {"week": SATURDAY_TOO, "days": current().days, "provisional_years": (2027,)} | more
    return propose_calendar(project=project, proposed=Proposed(**given), by=cast.admin, at=NOON, reason="周六人多")


def at(project: Any) -> list[int]:
    return [project.pk if project is not None else 0]


def filled(page: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send of the form as it was shown, with some of it typed anew."""
    form, data = page.context["form"], dict[str, Any]()
    for field in [*form, *(field for row in form.rows for field in row), *form.rows.management_form]:
        value = field.value()
        if value is not None:
            data[field.html_name] = value.isoformat() if hasattr(value, "isoformat") else value
    return data | {"act": "preview"} | changes


def hidden(page: Any) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    for name, value in page.context["typed"]:
        sent.setdefault(name, []).append(value)
    return sent


def row_of(data: dict[str, Any], day: str) -> str:
    """The prefix of the row that begins on a day."""
    return next(name.removesuffix("-first") for name, value in data.items() if value == day and name.endswith("first"))


# --- reading ---------------------------------------------------------------------------------------------------------
def test_a_year_reads_like_the_one_on_the_wall(cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.quality).get(reverse("calendars")).content.decode()
    assert re.search(r'<td class="cal-holiday" title="法定节假日 · 国庆节">1<b>休</b></td>', page)
    assert re.search(r'<td class="cal-make_up" title="调休上班 · 国庆节 09:00–18:00">10<b>班</b></td>', page)
    assert "2026年1月1日至1月3日" in page
    assert "国务院尚未公布 2027 年的节假日安排" in page
    assert "国务院尚未公布 2026 年" not in page
    assert "星期一至星期五 09:00–18:00" in page


def test_weekends_letters_and_today(cast: Cast) -> None:
    with translation.override("en"):
        year = year_of(current(), 2026, NOON.date())
        october = {cell.number: cell for week in year.months[9].weeks for cell in week if cell}
        assert [october[day].look for day in (1, 8, 10, 11)] == ["holiday", "usual", "make_up", "off"]
        assert [october[day].letter for day in (1, 8, 10, 11)] == ["H", "", "W", ""]
        today = [cell.number for week in year.months[10].weeks for cell in week if cell and cell.is_today]
        assert today == [23]
        assert len(year.months[1].weeks[0]) == 7
        assert year.months[1].weeks[0][:6] == [None] * 6, "1 February 2026 is a Sunday"
        assert week_lines(SATURDAY_TOO) == ["Monday to Friday: 09:00–18:00", "Saturday: 09:00–12:00", "Sunday: closed"]
        assert week_lines({"0": [["09:00", "12:00"], ["13:30", "18:00"]]})[0] == "Monday: 09:00–12:00, 13:30–18:00"
    assert (year.is_estimate, year.is_missing) == (False, False)
    assert year_of(current(), 2030, NOON.date()).is_missing


def test_a_project_follows_the_company_until_it_has_its_own(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.quality)
    page = client.get(reverse("calendar", args=at(cast.project)))
    assert "没有单独的日历" in page.content.decode()
    own(cast)
    page = client.get(reverse("calendar", args=at(cast.project)))
    assert page.context["shown"].kept.is_own
    assert "星期六 09:00–12:00" in page.content.decode()
    assert [change.after for change in page.context["shown"].own] == ["09:00–12:00"]


def test_a_version_says_what_it_changed_of_what_was_before(cast: Cast, signed_in: SignIn) -> None:
    first = own(cast)
    assert before(first) == current(None)
    second = own(cast, week=WEEK)
    assert before(second) == first
    page = signed_in(cast.gm).get(reverse("calendar_version", args=[*at(cast.project), 2]))
    assert [(one.before, one.after) for one in page.context["changes"]] == [("09:00–12:00", "休息")]
    assert signed_in(cast.gm).get(reverse("calendar_version", args=[0, 1])).status_code == 200
    assert signed_in(cast.gm).get(reverse("calendar_version", args=[0, 2])).status_code == 404


@pytest.mark.parametrize("role", ["frontdesk", "technician", "head", "cashier", "guard", "resident"])
def test_who_neither_leads_nor_administers_finds_none(cast: Cast, signed_in: SignIn, role: str) -> None:
    client = signed_in(cast.users[role])
    assert client.get(reverse("calendars")).status_code == 404
    for name in ("calendar", "calendar_change"):
        assert client.get(reverse(name, args=[0])).status_code == 404


def test_another_projects_calendar_is_not_there(cast: Cast, signed_in: SignIn) -> None:
    stranger = make_user("gm9", Role.GM, cast.other_project)
    client = signed_in(stranger)
    assert client.get(reverse("calendar", args=at(cast.other_project))).status_code == 200
    assert client.get(reverse("calendar", args=at(cast.project))).status_code == 404
    assert cast.project.name not in client.get(reverse("calendars")).content.decode()


# --- proposing -------------------------------------------------------------------------------------------------------
@pytest.mark.req("SLA-1")
def test_saturday_mornings_are_proposed_seen_and_approved(cast: Cast, signed_in: SignIn) -> None:
    admin, gm = signed_in(cast.admin), signed_in(cast.gm)
    path = reverse("calendar_change", args=at(cast.project))
    page = admin.post(path, filled(admin.get(path), hours_5="9-12， 13：30～17:00", reason="周六人多"))
    assert page.status_code == 200
    said = [(one.what, one.before, one.after) for one in page.context["proposal"].changes]
    assert said == [("星期六", "休息", "09:00–12:00、13:30–17:00")]
    assert not Calendar.objects.filter(project=cast.project).exists(), "nothing is kept yet"
    asked = admin.post(path, hidden(page) | {"act": "ask"}, follow=True)
    assert asked.redirect_chain[-1][0] == reverse("calendar", args=at(cast.project))
    version = CalendarVersion.objects.get(calendar__project=cast.project)
    assert (version.week["5"], version.reason) == ([["09:00", "12:00"], ["13:30", "17:00"]], "周六人多")
    assert version.days == current().days

    message = cast.gm.messages.get(template="calendar.proposed", channel="in_app")
    assert gm.get(reverse("inbox_open", args=[message.pk])).headers["Location"] == asked.redirect_chain[-1][0]
    assert "周六人多" in gm.get(asked.redirect_chain[-1][0]).content.decode()
    assert 'class="btn btn-sm btn-primary"' in gm.get(reverse("calendars")).content.decode()
    decide = reverse("calendar_decide", args=at(cast.project))
    assert admin.post(decide, {"version": "1", "decision": "approve"}).status_code == 403
    gm.post(decide, {"version": "1", "decision": "approve"})
    assert current(cast.project) == version
    assert current(cast.other_project) == current()


def test_sent_twice_it_is_proposed_once(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.admin)
    path = reverse("calendar_change", args=[0])
    body = filled(admin.get(path), hours_5="9-12", act="ask", idempotency_key="k" * 20)
    assert [admin.post(path, body).status_code for _n in range(2)] == [302, 302]
    assert list(CalendarVersion.objects.values_list("number", flat=True)) == [2, 1]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hours_0": "morning"}, "hours_0"),
        ({"hours_0": "18:00-09:00"}, "hours_0"),
        ({"hours_0": "09:00-12:00, 11:00-18:00"}, "hours_0"),
        ({"hours_0": "25-26"}, "hours_0"),
        ({f"hours_{day}": "" for day in range(7)}, "__all__"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_nothing_typed_is_lost(
    cast: Cast, signed_in: SignIn, changes: dict[str, Any], field: str
) -> None:
    admin = signed_in(cast.admin)
    path = reverse("calendar_change", args=[0])
    page = admin.post(path, filled(admin.get(path), reason="试试") | changes)
    assert page.status_code == 422
    form = page.context["form"]
    assert field in form.errors
    assert form["reason"].value() == "试试"
    assert form["hours_0"].value() == changes["hours_0"]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"kind": "closed", "first": ""}, "first"),
        ({"kind": "closed", "first": "2026-12-31", "last": "2026-12-30"}, "last"),
        ({"kind": "closed", "first": "2026-12-01", "last": "2027-12-30"}, "last"),
        ({"kind": "open", "first": "2026-12-05"}, "hours"),
        ({"kind": "closed", "first": "2026-12-01", "hours": "9-12"}, "hours"),
        ({"kind": "closed", "first": "2026-10-03"}, "first"),
        ({"kind": "", "first": "2026-12-01"}, "kind"),
        ({"kind": "closed", "first": "1626-12-01"}, "first"),
        ({"kind": "closed", "first": "soon"}, "first"),
    ],
    ids=["no day", "backwards", "a year", "no hours", "hours off", "twice", "what", "long ago", "no date"],
)
def test_a_row_that_makes_no_sense_is_asked_about(
    cast: Cast, signed_in: SignIn, row: dict[str, str], field: str
) -> None:
    admin = signed_in(cast.admin)
    path = reverse("calendar_change", args=[0])
    form = admin.get(path)
    last = form.context["form"].rows.initial_form_count()
    page = admin.post(path, filled(form) | {f"day-{last}-{name}": value for name, value in row.items()})
    assert page.status_code == 422
    assert list(page.context["form"].rows.forms[last].errors) == [field]
    assert page.context["form"].rows.forms[last]["first"].value() == row["first"]


def test_own_days_are_added_and_announced_ones_corrected_or_taken_away(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.admin)
    path = reverse("calendar_change", args=[0])
    form = admin.get(path)
    body = filled(form)
    spare = f"day-{form.context['form'].rows.initial_form_count()}"
    body |= {f"{spare}-kind": "closed", f"{spare}-first": "2026-12-24", f"{spare}-last": "2026-12-25"}
    body |= {f"{spare}-name": "搬家", f"{row_of(body, '2027-05-01')}-last": "2027-05-05"}
    body |= {f"{row_of(body, '2027-09-15')}-kind": "", "provisional_years": [], "act": "ask"}
    assert admin.post(path, body).status_code == 302
    days = CalendarVersion.objects.waiting().get().days
    was = current().days
    assert days["2026-12-25"] == {"hours": [], "name": "搬家", "kind": "closed"}
    assert days["2027-05-05"] == was["2027-05-01"]
    assert "2027-09-15" not in days
    assert {day: row for day, row in days.items() if day < "2026-12"} == {d: r for d, r in was.items() if d < "2026-12"}
    assert CalendarVersion.objects.waiting().get().covers(2027)


def test_years_gone_by_stay_although_no_row_shows_them(cast: Cast, signed_in: SignIn) -> None:
    old = {"2024-10-01": {"hours": [], "name": "国庆节", "kind": "holiday"}}
    approve_calendar(version=asked_for(cast, days=old | current().days), by=cast.gm, at=NOON)
    admin = signed_in(cast.admin)
    path = reverse("calendar_change", args=[0])
    page = admin.get(path)
    assert all(row["first"].value().year >= 2026 for row in page.context["form"].rows.initial_forms)
    admin.post(path, filled(page, hours_6="9-12", act="ask"))
    assert CalendarVersion.objects.waiting().get().days == current().days


def test_unchanged_it_is_not_proposed(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.admin)
    path = reverse("calendar_change", args=[0])
    page = admin.post(path, filled(admin.get(path)))
    assert page.context["unchanged"]
    assert admin.post(path, hidden(page) | {"act": "ask"}).status_code == 422
    assert CalendarVersion.objects.count() == 1


def test_more_rows_and_changed_again_keep_what_was_typed(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.admin)
    path = reverse("calendar_change", args=[0])
    form = admin.get(path)
    count = len(form.context["form"].rows.forms)
    more = admin.post(path, filled(form, hours_5="9-12", act="more"))
    assert len(more.context["form"].rows.forms) == count + 4
    assert more.context["form"]["hours_5"].value() == "9-12"
    page = admin.post(path, filled(more))
    again = admin.post(path, hidden(page) | {"act": "edit"})
    assert (again.status_code, again.context["form"]["hours_5"].value()) == (200, "9-12")


def test_on_top_of_what_was_replaced_it_is_refused_and_kept_on_the_page(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.admin)
    path = reverse("calendar_change", args=[0])
    body = filled(admin.get(path), hours_6="9-12", act="ask")
    approve_calendar(version=asked_for(cast), by=cast.gm, at=NOON)
    page = admin.post(path, body)
    assert page.status_code == 422
    assert page.context["form"]["hours_6"].value() == "9-12"
    assert not CalendarVersion.objects.waiting().exists()


@pytest.mark.parametrize(
    ("raw", "hours"),
    [
        ("", []),
        ("9-18", [["09:00", "18:00"]]),
        ("０９：００—１２：００；１３：３０至１８：００", [["09:00", "12:00"], ["13:30", "18:00"]]),
        ("22:00 - 24:00", [["22:00", "24:00"]]),
        ("00:00-00:00", [["00:00", "24:00"]]),
        ("8.30-12 13-17.30", [["08:30", "12:00"], ["13:00", "17:30"]]),
    ],
)
def test_hours_are_read_as_people_write_them(raw: str, hours: list[list[str]]) -> None:
    assert parse_hours(raw) == hours


# --- deciding --------------------------------------------------------------------------------------------------------
def test_a_refusal_says_why(cast: Cast, signed_in: SignIn) -> None:
    asked_for(cast)
    gm, path = signed_in(cast.gm), reverse("calendar_decide", args=[0])
    assert gm.post(path, {"version": "2", "decision": "refuse"}).status_code == 422
    gm.post(path, {"version": "2", "decision": "refuse", "reason": "人手不够"})
    version = CalendarVersion.objects.get(number=2)
    assert (version.state, version.refused_by, version.refusal) == (VersionState.REFUSED, cast.gm, "人手不够")
    admin = signed_in(cast.admin)
    assert "人手不够" in admin.get(reverse("calendar", args=[0])).content.decode()
    assert "人手不够" in admin.get("/inbox/").content.decode()
    assert gm.post(path, {"version": "2", "decision": "maybe"}).status_code == 404


def test_only_another_leader_refuses(cast: Cast) -> None:
    version = asked_for(cast)
    with pytest.raises(NotAllowed):
        refuse_calendar(version=version, reason="x", by=cast.supervisor, at=NOON)
    with pytest.raises(Invalid):
        refuse_calendar(version=version, reason=" ", by=cast.gm, at=NOON)
    refuse_calendar(version=version, reason="x", by=cast.gm, at=NOON)
    with pytest.raises(NotNow):
        refuse_calendar(version=version, reason="x", by=cast.gm, at=NOON)


def test_it_is_taken_back(cast: Cast, signed_in: SignIn) -> None:
    asked_for(cast)
    signed_in(cast.admin).post(reverse("calendar_decide", args=[0]), {"version": "2", "decision": "withdraw"})
    version = CalendarVersion.objects.get(number=2)
    assert (version.state, version.withdrawn_by) == (VersionState.WITHDRAWN, cast.admin)


# --- giving up one's own ---------------------------------------------------------------------------------------------
def test_a_project_goes_back_to_the_companys(cast: Cast, signed_in: SignIn) -> None:
    own(cast)
    admin, path = signed_in(cast.admin), reverse("calendar_drop", args=at(cast.project))
    assert admin.post(path, {}).status_code == 422
    admin.post(path, {"reason": "统一"})
    version = CalendarVersion.objects.waiting().get()
    assert version.follows_company
    assert current(cast.project).calendar.project == cast.project, "it holds for nothing yet"
    page = signed_in(cast.gm).get(reverse("calendar", args=at(cast.project)))
    assert [(one.before, one.after) for one in page.context["proposal"].changes] == [("09:00–12:00", "休息")]
    approve_calendar(version=version, by=cast.gm, at=NOON)
    assert current(cast.project) == current()
    assert not kept_of(cast.project).is_own
    with pytest.raises(NotNow):
        drop_calendar(project=cast.project, reason="x", by=cast.admin, at=NOON)
    with pytest.raises(NotNow):
        publish_year(project=cast.project, year=2027, by=cast.admin, at=NOON)
    again = own(cast)
    assert (current(cast.project), again.number) == (again, 3)


def test_only_its_administrator_gives_it_up(cast: Cast) -> None:
    own(cast)
    with pytest.raises(NotAllowed):
        drop_calendar(project=cast.project, reason="x", by=cast.gm, at=NOON)
    with pytest.raises(Invalid):
        drop_calendar(project=cast.project, reason=" ", by=cast.admin, at=NOON)


# --- years -----------------------------------------------------------------------------------------------------------
def test_an_announced_year_is_proposed_from_the_page(cast: Cast, signed_in: SignIn) -> None:
    estimate = {"2026-10-08": {"hours": [], "name": "国庆节", "kind": "holiday"}}
    approve_calendar(version=asked_for(cast, days=estimate, provisional_years=(2026,)), by=cast.gm, at=NOON)
    admin = signed_in(cast.admin)
    page = admin.get(reverse("calendar", args=[0]))
    assert page.context["to_publish"] == [(2026, True), (2027, False)]
    admin.post(reverse("calendar_year", args=[0]), {"year": "2026"})
    version = CalendarVersion.objects.waiting().get()
    assert version.days == statutory_days(2026, SATURDAY_TOO)
    assert version.covers(2026)
    assert admin.post(reverse("calendar_year", args=[0]), {"year": "1999"}).status_code == 404


def test_where_the_announcement_differs_its_days_are_corrected_in_the_form(cast: Cast, signed_in: SignIn) -> None:
    approve_calendar(version=asked_for(cast, days={}, provisional_years=(2026,)), by=cast.gm, at=NOON)
    admin = signed_in(cast.admin)
    path = reverse("calendar_change", args=[0])
    page = admin.get(path, {"year": "2026"})
    body = filled(page)
    assert page.context["form"]["provisional_years"].value() == []
    body |= {f"{row_of(body, '2026-10-01')}-last": "2026-10-08", "act": "ask"}
    assert admin.post(path, body).status_code == 302
    version = CalendarVersion.objects.waiting().get()
    assert version.days["2026-10-08"]["kind"] == "holiday"
    assert version.covers(2026)


# --- what it does ----------------------------------------------------------------------------------------------------
def test_the_proposal_says_which_promises_move_and_that_running_ones_stay(cast: Cast, signed_in: SignIn) -> None:
    make_version("trial.hours", counts=Counting.WORKING, goal_seconds=10 * 3600)
    make_version("trial.days", goal=Goal.WORKING_DAYS, goal_days=5)
    make_version("trial.natural")
    occur(make_case(cast.project), "trial.asked", NOON)
    occur(make_case(cast.other_project), "trial.asked", NOON)
    assert (running_on(None), running_on(cast.project)) == (4, 2)
    closed = {"2026-12-24": {"hours": [], "name": "搬家", "kind": "closed"}}
    new = asked_for(cast, week=WEEK, days=current().days | closed)
    found = {one.policy.key: one for one in effects(None, current(), new, NOON)}
    assert set(found) == {"trial.hours", "trial.days"}
    hours = found["trial.hours"]
    assert hours.begins == datetime(2026, 12, 23, 2, tzinfo=UTC), "what begins now is not touched; the eve is"
    assert (hours.before, hours.after) == (
        datetime(2026, 12, 24, 3, tzinfo=UTC),
        datetime(2026, 12, 25, 3, tzinfo=UTC),
    )
    assert found["trial.days"].differs
    page = signed_in(cast.gm).get(reverse("calendar", args=[0])).content.decode()
    assert "现有 4 个按工作时间计的时限在走" in page


def test_saturdays_move_what_begins_now(cast: Cast) -> None:
    make_version("trial.hours", counts=Counting.WORKING, goal_seconds=50 * 3600)
    (found,) = effects(None, current(), asked_for(cast), NOON)
    assert found.begins == NOON
    assert found.differs


# --- costs -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_many_calendars_there_are(
    cast: Cast, signed_in: SignIn, count: int, django_assert_num_queries: Any
) -> None:
    quality = make_user("quality9", Role.QUALITY, None)
    own(cast)
    for number in range(count):
        project = type(cast.project).objects.create(code=f"p{number}", name_zh=f"小区{number}")
        calendar = Calendar.objects.create(project=project)
        calendar.versions.create(number=1, week=WEEK, created_at=NOON, approved_at=NOON)
        calendar.versions.create(number=2, week=SATURDAY_TOO, created_at=NOON, created_by=cast.admin)
    client = signed_in(quality)
    client.get(reverse("calendars"))
    with django_assert_num_queries(5):
        page = client.get(reverse("calendars"))
    assert len(page.context["others"]) == 2 + count


@pytest.mark.parametrize("count", [1, 3])
def test_a_calendars_page_costs_the_same_however_many_versions_it_had(
    cast: Cast, signed_in: SignIn, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        own(cast, week=WEEK | {"6": [["09:00", f"1{number}:00"]]})
    asked_for(cast, cast.project)
    client = signed_in(cast.quality)
    client.get(reverse("calendar", args=at(cast.project)))
    with django_assert_num_queries(9):
        page = client.get(reverse("calendar", args=at(cast.project)))
    assert len(page.context["versions"]) == count + 1
