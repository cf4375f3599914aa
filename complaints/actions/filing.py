"""What is kept with a complaint: photos of the place, the letter that came."""

from datetime import datetime

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cases.actions import attach_photo
from cases.models import Attachment
from cases.states import PhotoLabel
from complaints.actions.turns import begin
from complaints.models import Complaint
from complaints.permissions import can_add_photo
from core.errors import Invalid
from sla.actions import happen

SHOWN = (PhotoLabel.INTAKE, PhotoLabel.BEFORE, PhotoLabel.AFTER)


@transaction.atomic
def add_photo(
    *,
    complaint: Complaint,
    upload: "File[bytes]",
    label: str = PhotoLabel.INTAKE,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Attachment:
    """Keep a photo of the place, or of a letter, with the complaint; who sees the complaint sees it.

    Who took the complaint is not told of each: several come at once. Raises `Invalid` for what is no image,
    `NotAllowed`, `NotNow`. Source: 三(6)① (在相关规范记录本上详细记录); 三(6)⑥⑤ (信函).
    """
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_add_photo(by, turn.complaint), _("Only who handles the complaint or the desk adds photos."))
    step = turn.step("add_photo")
    if label not in SHOWN:
        raise Invalid(_("Say what the photo shows."), fields={"label": _("Unknown label.")})
    kept = attach_photo(case=turn.case, upload=upload, label=label, by=by, at=at)
    turn.case.refresh_from_db(fields=["version"])
    happen(
        case=turn.case,
        kind=step.event,
        state=step.target,
        at=at,
        by=by,
        data={"label": label},
        for_resident=True,
        claimed_at=claimed_at,
    )
    return kept
