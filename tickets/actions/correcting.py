"""Mending what was taken down wrongly: what it is about, and whom to ask. What was before stays in the record."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, User
from cases.actions import grant, lock, revoke
from cases.sentences import was_words
from cases.states import Urgency
from core.errors import Invalid
from records.ahead import require_near
from sla.actions import happen
from tickets.actions.turns import Turn, begin, phone_of
from tickets.models import Category, Job, Ticket
from tickets.permissions import can_price, can_tell_resident
from tickets.queries import charge_verdict, department_for
from tickets.states import WORK_KINDS
from visits.queries.callbacks import open_callback_of


@transaction.atomic
def change_category(
    *, ticket: Ticket, category: Category, urgency: str = "", by: User, at: datetime, expected: int | None = None
) -> Ticket:
    """Sort a ticket anew: department, who pays and what follows its end go by the new category.

    What a supervisor decided about the charge stands. Raises `Invalid` for a category of another kind of ticket.
    """
    turn = begin(ticket, by=by, at=at, expected=expected)
    turn.allow(can_price(by, turn.case, turn.job), _("Only who works on it or the desk sorts it anew."))
    step = turn.step("change_category")
    if category.kind != turn.case.kind:
        raise Invalid(_("This category is for another kind of ticket."), fields={"category": _("Choose another one.")})
    if urgency and urgency not in Urgency.values:
        raise Invalid(_("Unknown urgency."), fields={"urgency": _("Unknown.")})
    before = turn.ticket.category
    kept = turn.kept_for_undo(
        category=turn.ticket.category_id,
        code=turn.case.category,
        department=turn.case.department_id,
        urgency=turn.case.urgency,
        charge=turn.ticket.charge,
        charge_reason=turn.ticket.charge_reason,
    )
    turn.ticket.category = category
    _decide_anew(turn)
    department = department_for(turn.case.project, turn.case.kind, category)
    hand_over(turn, department)
    turn.happen(
        step,
        data={"before": named(before), "after": named(category), **kept},
        for_resident=False,
        changes={
            "category": category.code,
            "department": department,
            "urgency": urgency or turn.case.urgency,
        },
    )
    return turn.ticket


def hand_over(turn: Turn, department: Department | None) -> None:
    """Let the new department see the case, and the old one no longer, unless one of its people still has the job."""
    old = turn.case.department
    if old is not None and old != department and not _works_in(turn.job, old):
        revoke(case=turn.case, department=old, at=turn.at)
    if department is not None:
        grant(case=turn.case, department=department, at=turn.at)


def _works_in(job: Job | None, department: Department) -> bool:
    return job is not None and any(m.department_id == department.pk for m in job.technician.active_memberships)


def _decide_anew(turn: Turn) -> None:
    ticket = turn.ticket
    if ticket.charge_overridden_at is None and turn.case.kind in WORK_KINDS:
        verdict = charge_verdict(
            kind=turn.case.kind,
            category=ticket.category,
            unit=turn.case.unit,
            project=turn.case.project,
            at=turn.case.opened_at,
            is_history=turn.case.is_history,
        )
        ticket.charge, ticket.charge_reason = verdict.charge, verdict.as_data()
    ticket.save(update_fields=["category", "charge", "charge_reason"])


def named(category: Category | None) -> dict[str, str]:
    """The category in both languages, as an event keeps it."""
    return {"zh": category.name_zh, "en": category.name_en} if category else {"zh": "未分类", "en": "not sorted"}


class Kept(Enum):
    """What nobody mends stays as it is; none at all is something else, and takes away what was there."""

    AS_IT_IS = "as it is"


T = TypeVar("T")


def _either(given: T | Kept, now: T) -> T:
    return now if isinstance(given, Kept) else given


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom to ask, where, and when it suits them; what is left out stays as it is."""

    name: str | Kept = Kept.AS_IT_IS
    phone: str | Kept = Kept.AS_IT_IS
    place: str | Kept = Kept.AS_IT_IS
    preferred_from: datetime | Kept | None = Kept.AS_IT_IS
    preferred_to: datetime | Kept | None = Kept.AS_IT_IS


@transaction.atomic
def amend_contact(*, ticket: Ticket, contact: Contact, by: User, at: datetime, expected: int | None = None) -> Ticket:
    """Mend name, phone, place or convenient time; a callback that is still owed calls the new number."""
    turn = begin(ticket, by=by, at=at, expected=expected)
    turn.allow(can_tell_resident(by, turn.case, turn.job), _("Only who works on it or the desk mends the contact."))
    step = turn.step("amend_contact")
    name = _either(contact.name, turn.case.contact_name).strip()
    phone = turn.case.contact_phone if isinstance(contact.phone, Kept) else phone_of(contact.phone)
    place = _either(contact.place, turn.case.place).strip()
    if len(name) > 100 or len(phone) > 20 or len(place) > 200:
        raise Invalid(_("Keep name, phone and place short."), fields={"contact_name": _("Too long.")})
    start = _either(contact.preferred_from, turn.ticket.preferred_from)
    end = _either(contact.preferred_to, turn.ticket.preferred_to)
    if (start is None) != (end is None) or (start is not None and end is not None and start >= end):
        raise Invalid(
            _("Give both ends of the convenient time."), fields={"preferred_to": _("Must come after the beginning.")}
        )
    if end is not None and end <= at and end != turn.ticket.preferred_to:
        raise Invalid(
            _("This time is over. Choose one that is still to come."), fields={"preferred_to": _("Out of range.")}
        )
    require_near(end, at, "preferred_to")
    turn.ticket.preferred_from, turn.ticket.preferred_to = start, end
    turn.ticket.save(update_fields=["preferred_from", "preferred_to"])
    changes = {"contact_name": name, "contact_phone": phone, "place": place}
    before = {name: getattr(turn.case, name) for name in changes}
    turn.happen(step, text=was_words(before, changes), for_resident=False, changes=changes)
    _tell_callback(turn, name, phone)
    return turn.ticket


def _tell_callback(turn: Turn, name: str, phone: str) -> None:
    owed = open_callback_of(turn.case)
    if owed is not None:
        case = lock(owed.case)
        changes = {"contact_name": name, "contact_phone": phone}
        happen(case=case, kind="callback.contact_amended", at=turn.at, by=turn.by, changes=changes)
