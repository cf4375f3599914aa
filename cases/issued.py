"""Papers of a case: set once, kept, and given again as they were issued."""

from collections.abc import Callable
from datetime import datetime

from accounts.models import User
from cases.actions import attach
from cases.models import Attachment, Case
from cases.states import PhotoLabel
from records.actions import store_bytes


def issue(*, case: Case, name: str, content: Callable[[], bytes], by: User, at: datetime) -> Attachment:
    """The paper of that name: the one issued before, else a new one, kept with the case, which the caller has locked.

    The name stands for everything that the paper says, so that the same facts are the same paper. It is the staff's.
    """
    papers = Attachment.objects.filter(case=case, label=PhotoLabel.PAPER, file__name=name)
    issued = papers.select_related("file").first()
    if issued is not None:
        return issued
    kept = store_bytes(content=content(), name=name, content_type="application/pdf", project=case.project, by=by, at=at)
    return attach(case=case, file=kept, label=PhotoLabel.PAPER, by=by, at=at, for_resident=False)
