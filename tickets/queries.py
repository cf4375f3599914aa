"""Reads of tickets: lists, one ticket, whom to send, what is like it, what it costs."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from accounts.models import Department, Membership, Project, User
from accounts.states import STAFF_ROLES, DepartmentKind, Role
from cases.models import Case
from cases.states import Phase
from estate.models import Building, Unit
from records.search import text_tokens
from tickets.models import Category, Job, PriceItem, TechnicianSkill, Ticket, WorkLine
from tickets.rules import ChargeFacts, Suggested, Verdict, decide_charge, suggest_category, total
from tickets.rules_dispatch import Booked, Candidate, Window
from tickets.states import ANSWERED_KINDS, OPEN_JOBS, Charge, Charging, Kind
from visits.queries.callbacks import open_callback_of

LIKELY_WITHIN = timedelta(days=30)


# --- categories ------------------------------------------------------------------------------------------------------
def categories(*kinds: str) -> QuerySet[Category]:
    """Categories in use, of some kinds only where given, in the admins' order."""
    found = Category.objects.filter(active=True).select_related("warranty_part")
    return found.filter(kind__in=kinds) if kinds else found


def suggest(text: str, *kinds: str) -> Suggested[Category]:
    """The category and urgency that a description suggests."""
    return suggest_category(text, list(categories(*kinds)))


def category_names(kind: str) -> dict[str, str]:
    """What the categories of a kind are called, by their codes."""
    return {category.code: category.name for category in categories(kind)}


def fallback_category(kind: str) -> Category | None:
    """The category for what no word suggests: the last of its kind that has no words."""
    return next((c for c in reversed(categories(kind)) if not c.keywords), None)


# --- one ticket ------------------------------------------------------------------------------------------------------
def tickets_for(user: User, project: Project | None = None) -> QuerySet[Ticket]:
    """Tickets the person may see, with what every list shows."""
    found = Ticket.objects.visible_to(user).for_lists()
    return found.filter(case__project=project) if project is not None else found


def open_job(ticket: Ticket) -> Job | None:
    """The job that somebody still has to do; None where nobody was sent."""
    return ticket.jobs.open().select_related("technician").first()


def last_job(ticket: Ticket) -> Job | None:
    """The newest job, done or not."""
    return ticket.jobs.select_related("technician").order_by("-number").first()


def was_worked_on(ticket: Ticket) -> bool:
    """Say whether work on it was begun: somebody was there, or it was finished before."""
    return any(job.was_worked_on for job in ticket.jobs.all())


def jobs_of(*, technician: User, day_end: datetime) -> QuerySet[Job]:
    """A technician's open jobs up to the end of a day and those without an agreed time, in building order."""
    found = Job.objects.open().filter(technician=technician)
    due = found.filter(Q(window_from__lt=day_end) | Q(window_from=None))
    return due.select_related("ticket__case__project", "ticket__case__unit", "ticket__case__building").order_by(
        "ticket__case__building__code", "ticket__case__unit__number", "window_from", "pk"
    )


# --- money -----------------------------------------------------------------------------------------------------------
def quoted_total(ticket: Ticket) -> Decimal:
    """What was quoted, in yuan."""
    return total(ticket.lines.quoted().values_list("amount", flat=True))


def done_total(ticket: Ticket, lines: Iterable[WorkLine] | None = None) -> Decimal:
    """What parts and hours come to, in yuan, whoever pays; `lines` are all that count now, where they are known."""
    found = ticket.lines.done() if lines is None else [line for line in lines if not line.is_quote]
    return total(line.amount for line in found)


def payable(ticket: Ticket, lines: Iterable[WorkLine] | None = None) -> Decimal:
    """What the resident owes for it, in yuan: nothing where it is free."""
    return done_total(ticket, lines) if ticket.charge == Charge.PAID else Decimal("0.00")


def price_list(project: Project) -> list[PriceItem]:
    """The lines a project offers; its own one stands in for the general one of the same code."""
    found: dict[str, PriceItem] = {}
    for item in PriceItem.objects.offered_in(project).order_by("order", "pk"):
        if item.code not in found or item.project_id is not None:
            found[item.code] = item
    return sorted(found.values(), key=lambda item: (item.order, item.pk))


