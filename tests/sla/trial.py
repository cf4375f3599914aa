"""A kind of case and a policy of the tests' own, so that the rules of deadlines are tried whatever the defaults say."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Project, User
from cases import registry
from cases.actions import NewCase, lock, open_case
from cases.models import Case, Event
from cases.registry import CaseKind
from cases.states import Phase
from core.transitions import Step
from core.watch import Watch
from records.models import LongWork
from sla.actions import apply_to_running, happen
from sla.actions.application import run
from sla.models import Clock, Policy, PolicyVersion
from tests.cast import NOON

KIND = CaseKind(
    key="trial",
    label="Trial",
    prefix="TT",
    states={"open": "Open", "done": "Done"},
    phases={"open": Phase.OPEN, "done": Phase.CLOSED},
    transitions={
        "close": Step(frozenset({"open"}), "done", "trial.closed"),
        "reopen": Step(frozenset({"done"}), "open", "trial.reopened"),
    },
    page="home",
    sentences={
        f"trial.{word}": f"{word.capitalize()}."
        for word in ("asked", "answered", "held", "resumed", "dropped", "visited", "closed", "reopened")
    },
)


@contextmanager
def trial_kind() -> Iterator[None]:
    """The kind is known inside the block only."""
    registry.register(KIND)
    try:
        yield
    finally:
        registry._KINDS.pop(KIND.key, None)


def make_version(key: str = "trial.answer", **rest: Any) -> PolicyVersion:
    """A policy of the trial kind in force: 1 hour, told at 80 %, at due and an hour later unless said otherwise."""
    given: dict[str, Any] = {
        "case_kinds": ["trial"],
        "starts": ["trial.asked"],
        "stops": ["trial.answered"],
        "pauses": ["trial.held"],
        "resumes": ["trial.resumed"],
        "cancels": ["trial.dropped"],
        "goal_seconds": 3600,
        "steps": [
            {"to": ["handler"], "percent": 80},
            {"to": ["head"], "offset": 0},
            {"to": ["supervisor"], "offset": 3600},
        ],
    } | rest
    policy = Policy.objects.create(key=key, name_zh=f"试行 {key}", name_en=f"Trial {key}", source="ours")
    return PolicyVersion.objects.create(policy=policy, number=1, created_at=NOON, approved_at=NOON, **given)


@transaction.atomic
def make_case(project: Project, *, at: datetime = NOON, by: User | None = None, **rest: Any) -> Case:
    """A trial case that nothing has happened to yet."""
    return open_case(new=NewCase(kind="trial", state="open", project=project, title="Trial", **rest), at=at, by=by)


@transaction.atomic
def occur(case: Case, kind: str, at: datetime, *, by: User | None = None, **rest: Any) -> Event:
    """Let something happen to the case."""
    return happen(case=lock(case), kind=kind, at=at, by=by, **rest)


def clock_of(case: Case, key: str = "trial.answer") -> Clock:
    """The latest clock of the case under a key."""
    return Clock.objects.filter(case=case, key=key).select_related("version__policy").latest("cycle")


def facts(case: Case | None = None) -> dict[Any, Any]:
    """Everything the engine wrote, without primary keys: what two roads to the same moment must agree on."""
    clocks = Clock.objects.all() if case is None else Clock.objects.filter(case=case)
    return {
        clock.pk: {
            "state": clock.state,
            "due": clock.due_at,
            "next": clock.next_at,
            "done": sorted(clock.steps_done),
            "breached": clock.breached_at,
            "parked": clock.parked_error,
            "events": [(e.kind, e.at, e.data.get("step")) for e in clock.events.all()],
            "fired": sorted(clock.fired.values_list("step", "due_at", "skipped")),
            "messages": sorted(clock.case.messages.values_list("key", flat=True)),
            "case events": sorted(clock.case.events.values_list("kind", "at")),
        }
        for clock in clocks.select_related("case").order_by("pk")
    }


class Standing(Watch):
    """A watch of a worker for whom no time goes by."""

    @property
    def now(self) -> datetime:
        return self._at


def apply_now(*, version: PolicyVersion, reason: str, by: User, at: datetime) -> dict[str, int]:
    """Ask for a rule to be applied, and carry it out as a worker does, at one moment: how many moved and stayed."""
    work = apply_to_running(version=version, reason=reason, project=Project.objects.earliest("pk"), by=by, at=at).work
    work.state, work.leased_until = LongWork.State.RUNNING, at
    work.save()
    run(work, Standing(at))
    work.refresh_from_db()
    assert work.state == LongWork.State.DONE
    return {"moved": work.result["moved"], "stayed": sum(work.result["stayed"].values())}
