"""A changed rule applied to what runs: seen before, asked for with a reason, watched, stopped, and what came of it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import NotNow
from records.http import now, project_of, redirect_once
from records.models import LongWork
from sla import actions
from sla.actions.applying import plan, why_words
from sla.forms import ReasonForm
from sla.models import Policy, PolicyVersion, RuleApplication
from sla.views.rules import named, proposer, spoken
from sla.vocabulary import kind_names


@login_required
@require_http_methods(["GET", "POST"])
def apply_rule(request: HttpRequest, key: str) -> HttpResponse:
    """Move what already runs to the rule in force, once one has seen what that does; and what came of it."""
    user, policy, at = proposer(request), named(key), now()
    current = get_object_or_404(PolicyVersion.objects.in_force().select_related("policy"), policy=policy)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return redirect_once(request, at, lambda: _asked(request, current, form.cleaned_data["reason"]))
    latest = RuleApplication.objects.latest_of(policy)
    context = {
        "policy": policy,
        "current": spoken(current, kind_names()),
        "latest": latest,
        "outcome": _outcome(latest),
        "work": _progress(policy, latest) if latest and latest.is_open else None,
        "plan": None if latest and latest.is_open else plan(version=current, by=user, at=at),
        "form": form,
        "cancel_url": reverse("rule", args=[policy.key]),
    }
    return render(request, "sla/rule_apply.html", context, status=422 if form.is_bound else 200)


def _asked(request: HttpRequest, version: PolicyVersion, reason: str) -> str:
    page = reverse("rule_apply", args=[version.policy.key])
    try:
        actions.apply_to_running(
            version=version, reason=reason, project=project_of(request), by=proposer(request), at=now()
        )
    except NotNow as refusal:
        messages.error(request, str(refusal))
    return page


@login_required
@require_GET
def progress(request: HttpRequest, key: str) -> HttpResponse:
    """How far the worker is; once it has ended the page is asked for again."""
    proposer(request)
    policy = named(key)
    application = RuleApplication.objects.open_for(policy)
    if application is None:
        answer = HttpResponse()
        answer["HX-Redirect"] = reverse("rule_apply", args=[policy.key])
        return answer
    return render(request, "parts/progress.html", {"work": _progress(policy, application)})


@login_required
@require_POST
def stop(request: HttpRequest, key: str) -> HttpResponse:
    """Stop between two batches: what has moved stays moved."""
    user, policy = proposer(request), named(key)
    application = RuleApplication.objects.latest_of(policy)
    if application is None:
        raise NotNow(_("This rule was never applied to running deadlines."))
    try:
        actions.stop_applying(application=application, by=user, at=now())
    except NotNow as refusal:
        messages.error(request, str(refusal))
    return redirect("rule_apply", key=policy.key)


def _progress(policy: Policy, application: RuleApplication) -> dict[str, Any]:
    work = application.work
    stopping = work.state == LongWork.State.RUNNING and work.cancel_asked
    return {
        "label": _("Apply version %(number)s to running deadlines") % {"number": application.version.number},
        "state": "queued" if work.state == LongWork.State.WAITING else work.state,
        "done": work.done,
        "total": work.total,
        "words": _("Stopping after the batch in hand. What has moved stays moved.") if stopping else "",
        "url": reverse("rule_apply_progress", args=[policy.key]),
        "cancel_url": "" if stopping else reverse("rule_apply_stop", args=[policy.key]),
        "stop_words": _("Stop this? What has moved by then stays moved."),
    }


def _outcome(application: RuleApplication | None) -> dict[str, Any] | None:
    """What came of the last application, in words."""
    if application is None or application.is_open:
        return None
    work, moved, number = application.work, application.moved, application.version.number
    is_done = work.state == LongWork.State.DONE
    came_to = ngettext("%(count)s deadline moved.", "%(count)s deadlines moved.", moved) % {"count": moved}
    whole = _("Version %(number)s was applied to running deadlines: %(words)s")
    part = _("Version %(number)s was not applied to all running deadlines. %(words)s")
    words = {"number": number, "words": came_to if is_done else work.error}
    return {
        "is_done": is_done,
        "words": (whole if is_done else part) % words,
        "stayed": why_words(application.stayed),
    }
