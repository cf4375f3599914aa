"""Taking past requests over through the same actions as the desk, at their own times; nobody is told."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import Membership, Project, User
from accounts.states import Role
from estate.models import Building
from records.actions import audit
from tickets.actions.dispatching import accept, arrive, dispatch
from tickets.actions.finishing import close, complete
from tickets.actions.opening import NewTicket, open_ticket
from tickets.models import Category, Ticket
from tickets.takeover import PastRequest

ACCOUNT = "takeover"
ROLES = (Role.SUPERVISOR, Role.TECHNICIAN)


@dataclass(frozen=True)
class Takeover:
    """Into which project the requests go, in whose name, and as what."""

    project: Project
    account: User
    category: Category


@transaction.atomic
def open_account(*, project: Project, by: User | None, at: datetime) -> User:
    """The account in whose name past requests are taken over: nobody can sign in with it."""
    account, is_new = User.objects.get_or_create(username=ACCOUNT, defaults={"name": "历史接管"})
    if is_new:
        account.set_unusable_password()
        account.save(update_fields=["password"])
    for role in ROLES:
        Membership.objects.get_or_create(user=account, project=project, role=role, ended_at=None)
    Project.objects.filter(pk=project.pk, takeover_since=None).update(takeover_since=at)
    audit(at=at, by=by, project=project, action="takeover.begun", target=project.code)
    return User.objects.get(pk=account.pk)


@transaction.atomic
def close_account(
    *, project: Project, by: User | None, at: datetime, data: dict[str, int], is_whole: bool = True
) -> None:
    """End the account's roles, so that no live matter is ever offered or told to it.

    Only after the whole file may the sweep judge what is still open: a row not read yet may close it in time.
    """
    if is_whole:
        Project.objects.filter(pk=project.pk).update(takeover_since=None)
    Membership.objects.filter(user__username=ACCOUNT, project=project, ended_at=None).update(ended_at=at)
    audit(at=at, by=by, project=project, action="takeover.ended", target=project.code, data=data)


def building_at(*, project: Project, address: str, known: dict[str, Building]) -> Building | None:
    """The building of an address, made when it is first met; None for a request without a place."""
    if not address:
        return None
    if address not in known:
        code = f"T{len(known) + 1:05d}"
        known[address] = Building.objects.create(project=project, code=code, name=address[:100])
    return known[address]


@transaction.atomic
def take_over(*, past: PastRequest, into: Takeover, building: Building | None) -> Ticket:
    """Open and accept one past request at its own time.

    The promised time of the file becomes the goal of `ticket.complete`. Raises `DomainError` where an action refuses.
    """
    opened = open_ticket(
        new=NewTicket(
            project=into.project,
            title=past.title,
            description=past.title,
            building=building,
            place=past.place,
            category=into.category,
            channel=past.channel,
            promised_at=past.promised_at,
            is_history=True,
            reference=past.reference,
        ),
        by=into.account,
        at=past.opened_at,
    )
    given = dispatch(ticket=opened, technician=into.account, by=into.account, at=past.opened_at).ticket
    return accept(ticket=given, by=into.account, at=past.opened_at)


@transaction.atomic
def finish(*, past: PastRequest, into: Takeover, at: datetime) -> Ticket:
    """Complete and close a past request that was taken over, when the file says it was. Raises `DomainError`."""
    ticket = Ticket.objects.select_related("case__project").get(
        case__project=into.project, case__reference=past.reference
    )
    ticket = arrive(ticket=ticket, by=into.account, at=at)
    ticket = complete(ticket=ticket, report=past.closing_words or "—", by=into.account, at=at)
    return close(ticket=ticket, by=into.account, at=at)
