"""A kind of act that needs two people, for trials: what it carries out is written into the audit trail."""

from datetime import datetime
from typing import Any

from accounts.models import Project, User
from accounts.states import Role
from core.errors import NotNow
from records.actions import audit
from records.approvals import Handler, ask, register_approval
from records.models import Approval, AuditEntry

KIND = "trial"


def _carry_out(approval: Approval, by: User, at: datetime) -> None:
    audit(at=at, by=by, project=approval.project, action="trial.done", target=approval.subject)
    if approval.data.get("fails"):
        raise NotNow("The drawer is locked.")


def done() -> list[str]:
    """What was carried out."""
    return list(AuditEntry.objects.filter(action="trial.done").values_list("target", flat=True))


def asked(project: Project, by: User, at: datetime, subject: str = "7", **more: Any) -> Approval:
    """A question that waits for a supervisor or a general manager."""
    reason = more.pop("reason", "业主搬走了")
    return ask(project=project, kind=KIND, subject=subject, data=more, reason=reason, by=by, at=at)


register_approval(
    KIND,
    Handler(
        label="试办",
        words=lambda approval: f"试办第 {approval.subject} 号",
        may_decide=(Role.SUPERVISOR, Role.GM),
        carry_out=_carry_out,
        page=lambda approval, reader: f"/search/?q={approval.subject}",
    ),
)
