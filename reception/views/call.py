"""Who calls (来电弹屏): one address that a phone system opens with the number."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.models import Case
from cases.states import Channel
from estate.models import Unit
from estate.queries import Hit, match_unit
from estate.search import plain_phone
from reception import actions
from reception.actions import Caller
from reception.queries.household import who_calls
from reception.views.common import at_the_desk
from records.http import now, redirect_once

LONGEST = 25
MOST_KEYS = 9


@login_required
@require_GET
def call(request: HttpRequest) -> HttpResponse:
    """Who it is, which rooms, what is open; several rooms are chosen by key, a stranger is called one."""
    user, project = at_the_desk(request)
    number = plain_phone(request.GET.get("number", "")[:LONGEST])
    asked = request.GET.get("unit", "")[:60].replace("\x00", "")
    unit = match_unit(number=asked, project_id=project.pk, user=user) if asked else None
    caller = who_calls(number, user, project, unit=unit)
    chosen = _chosen(caller.hits, unit)
    shown: dict[str, Any] = {
        "number": number,
        "caller": caller,
        "chosen": chosen,
        "rooms": [
            (key, hit, f"{reverse('call')}?{urlencode({'number': number, 'unit': hit.unit.number})}")
            for key, hit in enumerate(caller.hits[:MOST_KEYS], start=1)
        ]
        if chosen is None
        else [],
        "matters": caller.matters if chosen is not None or not caller.hits else [],
        "recent": caller.recent if chosen is not None or not caller.hits else [],
        "prefill": urlencode(_prefill(number, chosen, caller.name)),
        "now": now(),
    }
    return render(request, "reception/call.html", shown)


def _chosen(hits: list[Hit], unit: Unit | None) -> Hit | None:
    if unit is not None:
        return next((hit for hit in hits if hit.unit.pk == unit.pk), None)
    return hits[0] if len(hits) == 1 else None


def _prefill(number: str, chosen: Hit | None, name: str) -> dict[str, str]:
    found = {"phone": number, "name": chosen.name if chosen else name, "channel": str(Channel.PHONE)}
    return {**found, "unit": chosen.unit.number} if chosen else found


@login_required
@require_POST
def repeat_call(request: HttpRequest) -> HttpResponse:
    """Log that the caller asks again about an open matter: one key."""
    user, project = at_the_desk(request)
    matter = get_object_or_404(
        Case.objects.visible_to(user).select_related("handler", "project", "parent__handler", "parent__project"),
        number=request.POST.get("matter", ""),
        project=project,
    )
    number = plain_phone(request.POST.get("number", "")[:LONGEST])
    asked = request.POST.get("unit", "")[:60]
    unit = match_unit(number=asked, project_id=project.pk, user=user) if asked else None
    caller = Caller(name=request.POST.get("name", "")[:100], phone=number, unit=unit or matter.unit)
    said = request.POST.get("said", "")[:2000]
    at = now()

    def act() -> str:
        contact = actions.chase(matter=matter, caller=caller, channel=Channel.PHONE, said=said, by=user, at=at)
        messages.success(
            request,
            _("Logged as %(contact)s under %(number)s.") % {"contact": contact.case.number, "number": matter.number},
        )
        return reverse("call")

    answer = redirect_once(request, at, act)
    # Put on behind what is kept of the answer: no number stands in the clear beside the key of a form.
    answer["Location"] += f"?{urlencode({'number': number} | ({'unit': unit.number} if unit else {}))}"
    return answer
