"""The working calendars: read as a year, propose a change with what it does, decide about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Project, User
from core.errors import DomainError, NotAllowed, NotNow
from core.numbers import whole_number
from records.http import follow, now, redirect_once, user_of
from sla import actions
from sla import calendar_reads as reads
from sla.actions.calendars import with_year
from sla.calendar_forms import CalendarForm, more_rows
from sla.calendar_reads import Effect, Kept
from sla.calendar_words import Change, differences
from sla.calendar_year import Year, key_of_letters, week_lines, weekday_heads, year_of
from sla.calendars import check_calendar
from sla.forms import ReasonForm
from sla.models import Calendar, CalendarVersion
from sla.permissions import can_approve_calendar, can_propose_calendar, can_read_calendar, can_read_rules
from sla.statutory import is_announced
from sla.views.rules import typed_of


@dataclass(frozen=True)
class Shown:
    """A calendar as one reads it: the hours of the week and two years; `own`: what a project has of its own."""

    kept: Kept
    week: Sequence[str]
    years: Sequence[Year]
    own: Sequence[Change]


@dataclass(frozen=True)
class Proposal:
    """A change as one decides about it: what becomes different, which promises it moves, how many run meanwhile."""

    version: CalendarVersion
    changes: Sequence[Change]
    effects: Sequence[Effect]
    running: int
    week: Sequence[str]
    years: Sequence[Year]


def _today() -> date:
    return timezone.localdate(now())


def _years(version: CalendarVersion, today: date) -> list[Year]:
    return [year_of(version, number, today) for number in (today.year, today.year + 1)]


def _place(request: HttpRequest, place: int) -> tuple[User, Project | None]:
    """Who reads, and the project of the address; None for the company's calendar."""
    user = user_of(request)
    project = get_object_or_404(Project.objects.visible_to(user), pk=place) if place else None
    if not can_read_calendar(user, project):
        raise Http404
    if project is not None:
        follow(request, project)
    return user, project


def _proposer(request: HttpRequest, place: int) -> tuple[User, Project | None]:
    user, project = _place(request, place)
    if not can_propose_calendar(user, project):
        raise NotAllowed(_("Only an administrator may propose a working calendar."))
    return user, project


def _to(place: int) -> str:
    return reverse("calendar", args=[place])


@login_required
@require_GET
def calendars(request: HttpRequest) -> HttpResponse:
    """The company's calendar as a year, and what each project has of its own."""
    user, today = user_of(request), _today()
    if not can_read_rules(user):
        raise Http404
    company, *others = reads.kept_for(user)
    context = {
        "company": _shown(company, None, today),
        "others": [_shown(kept, company.current, today) for kept in others],
        "waiting": [kept for kept in (company, *others) if kept.waiting],
        "decides": {kept.place for kept in (company, *others) if can_approve_calendar(user, kept.project)},
        "heads": weekday_heads(),
        "letters": key_of_letters(),
    }
    return render(request, "sla/calendars.html", context)


def _shown(kept: Kept, company: CalendarVersion | None, today: date) -> Shown:
    version = kept.current
    if version is None:
        return Shown(kept, [], [], [])
    own = differences(company, version) if kept.project is not None and kept.is_own else []
    return Shown(kept, week_lines(version.week), _years(version, today), own)


@login_required
@require_GET
def calendar(request: HttpRequest, place: int) -> HttpResponse:
    """One calendar: what is in force, what waits with what it would change, and its versions."""
    user, project = _place(request, place)
    return _show(request, user, project)


def _show(
    request: HttpRequest,
    user: User,
    project: Project | None,
    *,
    refusing: ReasonForm | None = None,
    dropping: ReasonForm | None = None,
) -> HttpResponse:
    kept, at, today = reads.kept_of(project), now(), _today()
    waiting = kept.waiting
    shown = _shown(kept, reads.company_version() if project is not None else None, today)
    may_propose = can_propose_calendar(user, project)
    leads = can_approve_calendar(user, project)
    context = {
        "shown": shown,
        "place": kept.place,
        "proposal": _proposal(waiting, project, kept.current, at) if waiting else None,
        "versions": reads.versions_of(project),
        "heads": weekday_heads(),
        "letters": key_of_letters(),
        "may_propose": may_propose,
        "may_decide": leads and waiting is not None and waiting.created_by_id != user.pk,
        "may_withdraw": may_propose or leads,
        "own_proposal": waiting is not None and waiting.created_by_id == user.pk,
        "to_publish": _to_publish(kept, today) if may_propose else [],
        "refusing": refusing or ReasonForm(auto_id="refuse_%s"),
        "refusing_open": refusing is not None,
        "dropping": dropping or ReasonForm(auto_id="drop_%s"),
        "dropping_open": dropping is not None,
    }
    return render(request, "sla/calendar.html", context, status=422 if refusing or dropping else 200)


def _to_publish(kept: Kept, today: date) -> list[tuple[int, bool]]:
    """Years whose holidays the calendar does not have as announced, and whether they are known by now."""
    if kept.current is None or not kept.is_own:
        return []
    years = (today.year, today.year + 1)
    return [(year, is_announced(year)) for year in years if not kept.current.covers(year)]


def _proposal(
    version: CalendarVersion, project: Project | None, current: CalendarVersion | None, at: datetime
) -> Proposal:
    said = reads.said_by(version)
    return Proposal(
        version=version,
        changes=differences(current, said),
        effects=reads.effects(project, current, said, at),
        running=reads.running_on(project),
        week=week_lines(said.week),
        years=_years(said, timezone.localdate(at)),
    )


