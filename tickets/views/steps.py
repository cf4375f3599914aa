"""The steps of a ticket as its pages offer them: the same questions as the actions ask, then one action each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cases.models import Attachment
from cases.registry import kind_of
from cases.states import PhotoLabel
from core.errors import Invalid
from core.transitions import allowed
from tickets import actions, permissions
from tickets.forms import (
    AcceptQuoteForm,
    CompleteForm,
    DispatchForm,
    JoinForm,
    LeakTestForm,
    LinesForm,
    OverrideForm,
    PhoneCompleteForm,
    QuoteForm,
    ReasonForm,
    StepForm,
    TextForm,
)
from tickets.models import PriceItem, Ticket
from tickets.queries import candidates, price_list, technicians_for, tickets_for
from tickets.reads.board import preferred_window, wanted_for, words_for
from tickets.reads.page import TicketPage
from tickets.rules_dispatch import Window, suggest
from tickets.states import ANSWERED_KINDS, WORK_KINDS, AcceptedBy, Charge, Quote, State

Words = str | Promise
TO_SEND = (State.PENDING, State.REOPENED)


@dataclass(frozen=True)
class Given:
    """What a step is carried out with."""

    ticket: Ticket
    by: User
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)
    lines: list[actions.Line] = field(default_factory=list)
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

    def offered(self, user: User, page: TicketPage) -> bool:
        """Say whether the person may do it to this ticket now."""
        transitions = kind_of(page.case.kind).transitions
        return allowed(transitions, self.transition, page.case.state) and self.may(user, page) and self.fits(page)


def _desk(user: User, page: TicketPage) -> bool:
    return permissions.at_the_desk(user, page.case)


def _works(user: User, page: TicketPage) -> bool:
    return page.open_job is not None and permissions.can_work(user, page.case, page.open_job)


def _may_price(user: User, page: TicketPage) -> bool:
    return permissions.can_price(user, page.case, page.open_job)


def _may_complete(user: User, page: TicketPage) -> bool:
    return permissions.can_complete(user, page.case, page.open_job)


def _may_hold(user: User, page: TicketPage) -> bool:
    return permissions.can_hold(user, page.case, page.open_job)


def _may_tell(user: User, page: TicketPage) -> bool:
    return permissions.can_tell_resident(user, page.case, page.open_job)


def _may_cancel(user: User, page: TicketPage) -> bool:
    worked_on = any(job.finished_at for job in page.jobs)
    return permissions.can_cancel(user, page.case, worked_on_before=worked_on)


def _may_end_leak_test(user: User, page: TicketPage) -> bool:
    return permissions.can_end_leak_test(user, page.case, page.last_job)


def _may_close(user: User, page: TicketPage) -> bool:
    return permissions.can_close(user, page.case)


def _is_work(page: TicketPage) -> bool:
    return page.case.kind in WORK_KINDS


def _nothing_owed(page: TicketPage) -> bool:
    return not page.ticket.leak_test_runs and page.open_callback is None


def _dispatch(given: Given) -> actions.Dispatched:
    return actions.dispatch(ticket=given.ticket, **given.data, **given.who_when)


def _join(given: Given) -> Ticket:
    number = given.data["other"].strip().upper()
    original = tickets_for(given.by, given.ticket.case.project).filter(case__number=number).first()
    if original is None:
        raise Invalid(_("There is no ticket %(number)s.") % {"number": number}, fields={"other": _("Not found.")})
    return actions.join(duplicate=given.ticket, original=original, **given.who_when)


def _accept_quote(given: Given) -> Ticket:
    signed = Attachment.objects.filter(case=given.ticket.case, label=PhotoLabel.SIGNATURE).exists()
    if given.data["how"] == AcceptedBy.SIGNATURE and not signed:
        raise Invalid(_("There is no signature yet. Let the resident sign and keep the signature first."))
    return actions.accept_quote(ticket=given.ticket, **given.data, **given.from_phone)


def _complete(given: Given) -> Ticket:
    parts = given.lines or None
    report, hours = given.data["report"], given.data["hours"]
    return actions.complete(ticket=given.ticket, report=report, parts=parts, hours=hours, **given.from_phone)


def _plain(action: Callable[..., object], *, phone: bool = True) -> Callable[[Given], object]:
    """An action that takes the form's fields as they are."""

    def act(given: Given) -> object:
        rest = given.from_phone if phone else given.who_when
        return action(ticket=given.ticket, **given.data, **rest)

    return act


