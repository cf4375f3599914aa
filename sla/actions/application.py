"""Applying a changed rule to what runs as long work: asked for by a person, carried out in batches by a worker.

Each batch is one transaction with the counts and the place it came to: killed anywhere, the next worker goes on there,
and every clock moves once.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Project, User
from cases.sentences import readable
from core.errors import NotAllowed, NotNow
from core.watch import Watch
from core.words import reason_of
from records import work as long_work
from records.actions import audit
from records.models import LongWork
from sla.actions.applying import MOVED_ON, Applying, behind, move_clocks
from sla.models import Policy, PolicyVersion, RuleApplication
from sla.permissions import can_propose_rules
from sla.states import VersionState

KIND = "rule_application"
# Small enough that one sees it go on, and that nobody waits long for a case of the batch in hand.
BATCH = 200


@transaction.atomic
def apply_to_running(
    *, version: PolicyVersion, reason: str, project: Project, by: User, at: datetime
) -> RuleApplication:
    """Put the moving of running clocks to this version in line for a worker; `project` is where it was asked.

    Raises `NotAllowed`, `NotNow` where the version is not in force or the rule is being applied already, `Invalid`
    without a reason.
    """
    _require(by)
    policy = Policy.objects.select_for_update().get(pk=version.policy_id)
    version = PolicyVersion.objects.get(pk=version.pk)
    version.policy = policy
    if version.state != VersionState.IN_FORCE:
        raise NotNow(_("Only the version in force can be applied to running deadlines."))
    why = reason_of(reason, _("Say why running deadlines are to move."))
    if RuleApplication.objects.open_for(policy) is not None:
        raise NotNow(_("This rule is being applied to running deadlines already. Wait until that is done, or stop it."))
    payload = {"rule": policy.key, "name": {"zh": policy.name_zh, "en": policy.name_en}}
    work = long_work.start(kind=KIND, project=project, by=by, at=at, payload=payload)
    done = RuleApplication.objects.create(version=version, work=work, reason=why)
    _record(done, "rule.apply_asked", at, by=by)
    return done


@transaction.atomic
def stop_applying(*, application: RuleApplication, by: User, at: datetime) -> None:
    """Take it out of the line, or ask the worker to stop: what has moved by then stays moved, and is counted.

    Raises `NotAllowed`, and `NotNow` where it is done or stopped already.
    """
    _require(by)
    if not long_work.stop(application.work, at=at):
        raise NotNow(_("This is done or stopped already."))
    _record(application, "rule.apply_stopped", at, by=by)


def _require(by: User) -> None:
    if not can_propose_rules(by):
        raise NotAllowed(_("Only an administrator may apply a rule to running deadlines."))


def _record(application: RuleApplication, action: str, at: datetime, *, by: User, **counts: int) -> None:
    version = application.version
    data = {"version": version.number, **counts}
    audit(at=at, by=by, action=action, target=version.policy.key, reason=application.reason, data=data)


def _came_to(application: RuleApplication, progress: "_Progress", at: datetime) -> None:
    """Put on record how many moved and how many stayed, however it ended."""
    stayed = sum(progress.stayed.values())
    _record(application, "rule.applied", at, by=application.work.by, moved=progress.moved, stayed=stayed)


@dataclass
class _Progress:
    """How far the work is: kept with every batch, and read again by whoever goes on."""

    after: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, result: dict[str, Any]) -> "_Progress":
        counts = Counter({MOVED_ON: result.get("moved", 0), **result.get("stayed", {})})
        return cls(int(result.get("after", 0)), counts)

    @property
    def result(self) -> dict[str, Any]:
        return {"moved": self.moved, "stayed": self.stayed, "after": self.after}

    @property
    def moved(self) -> int:
        return self.counts[MOVED_ON]

    @property
    def stayed(self) -> dict[str, int]:
        return {why: count for why, count in self.counts.items() if why != MOVED_ON}

    @property
    def words(self) -> str:
        """What stays of it where it ends early."""
        return ngettext(
            "%(count)s deadline had moved and stays so; the others keep their rule.",
            "%(count)s deadlines had moved and stay so; the others keep their rule.",
            self.moved,
        ) % {"count": self.moved}


def run(work: LongWork, watch: Watch) -> None:
    """Carry out one application, as a worker does: in batches, each with its counts, from where the last one ended."""
    rows = RuleApplication.objects.select_related("version__policy")
    application = rows.get(work=work)
    application.work = work
    _require(work.by)
    progress = _Progress.of(work.result)
    try:
        _go_through(application, progress, watch)
    except long_work.StoppedError as stopped:
        _came_to(application, progress, watch.now)
        raise long_work.StoppedError(_("Stopped.") + " " + progress.words) from stopped


def _go_through(application: RuleApplication, progress: _Progress, watch: Watch) -> None:
    work, version = application.work, application.version
    left = behind(version, work.by).filter(pk__gt=progress.after).count()
    total = progress.counts.total() + left
    while True:
        # What began under the former rule while it was being replaced may come in addition.
        done = progress.counts.total()
        long_work.report(work, done=done, total=max(total, done), at=watch.now)
        ahead = behind(version, work.by).filter(pk__gt=progress.after).order_by("pk")
        pks = list(ahead.values_list("pk", flat=True)[:BATCH])
        if not pks:
            break
        _require_in_force(application, progress, watch.now)
        _batch(application, pks, progress, watch.now)
    with transaction.atomic():
        _came_to(application, progress, watch.now)
        long_work.finish(work, result=progress.result, at=watch.now)


def _require_in_force(application: RuleApplication, progress: _Progress, at: datetime) -> None:
    if not PolicyVersion.objects.in_force().filter(pk=application.version_id).exists():
        _came_to(application, progress, at)
        raise NotNow(_("The rule was changed again meanwhile.") + " " + progress.words)


def _batch(application: RuleApplication, pks: list[int], progress: _Progress, at: datetime) -> None:
    doing = Applying(application.version, application.reason, application.work.by, at)
    with transaction.atomic():
        counts = progress.counts + move_clocks(doing, pks)
        kept = _Progress(pks[-1], counts)
        long_work.keep(application.work, result=kept.result)
    progress.after, progress.counts = kept.after, kept.counts


def found_again(work: LongWork) -> tuple[str, str]:
    """What a work of ours is called, and the page on which it is watched and stopped."""
    name = _("Apply “%(name)s” to running deadlines") % {"name": readable(work.payload["name"])}
    return name, reverse("rule_apply", args=[work.payload["rule"]])
