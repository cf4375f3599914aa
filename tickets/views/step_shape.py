"""What a step of a ticket is to its pages: its words, who may, when it fits, its form, its action."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import User
from cases.registry import kind_of
from cases.steps import Words
from core.transitions import allowed
from tickets.actions import Line
from tickets.forms import CategoryForm, DispatchForm, LinesForm, StepForm
from tickets.models import Ticket
from tickets.reads.page import TicketPage


@dataclass(frozen=True)
class Given:
    """What a step is carried out with."""

    ticket: Ticket
    by: User
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    expected: int | None = None
    claimed_at: datetime | None = None

    @property
    def who_when(self) -> dict[str, Any]:
        """Who does it, when, and the version that they saw."""
        return {"by": self.by, "at": self.at, "expected": self.expected}

    @property
    def from_phone(self) -> dict[str, Any]:
        """The same, with the moment that the phone claims."""
        return {**self.who_when, "claimed_at": self.claimed_at}


@dataclass(frozen=True)
class StepKind:
    """A verb on a page: its words, who may, in which state, with which form, and the action."""

    verb: str
    label: Words
    icon: str
    transition: str
    may: Callable[[User, TicketPage], bool]
    act: Callable[[Given], object]
    done: Words
    form: type[StepForm] | None = None
    fits: Callable[[TicketPage], bool] = lambda page: True
    danger: bool = False
    text: Words = ""
    # What the form says above its fields where that depends on the ticket.
    says: Callable[[TicketPage], Words] | None = None

    @property
    def asks(self) -> bool:
        """Say whether its form reads more than a ticket's page does: people, prices, categories."""
        return self.form is not None and issubclass(self.form, DispatchForm | LinesForm | CategoryForm)

    def offered(self, user: User, page: TicketPage) -> bool:
        """Say whether the person may do it to this ticket now."""
        transitions = kind_of(page.case.kind).transitions
        return allowed(transitions, self.transition, page.case.state) and self.may(user, page) and self.fits(page)