def hourly_item(project: Project) -> PriceItem | None:
    """The line by which hours of work are charged; None where the admins set none."""
    return next((item for item in price_list(project) if item.is_hourly), None)


# --- opening ---------------------------------------------------------------------------------------------------------
def department_for(project: Project, kind: str, category: Category | None) -> Department | None:
    """The project's department for a category; maintenance for other work, customer service for what is answered."""
    usual = DepartmentKind.SERVICE if kind in ANSWERED_KINDS else DepartmentKind.MAINTENANCE
    wanted = category.department_kind if category else usual
    found = {d.kind: d for d in reversed(Department.objects.filter(project=project, kind__in=[wanted, usual]))}
    return found.get(wanted) or found.get(usual)


def charge_verdict(
    *, kind: str, category: Category | None, unit: Unit | None, project: Project, at: datetime, is_history: bool = False
) -> Verdict:
    """Who pays for a matter reported at `at`, before anything is saved. Source: 三(3)②."""
    part = category.warranty_part if category else None
    usual = Charging.PAID if kind == Kind.SERVICE else Charging.WARRANTY
    return decide_charge(
        ChargeFacts(
            kind=kind,
            at=at.astimezone(project.tz).date(),
            charging=category.charging if category else usual,
            terms=part.terms if part else None,
            is_public_area=category is not None and category.is_public_area,
            has_unit=unit is not None,
            completed_on=unit.completed_on if unit else None,
            handed_over_on=unit.handed_over_on if unit else None,
            is_history=is_history,
        )
    )


def likely_duplicates(
    *,
    user: User,
    project: Project,
    text: str,
    at: datetime,
    unit: Unit | None = None,
    building: Building | None = None,
    category: Category | None = None,
    limit: int = 5,
) -> list[Ticket]:
    """Open tickets that may be the same matter: same room first, then same building with the same category or words."""
    where = unit.building if unit else building
    same = Q(case__unit=unit) if unit else Q(pk=None)
    near = Q(case__building=where) if where else Q(case__unit=None, case__building=None)
    found = (
        Ticket.objects.visible_to(user)
        .for_lists()
        .filter(same | near, case__project=project, case__opened_at__gt=at - LIKELY_WITHIN)
        .exclude(case__phase=Phase.CLOSED)
        .order_by("-case__opened_at")[:100]
    )
    words = text_tokens(text)
    scored = [(_likeness(ticket, unit, category, words), ticket) for ticket in found]
    best = sorted((s for s in scored if s[0] > 0), key=lambda s: (-s[0], -s[1].pk))
    return [ticket for _, ticket in best[:limit]]


def _likeness(ticket: Ticket, unit: Unit | None, category: Category | None, words: set[str]) -> int:
    """How alike: 2 for the room, 2 for the category, 1 for each shared word up to 3; the room alone is not enough."""
    shared = min(len(words & text_tokens(f"{ticket.case.title} {ticket.description}")), 3)
    same_category = category is not None and ticket.category_id == category.pk
    if not shared and not same_category:
        return 0
    return shared + 2 * same_category + 2 * (unit is not None and ticket.case.unit_id == unit.pk)


# --- dispatching -----------------------------------------------------------------------------------------------------
def who_goes(project: Project, case: Case | None = None) -> QuerySet[Membership]:
    """Who can be sent: technicians of the project and of the company, contractors; the only statement of it.

    To one case also its department, and to what is answered anybody on the staff.
    """
    wanted = Q(role=Role.TECHNICIAN) | Q(department__kind=DepartmentKind.CONTRACTOR)
    if case is not None and case.department_id is not None:
        wanted |= Q(department_id=case.department_id)
    if case is not None and case.kind in ANSWERED_KINDS:
        wanted |= Q(role__in=STAFF_ROLES)
    return Membership.objects.staff_of([project.pk], STAFF_ROLES).filter(wanted)


