"""The pages on which rules are read, changed with a preview, approved by a leader and applied on purpose."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from complaints import actions as complaints
from complaints.actions import NewComplaint
from records.work import run_waiting
from sla.actions import approve, propose
from sla.models import Clock, Policy, PolicyVersion
from tests.cast import NOON, Cast

SignIn = Callable[[User], Client]
KEY = "complaint.resolve.minor"
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def complain(cast: Cast, at: Any) -> Clock:
    new = NewComplaint(project=cast.project, description="态度不好", grade="minor", unit=cast.units["3-2-1501"])
    complaint = complaints.register(new=new, by=cast.frontdesk, at=at)
    return Clock.objects.get(case=complaint.case, key=KEY)


def filled(page: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send of the form as it was shown, with some of it typed anew."""
    form, data = page.context["form"], dict[str, Any]()
    bound = [*form, *(field for row in form.steps for field in row), *form.steps.management_form]
    for field in bound:
        value = field.value()
        if value is not None and value is not False:
            data[field.html_name] = value
    return data | {"reason": "住户等得太久", "act": "preview"} | changes


def hidden(page: Any) -> dict[str, list[str]]:
    """What the preview sends along."""
    sent: dict[str, list[str]] = {}
    for name, value in page.context["typed"]:
        sent.setdefault(name, []).append(value)
    return sent


def version_in_force() -> PolicyVersion:
    return PolicyVersion.objects.in_force().get(policy__key=KEY)


@pytest.mark.req("SLA-1", "SLA-4")
def test_two_days_become_one_seen_before_approved_and_only_new_complaints_follow(cast: Cast, signed_in: SignIn) -> None:
    running = complain(cast, NOON)
    admin, gm = signed_in(cast.admin), signed_in(cast.gm)
    with time_machine.travel(NOON + 36 * HOUR, tick=False):
        form = admin.get(reverse("rule_change", args=[KEY]))
        assert form.status_code == 200
        page = admin.post(reverse("rule_change", args=[KEY]), filled(form, goal_count="1"))
        assert page.status_code == 200
        assert page.context["change"].preview.newly_missed == 1, "after a day and a half one would be overdue"
        assert running.case.number in page.content.decode()
        assert PolicyVersion.objects.filter(policy__key=KEY).count() == 1, "nothing is kept yet"
        asked = admin.post(reverse("rule_change", args=[KEY]), hidden(page) | {"act": "ask"}, follow=True)
        assert asked.redirect_chain[-1][0] == reverse("rule", args=[KEY])
        assert complain(cast, NOON + 36 * HOUR).goal_seconds == 2 * 86400, "it holds for nothing before a leader agreed"

        inbox = gm.get("/inbox/").content.decode()
        assert "住户等得太久" in inbox
        seen = gm.get(reverse("rule", args=[KEY]))
        assert seen.context["change"].preview.newly_missed == 1
        assert "住户等得太久" in seen.content.decode()
        body = {"version": "2", "decision": "approve"}
        done = gm.post(reverse("rule_decide", args=[KEY]), body, follow=True)
        assert done.status_code == 200
    now_in_force = version_in_force()
    assert (now_in_force.number, now_in_force.goal_seconds, now_in_force.approved_by) == (2, 86400, cast.gm)
    running.refresh_from_db()
    assert (running.due_at, running.version.number, running.breached_at) == (NOON + 2 * DAY, 1, None)
    assert complain(cast, NOON + 2 * DAY).due_at == NOON + 3 * DAY


@pytest.mark.req("SLA-1")
def test_a_leader_comes_from_the_message_to_the_proposal(cast: Cast, signed_in: SignIn) -> None:
    policy = Policy.objects.get(key=KEY)
    propose(policy=policy, changes={"goal_seconds": 3600}, reason="x", by=cast.admin, at=NOON)
    gm = signed_in(cast.gm)
    message = cast.gm.messages.get(template="rule.proposed", channel="in_app")
    assert gm.get(reverse("inbox_open", args=[message.pk])).headers["Location"] == reverse("rule", args=[KEY])
    page = gm.get(reverse("rules")).content.decode()
    assert reverse("rule", args=[KEY]) in page


def test_a_refusal_says_why(cast: Cast, signed_in: SignIn) -> None:
    policy = Policy.objects.get(key=KEY)
    propose(policy=policy, changes={"goal_seconds": 3600}, reason="x", by=cast.admin, at=NOON)
    gm, body = signed_in(cast.gm), {"version": "2", "decision": "refuse"}
    assert gm.post(reverse("rule_decide", args=[KEY]), body).status_code == 422
    gm.post(reverse("rule_decide", args=[KEY]), body | {"reason": "人手不够"})
    version = policy.versions.get(number=2)
    assert (version.refused_by, version.refusal) == (cast.gm, "人手不够")
    assert "人手不够" in signed_in(cast.admin).get(reverse("rule", args=[KEY])).content.decode()


