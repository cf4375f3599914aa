"""Opening a ticket, and adding what else comes in about it."""

from dataclasses import dataclass
from datetime import datetime

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, Project, User
from accounts.states import STAFF_ROLES
from cases.actions import NewCase, attach_photo, grant, open_case, require_version
from cases.family import lock_given, lock_lines, tell_parent, wait_instead
from cases.models import WIDE_ROLES, Attachment, Case
from cases.rules import title_of
from cases.states import Channel, PhotoLabel, Urgency
from core.errors import Invalid, NotAllowed
from estate.models import Building, Household, Unit
from estate.queries import asking_for, household_for, whom_to_ask
from estate.search import cannot_be_dialled, plain_phone
from records.ahead import too_far
from sla.actions import happen
from sla.states import Audience
from tickets.actions.turns import Turn, begin, phone_of, turn_on
from tickets.models import Category, Ticket
from tickets.permissions import at_the_desk, can_add_photo, can_cancel, can_open
from tickets.queries import charge_verdict, department_for, fallback_category, suggest, was_worked_on
from tickets.rules import suggest_urgency
from tickets.states import Kind, State

LONGEST_DESCRIPTION = 5000


@dataclass(frozen=True, kw_only=True)
class NewTicket:
    """What somebody brought. Room and words are enough; what is left out is suggested or read from the register.

    `contact` is the contact case it came from; where there is no other `parent`, it is the parent. `department` is who
    sees to it where that is not as its category says.
    """

    project: Project
    kind: str = Kind.REPAIR
    description: str = ""
    title: str = ""
    unit: Unit | None = None
    building: Building | None = None
    place: str = ""
    category: Category | None = None
    department: Department | None = None
    urgency: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    channel: str = Channel.PHONE
    preferred_from: datetime | None = None
    preferred_to: datetime | None = None
    promised_at: datetime | None = None
    parent: Case | None = None
    contact: Case | None = None
    is_history: bool = False
    reference: str = ""


@transaction.atomic
def open_ticket(*, new: NewTicket, by: User, at: datetime) -> Ticket:
    """Take a repair, service, enquiry or suggestion: number it, sort it, decide who pays, start its clocks.

    Raises `Invalid` with the fields that do not fit, `NotAllowed`. Source: 三(3)① 报修接待.
    """
    if not can_open(by, new.project, new.unit):
        raise NotAllowed(_("You may not take tickets in this project."))
    _check(new, at)
    category = new.category or _sorted_in(new)
    parents = lock_given(new.parent, new.contact)
    asking = asking_for(new.unit, by)
    household = asking.household if asking else _household_of(new, at)
    whom = whom_to_ask(household, name=new.contact_name, phone=new.contact_phone, asking=asking)
    case = open_case(new=_new_case(new, category, household, whom, parents), at=at, by=by)
    ticket = _write(new, case, category, at)
    if case.department is not None:
        grant(case=case, department=case.department, at=at)
    if by.has_role(new.project.pk, *STAFF_ROLES - set(WIDE_ROLES)):
        grant(case=case, user=by, at=at)  # who reported a fault on a round follows what becomes of it
    happen(case=case, kind="ticket.opened", at=at, by=by, for_resident=True, data={"title": case.title})
    for parent in parents:
        case.parent = parent
        tell_parent(child=case, event="ticket.opened", at=at, by=by)
    case.parent = parents[0] if parents else None
    _call_out(ticket, by, at)
    return ticket


def _check(new: NewTicket, at: datetime) -> None:
    wrong = _wrong_words(new) | _wrong_links(new) | _wrong_times(new, at)
    if wrong:
        raise Invalid(_("The ticket cannot be taken like this."), fields=wrong)