def technicians_for(case: Case) -> list[User]:
    """The people who can be sent to a case, by name."""
    staff = who_goes(case.project, case)
    return list(User.objects.filter(pk__in=staff.values("user_id")).order_by("name", "pk"))


def can_be_sent(case: Case, technician: User) -> bool:
    """Say whether the person is one of those who can be sent."""
    return any(user.pk == technician.pk for user in technicians_for(case))


def candidates(case: Case, people: Iterable[User] | None = None) -> list[Candidate]:
    """Who can be sent, with their skills and what they have to do already, for `rules_dispatch.suggest`.

    `people` are those who can be sent, where they are known.
    """
    people = technicians_for(case) if people is None else list(people)
    pks = [user.pk for user in people]
    skills: dict[int, set[str]] = {}
    for user_id, code in TechnicianSkill.objects.filter(user_id__in=pks).values_list("user_id", "category__code"):
        skills.setdefault(user_id, set()).add(code)
    booked = bookings(pks, besides=case)
    return [
        Candidate(pk=u.pk, name=str(u), skills=frozenset(skills.get(u.pk, ())), booked=tuple(booked.get(u.pk, ())))
        for u in people
    ]


def clashes_with(technician: User, window: Window, *, besides: Case) -> list[Booked]:
    """The appointments of a technician that want a moment of the window, those of one case left out."""
    booked = bookings([technician.pk], besides=besides, during=window).get(technician.pk, [])
    return [other for other in booked if other.window is not None and window.clashes(other.window)]


def visible_numbers(user: User, booked: Iterable[Booked]) -> set[str]:
    """Which of the tickets somebody is booked for the person may see: those of other projects are not named."""
    numbers = {other.number for other in booked}
    if not numbers:
        return numbers
    return set(Case.objects.visible_to(user).filter(number__in=numbers).values_list("number", flat=True))


def bookings(
    technicians: Iterable[int], *, besides: Case | None = None, during: Window | None = None
) -> dict[int, list[Booked]]:
    """What technicians are booked for, the jobs of one case left out: who, when, in which building."""
    found: dict[int, list[Booked]] = {}
    shown = ("technician_id", "window_from", "window_to", "ticket__case__number", "ticket__case__building_id")
    jobs = _open_jobs(technicians, besides=besides, during=during).values_list(*shown)
    for technician, start, end, number, building in jobs:
        window = Window(start, end) if start is not None and end is not None else None
        found.setdefault(technician, []).append(Booked(window=window, number=number, building_id=building))
    return found


def open_jobs(
    technicians: Iterable[int], *, besides: Case | None = None, during: Window | None = None
) -> dict[int, list[Job]]:
    """The open jobs of technicians in every project, by time, those of one case left out."""
    found: dict[int, list[Job]] = {}
    for job in _open_jobs(technicians, besides=besides, during=during).select_related("ticket__case__unit"):
        found.setdefault(job.technician_id, []).append(job)
    return found


def _open_jobs(technicians: Iterable[int], *, besides: Case | None, during: Window | None) -> QuerySet[Job]:
    """`during` leaves out what cannot touch that window: a long list of open jobs is not read for one of them."""
    jobs = Job.objects.filter(technician_id__in=list(technicians), state__in=OPEN_JOBS)
    if during is not None:
        jobs = jobs.filter(window_from__lt=during.end, window_to__gt=during.start)
    if besides is not None:
        jobs = jobs.exclude(ticket__case=besides)
    return jobs.order_by("window_from", "pk")


def booked_of(job: Job) -> Booked:
    """The job as the ranking sees it."""
    case = job.ticket.case
    return Booked(window=window_of(job), number=case.number, building_id=case.building_id)


def window_of(job: Job) -> Window | None:
    """The agreed time of a job; None where none was agreed."""
    if job.window_from is None or job.window_to is None:
        return None
    return Window(job.window_from, job.window_to)


def why_not_closed(ticket: Ticket) -> str:
    """What still keeps a completed ticket open: `leak_test`, `callback`, or nothing."""
    if ticket.leak_test_runs:
        return "leak_test"
    return "callback" if open_callback_of(ticket.case) is not None else ""
