"""Put somebody on call for a role or a department, or call it off again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Absence, Department, Membership, Project, User
from accounts.permissions import can_keep_absences
from accounts.states import STAFF_ROLES
from cases.sentences import moment_words
from core.errors import Invalid, NotAllowed, NotNow
from notifications.models import OnCall
from notifications.rules import Span, repeated
from records.actions import audit

Row = TypeVar("Row", Absence, OnCall)
LONGEST_DUTY = timedelta(days=31)
# So many times one entry may put somebody on call: a year of weekends, a quarter of nights.
MOST_TIMES = 100


@dataclass(frozen=True, kw_only=True)
class NewDuty:
    """Who is on call for what from when to when; again every so many days until a day (0: once).

    `role` or `department`, one of them.
    """

    project: Project
    user: User
    starts_at: datetime
    ends_at: datetime
    role: str = ""
    department: Department | None = None
    every: int = 0
    until: date | None = None

    @property
    def post(self) -> str:
        """For what, in words."""
        return OnCall(role=self.role, department=self.department).post


@transaction.atomic
def put_on_call(*, new: NewDuty, by: User, at: datetime) -> list[OnCall]:
    """Write down that somebody is on call: all of the times, or none.

    Raises `NotAllowed`, and `Invalid` where a time is none, lies behind or is too long, where somebody is on call for
    the same then, or where the person is away or does not work in the project.
    """
    if not can_keep_absences(by, new.project.pk):
        raise NotAllowed(_("Only supervisors, managers and administrators say who is on call."))
    # Two entered at the same moment would not see each other.
    Project.objects.select_for_update(no_key=True).get(pk=new.project.pk)
    _require_none(_doubts_of_span(new, at))
    spans = repeated(Span(new.starts_at, new.ends_at), every=new.every, until=new.until, zone=new.project.tz)
    _require_none(_doubts_of_person(new, spans) or _doubts_of_post(new, spans))
    duties = [_write(new, span, by, at) for span in spans]
    _record(duties[0], "on_call.entered", by, at, count=len(duties))
    return duties


def _require_none(doubts: dict[str, str]) -> None:
    if doubts:
        raise Invalid(_("Some of the input does not fit."), fields=doubts)


def _write(new: NewDuty, span: Span, by: User, at: datetime) -> OnCall:
    return OnCall.objects.create(
        project=new.project,
        role=new.role,
        department=new.department,
        user=new.user,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        made_by=by,
        made_at=at,
    )


def _record(duty: OnCall, action: str, by: User, at: datetime, *, count: int = 1) -> None:
    since, until = (f"{moment.astimezone(duty.project.tz):%Y-%m-%d %H:%M}" for moment in (duty.starts_at, duty.ends_at))
    data = {"name": str(duty.user), "time": f"{since} – {until}", "times": count}
    audit(at=at, by=by, action=action, project=duty.project, target=str(duty.pk), data=data)


def _doubts_of_span(new: NewDuty, at: datetime) -> dict[str, str]:
    if new.ends_at <= new.starts_at:
        return {"ends_at": _("The end comes before the beginning.")}
    if new.ends_at <= at:
        return {"ends_at": _("This time is over already.")}
    if new.ends_at - new.starts_at > LONGEST_DUTY:
        return {"ends_at": _("At most 31 days at a time.")}
    return _doubts_of_repeat(new) if new.every else {}


def _doubts_of_repeat(new: NewDuty) -> dict[str, str]:
    first = new.starts_at.astimezone(new.project.tz).date()
    if new.until is None:
        return {"until": _("Say until which day it is repeated.")}
    if new.until < first:
        return {"until": _("This day comes before the first time.")}
    if (new.until - first).days // new.every >= MOST_TIMES:
        return {"until": _("At most %(most)s times at once: end it sooner.") % {"most": MOST_TIMES}}
    if new.ends_at - new.starts_at > timedelta(days=new.every):
        return {"ends_at": _("One time would reach into the next one: shorten it, or repeat it less often.")}
    return {}


def _doubts_of_person(new: NewDuty, spans: Sequence[Span]) -> dict[str, str]:
    staff = Membership.objects.staff_of([new.project.pk], STAFF_ROLES).filter(user=new.user)
    if not new.user.is_active or not staff.exists():
        return {"user": _("Only somebody who works in the project is on call in it.")}
    absences = Absence.objects.filter(user=new.user, called_off_at=None)
    away = _first_met(absences.filter(ends_at__gt=spans[0].starts_at, starts_at__lt=spans[-1].ends_at), spans)
    if away is None:
        return {}
    words = _("%(name)s is away from %(from)s to %(to)s. Name somebody who is there, or another time.")
    return {"user": words % {"name": new.user, **_ends(away)}}


def _doubts_of_post(new: NewDuty, spans: Sequence[Span]) -> dict[str, str]:
    others = OnCall.objects.standing().filter(project=new.project, role=new.role, department=new.department)
    near = others.filter(ends_at__gt=spans[0].starts_at, starts_at__lt=spans[-1].ends_at)
    met = _first_met(near.select_related("user"), spans)
    if met is None:
        return {}
    words = _(
        "%(name)s is on call for %(post)s from %(from)s to %(to)s already. Choose another time, or call that one off."
    )
    return {"starts_at": words % {"name": met.user, "post": new.post, **_ends(met)}}


def _first_met(rows: Iterable[Row], spans: Sequence[Span]) -> Row | None:
    taken = [(Span(row.starts_at, row.ends_at), row) for row in rows]
    return next((row for span in spans for other, row in taken if span.meets(other)), None)


def _ends(row: Absence | OnCall) -> dict[str, str]:
    return {"from": moment_words(row.starts_at.isoformat()), "to": moment_words(row.ends_at.isoformat())}


@transaction.atomic
def call_off_duty(*, duty: OnCall, by: User, at: datetime) -> OnCall:
    """From now on everyone of the role is told again. Raises `NotAllowed` and `NotNow`."""
    rows = OnCall.objects.select_for_update(of=("self",)).select_related("user", "project", "department")
    duty = rows.get(pk=duty.pk)
    if not can_keep_absences(by, duty.project_id):
        raise NotAllowed(_("Only supervisors, managers and administrators say who is on call."))
    if duty.called_off_at is not None or duty.ends_at <= at:
        raise NotNow(_("This duty is over already."))
    duty.called_off_at, duty.called_off_by = at, by
    duty.save(update_fields=["called_off_at", "called_off_by"])
    _record(duty, "on_call.called_off", by, at)
    return duty