def _wrong_words(new: NewTicket) -> dict[str, object]:
    wrong: dict[str, object] = {}
    for name, value, known in (
        ("kind", new.kind, Kind.values),
        ("channel", new.channel, Channel.values),
        ("urgency", new.urgency or Urgency.NORMAL, Urgency.values),
    ):
        if value not in known:
            wrong[name] = _("Unknown.")
    if not new.description.strip() and not new.title.strip():
        wrong["description"] = _("Write down what it is about.")
    if len(new.description) > LONGEST_DESCRIPTION:
        wrong["description"] = _("Keep it within 5,000 characters.")
    if cannot_be_dialled(new.contact_phone):
        wrong["contact_phone"] = _("Nobody can be called at this number. Type its digits.")
    return wrong


def _wrong_links(new: NewTicket) -> dict[str, object]:
    wrong: dict[str, object] = {}
    if new.category is not None and new.category.kind != new.kind:
        wrong["category"] = _("This category is for another kind of ticket.")
    for name, other in _links(new):
        if other is not None and other.project_id != new.project.pk:
            wrong[name] = _("Not in this project.")
    return wrong


def _links(new: NewTicket) -> list[tuple[str, Building | Department | Case | None]]:
    return [
        ("building", new.building),
        ("department", new.department),
        ("parent", new.parent),
        ("contact", new.contact),
    ]


def _wrong_times(new: NewTicket, at: datetime) -> dict[str, object]:
    if (new.preferred_from is None) != (new.preferred_to is None):
        return {"preferred_to": _("Give both ends of the convenient time.")}
    if new.preferred_from and new.preferred_to and new.preferred_from >= new.preferred_to:
        return {"preferred_to": _("The end must come after the beginning.")}
    # A slip in the year would read as a day to come: pages show the day without its year.
    if new.preferred_to and new.preferred_to <= at:
        return {"preferred_to": _("This time is over. Choose one that is still to come.")}
    words = too_far(new.preferred_to, at)
    return {"preferred_to": words} if words else {}


def _sorted_in(new: NewTicket) -> Category | None:
    found = suggest(f"{new.title} {new.description}", new.kind).category
    return found or fallback_category(new.kind)


def _household_of(new: NewTicket, at: datetime) -> Household | None:
    if new.unit is None or new.is_history:
        return None
    asked = (at, new.unit.pk, plain_phone(new.contact_phone))
    # What was logged with it a moment ago, of the same caller, has looked that up.
    if new.contact is not None and (new.contact.opened_at, new.contact.unit_id, new.contact.contact_phone) == asked:
        return new.contact.household
    return household_for(new.unit, new.contact_phone)


def _new_case(
    new: NewTicket,
    category: Category | None,
    household: Household | None,
    whom: tuple[str, str],
    parents: list[Case],
) -> NewCase:
    words = f"{new.title} {new.description}"
    name, phone = whom
    return NewCase(
        kind=new.kind,
        state=State.PENDING,
        project=new.project,
        title=new.title.strip() or title_of(new.description),
        unit=new.unit,
        building=new.building,
        household=household,
        place=new.place.strip()[:200],
        contact_name=name,
        contact_phone=phone,
        channel=new.channel,
        urgency=new.urgency or suggest_urgency(words, category),
        category=category.code if category else "",
        department=new.department or department_for(new.project, new.kind, category),
        parent=parents[0] if parents else None,
        promised_at=new.promised_at,
        is_history=new.is_history,
        reference=new.reference,
    )


def _write(new: NewTicket, case: Case, category: Category | None, at: datetime) -> Ticket:
    verdict = charge_verdict(
        kind=new.kind, category=category, unit=new.unit, project=new.project, at=at, is_history=new.is_history
    )
    return Ticket.objects.create(
        case=case,
        category=category,
        description=new.description.strip(),
        preferred_from=new.preferred_from,
        preferred_to=new.preferred_to,
        charge=verdict.charge,
        charge_reason=verdict.as_data(),
    )


