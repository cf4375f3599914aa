"""What is told about things that need a second person: who may decide is asked, who asked learns the decision."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from notifications.actions import Notice, tell
from notifications.sentences import register_sentences
from records.approvals import register_teller, words_of
from records.deciders import deciders_of
from records.models import Approval
from records.states import Decision

_TEMPLATES = {
    Decision.WAITING: "approval.asked",
    Decision.APPROVED: "approval.approved",
    Decision.REFUSED: "approval.refused",
}


def tell_of(approval: Approval, at: datetime) -> None:
    """Tell those who may decide of a question, and who asked of the answer. What was taken back is told to nobody."""
    template = _TEMPLATES.get(Decision(approval.decision))
    if template is None:
        return
    to = _deciders(approval) if approval.is_waiting else [approval.asked_by]
    tell([_notice(approval, template, user) for user in to], at=at)


def _deciders(approval: Approval) -> list[User]:
    """Whoever may decide in the project, each once, without who asked."""
    rows = Membership.objects.staff_of([approval.project_id], deciders_of(approval.kind)).select_related("user")
    return list(dict.fromkeys(row.user for row in rows.order_by("pk") if row.user_id != approval.asked_by_id))


def _notice(approval: Approval, template: str, to: User) -> Notice:
    """The message to one person; what is asked is put into words in their language and the project's time."""
    with translation.override(to.language or settings.LANGUAGE_CODE), timezone.override(approval.project.tz):
        words = words_of(approval)
    by = approval.asked_by if approval.is_waiting else approval.decided_by
    reason = approval.reason if approval.is_waiting else approval.decision_reason
    return Notice(
        key=f"{template}:{approval.pk}",
        template=template,
        to=(to,),
        project=approval.project,
        page=("approvals",),
        data={"by": str(by), "words": words, "reason": reason},
    )


register_sentences(
    {
        "approval.asked": _("%(by)s asks for your approval: %(words)s. Reason: %(reason)s"),
        "approval.approved": _("%(by)s approved: %(words)s."),
        "approval.refused": _("%(by)s refused: %(words)s. Reason: %(reason)s"),
    }
)
register_teller(tell_of)
