"""The inbox: what one was told, newest first."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Project, User
from accounts.states import Role
from core.numbers import whole_number
from notifications.actions import mark_read
from notifications.models import Message
from notifications.queries import inbox as inbox_page
from notifications.sentences import page_of
from records.http import now, user_of

# Whoever works with a phone in hand; everybody else sits at a desk.
IN_HAND = (Role.TECHNICIAN, Role.GUARD, Role.RESIDENT)
AT_A_DESK = tuple(set(Role) - set(IN_HAND))


def frame_for(user: User, project: Project | None) -> str:
    """The frame in which the person reads pages that are for everyone."""
    pk = project.pk if project else None
    in_hand = user.has_role(pk, *IN_HAND) and not user.has_role(pk, *AT_A_DESK)
    return "base_phone.html" if in_hand else "base.html"


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The person's messages, all or unread ones."""
    user = user_of(request)
    unread_only = request.GET.get("show") == "unread"
    letters, next_pk = inbox_page(user, unread_only=unread_only, before=_cursor(request))
    shown = {
        "letters": letters,
        "next_pk": next_pk,
        "unread_only": unread_only,
        "frame": frame_for(user, getattr(request, "project", None)),
    }
    return render(request, "cases/inbox.html", shown)


def _cursor(request: HttpRequest) -> int | None:
    raw = request.GET.get("before", "")
    if not raw:
        return None
    found = whole_number(raw)
    if found is None:
        raise Http404
    return found


@login_required
@require_GET
def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one message as read and go to the case that it is about, or to its page."""
    message = get_object_or_404(Message.objects.visible_to(user_of(request)).select_related("case"), pk=pk)
    mark_read(user=user_of(request), at=now(), pks=[message.pk])
    if message.case is None:
        return redirect(page_of(message.template))
    return redirect("case", number=message.case.number)


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    count = mark_read(user=user_of(request), at=now())
    if count:
        said = ngettext("%(count)s message marked as read.", "%(count)s messages marked as read.", count)
        messages.success(request, said % {"count": count})
    else:
        messages.info(request, _("Nothing was unread."))
    return redirect("inbox")
