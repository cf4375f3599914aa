"""The steps that a person may take on a ticket now, with their forms: the same questions as the actions ask."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.functional import cached_property

from accounts.models import User
from cases.meanwhile import phone_beside
from tickets import actions, permissions
from tickets.forms import (
    CategoryForm,
    CompleteForm,
    ContactForm,
    DispatchForm,
    LinesForm,
    OverrideForm,
    PhoneCompleteForm,
    StepForm,
)
from tickets.models import PriceItem
from tickets.queries import candidates, price_list, technicians_for
from tickets.reads.board import preferred_window, wanted_for, words_for
from tickets.reads.page import TicketPage
from tickets.rules_dispatch import Window, suggest
from tickets.states import ANSWERED_KINDS
from tickets.views.step_shape import StepKind
from tickets.views.step_table import STEPS

# What is the one obvious next thing, for whoever may; a leader standing in for a technician finds it in the menu.
NEXT = ("answer", "dispatch", "accept", "arrive", "resume", "complete", "end-leak-test", "close")
FOR_WHO_WORKS = frozenset({"answer", "accept", "arrive", "complete"})


def offered(user: User, page: TicketPage) -> list[StepKind]:
    """The steps the person may take now, in the order of the menu."""
    return [step for step in STEPS if step.offered(user, page)]


def next_of(steps: Iterable[StepKind], user: User, page: TicketPage) -> StepKind | None:
    """The one obvious next step among those offered."""
    found = {step.verb: step for step in steps}
    for verb in NEXT:
        if verb in found and (verb not in FOR_WHO_WORKS or _is_their_turn(user, page)):
            return found[verb]
    return None


def _is_their_turn(user: User, page: TicketPage) -> bool:
    job = page.open_job
    return permissions.has_the_job(user, job) or (job is None and page.case.kind in ANSWERED_KINDS)


class Choices:
    """What the forms of one ticket offer, each read once and only where a form asks for it."""

    def __init__(self, page: TicketPage, at: datetime) -> None:
        self.page = page
        self.at = at

    @cached_property
    def people(self) -> dict[User, str]:
        """Who can be sent, the best first, each with what speaks for and against them."""
        case = self.page.case
        users = {user.pk: user for user in technicians_for(case)}
        ranked = suggest(wanted_for(self.page.ticket, self.window), candidates(case, users.values()))
        return {users[found.candidate.pk]: words_for(found) for found in ranked}

    @cached_property
    def window(self) -> Window | None:
        """The time the resident named."""
        return preferred_window(self.page.ticket, at=self.at)

    @cached_property
    def prices(self) -> list[PriceItem]:
        """The price list."""
        return price_list(self.page.case.project)

    def form(self, step: StepKind, data: Any = None) -> StepForm | None:
        """The step's form, filled where something was typed."""
        if step.form is None:
            return None
        ids = f"{step.verb}-%s"
        if issubclass(step.form, DispatchForm):
            initial = {"window_from": self.window.start, "window_to": self.window.end} if self.window else None
            return step.form(data, auto_id=ids, people=self.people, initial=initial)
        fixed = self._fixed(step.form, data, ids)
        if fixed is not None:
            return fixed
        if issubclass(step.form, CompleteForm) and data is not None and data.get("phone"):
            return PhoneCompleteForm(data, auto_id=ids, prices=self.prices)
        if issubclass(step.form, LinesForm):
            return step.form(data, auto_id=ids, prices=self.prices)
        return step.form(data, auto_id=ids)

    def _fixed(self, form: type[StepForm], data: Any, ids: str) -> StepForm | None:
        """Forms that begin with what the ticket says now."""
        case, ticket = self.page.case, self.page.ticket
        if issubclass(form, CategoryForm):
            now = {"category": ticket.category_id, "urgency": case.urgency}
            return form(data, auto_id=ids, kind=case.kind, initial=now)
        if issubclass(form, ContactForm):
            times = {"preferred_from": ticket.preferred_from, "preferred_to": ticket.preferred_to}
            return form(data, auto_id=ids, initial={"name": case.contact_name, "place": case.place, **times})
        return None


def lines_of(form: StepForm | None) -> list[actions.Line]:
    """The lines chosen in a form."""
    return form.chosen if isinstance(form, LinesForm) else []


def now_in(form: StepForm, page: TicketPage) -> dict[str, Any]:
    """What the ticket says now in the fields of a step's form: beside what somebody typed before they knew."""
    if isinstance(form, DispatchForm):
        job = page.open_job
        if job is None:
            return dict.fromkeys(form.fields)
        offered_too = any(user.pk == job.technician_id for user in form.people)
        who = job.technician_id if offered_too else str(job.technician)
        return {"technician": who, "window_from": job.window_from, "window_to": job.window_to}
    if isinstance(form, OverrideForm):
        return {"charge": page.ticket.charge}
    if isinstance(form, ContactForm):
        return {**form.initial, **phone_beside(form, page.case)}
    return dict(form.initial) if isinstance(form, CategoryForm) else {}
