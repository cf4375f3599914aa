"""What is collected in a place of the matrix: a case found by the calendar, a letter, its batch, a visit."""

from typing import Any

from accounts.models import User
from billing.actions.arrears import decide_visit
from billing.actions.arrears.finding import find_overdue
from billing.actions.arrears.printing import render_letters
from billing.models import Arrears, ArrearsBatch, ArrearsLetter, ArrearsRound, Bill
from records.actions import store_bytes
from records.papers import FONTS
from tests.cast import NOON
from visits.models import HomeVisit


def collected(bill: Bill, *, by: User, word: str) -> dict[str, dict[str, object]]:
    """The ids of a case for an overdue bill, and of a letter in a batch of its own."""
    ArrearsRound.objects.all().delete()
    find_overdue(bill.project, day=NOON.date(), at=NOON)
    arrears = Arrears.objects.select_related("case").get(unit=bill.unit)
    given: dict[str, Any] = {"project": bill.project, "by": by, "at": NOON}
    letter = ArrearsLetter.objects.create(
        number=f"CJ-20261123-{bill.unit_id:04d}",
        arrears=arrears,
        recipient=word,
        amount=bill.amount,
        pay_by=NOON.date(),
        sent_at=NOON,
        sent_by=by,
    )
    url = "https://desk.example.org/"
    paper = render_letters([letter], project=bill.project, url=url, at=NOON, fonts=FONTS)
    file = store_bytes(content=paper, name=f"{letter.number}.pdf", content_type="application/pdf", **given)
    batch = ArrearsBatch.objects.create(project=bill.project, made_at=NOON, made_by=by, file=file, count=1)
    ArrearsLetter.objects.filter(pk=letter.pk).update(batch=batch)
    number = arrears.case.number
    decide_visit(arrears=arrears, on=NOON.date(), half="evening", visitor=by, reason=word, by=by, at=NOON)
    visit = HomeVisit.objects.select_related("case").get(case__parent=arrears.case)
    return {
        "arrears": {"number": number},
        "arrears_letter": {"number": number, "letter": letter.number},
        "arrears_batch": {"pk": batch.pk},
        "home_visit": {"number": visit.case.number},
    }
