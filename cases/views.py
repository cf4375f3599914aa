"""What pages of every kind of case share: a phone number in clear with its reason, who else is filling in a form."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from cases.actions import be_gone, be_here, reveal_contact
from cases.models import Case
from cases.permissions import reads_all
from core.errors import DomainError
from records.http import now, user_of


def show_phone(request: HttpRequest, case: Case, *, at: datetime, reason: str, dial: bool) -> HttpResponse:
    """Log who wants the contact's number and why, and answer with a link that dials it.

    htmx puts the link where the masked number stood; without it the link is a page of its own. A redirect to `tel:`
    would be refused by our own content policy.
    """
    phone = reveal_contact(case=case, by=user_of(request), at=at, reason=reason)
    alone = not getattr(request, "htmx", False)
    template = "cases/phone_page.html" if alone else "cases/phone_shown.html"
    shown = {"case": case, "phone": phone, "dial": dial, "big": request.POST.get("big") == "1"}
    return render(request, template, shown)


@login_required
@require_POST
def presence(request: HttpRequest, number: str) -> HttpResponse:
    """Say which form one is filling in (`doing`), or that one stopped (`gone`); answered with who else fills in what.

    For the staff who work on the case: residents neither see nor leave a sign.
    """
    user = user_of(request)
    case = get_object_or_404(Case.objects.visible_to(user), number=number)
    if not reads_all(user, case):
        raise Http404
    if request.POST.get("gone") == "1":
        be_gone(case=case, by=user)
        return HttpResponse(status=204)
    others = be_here(case=case, by=user, doing=request.POST.get("doing", ""), at=now())
    if not others:
        return HttpResponse(status=204)
    shown = [{"name": other.name, "doing": other.doing, "seconds": other.seconds} for other in others]
    return JsonResponse({"others": shown})


def reveal_phone(request: HttpRequest, case: Case, *, at: datetime) -> HttpResponse:
    """Show the contact's number to somebody who says why; without a reason the masked one stays, with what is wrong."""
    try:
        return show_phone(request, case, at=at, reason=request.POST.get("reason", "")[:500], dial=False)
    except DomainError as error:
        if not getattr(request, "htmx", False):
            raise
        context = {"case": case, "reveal_url": request.path, "problem": str(error)}
        return render(request, "cases/phone_line.html", context, status=422)
