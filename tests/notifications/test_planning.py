"""Who is told over what: rules of project and company, quiet hours, stand-ins; all after the act itself."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from structlog.testing import capture_logs

from accounts.models import Absence, Membership, User
from accounts.states import Role
from cases.models import Case
from cases.states import Reserved
from notifications.actions import Notice, deliver, plan, tell
from notifications.models import Message
from tests.cast import NOON, Cast, make_user
from tests.notifications.setup import Counting, counting, make_channel, make_rule
from tests.sla.trial import make_case, trial_kind
from tests.threads import at_once

HOUR = timedelta(hours=1)
NIGHT = NOON + 11 * HOUR  # 23:00
MORNING = NOON + 20 * HOUR  # 08:00 of the next day


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Counting:
    return counting(monkeypatch)


@pytest.fixture
def case(cast: Cast) -> Iterator[Case]:
    reach(cast)
    with trial_kind():
        yield make_case(cast.project)


def reach(cast: Cast) -> None:
    """Everybody has a phone and a mail address that say whose they are."""
    for user in cast.users.values():
        user.phone, user.email = f"tel-{user.username}", f"{user.username}@example.org"
        user.save(update_fields=["phone", "email"])


def say(case: Case, *people: User, key: str = "k", level: str = "escalation", at: datetime = NOON, **data: Any) -> None:
    tell([Notice(key=key, template="case.assigned", case=case, to=people, level=level, data=data)], at=at)


def away(
    user: User, substitute: User | None = None, *, since: datetime = NOON - HOUR, until: datetime = NOON + HOUR
) -> Absence:
    return Absence.objects.create(
        user=user, substitute=substitute, starts_at=since, ends_at=until, made_by=user, made_at=since
    )


def inbox_of(user: User) -> list[str]:
    return list(Message.objects.visible_to(user).order_by("pk").values_list("key", flat=True))


# --- which way -------------------------------------------------------------------------------------------------------
def test_a_rule_says_which_level_goes_over_what(cast: Cast, case: Case, sent: Counting) -> None:
    sms, mail = make_channel("sms"), make_channel("mail")
    rule = make_rule(sms, mail, levels=["escalation"])
    rule.warning_over.set([mail])
    for level in ("info", "warning", "escalation"):
        say(case, cast.head, key=level, level=level)
    deliver(at=NOON)
    assert sorted(sent.addresses) == ["head@example.org", "head@example.org", "tel-head"]
    assert len(inbox_of(cast.head)) == 3, "the inbox has all of it"


def test_a_projects_own_rule_stands_above_the_companys(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"))
    make_rule(make_channel("mail", cast.project), project=cast.project)
    say(case, cast.head)
    say(make_case(cast.other_project), cast.frontdesk2)
    deliver(at=NOON)
    assert sorted(sent.addresses) == ["head@example.org", "tel-frontdesk2"]


@pytest.mark.req("CMP-15")
@pytest.mark.parametrize("reserved", ["itself", "what it was opened for"])
def test_what_is_reserved_is_never_written_into_a_group(cast: Cast, case: Case, sent: Counting, reserved: str) -> None:
    make_rule(make_channel("wecom"), make_channel("sms"))
    other = make_case(cast.project, parent=case)
    above = other if reserved == "itself" else case
    Case.objects.filter(pk=above.pk).update(reserved_for=Reserved.MANAGERS)
    say(Case.objects.get(pk=other.pk), cast.gm)
    deliver(at=NOON)
    assert [channel.kind for channel in sent.channels] == ["sms"]


@pytest.mark.parametrize("demo", [True, False])
def test_the_servers_log_names_the_matter_and_says_what_it_is_about_in_a_demo_only(
    cast: Cast, case: Case, settings: Any, demo: bool
) -> None:
    settings.NOTIFY_CHANNELS, settings.DEMO = ["console"], demo
    say(case, cast.head)
    with capture_logs() as logs:
        deliver(at=NOON)
    (line,) = [one for one in logs if one["event"] == "message"]
    named = {"key": f"k:{cast.head.pk}:console", "template": "case.assigned", "case": case.number}
    assert {name: line[name] for name in named} == named
    assert ("text" in line, "to" in line) == (demo, demo)


def test_a_channel_out_of_use_is_not_used(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms", is_active=False))
    say(case, cast.head)
    assert deliver(at=NOON) == {"sent": 0, "failed": 0, "unknown": 0}


def test_without_a_rule_the_machines_own_channels_are_used(cast: Cast, case: Case, settings: Any) -> None:
    settings.NOTIFY_CHANNELS = ["console"]
    say(case, cast.head)
    assert deliver(at=NIGHT)["sent"] == 1
    assert Message.objects.get(channel="console").address == "head"


def test_whoever_has_no_address_is_shown_as_not_reached(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"))
    User.objects.filter(pk=cast.head.pk).update(phone="")
    say(case, cast.head)
    deliver(at=NOON)
    message = Message.objects.get(channel="sms")
    assert (message.state, message.error) == ("failed", "there is no address on file")
    assert sent.sent == []


@pytest.mark.parametrize("people", [1, 3])
def test_choosing_costs_the_same_for_one_and_for_three(cast: Cast, case: Case, people: int) -> None:
    make_rule(make_channel("sms"), make_channel("mail"))
    say(case, *[cast.head, cast.gm, cast.supervisor][:people])
    with CaptureQueriesContext(connection) as asked:
        assert plan(at=NOON) == people
    assert len([q for q in asked if not q["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]) == 8


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_four_passes_choose_once(real_transactions: None, cast: Cast, case: Case) -> None:
    make_rule(make_channel("sms"), make_channel("wecom"))
    for n in range(30):
        say(case, cast.head, cast.gm, key=f"k{n}")
    at_once(4, lambda _: [plan(at=NOON, batch=7) for _ in range(12)])
    assert Message.objects.filter(channel="sms").count() == 60
    assert Message.objects.filter(channel="wecom").count() == 30
    assert not Message.objects.filter(to_plan=True).exists()


# --- quiet hours -----------------------------------------------------------------------------------------------------
@pytest.mark.req("SLA-3")
def test_at_night_a_warning_waits_and_an_escalation_does_not(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"))
    say(case, cast.head, key="w", level="warning", at=NIGHT)
    say(case, cast.gm, key="e", level="escalation", at=NIGHT)
    assert len(inbox_of(cast.head)) == 1, "the inbox knows no night"
    for moment in (NIGHT, NIGHT + HOUR, MORNING - timedelta(minutes=1)):
        deliver(at=moment)
    assert sent.addresses == ["tel-gm"]
    deliver(at=MORNING)
    assert sent.addresses == ["tel-gm", "tel-head"]
    assert Message.objects.get(channel="sms", user=cast.head).created_at == NIGHT, "the fact keeps its time"


@pytest.mark.req("SLA-3", "CMP-3")
@pytest.mark.parametrize("due_in", [timedelta(minutes=30), timedelta(hours=8, minutes=59)])
def test_what_is_due_before_the_night_ends_does_not_wait_for_its_end(
    cast: Cast, case: Case, sent: Counting, due_in: timedelta
) -> None:
    make_rule(make_channel("sms"), gather_minutes=45)
    say(case, cast.gm, key="due", level="warning", at=NIGHT, due={"by": (NIGHT + due_in).isoformat()})
    say(case, cast.head, key="later", level="warning", at=NIGHT, due={"by": MORNING.isoformat()})
    say(case, cast.head, key="day", level="warning", at=NIGHT, due={"on": "2026-11-24"})
    deliver(at=NIGHT + due_in if due_in > HOUR else NIGHT)
    assert sent.addresses == ["tel-gm"], "told in the morning, it would be told too late"
    deliver(at=MORNING)
    assert sent.addresses == ["tel-gm", "tel-head"]


def test_an_escalation_that_waits_waits_whatever_was_due(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"), escalations_wait=True)
    say(case, cast.gm, at=NIGHT, due={"by": NIGHT.isoformat()})
    deliver(at=NIGHT)
    assert sent.sent == []


def test_escalations_wait_where_the_rule_says_so(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"), escalations_wait=True)
    say(case, cast.gm, at=NIGHT)
    deliver(at=NIGHT)
    assert sent.sent == []
    deliver(at=MORNING)
    assert sent.addresses == ["tel-gm"]


def test_written_by_day_and_reached_at_night_it_waits_for_the_morning(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"))
    say(case, cast.head, level="info", at=NOON)
    plan(at=NOON)
    deliver(at=NIGHT)  # the worker was away meanwhile
    assert sent.sent == []
    deliver(at=MORNING)
    assert sent.addresses == ["tel-head"]


def test_each_project_has_its_own_night(cast: Cast, case: Case, sent: Counting) -> None:
    cast.other_project.time_zone = "Europe/Berlin"
    cast.other_project.save()
    make_rule(make_channel("sms"))
    say(case, cast.head, level="info", at=NIGHT)
    say(make_case(cast.other_project), cast.frontdesk2, level="info", at=NIGHT)
    deliver(at=NIGHT)
    assert sent.addresses == ["tel-frontdesk2"], "in Berlin it is four in the afternoon"


def test_without_quiet_hours_nothing_waits(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"), quiet_from=time(0), quiet_until=time(0))
    say(case, cast.head, level="info", at=NIGHT)
    deliver(at=NIGHT)
    assert sent.addresses == ["tel-head"]


# --- stand-ins -------------------------------------------------------------------------------------------------------
def test_the_stand_in_is_told_on_behalf_of_who_is_away(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"))
    away(cast.supervisor, cast.frontdesk)
    say(case, cast.supervisor)
    deliver(at=NOON)
    assert sent.addresses == ["tel-frontdesk"]
    assert sent.bodies[0].startswith("代 Supervisor：")
    assert len(inbox_of(cast.supervisor)) == 1, "on coming back one finds it"
    assert Message.objects.visible_to(cast.frontdesk).get().on_behalf_of == cast.supervisor


@pytest.mark.parametrize(("moment", "to"), [(NOON - HOUR, "frontdesk"), (NOON + HOUR, "supervisor")])
def test_an_absence_begins_with_its_first_instant_and_ends_before_its_last(
    cast: Cast, case: Case, sent: Counting, moment: datetime, to: str
) -> None:
    make_rule(make_channel("sms"))
    away(cast.supervisor, cast.frontdesk)
    say(case, cast.supervisor, at=moment)
    deliver(at=moment)
    assert sent.addresses == [f"tel-{to}"]


def test_who_stands_in_and_is_told_anyway_is_told_once(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"))
    away(cast.supervisor, cast.gm)
    say(case, cast.supervisor, cast.gm)
    deliver(at=NOON)
    assert sent.addresses == ["tel-gm"]
    assert Message.objects.visible_to(cast.gm).get().on_behalf_of is None


def test_who_stands_in_and_is_told_anyway_is_named_once_in_the_group(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("wecom"))
    away(cast.head, cast.supervisor)
    say(case, cast.head, cast.supervisor)
    deliver(at=NOON)
    assert [body.partition("→ ")[2] for body in sent.bodies] == [str(cast.supervisor)]


def test_a_chain_is_followed_and_a_circle_is_none(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"))
    away(cast.supervisor, cast.frontdesk)
    away(cast.frontdesk, cast.admin)
    say(case, cast.supervisor)
    deliver(at=NOON)
    assert sent.addresses == ["tel-admin"]
    away(cast.admin, cast.supervisor)
    say(case, cast.supervisor, key="again")
    deliver(at=NOON)
    assert sent.addresses == ["tel-admin", "tel-gm"], "all three are away: it goes up"


def test_nobody_named_or_nobody_who_may_see_it_goes_up_to_the_supervisor(
    cast: Cast, case: Case, sent: Counting
) -> None:
    make_rule(make_channel("sms"))
    away(cast.head)
    say(case, cast.head)
    away(cast.technician, cast.technician2)  # who does not see the other's cases
    say(case, cast.technician, key="second")
    deliver(at=NOON)
    assert sent.addresses == ["tel-supervisor", "tel-supervisor"]
    assert inbox_of(cast.technician2) == []


def test_what_is_reserved_passes_by_a_stand_in_whom_it_is_about(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"))
    Case.objects.filter(pk=case.pk).update(reserved_for=Reserved.MANAGERS)
    away(cast.gm, cast.supervisor)
    say(case, cast.gm)
    deliver(at=NOON)
    assert sent.addresses == ["tel-gm"], "nobody else may read it: better late than to the wrong one"


def test_called_off_or_left_the_company_one_stands_in_no_more(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"))
    absence = away(cast.supervisor, cast.frontdesk)
    absence.called_off_at, absence.called_off_by = NOON, cast.supervisor
    absence.save()
    say(case, cast.supervisor)
    away(cast.head, cast.admin)
    User.objects.filter(pk=cast.admin.pk).update(is_active=False)
    say(case, cast.head, key="second")
    deliver(at=NOON)
    assert sent.addresses == ["tel-supervisor", "tel-supervisor"]


def test_the_companys_own_supervisor_hears_where_the_project_has_none(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"))
    Membership.objects.filter(role=Role.SUPERVISOR).update(ended_at=NOON)
    chief = make_user("chief", Role.SUPERVISOR, None)
    User.objects.filter(pk=chief.pk).update(phone="tel-chief")
    away(cast.head)
    say(case, cast.head)
    deliver(at=NOON)
    assert sent.addresses == ["tel-chief"]


def test_absences_cost_no_statement_more_for_three_than_for_one(
    cast: Cast, case: Case, make_cost: Callable[[int], int]
) -> None:
    assert make_cost(1) == make_cost(3)


@pytest.fixture
def make_cost(cast: Cast, case: Case) -> Callable[[int], int]:
    """How many statements a batch takes in which so many people are away with one stand-in."""

    def cost(count: int) -> int:
        Absence.objects.all().delete()
        people = [cast.supervisor, cast.head, cast.gm][:count]
        for user in people:
            away(user, cast.frontdesk)
        for n, user in enumerate(people):
            say(case, user, key=f"cost {count} {n}")
        with CaptureQueriesContext(connection) as asked:
            plan(at=NOON)
        return len(asked)

    return cost
