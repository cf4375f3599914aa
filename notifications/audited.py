"""Entries of the audit trail about messages: what they are called, and the case that the message belongs to."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from cases.audited import cases_named
from cases.models import Case
from records.about import About, register_about
from records.sentences import register_actions

register_actions(
    {
        "message.delivered": gettext_lazy("Marked a message as delivered"),
        "message.again": gettext_lazy("Had a message sent again"),
    }
)


def messages_of(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """The cases that messages belong to; a message without one is named by its key, which is no word."""
    seen = cases_named(user, project, targets)
    real = Case.objects.filter(project=project, number__in=set(targets) - set(seen)).values_list("number", flat=True)
    unseen = {number: About(number) for number in real}
    no_case = {target: About(_("a message without a matter")) for target in set(targets) - set(seen) - set(unseen)}
    return {**seen, **unseen, **no_case}


register_about(["message.delivered", "message.again"], messages_of)
