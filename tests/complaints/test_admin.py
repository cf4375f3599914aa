"""The admin site names nothing of a complaint that the administrator may not see."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from cases.actions import reveal_contact
from notifications.models import Message
from records.models import AuditEntry
from tests.cast import NOON, Cast
from tests.complaints.scene import HOUR, sweep, taken

pytestmark = pytest.mark.req("CMP-15", "SEC-1")
LISTS = ("notifications/message", "records/auditentry", "complaints/complaint", "sla/clock", "visits/callback")


def test_messages_and_the_trail_pass_by_whom_the_complaint_passes_by(
    cast: Cast, signed_in: Callable[[User], Client]
) -> None:
    hidden = taken(cast, by="supervisor", about_person=cast.frontdesk, grade="major", title="前台骂人")
    shown = taken(cast, grade="major", title="楼道垃圾")
    for complaint in (hidden, shown):
        reveal_contact(case=complaint.case, by=cast.supervisor, at=NOON, reason="回电")
    sweep(NOON + HOUR)
    cast.admin.is_staff = True
    cast.admin.save()
    client = signed_in(cast.admin)
    for page in LISTS:
        text = client.get(f"/admin/{page}/").content.decode()
        assert hidden.case.number not in text, page
        if page != "visits/callback":
            assert shown.case.number in text, page
    for message, status in ((_message(hidden.case.pk), 302), (_message(shown.case.pk), 200)):
        assert client.get(f"/admin/notifications/message/{message.pk}/change/").status_code == status
    entry = AuditEntry.objects.get(target=hidden.case.number)
    assert client.get(f"/admin/records/auditentry/{entry.pk}/change/").status_code == 302
    trail = {name: trail_of(cast, name) for name in ("admin", "quality")}
    assert trail == {"admin": {shown.case.number}, "quality": {hidden.case.number, shown.case.number}}


def _message(case: int) -> Message:
    return Message.objects.filter(case_id=case)[0]


def trail_of(cast: Cast, name: str) -> set[str]:
    """What the trail gives to somebody in the admin site."""
    seen = AuditEntry.objects.visible_to(cast.users[name]).not_withheld(cast.users[name])
    return set(seen.filter(action="contact.revealed").values_list("target", flat=True))
