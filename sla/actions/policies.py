"""How a rule changes: proposed by an administrator, put in force by a leader. A version is never edited.

Source: 物业客服部规章制度 八.1 (经物业公司领导审批后执行).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Invalid, NotAllowed, NotNow
from core.words import reason_of
from notifications.actions import Notice, tell
from records.actions import audit
from sla.actions.clocks import promise_name
from sla.checking import require_sound
from sla.models import Policy, PolicyVersion
from sla.permissions import can_approve_rules, can_propose_rules
from sla.queries import home_of, leaders
from sla.states import VersionState


def draft_of(policy: Policy, changes: Mapping[str, Any]) -> PolicyVersion:
    """What the rule in force would be with some of its fields changed; not saved.

    Raises `NotNow` where none is in force.
    """
    current = PolicyVersion.objects.in_force().filter(policy=policy).first()
    if current is None:
        raise NotNow(_("No version of this rule is in force."))
    latest = PolicyVersion.objects.filter(policy=policy).order_by("-number").values_list("number", flat=True)[0]
    return PolicyVersion(policy=policy, number=latest + 1, **(current.rule | dict(changes)))


@transaction.atomic
def propose(*, policy: Policy, changes: Mapping[str, Any], reason: str, by: User, at: datetime) -> PolicyVersion:
    """Ask a leader to approve a changed rule. It holds for nothing before that; a proposal still waiting is withdrawn.

    Raises `NotAllowed`; `Invalid` without a reason, for a rule that changes nothing or names what does not exist.
    """
    if not can_propose_rules(by):
        raise NotAllowed(_("Only an administrator may propose a change of rules."))
    policy = Policy.objects.select_for_update().get(pk=policy.pk)
    draft = draft_of(policy, changes)
    why = reason_of(reason, _("Say why the rule should change."))
    require_sound(draft)
    current = PolicyVersion.objects.in_force().get(policy=policy)
    if draft.rule == current.rule:
        raise Invalid(_("Nothing is changed: this is the rule in force."))
    PolicyVersion.objects.waiting().filter(policy=policy).update(withdrawn_at=at, withdrawn_by=by)
    draft.reason, draft.created_at, draft.created_by = why, at, by
    draft.save()
    _record(draft, "rule.proposed", by=by, at=at, reason=draft.reason)
    _tell_leaders(draft, at)
    return draft


@transaction.atomic
def approve(*, version: PolicyVersion, by: User, at: datetime) -> PolicyVersion:
    """Put a proposed version in force: what starts from now on follows it, running clocks stay as they are.

    Raises `NotAllowed` for whoever is no leader or proposed it; `NotNow` where it does not wait any more.
    """
    version = _waiting_for(version, by)
    PolicyVersion.objects.in_force().filter(policy_id=version.policy_id).update(replaced_at=at)
    version.approved_at, version.approved_by = at, by
    version.save(update_fields=["approved_at", "approved_by"])
    _record(version, "rule.approved", by=by, at=at)
    _tell_proposer(version, "rule.approved", at)
    return version


@transaction.atomic
def refuse(*, version: PolicyVersion, reason: str, by: User, at: datetime) -> PolicyVersion:
    """Turn a proposal down, with the reason. Raises like `approve`, and `Invalid` without a reason."""
    version = _waiting_for(version, by)
    refusal = reason_of(reason, _("Say why it is refused."))
    version.refused_at, version.refused_by, version.refusal = at, by, refusal
    version.save(update_fields=["refused_at", "refused_by", "refusal"])
    _record(version, "rule.refused", by=by, at=at, reason=version.refusal)
    _tell_proposer(version, "rule.refused", at, reason=version.refusal)
    return version


@transaction.atomic
def withdraw(*, version: PolicyVersion, by: User, at: datetime) -> PolicyVersion:
    """Take a proposal back. Raises `NotAllowed`; `NotNow` where it does not wait any more."""
    if not can_propose_rules(by):
        raise NotAllowed(_("Only an administrator may take a proposal back."))
    version = _waiting(version)
    version.withdrawn_at, version.withdrawn_by = at, by
    version.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _record(version, "rule.withdrawn", by=by, at=at)
    return version


def _waiting(version: PolicyVersion) -> PolicyVersion:
    """The version as it stands, its policy locked: one decision at a time."""
    policy = Policy.objects.select_for_update().get(pk=version.policy_id)
    version = PolicyVersion.objects.select_related("created_by").get(pk=version.pk)
    version.policy = policy
    if version.state != VersionState.PROPOSED:
        raise NotNow(_("This proposal does not wait any more: %(state)s.") % {"state": version.state.label})
    return version


def _waiting_for(version: PolicyVersion, by: User) -> PolicyVersion:
    """The same, for a leader to decide about."""
    if not can_approve_rules(by):
        raise NotAllowed(_("Only a general manager may decide about a proposed rule."))
    version = _waiting(version)
    if version.created_by_id == by.pk:
        raise NotAllowed(_("Whoever proposed a change cannot decide about it: ask another leader."))
    return version


def _record(version: PolicyVersion, action: str, *, by: User, at: datetime, reason: str = "") -> None:
    data = {"version": version.number}
    audit(at=at, by=by, action=action, target=version.policy.key, reason=reason, data=data)


def _tell_leaders(version: PolicyVersion, at: datetime) -> None:
    said = {"by": str(version.created_by), "reason": version.reason}
    for leader in leaders():
        if leader.pk != version.created_by_id:
            _tell(version, "rule.proposed", leader, at, **said)


def _tell_proposer(version: PolicyVersion, template: str, at: datetime, **data: str) -> None:
    if version.created_by is not None:
        _tell(version, template, version.created_by, at, **data)


def _tell(version: PolicyVersion, template: str, to: User, at: datetime, **data: str) -> None:
    project = home_of(to)
    if project is None:
        return
    notice = Notice(
        key=f"{template}:{version.pk}",
        template=template,
        to=(to,),
        project=project,
        page=("rule", version.policy.key),
        data={"promise": promise_name(version.policy), **data},
    )
    tell([notice], at=at)