def test_the_proposer_takes_it_back_and_cannot_approve_it(cast: Cast, signed_in: SignIn) -> None:
    policy = Policy.objects.get(key=KEY)
    propose(policy=policy, changes={"goal_seconds": 3600}, reason="x", by=cast.admin, at=NOON)
    admin = signed_in(cast.admin)
    assert admin.post(reverse("rule_decide", args=[KEY]), {"version": "2", "decision": "approve"}).status_code == 403
    admin.post(reverse("rule_decide", args=[KEY]), {"version": "2", "decision": "withdraw"})
    assert policy.versions.get(number=2).withdrawn_by == cast.admin
    assert version_in_force().number == 1


@pytest.mark.parametrize("role", ["frontdesk", "technician", "head", "cashier", "guard", "resident"])
def test_for_whoever_neither_leads_nor_administers_there_are_no_rules(cast: Cast, signed_in: SignIn, role: str) -> None:
    client = signed_in(cast.users[role])
    for name in ("rules", "rule", "rule_change", "rule_apply"):
        assert client.get(reverse(name, args=[] if name == "rules" else [KEY])).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"goal_count": "0"}, "goal_count"),
        ({"goal_count": "many"}, "goal_count"),
        ({"reason": ""}, "reason"),
        ({"starts": []}, "starts"),
        ({"starts": ["no.such"]}, "starts"),
        ({"goal": "field", "goal_field": ""}, "goal_field"),
        ({"goal": "working_days", "goal_days": ""}, "goal_days"),
        ({"goal": "working_days", "goal_days": "900"}, "goal_days"),
        ({"counts": "sometimes"}, "counts"),
        ({"counts": "working", "goal_count": "90"}, "goal_count"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_nothing_typed_is_lost(
    cast: Cast, signed_in: SignIn, changes: dict[str, Any], field: str
) -> None:
    admin = signed_in(cast.admin)
    path = reverse("rule_change", args=[KEY])
    page = admin.post(path, filled(admin.get(path), urgent_count="7") | changes)
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert page.context["form"]["urgent_count"].value() == "7"


def test_a_step_without_people_is_asked_about(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.admin)
    path = reverse("rule_change", args=[KEY])
    page = admin.post(path, filled(admin.get(path)) | {"step-2-when": "percent", "step-2-amount": "120"})
    assert page.status_code == 422
    assert set(page.context["form"].steps.forms[2].errors) == {"to", "amount"}


def test_what_is_not_touched_stays_as_it_was_written(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.admin)
    for policy in Policy.objects.all():
        path = reverse("rule_change", args=[policy.key])
        page = admin.post(path, filled(admin.get(path)))
        assert page.status_code == 200, policy.key
        assert page.context["unchanged"], policy.key


def test_steps_lengths_and_categories_are_typed_in_units(cast: Cast, signed_in: SignIn) -> None:
    admin, key = signed_in(cast.admin), "ticket.complete"
    path = reverse("rule_change", args=[key])
    typed = {
        "goal_count": "36",
        "goal_unit": "3600",
        "urgent_count": "90",
        "urgent_unit": "60",
        "part_lamp_count": "2",
        "part_lamp_unit": "86400",
        "step-3-when": "before",
        "step-3-amount": "30",
        "step-3-unit": "60",
        "step-3-to": ["desk", "gm"],
        "step-0-when": "",
        "act": "ask",
    }
    admin.post(path, filled(admin.get(path)) | typed)
    version = PolicyVersion.objects.get(policy__key=key, number=2)
    assert (version.goal_seconds, version.goal_urgent_seconds) == (36 * 3600, 90 * 60)
    assert version.goal_by_category == {"lamp": 2 * 86400}
    assert version.steps == [
        {"to": ["head"], "offset": 0},
        {"to": ["supervisor"], "offset": 4 * 3600},
        {"to": ["desk", "gm"], "offset": -1800},
    ]


@pytest.mark.req("SLA-1", "SLA-5")
def test_whether_it_counts_working_time_is_chosen_read_and_previewed(cast: Cast, signed_in: SignIn) -> None:
    complain(cast, NOON)
    admin = signed_in(cast.admin)
    path = reverse("rule_change", args=[KEY])
    with time_machine.travel(NOON + 36 * HOUR, tick=False):
        hours = admin.post(path, filled(admin.get(path), goal_count="4", goal_unit="3600", counts="working"))
        assert "4 小时（工作时间）" in hours.context["change"].after.sentence
        assert hours.context["change"].preview.newly_missed == 1
        days = admin.post(path, filled(admin.get(path), goal="working_days", goal_days="2"))
        assert "2 个工作日内" in days.context["change"].after.sentence
        assert days.context["change"].odd, "a working day is the calendar's, whatever the rule says it counts"
        admin.post(path, hidden(days) | {"act": "ask"})
    version = PolicyVersion.objects.get(policy__key=KEY, number=2)
    assert (version.goal, version.goal_days, version.counts) == ("working_days", 2, "natural")


def test_changed_again_the_form_comes_back_as_it_was(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.admin)
    path = reverse("rule_change", args=[KEY])
    page = admin.post(path, filled(admin.get(path), goal_count="3"))
    again = admin.post(path, hidden(page) | {"act": "edit"})
    assert (again.status_code, again.context["form"]["goal_count"].value()) == (200, "3")
    assert not PolicyVersion.objects.filter(policy__key=KEY, number=2).exists()


@pytest.mark.req("SLA-4")
def test_running_deadlines_move_only_after_one_saw_which(cast: Cast, signed_in: SignIn) -> None:
    running = complain(cast, NOON)
    policy = Policy.objects.get(key=KEY)
    new = propose(policy=policy, changes={"goal_seconds": 4 * 86400}, reason="x", by=cast.admin, at=NOON)
    approve(version=new, by=cast.gm, at=NOON)
    admin = signed_in(cast.admin)
    with time_machine.travel(NOON + HOUR, tick=False):
        page = admin.get(reverse("rule_apply", args=[KEY]))
        assert page.context["plan"].moving == 1
        assert running.case.number in page.content.decode()
        assert admin.post(reverse("rule_apply", args=[KEY]), {}).status_code == 422
        admin.post(reverse("rule_apply", args=[KEY]), {"reason": "住户同意"})
    assert run_waiting(NOON + HOUR) == {"done": 1, "failed": 0}
    running.refresh_from_db()
    assert running.due_at == NOON + 4 * DAY
    assert signed_in(cast.gm).get(reverse("rule_apply", args=[KEY])).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_however_many_rules_there_are(
    cast: Cast, signed_in: SignIn, rows: int, django_assert_num_queries: Any
) -> None:
    kept = Policy.objects.order_by("pk").values_list("pk", flat=True)[:rows]
    PolicyVersion.objects.exclude(policy__in=list(kept)).delete()
    Policy.objects.exclude(pk__in=list(kept)).delete()
    client = signed_in(cast.quality)
    client.get(reverse("rules"))
    with django_assert_num_queries(9):
        page = client.get(reverse("rules"))
    assert len(page.context["rules"]) == rows


@pytest.mark.parametrize("versions", [1, 3])
def test_a_rules_page_costs_the_same_however_many_versions_it_had(
    cast: Cast, signed_in: SignIn, versions: int, django_assert_num_queries: Any
) -> None:
    policy = Policy.objects.get(key=KEY)
    for days in range(3, 2 + versions):
        new = propose(policy=policy, changes={"goal_seconds": days * 86400}, reason="x", by=cast.admin, at=NOON)
        approve(version=new, by=cast.gm, at=NOON)
    client = signed_in(cast.quality)
    client.get(reverse("rule", args=[KEY]))
    with django_assert_num_queries(9):
        page = client.get(reverse("rule", args=[KEY]))
    assert len(page.context["versions"]) == versions


def test_the_admin_site_leads_to_the_change(cast: Cast, signed_in: SignIn) -> None:
    cast.admin.is_staff = True
    cast.admin.save()
    policy = Policy.objects.get(key=KEY)
    page = signed_in(cast.admin).get(reverse("admin:sla_policy_change", args=[policy.pk])).content.decode()
    assert reverse("rule_change", args=[KEY]) in page


@pytest.mark.req("SLA-1")
@pytest.mark.parametrize("act", ["preview", "ask"])
@pytest.mark.parametrize("amount", ["Infinity", "-inf", "NaN", "1e400", "²", "99999999999999999999"])
def test_a_number_that_is_none_is_refused_beside_its_field(
    cast: Cast, signed_in: SignIn, amount: str, act: str
) -> None:
    admin, address = signed_in(cast.admin), reverse("rule_change", args=[KEY])
    form = admin.get(address)
    rows = form.context["form"].steps
    for row in (0, len(rows.forms) - 1):
        name = rows.forms[row].add_prefix("amount")
        answer = admin.post(address, filled(form, act=act, **{name: amount}))
        assert answer.status_code == 422
        assert amount in answer.content.decode(), "it stands there to be mended"
        assert re.search("[\u4e00-\u9fff]", str(answer.context["form"].steps[row].errors["amount"]))
    answer = admin.post(address, filled(form, act=act, goal_count=amount))
    assert re.search("[\u4e00-\u9fff]", str(answer.context["form"].errors["goal_count"]))
    assert PolicyVersion.objects.filter(policy__key=KEY).count() == 1