def _call_out(ticket: Ticket, by: User, at: datetime) -> None:
    """Tell the department's head of an urgent matter at once; the clocks see to the rest."""
    case = ticket.case
    if case.urgency == Urgency.URGENT and not case.is_history:
        turn = Turn(ticket=ticket, case=case, job=None, by=by, at=at)
        turn.tell("ticket.urgent", f"ticket.urgent:{case.number}", turn.people(Audience.HEAD), level="warning")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody else who reported the same matter."""

    name: str = ""
    phone: str = ""
    text: str = ""
    unit: Unit | None = None


@transaction.atomic
def join_caller(*, ticket: Ticket, caller: Caller, by: User, at: datetime, expected: int | None = None) -> Ticket:
    """Write down that somebody else reported the same matter, instead of a second ticket. Staff see who it was.

    Their number stays with the contact or complaint that they came by: what happened is kept for good, numbers are not.
    Raises `Invalid` for a number that nobody can be called at.
    """
    turn = begin(ticket, by=by, at=at, expected=expected)
    turn.allow(at_the_desk(by, turn.case), _("Only the desk joins reports."))
    step = turn.step("join_caller")
    other = " ".join(part for part in (caller.unit.number if caller.unit else "", caller.name.strip()) if part)
    phone_of(caller.phone)
    turn.happen(step, data={"other": other or "—"}, text=caller.text.strip(), for_resident=False)
    return turn.ticket


@transaction.atomic
def join(*, duplicate: Ticket, original: Ticket, by: User, at: datetime, expected: int | None = None) -> Ticket:
    """End a ticket that is the same matter as another one; both say so. Returns the original.

    Whatever waited for the one that ends, or had it opened, waits for the original from now on.
    It is cancelled by that, and so only by who may cancel it. Raises `Invalid` for the ticket itself, one of another
    kind or another project's, `NotNow` for one that is being worked on or is over.
    """
    if duplicate.pk == original.pk or duplicate.case.project_id != original.case.project_id:
        raise Invalid(_("Choose another ticket of this project."), fields={"original": _("Not this one.")})
    if duplicate.case.kind != original.case.kind:
        raise Invalid(_("Choose another ticket of the same kind."), fields={"original": _("Not this one.")})
    ending, staying = lock_lines(duplicate.case, original.case)
    require_version(ending, expected)
    twin = turn_on(duplicate, ending, by=by, at=at)
    kept = turn_on(original, staying, by=by, at=at)
    twin.allow(at_the_desk(by, twin.case) and at_the_desk(by, kept.case), _("Only the desk joins reports."))
    twin.allow(
        can_cancel(by, twin.case, worked_on_before=was_worked_on(twin.ticket)),
        _("Work was begun on it already: only a supervisor may cancel it."),
    )
    ends = twin.step("join")
    noted = kept.step("join_caller")
    twin.ticket.joined_to = kept.ticket
    twin.ticket.save(update_fields=["joined_to"])
    twin.end_job()
    twin.happen(ends, data={"other": kept.case.number}, changes={"handler": None})
    tell_parent(child=twin.case, event=ends.event, at=at, by=by)
    wait_instead(over=twin.case, other=kept.case, at=at, by=by)
    kept.happen(noted, data={"other": twin.case.number}, for_resident=False)
    return kept.ticket


@transaction.atomic
def add_photo(
    *,
    ticket: Ticket,
    upload: "File[bytes]",
    label: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Attachment:
    """Keep a photo with the ticket. A signature goes through `sign`. Raises `Invalid` for what is no image."""
    turn = begin(ticket, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_add_photo(by, turn.case, turn.job), _("Only who works on it or takes it in adds photos."))
    step = turn.step("add_photo")
    if label == PhotoLabel.SIGNATURE:
        raise Invalid(_("A signature is given as such."), fields={"label": _("Use the signature field.")})
    if label == PhotoLabel.PAPER:  # papers are issued by us
        raise Invalid(_("Say what the photo shows."), fields={"label": _("Unknown label.")})
    kept = attach_photo(case=turn.case, upload=upload, label=label, by=by, at=at)
    turn.case.refresh_from_db(fields=["version"])
    turn.happen(step, data={"label": label})
    return kept
