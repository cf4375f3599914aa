"""A rule applied to hundreds of running clocks as long work: seen, watched, stopped, killed, pressed twice."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from core.errors import NotAllowed, NotNow
from records.models import AuditEntry, LongWork
from records.work import LEASE, run_waiting
from sla.actions import apply_to_running, approve, propose, stop_applying
from sla.actions.applying import Applying, move_clocks
from sla.models import Clock, ClockEvent, PolicyVersion, RuleApplication
from tests.cast import NOON, Cast
from tests.sla.trial import make_case, make_version, occur
from tests.tickets.pages import read_in_english

SignIn = Callable[[User], Client]
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MANY = 300
KEY = "trial.answer"


@pytest.fixture(autouse=True)
def english(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    with translation.override("en"):
        yield


def version_of(cast: Cast, old: PolicyVersion, **changes: Any) -> PolicyVersion:
    asked = propose(
        policy=old.policy, changes=changes or {"goal_seconds": 4 * 3600}, reason="x", by=cast.admin, at=NOON
    )
    return approve(version=asked, by=cast.gm, at=NOON)


def many(cast: Cast, count: int = MANY) -> list[Clock]:
    for _ in range(count):
        occur(make_case(cast.project), "trial.asked", NOON)
    return list(Clock.objects.filter(key=KEY).order_by("pk"))


def ask(cast: Cast, version: PolicyVersion, *, by: User | None = None) -> RuleApplication:
    return apply_to_running(version=version, reason="统一口径", project=cast.project, by=by or cast.admin, at=NOON)


def moved_once() -> set[int]:
    """Which clocks were moved, as the record has it; none of them twice."""
    moved = ClockEvent.objects.filter(kind="moved").values_list("clock_id", flat=True)
    assert len(moved) == len(set(moved)), "a clock moved twice"
    return set(moved)


@pytest.mark.req("SLA-4")
def test_hundreds_move_in_batches_and_the_page_says_how_far_and_what_came_of_it(
    cast: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make_version()
    many(cast)
    resting = make_case(cast.project)
    occur(resting, "trial.asked", NOON)
    occur(resting, "trial.held", NOON + MINUTE)
    version_of(cast, old, goal_seconds=4 * 3600, resumes=[], pauses=[])
    admin, page = signed_in(cast.admin), reverse("rule_apply", args=[KEY])
    seen: list[tuple[int, int]] = []

    def look(doing: Applying, pks: Any) -> Any:
        part = admin.get(reverse("rule_apply_progress", args=[KEY]))
        seen.append((part.context["work"]["done"], part.context["work"]["total"]))
        return move_clocks(doing, pks)

    monkeypatch.setattr("sla.actions.application.move_clocks", look)
    monkeypatch.setattr("sla.actions.application.BATCH", 120)
    with time_machine.travel(NOON + HOUR / 2, tick=False):
        before = admin.get(page)
        assert (before.context["plan"].moving, before.context["plan"].staying) == (MANY, 1)
        assert "nothing would let them go on" in before.content.decode()
        assert admin.post(page, {"reason": "统一口径"}).status_code == 302
        waiting = admin.get(page)
        assert waiting.context["plan"] is None, "what is under way is not asked for again"
        assert waiting.context["work"]["state"] == "queued"
        assert page in admin.get("/running/").content.decode()
        assert not moved_once(), "the request itself moves nothing"
    assert run_waiting(NOON + HOUR / 2) == {"done": 1, "failed": 0}
    assert seen == [(0, 301), (120, 301), (240, 301)]
    assert len(moved_once()) == MANY
    assert set(Clock.objects.filter(case__clocks__state="running").values_list("due_at", flat=True)) == {
        NOON + 4 * HOUR
    }
    done = admin.get(page).content.decode()
    assert "300 deadlines moved" in done
    assert "1 stayed: they rest" in done
    assert admin.get(reverse("rule_apply_progress", args=[KEY]))["HX-Redirect"] == page
    entry = AuditEntry.objects.get(action="rule.applied")
    assert (entry.by, entry.reason, entry.data) == (cast.admin, "统一口径", {"version": 2, "moved": 300, "stayed": 1})
    assert AuditEntry.objects.filter(action="rule.apply_asked", by=cast.admin).count() == 1


class Killed(BaseException):
    """What a `kill` looks like: no `except Exception` sees it."""


@pytest.mark.req("SLA-4")
@pytest.mark.parametrize("after_the_batch", [False, True], ids=["within a batch", "between two"])
def test_killed_in_the_middle_and_run_again_each_clock_moved_once(
    real_transactions: None, cast: Cast, monkeypatch: pytest.MonkeyPatch, after_the_batch: bool
) -> None:
    old = make_version()
    clocks = many(cast, 60)
    work = ask(cast, version_of(cast, old)).work
    monkeypatch.setattr("sla.actions.application.BATCH", 20)
    turns: list[int] = []

    def dies(doing: Applying, pks: Any) -> Any:
        turns.append(len(pks))
        if len(turns) == 3 and after_the_batch:
            raise Killed
        found = move_clocks(doing, pks)
        if len(turns) == 2 and not after_the_batch:
            raise Killed
        return found

    with monkeypatch.context() as patched:
        patched.setattr("sla.actions.application.move_clocks", dies)
        with pytest.raises(Killed):
            run_waiting(NOON + MINUTE)
    stayed = 40 if after_the_batch else 20
    assert len(moved_once()) == stayed
    work.refresh_from_db()
    assert (work.state, work.result["moved"]) == (LongWork.State.RUNNING, stayed)
    assert run_waiting(NOON + 2 * MINUTE) == {"done": 0, "failed": 0}, "the dead worker's claim still stands"
    assert run_waiting(NOON + LEASE + 2 * MINUTE) == {"done": 1, "failed": 0}
    assert moved_once() == {clock.pk for clock in clocks}
    work.refresh_from_db()
    assert (work.result["moved"], work.done, work.total) == (60, 60, 60)
    assert AuditEntry.objects.get(action="rule.applied").data["moved"] == 60


@pytest.mark.req("SLA-4")
def test_pressed_twice_it_is_done_once(cast: Cast, signed_in: SignIn) -> None:
    old = make_version()
    many(cast, 3)
    new = version_of(cast, old)
    admin, page = signed_in(cast.admin), reverse("rule_apply", args=[KEY])
    sent = {"reason": "统一口径", "idempotency_key": "k1"}
    for _ in range(2):
        assert admin.post(page, sent).status_code == 302
    again = admin.post(page, {"reason": "再来一次", "idempotency_key": "k2"}, follow=True)
    assert "being applied to running deadlines already" in again.content.decode()
    with pytest.raises(NotNow):
        ask(cast, new)
    assert LongWork.objects.filter(kind="rule_application").count() == 1
    run_waiting(NOON + MINUTE)
    assert len(moved_once()) == 3
    ask(cast, new)
    run_waiting(NOON + 2 * MINUTE)
    assert len(moved_once()) == 3, "what was moved is not moved again"


def test_stopped_between_two_batches_it_says_what_moved_and_the_rest_can_follow(
    cast: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make_version()
    many(cast, 50)
    new = version_of(cast, old)
    ask(cast, new)
    admin = signed_in(cast.admin)
    monkeypatch.setattr("sla.actions.application.BATCH", 20)

    def press(doing: Applying, pks: Any) -> Any:
        admin.post(reverse("rule_apply_stop", args=[KEY]))
        return move_clocks(doing, pks)

    with monkeypatch.context() as patched:
        patched.setattr("sla.actions.application.move_clocks", press)
        assert run_waiting(NOON + MINUTE) == {"done": 0, "failed": 1}
    assert len(moved_once()) == 20
    page = admin.get(reverse("rule_apply", args=[KEY]))
    assert "20 deadlines had moved and stay so" in page.content.decode()
    assert page.context["plan"].moving == 30
    assert AuditEntry.objects.get(action="rule.apply_stopped").by == cast.admin
    assert AuditEntry.objects.get(action="rule.applied").data["moved"] == 20
    ask(cast, new)
    run_waiting(NOON + MINUTE)
    assert len(moved_once()) == 50


def test_a_rule_replaced_meanwhile_is_applied_no_further(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    old = make_version()
    many(cast, 30)
    ask(cast, version_of(cast, old))
    monkeypatch.setattr("sla.actions.application.BATCH", 20)

    def replaced(doing: Applying, pks: Any) -> Any:
        version_of(cast, old, goal_seconds=5 * 3600)
        return move_clocks(doing, pks)

    monkeypatch.setattr("sla.actions.application.move_clocks", replaced)
    assert run_waiting(NOON + MINUTE) == {"done": 0, "failed": 1}
    work = LongWork.objects.get(kind="rule_application")
    assert (work.state, work.result["moved"]) == (LongWork.State.FAILED, 20)
    assert "changed again" in work.error


def test_what_breaks_in_the_middle_keeps_what_was_done_and_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    old = make_version()
    many(cast, 30)
    ask(cast, version_of(cast, old))
    monkeypatch.setattr("sla.actions.application.BATCH", 20)

    def broken(doing: Applying, pks: Any) -> Any:
        if len(pks) < 20:
            raise ValueError
        return move_clocks(doing, pks)

    monkeypatch.setattr("sla.actions.application.move_clocks", broken)
    assert run_waiting(NOON + MINUTE) == {"done": 0, "failed": 1}
    work = LongWork.objects.get(kind="rule_application")
    assert "What was done before stays" in work.error
    assert len(moved_once()) == 20


def test_who_may_ask_and_stop_and_who_lost_the_role_meanwhile_moves_nothing(cast: Cast, signed_in: SignIn) -> None:
    old = make_version()
    many(cast, 2)
    new = version_of(cast, old)
    with pytest.raises(NotAllowed):
        ask(cast, new, by=cast.gm)
    asked = ask(cast, new)
    with pytest.raises(NotAllowed):
        stop_applying(application=asked, by=cast.supervisor, at=NOON)
    for role, name in (("gm", "rule_apply_progress"), ("supervisor", "rule_apply")):
        assert signed_in(cast.users[role]).get(reverse(name, args=[KEY])).status_code == 403
    cast.admin.memberships.update(ended_at=NOON)
    assert run_waiting(NOON + MINUTE) == {"done": 0, "failed": 1}
    assert not moved_once()


def test_taken_out_of_the_line_nothing_moves(cast: Cast, signed_in: SignIn) -> None:
    old = make_version()
    many(cast, 2)
    asked = ask(cast, version_of(cast, old))
    admin = signed_in(cast.admin)
    assert admin.post(reverse("rule_apply_stop", args=[KEY])).status_code == 302
    assert run_waiting(NOON + MINUTE) == {"done": 0, "failed": 0}
    assert not moved_once()
    with pytest.raises(NotNow):
        stop_applying(application=asked, by=cast.admin, at=NOON)
