"""Steps on the page of a case: how they are drawn, carried out once, and refused with what was typed.

One way for every kind of case; what the steps are, and who may, stands in each kind's own room.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import Promise

from core.errors import DomainError
from records.http import redirect_once
from records.stale import Missed
from records.twice import Money

Words = str | Promise
T = TypeVar("T")
F = TypeVar("F", bound=BaseForm)


@dataclass(frozen=True)
class Offer:
    """A step as the template draws it. `load` is the address of a form that is fetched when it is opened.

    `phrases` are standard phrases that a tap writes into its text.
    """

    verb: str
    label: Words
    icon: str
    url: str = ""
    link: str = ""
    load: str = ""
    form: Any = None
    danger: bool = False
    text: Words = ""
    opened: bool = False
    stale: Missed | None = None
    phrases: Sequence[str] = ()


@dataclass(frozen=True)
class Tried(Generic[F]):
    """A step that was refused: its form as typed, and why."""

    verb: str
    form: F | None
    error: DomainError | None = None

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.error.status if self.error else 422

    @property
    def words(self) -> str:
        """The refusal in one line."""
        if self.error is not None:
            return str(self.error)
        found = self.form.errors.values() if self.form is not None else []
        return " ".join(str(problem) for problems in found for problem in problems)


class _Refused(Exception):
    """Ends a step inside its transaction, so that nothing of it stays, not even its key."""

    def __init__(self, tried: Tried[Any]) -> None:
        super().__init__(tried.verb)
        self.tried = tried


@dataclass(frozen=True)
class Attempt(Generic[T, F]):
    """A step that somebody takes: `find` reads what it is about, `form` its form as sent, `act` says where to go next.

    `find` is asked only when no earlier answer is known: that one took the case out of reach, maybe. A step that moves
    `money` asks before it does the very same once more.
    """

    verb: str
    find: Callable[[], T]
    form: Callable[[T], F | None]
    act: Callable[[T, F | None], str]
    money: Money | None = None


def take(request: HttpRequest, step: Attempt[T, F], *, at: datetime) -> HttpResponse | Tried[F]:
    """Carry out a step once per key; where it is refused, say how, with the form as it was typed."""

    def act() -> str:
        found = step.find()
        form = step.form(found)
        if form is not None and not form.is_valid():
            raise _Refused(Tried(step.verb, form))
        try:
            return step.act(found, form)
        except DomainError as error:
            put_errors(form, error)
            raise _Refused(Tried(step.verb, form, error)) from error

    try:
        return redirect_once(request, at, act, step.money)
    except _Refused as refused:
        return refused.tried
    except DomainError as error:  # the key came with something else before
        form = step.form(step.find())
        if form is not None and form.is_valid():
            put_errors(form, error)
        return Tried(step.verb, form, error)


def put_errors(form: BaseForm | None, error: DomainError) -> None:
    """Put a refusal beside the fields that it names, and its sentence above them."""
    if form is None:
        return
    for name, problem in error.fields.items():
        if name in form.fields:
            form.add_error(name, str(problem))
    form.add_error(None, str(error))


def wants_json(request: HttpRequest) -> bool:
    """Say whether a script asks rather than a page."""
    return request.headers.get("Accept", "").startswith("application/json")


def answer(
    request: HttpRequest, taken: HttpResponse | Tried[F], show: Callable[[Tried[F]], HttpResponse]
) -> HttpResponse:
    """Answer a step that was taken or refused: a script gets JSON, a page is shown again with what was typed."""
    if not isinstance(taken, Tried):
        went = "Location" in taken.headers and wants_json(request)
        return JsonResponse({"to": taken.headers["Location"]}) if went else taken
    if wants_json(request):
        values = taken.error.values if taken.error is not None else {}
        return JsonResponse({"detail": taken.words} | values, status=taken.status)
    if taken.form is None and taken.error is not None:
        messages.error(request, str(taken.error))
    return show(taken)
