"""One case's clocks explained: what began them, what moved them, who was told, what is left."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from cases.models import Case
from cases.permissions import reads_all
from records.http import follow, frame_for, now, user_of
from sla.explaining import explain


@login_required
@require_GET
def case_clocks(request: HttpRequest, number: str) -> HttpResponse:
    """Every clock of the case and of its callbacks; for the staff who see the case. To residents there is nothing."""
    user, at = user_of(request), now()
    case = get_object_or_404(Case.objects.visible_to(user).select_related("project"), number=number)
    if not reads_all(user, case):
        raise Http404
    follow(request, case.project)
    family = Case.objects.visible_to(user).with_parts([case.pk])
    context = {
        "case": case,
        "clocks": explain(case, family, at),
        "zone": case.project.time_zone,
        "frame": frame_for(user, getattr(request, "project", None)),
    }
    return render(request, "sla/case_clocks.html", context)
