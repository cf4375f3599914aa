"""What pages of every kind of case share: a phone number in clear, asked for with a reason and written down."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.actions import reveal_contact
from cases.models import Case
from records.http import user_of


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
