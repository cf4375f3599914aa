"""Entries of the audit trail about messages: what they are called, and the case that the message belongs to."""

from collections.abc import Collection, Mapping

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from cases.audited import cases_named
from cases.models import Case
from notifications.models import Channel, OnCall
from notifications.states import Delivery
from records.about import About, register_about
from records.sentences import register_actions, register_companywide, register_names, register_values

register_actions(
    {
        "message.delivered": gettext_lazy("Marked a message as delivered"),
        "message.again": gettext_lazy("Had a message sent again"),
        "channel.test_asked": gettext_lazy("Sent a test over a channel"),
        "channel.tested": gettext_lazy("A test over a channel ended"),
        "on_call.entered": gettext_lazy("Put somebody on call"),
        "on_call.called_off": gettext_lazy("Called off a duty on call"),
    }
)
register_names(
    {
        "outcome": gettext_lazy("Outcome"),
        "name": gettext_lazy("Name"),
        "time": gettext_lazy("Time"),
        "times": gettext_lazy("How often"),
    }
)
register_values({("outcome", str(state)): Delivery(state).label for state in Delivery})
# A channel may be the whole company's.
register_companywide(["channel.test_asked", "channel.tested"])


def messages_of(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """The cases that messages belong to; a message without one is named by its key, which is no word."""
    seen = cases_named(user, project, targets)
    real = Case.objects.filter(project=project, number__in=set(targets) - set(seen)).values_list("number", flat=True)
    unseen = {number: About(number) for number in real}
    no_case = {target: About(_("a message without a matter")) for target in set(targets) - set(seen) - set(unseen)}
    return {**seen, **unseen, **no_case}


register_about(["message.delivered", "message.again"], messages_of)


def duties_of(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """Duties on call by who had them."""
    wanted = [target for target in targets if target.isdecimal()]
    found = OnCall.objects.visible_to(user).filter(project=project, pk__in=wanted).select_related("user", "department")
    url = reverse("on_call")
    return {str(duty.pk): About(f"{duty.user} · {duty.post}", url) for duty in found}


register_about(["on_call.entered", "on_call.called_off"], duties_of)


def channels_of(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """Channels of the project and of the company, by name."""
    wanted = [target for target in targets if target.isdecimal()]
    found = Channel.objects.filter(Q(project=project) | Q(project=None), pk__in=wanted)
    return {str(channel.pk): About(str(channel)) for channel in found}


register_about(["channel.test_asked", "channel.tested"], channels_of)
