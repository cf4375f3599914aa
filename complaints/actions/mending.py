"""Mending what was taken down wrongly, or could not be said yet. What was before stays in the record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cases.sentences import was_words
from complaints.actions.aiming import About, aim_anew, let_see
from complaints.actions.turns import Turn, begin
from complaints.models import Complaint, Topic
from complaints.permissions import can_tell
from core.errors import Invalid
from estate.search import cannot_be_dialled, plain_phone

LONGEST_WORDS = 100
LONGEST = {"contact_name": 100, "contact_phone": 20, "place": 200, "reachable": 100}


@dataclass(frozen=True, kw_only=True)
class Mended:
    """Whom to call, where it was, what and whom it is about; None stays as it is, empty takes away what was there."""

    name: str | None = None
    phone: str | None = None
    place: str | None = None
    reachable: str | None = None
    topic: Topic | None = None
    about: About | None = None


@transaction.atomic
def amend(
    *,
    complaint: Complaint,
    mended: Mended,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Complaint:
    """Put right what was taken down; also while harm goes on, as whoever stops it may have to call.

    Whom it is about decides anew who may read it, and whoever may be meant loses sight of it. Source: 六.2.
    Raises `Invalid` for a number that no phone dials, for too many words, and where nothing differs; `NotAllowed`,
    `NotNow`, `Stale`. Source: 三(6)① (详细记录).
    """
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_tell(by, turn.complaint), _("Only who handles the complaint or the desk puts it right."))
    step = turn.step("amend")
    given = _checked(mended)
    reachable = given.pop("reachable", turn.complaint.reachable)
    changes = {name: value for name, value in given.items() if value != getattr(turn.case, name)}
    named = _named(turn.complaint)
    about = _differing(turn, mended.about)
    if not changes and reachable == turn.complaint.reachable and about is None:
        raise Invalid(_("Nothing is different from what stands there."))
    turn.complaint.reachable = reachable
    turn.complaint.save(update_fields=["reachable"])
    said = {name: value for name, value in changes.items() if name != "category"}
    before = {name: getattr(turn.case, name) for name in said}
    aimed = None
    if about is not None:
        aimed, derived = aim_anew(turn, about)
        changes |= derived
        before["about"], said["about"] = named, _named(turn.complaint)
    turn.happen(step, text=was_words(before, said), changes=changes)
    if aimed is not None:
        let_see(turn.complaint, aimed, at)
    return turn.complaint


def _named(complaint: Complaint) -> str:
    parts = (complaint.about_department, complaint.about_person, complaint.about_words)
    return " ".join(str(part) for part in parts if part)


def _differing(turn: Turn, about: About | None) -> About | None:
    """Whom it is about, where that is given and not what stands there. Raises `Invalid` for another project's."""
    if about is None:
        return None
    kept, case = turn.complaint, turn.case
    if about.department is not None and about.department.project_id != case.project_id:
        raise Invalid(_("Choose a department of this project."), fields={"about_department": _("Not in this project.")})
    if len(about.words.strip()) > LONGEST_WORDS:
        raise Invalid(_("Keep name, phone and place short."), fields={"about_words": _("Too long.")})
    words = "" if about.person is not None else about.words.strip()
    if about.whom_stays:
        same = True
    elif about.person is not None:
        same = about.person == kept.about_person and not kept.about_words
    else:
        same = words == kept.about_words and (bool(words) or kept.about_person is None)
    same = same and about.department in (None, kept.about_department)
    return None if same and about.service is None else about


def _checked(mended: Mended) -> dict[str, Any]:
    """What is given, by the field that keeps it."""
    if cannot_be_dialled(mended.phone or ""):
        unknown = _("Nobody can be called at this number. Type its digits.")
        raise Invalid(unknown, fields={"phone": unknown})
    given = {
        "contact_name": mended.name,
        "contact_phone": None if mended.phone is None else plain_phone(mended.phone),
        "place": mended.place,
        "reachable": mended.reachable,
        "category": mended.topic.code if mended.topic else None,
    }
    found = {name: value.strip() for name, value in given.items() if value is not None}
    if any(len(found.get(name, "")) > longest for name, longest in LONGEST.items()):
        raise Invalid(_("Keep name, phone and place short."))
    return found
