"""One case's clocks explained: what began them, what moved them, who was told, what is left; and more time for one."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.meanwhile import missed
from cases.models import Case
from cases.permissions import reads_all
from cases.queries import timeline
from cases.steps import Attempt, Offer, Tried, answer, take
from core.errors import Stale
from records.http import follow, frame_for, now, posted_version, user_of
from sla.actions import extend
from sla.explaining import Explained, explain
from sla.forms import ExtendForm
from sla.models import Clock
from sla.permissions import offers_extension
from sla.wording import moment_in_full


def _case_of(request: HttpRequest, number: str) -> Case:
    """The case, for the staff who see it. To residents there is nothing here."""
    user = user_of(request)
    case = get_object_or_404(Case.objects.visible_to(user).select_related("project"), number=number)
    if not reads_all(user, case):
        raise Http404
    return case


@login_required
@require_GET
def case_clocks(request: HttpRequest, number: str) -> HttpResponse:
    """Every clock of the case and of its callbacks; for the staff who see the case."""
    case = _case_of(request, number)
    follow(request, case.project)
    return _show(request, case, at=now())


def _show(request: HttpRequest, case: Case, *, at: datetime, tried: Tried[ExtendForm] | None = None) -> HttpResponse:
    user = user_of(request)
    family = Case.objects.visible_to(user).with_parts([case.pk])
    explained = explain(case, family, at)
    context = {
        "case": case,
        "clocks": [(one, _offer(request, case, one, tried)) for one in explained],
        "zone": case.project.time_zone,
        "frame": frame_for(user, getattr(request, "project", None)),
        "page_url": reverse("case_clocks", args=[case.number]),
        "seen_at": at.isoformat(),
    }
    return render(request, "sla/case_clocks.html", context, status=tried.status if tried else 200)


def _offer(request: HttpRequest, case: Case, one: Explained, tried: Tried[ExtendForm] | None) -> Offer | None:
    """The form that gives the clock more time, for whoever may; as it was typed where it was refused."""
    clock, verb = one.clock, _verb(one.clock)
    mine = tried is not None and tried.verb == verb
    if not mine and not offers_extension(user_of(request), clock):
        return None
    stale = None
    if mine and tried is not None and isinstance(tried.error, Stale):
        events = timeline(clock.case, user_of(request))
        stale = missed(clock.case, form=None, now={}, post=request.POST, events=events)
    return Offer(
        verb,
        _("Extend"),
        "calendar-plus",
        url=reverse("clock_extend", args=[case.number, clock.pk]),
        form=tried.form if mine and tried is not None else _form(clock),
        text=_("%(promise)s: due %(due)s now. Who gives more time and why stays on record.")
        % {"promise": one.label, "due": moment_in_full(clock.due_at)},
        opened=mine,
        stale=stale,
    )


def _verb(clock: Clock) -> str:
    return f"extend-{clock.pk}"


def _form(clock: Clock, data: object = None) -> ExtendForm:
    return ExtendForm(data, auto_id=f"{_verb(clock)}-%s", counts=clock.counts)


@login_required
@require_POST
def extend_clock(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Give one clock of the page more time; a refusal shows the page again with what was typed."""
    at = now()

    def find() -> Clock:
        case = _case_of(request, number)
        family = Case.objects.visible_to(user_of(request)).with_parts([case.pk])
        found = Clock.objects.filter(case__in=family).select_related("case__project", "version__policy")
        return get_object_or_404(found, pk=pk)

    def act(clock: Clock, form: ExtendForm | None) -> str:
        given = form.cleaned_data if form is not None else {}
        extended = extend(clock=clock, by=user_of(request), at=at, expected=posted_version(request), **given)
        messages.success(
            request,
            _("Extended: now due %(due)s.") % {"due": moment_in_full(extended.due_at)},
        )
        return reverse("case_clocks", args=[number]) + f"#clock-{pk}"

    step = Attempt(f"extend-{pk}", find=find, form=lambda clock: _form(clock, request.POST), act=act)

    def again(tried: Tried[ExtendForm]) -> HttpResponse:
        return _show(request, _case_of(request, number), at=at, tried=tried)

    return answer(request, take(request, step, at=at), again)
