"""Long work found again: what one started and left."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from records.http import frame_for, now, user_of
from records.work import running_of


@login_required
@require_GET
def running_work(request: HttpRequest) -> HttpResponse:
    """One's own work that waits or runs, with how far it is; each leads to the page on which it can be stopped."""
    user = user_of(request)
    frame = frame_for(user, getattr(request, "project", None))
    return render(request, "records/running_work.html", {"rows": running_of(user), "frame": frame, "now": now()})