STEPS: tuple[StepKind, ...] = (
    StepKind(
        verb="dispatch",
        label=gettext_lazy("Send somebody"),
        icon="send",
        transition="dispatch",
        may=lambda user, page: permissions.can_dispatch(user, page.case),
        fits=lambda page: page.case.state in TO_SEND,
        form=DispatchForm,
        act=_dispatch,
        done=gettext_lazy("Sent."),
    ),
    StepKind(
        verb="accept",
        label=gettext_lazy("Accept the job"),
        icon="hand",
        transition="accept",
        may=_works,
        act=_plain(actions.accept),
        done=gettext_lazy("Accepted."),
    ),
    StepKind(
        verb="arrive",
        label=gettext_lazy("Be there"),
        icon="map-pin",
        transition="arrive",
        may=_works,
        act=_plain(actions.arrive),
        done=gettext_lazy("Arrived."),
    ),
    StepKind(
        verb="resume",
        label=gettext_lazy("Go on"),
        icon="circle-play",
        transition="resume",
        may=_may_hold,
        act=_plain(actions.resume),
        done=gettext_lazy("Goes on."),
    ),
    StepKind(
        verb="complete",
        label=gettext_lazy("Finish the work"),
        icon="circle-check",
        transition="complete",
        may=_may_complete,
        form=CompleteForm,
        act=_complete,
        done=gettext_lazy("Finished."),
    ),
    StepKind(
        verb="end-leak-test",
        label=gettext_lazy("End the leak test"),
        icon="droplet-off",
        transition="end_leak_test",
        may=_may_end_leak_test,
        fits=lambda page: page.ticket.leak_test_runs,
        form=LeakTestForm,
        act=_plain(actions.end_leak_test),
        done=gettext_lazy("The leak test has ended; the callback is owed from now."),
        text=gettext_lazy("Where it still leaks, open the ticket again instead."),
    ),
    StepKind(
        verb="close",
        label=gettext_lazy("Close the ticket"),
        icon="circle-check",
        transition="close",
        may=_may_close,
        fits=_nothing_owed,
        act=_plain(actions.close),
        done=gettext_lazy("The ticket is closed."),
    ),
    StepKind(
        verb="feedback",
        label=gettext_lazy("Tell the resident"),
        icon="message-square",
        transition="feedback",
        may=_may_tell,
        form=TextForm,
        act=_plain(actions.feedback),
        done=gettext_lazy("Written down."),
    ),
    StepKind(
        verb="quote",
        label=gettext_lazy("Quote a price"),
        icon="receipt",
        transition="quote",
        may=_may_price,
        fits=lambda page: _is_work(page) and page.ticket.charge != Charge.FREE,
        form=QuoteForm,
        act=lambda given: actions.quote(ticket=given.ticket, lines=given.lines, **given.from_phone),
        done=gettext_lazy("Quoted."),
    ),
    StepKind(
        verb="accept-quote",
        label=gettext_lazy("The resident accepts the price"),
        icon="badge-check",
        transition="accept_quote",
        may=_may_price,
        fits=lambda page: page.ticket.quote == Quote.OFFERED,
        form=AcceptQuoteForm,
        act=_accept_quote,
        done=gettext_lazy("The price is accepted."),
    ),
    StepKind(
        verb="parts",
        label=gettext_lazy("Add parts and hours"),
        icon="package-plus",
        transition="add_parts",
        may=_works,
        fits=_is_work,
        form=QuoteForm,
        act=lambda given: actions.add_parts(ticket=given.ticket, lines=given.lines, **given.from_phone),
        done=gettext_lazy("Added."),
    ),
    StepKind(
        verb="hold",
        label=gettext_lazy("Put on hold"),
        icon="circle-pause",
        transition="hold",
        may=_may_hold,
        form=ReasonForm,
        act=_plain(actions.hold),
        done=gettext_lazy("On hold."),
    ),
    StepKind(
        verb="redispatch",
        label=gettext_lazy("Send somebody else"),
        icon="repeat",
        transition="dispatch",
        may=lambda user, page: permissions.can_dispatch(user, page.case),
        fits=lambda page: page.case.state not in TO_SEND,
        form=DispatchForm,
        act=_dispatch,
        done=gettext_lazy("Sent."),
    ),
    StepKind(
        verb="return",
        label=gettext_lazy("Return the job"),
        icon="undo-2",
        transition="return_job",
        may=_works,
        form=ReasonForm,
        act=_plain(actions.return_job),
        done=gettext_lazy("Returned; the head and the desk know."),
    ),
    StepKind(
        verb="override-charge",
        label=gettext_lazy("Decide otherwise who pays"),
        icon="scale",
        transition="override_charge",
        may=lambda user, page: permissions.can_override_charge(user, page.case),
        form=OverrideForm,
        act=_plain(actions.override_charge, phone=False),
        done=gettext_lazy("Decided."),
    ),
    StepKind(
        verb="review-charge",
        label=gettext_lazy("Look again who pays"),
        icon="refresh-cw",
        transition="review_charge",
        may=_may_price,
        fits=lambda page: page.ticket.charge == Charge.UNDECIDED,
        act=_plain(actions.review_charge, phone=False),
        done=gettext_lazy("Decided by what the register says now."),
    ),
    StepKind(
        verb="join",
        label=gettext_lazy("The same as another ticket"),
        icon="merge",
        transition="join",
        may=_desk,
        form=JoinForm,
        act=_join,
        done=gettext_lazy("Joined."),
    ),
    StepKind(
        verb="reopen",
        label=gettext_lazy("Open again"),
        icon="rotate-ccw",
        transition="reopen",
        may=lambda user, page: permissions.can_reopen(user, page.case),
        form=ReasonForm,
        act=_plain(actions.reopen),
        done=gettext_lazy("Open again."),
    ),
    StepKind(
        verb="cancel",
        label=gettext_lazy("Cancel the ticket"),
        icon="circle-slash",
        transition="cancel",
        may=_may_cancel,
        form=ReasonForm,
        act=_plain(actions.cancel),
        done=gettext_lazy("The ticket is cancelled."),
        danger=True,
    ),
)
BY_VERB = {step.verb: step for step in STEPS}
# What is the one obvious next thing, for whoever may; a leader standing in for a technician finds it in the menu.
NEXT = ("dispatch", "accept", "arrive", "resume", "complete", "end-leak-test", "close")
FOR_WHO_WORKS = frozenset({"accept", "arrive", "complete"})


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
    return permissions.has_the_job(user, page.open_job) or page.case.kind in ANSWERED_KINDS


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
        ranked = suggest(wanted_for(self.page.ticket, self.window), candidates(case))
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
        if issubclass(step.form, CompleteForm) and data is not None and data.get("phone"):
            return PhoneCompleteForm(data, auto_id=ids, prices=self.prices)
        if issubclass(step.form, LinesForm):
            return step.form(data, auto_id=ids, prices=self.prices)
        return step.form(data, auto_id=ids)


def lines_of(form: StepForm | None) -> list[actions.Line]:
    """The lines chosen in a form."""
    return form.chosen if isinstance(form, LinesForm) else []
