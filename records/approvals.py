"""Approval by a second person: one asks, another one decides, and what was asked is carried out with the decision.

Kinds are added in `AppConfig.ready`. Whoever asked never decides. The decision and what it carries out are one
transaction: where that cannot be carried out, the question waits on, with the sentence why.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Project, User
from core.errors import NotAllowed, NotNow
from core.words import reason_of
from records.actions import audit
from records.deciders import deciders_of, let_decide
from records.models import Approval
from records.states import Decision

# What is told about an approval: that it was asked for, or decided.
Teller = Callable[[Approval, datetime], None]


class CarryOut(Protocol):
    """An action that a decision carries out, called by names in the transaction of the decision."""

    def __call__(self, *, approval: Approval, by: User, at: datetime) -> object:
        """Do what was asked, `by` who approved it."""


@dataclass(frozen=True)
class Handler:
    """A kind of act that needs two people.

    `label` names the act. `words` says of one question what is asked, in the reader's language and by its data alone
    (a list asks it of every row). `may_decide` names the roles that decide, in the project of the question.
    `carry_out` does it, told who approved and when, in the transaction of the decision; a domain error it raises is
    shown to whoever approved. `page` is the address of what it is about, where the reader finds one.
    """

    label: str | Promise
    words: Callable[[Approval], str]
    may_decide: Collection[str]
    carry_out: CarryOut
    page: Callable[[Approval, User], str] | None = None


_HANDLERS: dict[str, Handler] = {}
_TELLERS: list[Teller] = []


def register_approval(kind: str, handler: Handler) -> None:
    """Add a kind of act that needs two people."""
    _HANDLERS[kind] = handler
    let_decide(kind, handler.may_decide)


def register_teller(tell: Teller) -> None:
    """Say who tells people: called in the transaction, once a question was asked and once it was decided."""
    if tell not in _TELLERS:
        _TELLERS.append(tell)


def label_of(approval: Approval) -> str:
    """What kind of act it is, in words."""
    handler = _HANDLERS.get(approval.kind)
    return str(handler.label) if handler else approval.kind


def words_of(approval: Approval) -> str:
    """What is asked, in words."""
    handler = _HANDLERS.get(approval.kind)
    return handler.words(approval) if handler else approval.subject


def page_of(approval: Approval, reader: User) -> str:
    """The address of what it is about; empty where the reader has none."""
    handler = _HANDLERS.get(approval.kind)
    return handler.page(approval, reader) if handler and handler.page else ""


def waiting_about(project: Project, kind: str, subject: str) -> Approval | None:
    """The question of a kind about one thing that nobody has decided yet."""
    rows = Approval.objects.waiting().filter(project=project, kind=kind, subject=subject)
    return rows.select_related("asked_by").first()


def can_decide(user: User, approval: Approval) -> bool:
    """Say whether the person may approve or refuse: by their role in its project, and not what they asked for."""
    return approval.asked_by_id != user.pk and user.has_role(approval.project_id, *deciders_of(approval.kind))


@transaction.atomic
def ask(
    *, project: Project, kind: str, subject: str, data: dict[str, Any], reason: str, by: User, at: datetime
) -> Approval:
    """Ask a second person. Whether `by` may ask at all is for the action that calls this to know.

    Raises `Invalid` without a reason; `NotNow` where the same thing waits already.
    """
    reason = reason_of(reason, _("Say why this is needed: whoever decides reads it."))
    approval = Approval(project=project, kind=kind, subject=subject, data=data, reason=reason, asked_by=by, asked_at=at)
    try:
        with transaction.atomic():
            approval.save()
    except IntegrityError as error:
        raise NotNow(_("The same thing waits for approval already.")) from error
    _record(approval, "approval.asked", by=by, at=at, reason=reason)
    return approval


@transaction.atomic
def approve(*, approval: Approval, by: User, at: datetime) -> Approval:
    """Approve, and carry out what was asked.

    Raises `NotAllowed` for whoever asked or has no such role; `NotNow` where it does not wait any more; and what
    carrying it out raises: then nothing is decided.
    """
    approval = _waiting_for(approval, by)
    handler = _HANDLERS.get(approval.kind)
    if handler is None:
        raise NotNow(_("Nobody knows how to carry this out. Tell the administrator."))
    _decide(approval, Decision.APPROVED, by=by, at=at)
    handler.carry_out(approval=approval, by=by, at=at)
    _record(approval, "approval.approved", by=by, at=at)
    return approval


@transaction.atomic
def refuse(*, approval: Approval, reason: str, by: User, at: datetime) -> Approval:
    """Turn it down, with the reason. Raises like `approve`, and `Invalid` without a reason."""
    approval = _waiting_for(approval, by)
    reason = reason_of(reason, _("Say why it is refused."))
    _decide(approval, Decision.REFUSED, by=by, at=at, reason=reason)
    _record(approval, "approval.refused", by=by, at=at, reason=reason)
    return approval


@transaction.atomic
def withdraw(*, approval: Approval, by: User, at: datetime) -> Approval:
    """Take one's own question back. Raises `NotAllowed`; `NotNow` where it does not wait any more."""
    approval = _locked(approval)
    if approval.asked_by_id != by.pk:
        raise NotAllowed(_("Only who asked may take it back."))
    _require_waiting(approval)
    _decide(approval, Decision.WITHDRAWN, by=by, at=at)
    _record(approval, "approval.withdrawn", by=by, at=at)
    return approval


def _locked(approval: Approval) -> Approval:
    """The question as it stands, locked: one decision at a time."""
    found = Approval.objects.select_for_update(of=("self",)).select_related("project", "asked_by", "decided_by")
    return found.get(pk=approval.pk)


def _require_waiting(approval: Approval) -> None:
    if not approval.is_waiting:
        words = {"state": Decision(approval.decision).label, "name": approval.decided_by}
        raise NotNow(_("This does not wait any more: %(state)s by %(name)s.") % words)


def _waiting_for(approval: Approval, by: User) -> Approval:
    """The question, for a person to decide about."""
    approval = _locked(approval)
    if approval.asked_by_id == by.pk:
        raise NotAllowed(_("Whoever asked cannot decide about it: a second person has to."))
    if not can_decide(by, approval):
        raise NotAllowed(_("Your role does not decide about this."))
    _require_waiting(approval)
    return approval


def _decide(approval: Approval, decision: Decision, *, by: User, at: datetime, reason: str = "") -> None:
    approval.decision, approval.decided_by, approval.decided_at = decision, by, at
    approval.decision_reason = reason
    approval.save(update_fields=["decision", "decided_by", "decided_at", "decision_reason"])


def _record(approval: Approval, action: str, *, by: User, at: datetime, reason: str = "") -> None:
    target = f"approval {approval.pk}"
    audit(at=at, by=by, action=action, project=approval.project, target=target, reason=reason)
    for tell in _TELLERS:
        tell(approval, at)
