"""Drafts: the list of what was begun and not sent, one of them for its form, and the keeping of them."""

import json

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.errors import DomainError, Invalid
from records.drafts import drafts_of, drop, keep
from records.http import frame_for, now, project_of, user_of
from records.models import Draft


@login_required
@never_cache
@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    """What one began and did not send; with `key`, what was typed into that form."""
    user = user_of(request)
    key = request.GET.get("key", "")
    if key:
        found = get_object_or_404(Draft.objects.visible_to(user), key=key[:40])
        return JsonResponse({"form": found.form, "page": found.page, "data": found.data})
    project = project_of(request)
    shown = {"drafts": drafts_of(user, project), "frame": frame_for(user, project), "now": now()}
    return render(request, "records/drafts.html", shown)


@login_required
@require_POST
def keep_draft(request: HttpRequest) -> HttpResponse:
    """Keep what was typed, or throw it away; never into the drafts of somebody who signed in to the same browser."""
    user, post = user_of(request), request.POST
    if post.get("drop"):
        drop(key=post.get("key", ""), by=user)
        return HttpResponse(status=204)
    if post.get("whose", str(user.pk)) != str(user.pk):
        raise Http404
    try:
        keep(
            key=post.get("key", ""),
            form=post.get("form", ""),
            page=post.get("page", ""),
            title=post.get("title", ""),
            data=_typed(post.get("data", "")),
            project=project_of(request),
            by=user,
            at=now(),
        )
    except DomainError as error:
        return JsonResponse({"detail": str(error)}, status=error.status)
    return HttpResponse(status=204)


def _typed(raw: str) -> dict[str, list[str]]:
    """Per field its values. Raises `Invalid` for anything else."""
    try:
        data = json.loads(raw)
    except ValueError:
        data = None
    if not isinstance(data, dict) or not all(_is_texts(values) for values in data.values()):
        raise Invalid(_("This form is broken. Open the page again."))
    return {name.replace("\x00", ""): [value.replace("\x00", "") for value in values] for name, values in data.items()}


def _is_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
