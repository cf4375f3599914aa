"""Calendars: an administrator proposes a version, a leader decides about it, and new clocks are counted on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from accounts.states import Role
from core.errors import Invalid, NotAllowed, NotNow, Stale
from core.words import reason_of
from notifications.actions import Notice, tell
from notifications.states import Level
from records.actions import audit
from sla.calendars import check_calendar
from sla.models import Calendar, CalendarVersion, Heartbeat
from sla.permissions import can_approve_calendar, can_propose_calendar
from sla.queries import calendar_for, keepers_of
from sla.states import STATUTORY, VersionState
from sla.statutory import is_announced, statutory_days

WARN_BEFORE = timedelta(days=60)
LOOK_EVERY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """What a calendar shall say; the shapes of `CalendarVersion`."""

    week: Mapping[str, Any]
    days: Mapping[str, Any]
    provisional_years: tuple[int, ...] = ()

    def differs_from(self, version: CalendarVersion) -> bool:
        """Say whether anything is other than in the version."""
        mine = (dict(self.week), dict(self.days), sorted(self.provisional_years))
        return mine != (version.week, version.days, sorted(version.provisional_years))

    def of(self, calendar: Calendar) -> CalendarVersion:
        """The version of a calendar that it would be; not saved."""
        return CalendarVersion(
            calendar=calendar,
            week=dict(self.week),
            days=dict(sorted(self.days.items())),
            provisional_years=sorted(self.provisional_years),
        )


@transaction.atomic
def propose_calendar(
    *,
    project: Project | None,
    proposed: Proposed,
    by: User,
    at: datetime,
    based_on: int | None = None,
    reason: str = "",
) -> CalendarVersion:
    """Propose a version of a project's calendar, or of the company's for None; it takes the place of one that waits.

    `based_on` is the version that the project followed when the proposer read it, `reason` a note for the leader.
    Raises `NotAllowed`, `Stale` where another one is in force since, `Invalid` for what cannot be counted on or changes
    nothing.
    """
    _require_proposer(by, project)
    check_calendar(proposed.week, proposed.days)
    calendar = _lock(project)
    followed = calendar_for(project)
    if based_on is not None and (followed is None or followed.pk != based_on):
        raise Stale(_("Another calendar came into force meanwhile. Open the page again."))
    if followed is not None and followed.calendar_id == calendar.pk and not proposed.differs_from(followed):
        raise Invalid(_("This is the calendar that is in force; nothing would change."))
    draft = proposed.of(calendar)
    draft.reason = reason.strip()
    return _ask(draft, by, at)


@transaction.atomic
def drop_calendar(*, project: Project, reason: str, by: User, at: datetime) -> CalendarVersion:
    """Propose that a project gives up its own calendar and follows the company's again.

    Raises `NotAllowed`, `NotNow` where it has none of its own, `Invalid` without a reason.
    """
    _require_proposer(by, project)
    calendar = _lock(project)
    if not calendar.versions.counted_on().exists():
        raise NotNow(_("This project follows the company's calendar already."))
    why = reason_of(reason, _("Say why the project should follow the company's calendar."))
    return _ask(CalendarVersion(calendar=calendar, follows_company=True, reason=why), by, at)


def _require_proposer(by: User, project: Project | None) -> None:
    if not can_propose_calendar(by, project):
        raise NotAllowed(_("Only an administrator may propose a working calendar."))


def _ask(draft: CalendarVersion, by: User, at: datetime) -> CalendarVersion:
    """Put a draft before the leaders, in the place of what waits; its calendar is locked."""
    versions = draft.calendar.versions
    versions.waiting().update(withdrawn_at=at, withdrawn_by=by)
    last = versions.order_by("-number").values_list("number", flat=True).first() or 0
    draft.number, draft.created_at, draft.created_by = last + 1, at, by
    draft.save()
    _record(draft, "calendar.proposed", by, at)
    _tell(draft, "calendar.proposed", Role.GM, at, leave_out=by)
    return draft


@transaction.atomic
def approve_calendar(*, version: CalendarVersion, by: User, at: datetime) -> CalendarVersion:
    """Let a proposal come into force: clocks that start from now on are counted on it, running ones stay as they are.

    Raises `NotAllowed` for who does not lead or proposed it, `NotNow` where it no longer waits.
    Source: 物业客服部规章制度 八.1 (经物业公司领导审批后执行).
    """
    version = _waiting_for(version, by)
    version.calendar.versions.in_force().update(replaced_at=at)
    version.approved_at, version.approved_by = at, by
    version.save(update_fields=["approved_at", "approved_by"])
    _record(version, "calendar.approved", by, at)
    _tell(version, "calendar.approved", Role.ADMIN, at, leave_out=by)
    return version


@transaction.atomic
def refuse_calendar(*, version: CalendarVersion, reason: str, by: User, at: datetime) -> CalendarVersion:
    """Turn a proposal down, with the reason. Raises like `approve_calendar`, and `Invalid` without a reason."""
    version = _waiting_for(version, by)
    refusal = reason_of(reason, _("Say why it is refused."))
    version.refused_at, version.refused_by, version.refusal = at, by, refusal
    version.save(update_fields=["refused_at", "refused_by", "refusal"])
    _record(version, "calendar.refused", by, at, reason=version.refusal)
    _tell(version, "calendar.refused", Role.ADMIN, at, leave_out=by)
    return version


@transaction.atomic
def withdraw_calendar(*, version: CalendarVersion, by: User, at: datetime) -> CalendarVersion:
    """Take a proposal off the table; an administrator and a leader both may. Raises `NotAllowed`, `NotNow`."""
    version = _locked(version)
    project = version.calendar.project
    if not (can_propose_calendar(by, project) or can_approve_calendar(by, project)):
        raise NotAllowed(_("Only an administrator or a general manager may withdraw a proposal."))
    _require_waiting(version)
    version.withdrawn_at, version.withdrawn_by = at, by
    version.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _record(version, "calendar.withdrawn", by, at)
    return version


@transaction.atomic
def publish_year(*, project: Project | None, year: int, by: User, at: datetime) -> CalendarVersion:
    """Propose the calendar in force with the holidays and make-up workdays of a year as they are known now.

    What the company itself decided of single days stays. A year that was not announced yet is marked provisional.
    Raises like `propose_calendar`, and `NotNow` where there is no calendar or a proposal waits.
    """
    _require_proposer(by, project)
    versions = CalendarVersion.objects.filter(calendar__project=project)
    current = versions.counted_on().first()
    if current is None:
        raise NotNow(_("There is no working calendar yet."))
    if versions.waiting().exists():
        raise NotNow(_("A proposal waits for approval; decide on it first."))
    return propose_calendar(project=project, proposed=with_year(current, year), by=by, at=at)


def with_year(current: CalendarVersion, year: int) -> Proposed:
    """The calendar with what is known of a year's holidays now."""
    kept = {
        day: row for day, row in current.days.items() if not (day.startswith(f"{year}-") and row["kind"] in STATUTORY)
    }
    provisional = set(current.provisional_years) - {year} | (set() if is_announced(year) else {year})
    days = statutory_days(year, current.week) | kept
    return Proposed(week=current.week, days=days, provisional_years=tuple(sorted(provisional)))


