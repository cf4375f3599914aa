"""What was taken down wrongly in a contact that is over is put right; what stood there before stays in its story."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.errors import Invalid, NotAllowed
from reception.actions.common import locked
from reception.actions.receiving import Caller, require_here, told_of
from reception.models import Contact
from reception.permissions import can_correct
from reception.states import TRANSITIONS, Purpose
from records.actions import audit
from records.masking import masked_phone
from sla.actions import happen


@dataclass(frozen=True, kw_only=True)
class Correction:
    """Who it was, why they came and what they said, as it should have been written down."""

    caller: Caller
    purpose: str
    said: str


@transaction.atomic
def correct(
    *, contact: Contact, correction: Correction, reason: str, by: User, at: datetime, expected: int | None = None
) -> Contact:
    """Put right a contact that is over. The event keeps what stood there before, the audit trail who changed what, why.

    Its outcome stays, and so does what became of it: a ticket or complaint is mended on its own page. Raises
    `NotAllowed` for who did not take it, or took it too long ago; `NotNow`, `Stale`; and `Invalid` without a reason or
    a change. Source: 三(1) 来访接待 (加以记录).
    """
    contact = locked(contact, verb="correct", by=by, expected=expected)
    case = contact.case
    if not can_correct(by, case, at):
        raise NotAllowed(_("Whoever took it puts it right within three days; after that a supervisor does."))
    if not reason.strip():
        raise Invalid(_("Say why the record is changed."), fields={"reason": _("Required.")})
    require_here(correction.caller, case)
    before = _standing(contact)
    contact.purpose, contact.said = correction.purpose, correction.said.strip()
    contact.is_resident = correction.caller.is_resident
    told = told_of(correction.caller, contact.purpose, contact.said)
    for name, value in told.items():
        setattr(case, name, value)
    changed = [name for name, value in _standing(contact).items() if value != before[name]]
    if not changed:
        raise Invalid(_("Nothing is different from what stands there."))
    contact.save()
    happen(
        case=case,
        kind=TRANSITIONS["correct"].event,
        at=at,
        by=by,
        text=before["said"] if "said" in changed else "",
        data={"reason": reason.strip(), "was": [_was(name, before[name]) for name in changed]},
        changes=told,
    )
    audit(at=at, by=by, project=case.project, action="contact.corrected", target=case.number, reason=reason.strip())
    return contact


def _standing(contact: Contact) -> dict[str, str]:
    """What of it can be corrected, as it stands."""
    case = contact.case
    return {
        "purpose": contact.purpose,
        "said": contact.said,
        "contact_name": case.contact_name,
        "contact_phone": case.contact_phone,
        "unit": case.unit.number if case.unit else "",
    }


NAMES = {
    "purpose": gettext_lazy("purpose %(value)s"),
    "said": gettext_lazy("the words below"),
    "contact_name": gettext_lazy("caller %(value)s"),
    "contact_phone": gettext_lazy("phone %(value)s"),
    "unit": gettext_lazy("room %(value)s"),
}
SHOWN: dict[str, Callable[[str], str]] = {
    "purpose": lambda value: str(Purpose(value).label),
    "contact_phone": masked_phone,
}


def _was(name: str, value: str) -> dict[str, str]:
    """What stood there before, in both languages; a number as pages show it."""
    found = {}
    for language, code in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(code):
            shown = SHOWN[name](value) if name in SHOWN and value else value
            found[language] = str(NAMES[name]) % {"value": shown or _("none")}
    return found
