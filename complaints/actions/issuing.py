"""Issuing a complaint's record: set once, kept, and given again as it was issued."""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from accounts.models import User
from cases.actions import lock
from cases.issued import issue
from cases.models import Attachment
from complaints.models import Complaint
from complaints.papers import record_name, render_record
from complaints.permissions import require_print
from complaints.recording import record_of

JOINED = ("about_department", "about_person", "replier")


@transaction.atomic
def issue_record(*, complaint: Complaint, url: str, fonts: Path, by: User, at: datetime) -> Attachment:
    """The complaint's record: the one issued before where nothing has happened since, else a new one, kept with it.

    It carries the contact's number in clear: whoever opens it stands in the log. `url` goes into its code.
    Raises `NotAllowed` for who only reads the complaint, `FontMissingError`. Source: 三(6)① (记录).
    """
    case = lock(complaint.case)
    require_print(by, case)
    fresh = Complaint.objects.select_related(*JOINED).get(pk=complaint.pk)
    fresh.case = case
    record = record_of(fresh, url=url, at=at)
    return issue(case=case, name=record_name(record), content=lambda: render_record(record, fonts=fonts), by=by, at=at)