@transaction.atomic
def warn_of_years(at: datetime) -> dict[str, int]:
    """Tell administrators once of a year, now or within 60 days, whose holidays a calendar does not have as announced.

    Told anew once the library knows what was announced: it can be taken over then. Looks once a day.
    """
    seen = Heartbeat.objects.filter(name="calendars").first()
    if seen is not None and at - LOOK_EVERY < seen.at <= at:
        return {}
    Heartbeat.objects.update_or_create(name="calendars", defaults={"at": at})
    years = {at.year, (at + WARN_BEFORE).year}
    open_years = 0
    for version in CalendarVersion.objects.counted_on().select_related("calendar__project"):
        for year in sorted(years):
            if not version.covers(year):
                open_years += 1
                template = "calendar.year_known" if is_announced(year) else "calendar.year_unknown"
                _tell(version, template, Role.ADMIN, at, year=year)
    return {"years": open_years}


def _lock(project: Project | None) -> Calendar:
    calendar = Calendar.objects.get_or_create(project=project)[0]
    return Calendar.objects.select_for_update().get(pk=calendar.pk)


def _locked(version: CalendarVersion) -> CalendarVersion:
    """The version as it stands, its calendar locked: one decision at a time."""
    calendar = Calendar.objects.select_for_update().get(pk=version.calendar_id)
    fresh = CalendarVersion.objects.get(pk=version.pk)
    fresh.calendar = calendar
    return fresh


def _require_waiting(version: CalendarVersion) -> None:
    if version.state != VersionState.PROPOSED:
        raise NotNow(_("This proposal no longer waits for approval."))


def _waiting_for(version: CalendarVersion, by: User) -> CalendarVersion:
    """The version as it stands, for a leader to decide about."""
    version = _locked(version)
    if not can_approve_calendar(by, version.calendar.project):
        raise NotAllowed(_("Only a general manager may approve a working calendar."))
    _require_waiting(version)
    if version.created_by_id == by.pk:
        raise NotAllowed(_("Nobody approves what they proposed themselves; ask another leader."))
    return version


def _record(version: CalendarVersion, action: str, by: User, at: datetime, reason: str = "") -> None:
    calendar = version.calendar
    target = f"{calendar} v{version.number}"
    audit(at=at, by=by, action=action, project=calendar.project, target=target, reason=reason or version.reason)


def _tell(
    version: CalendarVersion, template: str, role: str, at: datetime, *, year: int = 0, leave_out: User | None = None
) -> None:
    calendar = version.calendar
    occasion = f"{template}:{calendar.pk}:{year or version.number}"
    data = {"calendar": _called(calendar), "year": year, "number": version.number}
    if version.refusal:
        data["reason"] = version.refusal
    level = Level.WARNING if year else Level.INFO
    page = ("calendar", str(calendar.project_id or 0))
    tell(
        (
            Notice(key=occasion, template=template, project=project, page=page, to=(user,), data=data, level=level)
            for user, project in keepers_of(calendar, role).items()
            if user != leave_out
        ),
        at=at,
    )


def _called(calendar: Calendar) -> dict[str, str]:
    """The calendar's name in both languages, as messages carry it."""
    project = calendar.project
    if project is None:
        return {"zh": "全公司", "en": "The whole company"}
    return {"zh": project.name_zh, "en": project.name_en or project.name_zh}
