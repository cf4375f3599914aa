"""Where the desk becomes a complaint: taken from a contact, or at once with a contact of its own in the work log."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.core.files import File
from django.db import transaction

from accounts.models import User
from cases.pictures import attach_sent
from complaints.actions import NewComplaint, register
from complaints.models import Complaint
from reception.actions.receiving import Caller, NewContact, log_contact
from reception.actions.tickets import AT_THE_DESK
from reception.models import Contact
from reception.permissions import can_receive
from reception.states import Purpose


@transaction.atomic
def take_complaint(
    *, new: NewComplaint, by: User, at: datetime, photos: Sequence[str] = (), uploads: Sequence["File[bytes]"] = ()
) -> Complaint:
    """Register a complaint; one taken at the desk stands in the work log, by a contact made with it if need be.

    `photos` are tokens of pictures that the person sent before it had a number, `uploads` pictures themselves.
    Raises what `complaints.actions.register` raises. Source: 三(6)① (在相关规范记录本上详细记录); 工作日志.
    """
    at_the_desk = new.channel in AT_THE_DESK and can_receive(by, new.project.pk)
    if at_the_desk and new.contact is None:
        new = replace(new, contact=_logged(new, by, at).case)
    complaint = register(new=new, by=by, at=at)
    attach_sent(case=complaint.case, photos=photos, uploads=uploads, by=by, at=at)
    return complaint


def _logged(new: NewComplaint, by: User, at: datetime) -> Contact:
    contact = NewContact(
        project=new.project,
        channel=new.channel,
        purpose=Purpose.COMPLAINT,
        said=new.description or new.title,
        caller=Caller(name=new.contact_name, phone=new.contact_phone, unit=new.unit),
    )
    return log_contact(new=contact, by=by, at=at)