@login_required
@require_GET
def calendar_version(request: HttpRequest, place: int, number: int) -> HttpResponse:
    """One version: what it said, and what it changed of what was there before."""
    _user, project = _place(request, place)
    versions = CalendarVersion.objects.select_related("calendar__project")
    version = get_object_or_404(versions, calendar__project=project, number=number)
    said, today = reads.said_by(version), _today()
    written = {int(iso[:4]) for iso in said.days}
    context = {
        "place": place,
        "whose": project,
        "version": version,
        "changes": differences(reads.before(version), said),
        "week": week_lines(said.week),
        "years": [year_of(said, one, today) for one in sorted(written)[-2:]],
        "heads": weekday_heads(),
        "letters": key_of_letters(),
    }
    return render(request, "sla/calendar_version.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def change_calendar(request: HttpRequest, place: int) -> HttpResponse:
    """The form; then, before anything is kept, what the change does; then the question to a leader."""
    user, project = _proposer(request, place)
    current, at = reads.kept_of(project).current, now()
    if current is None:
        raise NotNow(_("There is no working calendar yet."))
    year = timezone.localdate(at).year
    if request.method == "GET":
        return _form(request, project, CalendarForm(version=_with_holidays(request, current), year=year))
    act = request.POST.get("act", "")
    if act == "more":
        return _form(request, project, CalendarForm(more_rows(request.POST), version=current, year=year))
    form = CalendarForm(request.POST, version=current, year=year)
    if not form.is_valid():
        return _form(request, project, form, status=422)
    if act == "edit":
        return _form(request, project, form)
    try:
        return _ask(request, project, form, user, at) if act == "ask" else _preview(request, project, form, at)
    except DomainError as error:
        form.refuse(error.fields, str(error))
        return _form(request, project, form, status=422)


def _with_holidays(request: HttpRequest, current: CalendarVersion) -> CalendarVersion:
    """The calendar to begin with: with a year's holidays as they are known now where the address asks for it."""
    year = whole_number(request.GET.get("year", ""), digits=4)
    if year is None or abs(year - _today().year) > 1:
        return current
    version = with_year(current, year).of(current.calendar)
    version.pk = current.pk
    return version


def _form(request: HttpRequest, project: Project | None, form: CalendarForm, status: int = 200) -> HttpResponse:
    place = project.pk if project is not None else 0
    context = {"whose": project, "form": form, "cancel_url": _to(place)}
    return render(request, "sla/calendar_form.html", context, status=status)


def _preview(request: HttpRequest, project: Project | None, form: CalendarForm, at: datetime) -> HttpResponse:
    kept, proposed = reads.kept_of(project), form.proposed()
    check_calendar(proposed.week, proposed.days)
    draft = proposed.of(Calendar(project=project))
    unchanged = kept.is_own and kept.current is not None and not proposed.differs_from(kept.current)
    context = {
        "whose": project,
        "proposal": _proposal(draft, project, kept.current, at),
        "unchanged": unchanged,
        "reason": form.cleaned_data["reason"],
        "typed": typed_of(request.POST),
        "heads": weekday_heads(),
        "letters": key_of_letters(),
        "cancel_url": _to(kept.place),
    }
    return render(request, "sla/calendar_preview.html", context)


def _ask(request: HttpRequest, project: Project | None, form: CalendarForm, user: User, at: datetime) -> HttpResponse:
    def act() -> str:
        given = form.cleaned_data
        actions.propose_calendar(
            project=project,
            proposed=form.proposed(),
            by=user,
            at=at,
            based_on=given["based_on"],
            reason=given["reason"],
        )
        messages.success(request, _("Proposed. It holds once a general manager has approved it."))
        return _to(project.pk if project is not None else 0)

    return redirect_once(request, at, act)


@login_required
@require_POST
def decide_calendar(request: HttpRequest, place: int) -> HttpResponse:
    """Approve or refuse what waits, or take it back."""
    user, project = _place(request, place)
    number, at = whole_number(request.POST.get("version", ""), digits=6), now()
    version = get_object_or_404(CalendarVersion, calendar__project=project, number=number)
    decision = request.POST.get("decision", "")
    if decision == "approve":
        actions.approve_calendar(version=version, by=user, at=at)
        messages.success(request, _("Approved: what starts from now on is counted on it."))
    elif decision == "refuse":
        form = ReasonForm(request.POST, auto_id="refuse_%s")
        if can_approve_calendar(user, project) and not form.is_valid():
            return _show(request, user, project, refusing=form)
        actions.refuse_calendar(version=version, reason=request.POST.get("reason", "")[:500], by=user, at=at)
        messages.success(request, _("Refused. The administrators are told why."))
    elif decision == "withdraw":
        actions.withdraw_calendar(version=version, by=user, at=at)
        messages.success(request, _("Taken back."))
    else:
        raise Http404
    return redirect(_to(place))


@login_required
@require_POST
def publish_calendar_year(request: HttpRequest, place: int) -> HttpResponse:
    """Propose a year's holidays as they are known now."""
    user, project = _place(request, place)
    year, at = whole_number(request.POST.get("year", ""), digits=4), now()
    if year is None or abs(year - _today().year) > 1:
        raise Http404
    actions.publish_year(project=project, year=year, by=user, at=at)
    messages.success(request, _("Proposed. It holds once a general manager has approved it."))
    return redirect(_to(place))


@login_required
@require_POST
def drop_calendar(request: HttpRequest, place: int) -> HttpResponse:
    """Propose that the project follows the company's calendar again."""
    user, project = _place(request, place)
    if project is None:
        raise Http404
    form = ReasonForm(request.POST, auto_id="drop_%s")
    if can_propose_calendar(user, project) and not form.is_valid():
        return _show(request, user, project, dropping=form)
    actions.drop_calendar(project=project, reason=request.POST.get("reason", "")[:500], by=user, at=now())
    messages.success(request, _("Proposed. It holds once a general manager has approved it."))
    return redirect(_to(place))
