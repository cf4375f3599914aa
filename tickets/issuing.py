"""Issuing a ticket's form: set once, kept, and given again as it was issued."""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from accounts.models import User
from cases.actions import lock
from cases.issued import issue
from cases.models import Attachment
from tickets.models import Ticket
from tickets.papers import render
from tickets.permissions import require_print
from tickets.reads.paper import paper_form, paper_name


@transaction.atomic
def issue_paper(*, ticket: Ticket, url: str, fonts: Path, by: User, at: datetime) -> Attachment:
    """The form of the ticket: the one issued before where it says the same of the work, else a new one, kept with it.

    It carries the contact's number in clear: whoever opens it stands in the log. `url` goes into its code.
    Raises `NotAllowed` for who only reads the ticket, `FontMissingError`.
    Source: 三(3)② (《业主报修有偿服务登记表》或《业主报修登记表》).
    """
    case = lock(ticket.case)
    require_print(by, case, ticket.jobs.all())
    fresh = Ticket.objects.select_related("category__warranty_part").get(pk=ticket.pk)
    fresh.case = case
    form = paper_form(fresh, url=url)
    return issue(case=case, name=paper_name(form), content=lambda: render(form, fonts=fonts), by=by, at=at)
