"""Writes to projects and absences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Absence, Project, User
from accounts.permissions import can_declare_absence, can_keep_project, can_open_projects
from accounts.queries import colleagues
from core.errors import Invalid, NotAllowed, NotNow

LONGEST_ABSENCE = timedelta(days=366)


@transaction.atomic
def save_project(*, values: Mapping[str, Any], by: User, at: datetime, project: Project | None = None) -> Project:
    """Take on a project or change what is said of one; its history keeps who did and when.

    Raises `NotAllowed`, and `Invalid` with the fields that do not fit.
    """
    may = can_open_projects(by) if project is None else can_keep_project(by, project.pk)
    if not may:
        raise NotAllowed(_("Only administrators may change projects."))
    project = project or Project()
    for name, value in values.items():
        setattr(project, name, value)
    project._history_user = by  # type: ignore[attr-defined]  # noqa: SLF001  how the history is told who it was
    project._history_date = at  # type: ignore[attr-defined]  # noqa: SLF001
    try:
        project.full_clean()
    except ValidationError as problem:
        fields = {name: " ".join(words) for name, words in problem.message_dict.items()}
        raise Invalid(_("Some of the input does not fit."), fields=fields) from problem
    project.save()
    return project


@dataclass(frozen=True, kw_only=True)
class NewAbsence:
    """Who is away from when to when, and who is told in their place (nobody: whoever leads the project)."""

    user: User
    starts_at: datetime
    ends_at: datetime
    substitute: User | None = None
    reason: str = ""


@transaction.atomic
def declare_absence(*, new: NewAbsence, by: User, at: datetime) -> Absence:
    """Write down that somebody is away.

    Raises `NotAllowed`, and `Invalid` where the span is none, lies behind, meets another one of the same person, or
    the stand-in is the person or nobody's colleague.
    """
    if not can_declare_absence(by, new.user):
        raise NotAllowed(_("Only the person, supervisors and managers enter an absence."))
    # Two entered at the same moment would not see each other.
    User.objects.select_for_update(no_key=True).get(pk=new.user.pk)
    fields = _doubts(new, at)
    if fields:
        raise Invalid(_("Some of the input does not fit."), fields=fields)
    return Absence.objects.create(
        user=new.user,
        substitute=new.substitute,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        reason=new.reason.strip()[:200],
        made_by=by,
        made_at=at,
    )


def _doubts(new: NewAbsence, at: datetime) -> dict[str, str]:
    return _doubts_of_span(new, at) or _doubts_of_stand_in(new)


def _doubts_of_span(new: NewAbsence, at: datetime) -> dict[str, str]:
    if new.ends_at <= new.starts_at:
        return {"ends_at": _("The end comes before the beginning.")}
    if new.ends_at <= at:
        return {"ends_at": _("This time is over already.")}
    if new.ends_at - new.starts_at > LONGEST_ABSENCE:
        return {"ends_at": _("At most a year.")}
    others = Absence.objects.filter(user=new.user, called_off_at=None)
    if others.filter(starts_at__lt=new.ends_at, ends_at__gt=new.starts_at).exists():
        return {"starts_at": _("The person is entered as away in this time already. Call that absence off first.")}
    return {}


def _doubts_of_stand_in(new: NewAbsence) -> dict[str, str]:
    if new.substitute == new.user:
        return {"substitute": _("Nobody stands in for themselves.")}
    if new.substitute is not None and not colleagues(new.user).filter(pk=new.substitute.pk).exists():
        return {"substitute": _("The stand-in must work in one of the person's projects.")}
    return {}


@transaction.atomic
def call_off_absence(*, absence: Absence, by: User, at: datetime) -> Absence:
    """The person is back, or stays: from now on they are told again. Raises `NotAllowed` and `NotNow`."""
    absence = Absence.objects.select_for_update(of=("self",)).select_related("user").get(pk=absence.pk)
    if not can_declare_absence(by, absence.user):
        raise NotAllowed(_("Only the person, supervisors and managers call an absence off."))
    if absence.called_off_at is not None or absence.ends_at <= at:
        raise NotNow(_("This absence is over already."))
    absence.called_off_at, absence.called_off_by = at, by
    absence.save(update_fields=["called_off_at", "called_off_by"])
    return absence
