"""Collecting (催缴): the ladder, one case with its steps, demand letters one by one and in batches."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from billing import forms_arrears as forms
from billing.actions import arrears as acts
from billing.actions.arrears.bundling import bundle
from billing.actions.arrears.letters import MOST
from billing.actions.arrears.printing import issue_letter, render_letters
from billing.models import Arrears, ArrearsBatch, ArrearsLetter
from billing.permissions import can_collect, leads_collection
from billing.queries.ladder import (
    EXCUSED,
    PAGE,
    ArrearsPage,
    LadderRow,
    board,
    demands,
    listed,
    page_of,
    rows_of,
)
from billing.queries.rungs import Column
from billing.rules.exact import NOTHING
from billing.states import ARREARS_TRANSITIONS, ArrearsState, Cause
from cases.meanwhile import missed
from cases.models import Case
from cases.permissions import reads_all
from cases.steps import Attempt, Offer, Tried, answer, take
from cases.views import reveal_phone
from core.errors import DomainError, Invalid, NotAllowed, Stale
from core.transitions import allowed
from records.http import follow, now, posted_version, project_of, redirect_once, user_of
from records.papers import FONTS
from records.serving import serve

May = Callable[[User, Case], bool]


@dataclass(frozen=True)
class Step:
    """A verb on the page: its words, who may, when it fits, its form, its action, and what is said afterwards."""

    verb: str
    label: str | Promise
    icon: str
    transition: str
    act: Callable[..., object]
    done: str | Promise
    form: type[forms.StepForm]
    may: May = can_collect
    fits: Callable[[ArrearsPage], bool] = lambda page: True

    def offered(self, user: User, page: ArrearsPage) -> bool:
        """Say whether the person may do it to this case now."""
        ready = allowed(ARREARS_TRANSITIONS, self.transition, page.case.state) and self.fits(page)
        return ready and self.may(user, page.case)


STEPS: tuple[Step, ...] = (
    Step("notify", _("Remind"), "phone", "notify", acts.notify, _("Written down."), forms.NotifyForm),
    Step("letter", _("Send a demand letter"), "mail", "letter", acts.letter, _("Sent; print it below."),
         forms.LetterForm, fits=lambda page: page.case.state == ArrearsState.NOTIFIED or page.letter_waits),
    Step("deliver", _("Letter delivered"), "mail-check", "deliver", acts.deliver, _("Written down."),
         forms.DeliverForm, fits=lambda page: page.waits_for_proof),
    Step("return-letter", _("Letter not delivered"), "undo-2", "return_letter", acts.return_letter, _("Written down."),
         forms.ReturnForm, fits=lambda page: page.waits_for_proof),
    Step("visit", _("Report a visit"), "footprints", "visit", acts.visit, _("Written down."), forms.VisitForm),
    Step("decide-visit", _("Decide a visit"), "calendar-plus", "decide_visit", acts.decide_visit, _("Decided."),
         forms.PlanForm),
    Step("promise", _("Payment promised"), "handshake", "promise", acts.promise,
         _("Collecting rests until then."), forms.PromiseForm),
    Step("dispute", _("Disputed"), "scale", "dispute", acts.dispute, _("Collecting rests."), forms.WhyForm),
    Step("settle-dispute", _("Settle the dispute"), "circle-check", "settle_dispute", acts.settle_dispute,
         _("Collecting goes on."), forms.FindingForm),
    Step("cause", _("Why it is not paid"), "tag", "find_cause", acts.find_cause, _("Written down."), forms.CauseForm),
    Step("file", _("Ask for the legal channel"), "gavel", "ask_to_file", acts.ask_to_file,
         _("Asked; a second person decides."), forms.FileForm, leads_collection),
    Step("excuse", _("Excuse"), "circle-slash", "excuse", acts.excuse, _("Excused."), forms.WhyForm, leads_collection),
    Step("take-up", _("Collect again"), "rotate-ccw", "take_up", acts.take_up, _("Collected again."), forms.WhyForm,
         leads_collection),
)  # fmt: skip
BY_VERB = {step.verb: step for step in STEPS}
# What is the one obvious next thing in a state.
NEXT: dict[str, str] = {
    ArrearsState.TO_REMIND: "notify",
    ArrearsState.NOTIFIED: "letter",
    ArrearsState.LETTERED: "deliver",
    ArrearsState.DELIVERED: "file",
    ArrearsState.DISPUTED: "settle-dispute",
}


def _require(user: User, project_pk: int) -> None:
    if not user.has_role(project_pk, *READERS):
        raise NotAllowed(gettext("This page is for cashiers and those who lead."))


READERS = ("cashier", "supervisor", "gm")


@login_required
@require_GET
def arrears_ladder(request: HttpRequest) -> HttpResponse:
    """The ladder as columns with reasons and ages; one column or reason as a list."""
    user, project, at = user_of(request), project_of(request), now()
    _require(user, project.pk)
    column = _one_of(request, "column", [*Column.values, EXCUSED])
    cause = _one_of(request, "cause", [*Cause.values, "none"])
    context: dict[str, Any] = {
        "may_print": user.has_role(project.pk, *READERS),
        "views": _views(column, cause),
    }
    if column or cause:
        page = Paginator(listed(user, project, column=column, cause=cause), PAGE).get_page(request.GET.get("page"))
        address = f"{reverse('arrears')}?column={column}&cause={cause}&page="
        context |= {
            "rows": rows_of(page.object_list, at),
            "column": column,
            "count": page.paginator.count,
            "previous_url": f"{address}{page.previous_page_number()}" if page.has_previous() else "",
            "next_url": f"{address}{page.next_page_number()}" if page.has_next() else "",
        }
        return render(request, "billing/arrears_list.html", context)
    context["board"] = board(user, project, at)
    return render(request, "billing/arrears.html", context)


def _one_of(request: HttpRequest, name: str, values: list[str]) -> str:
    raw = request.GET.get(name, "")
    return raw if raw in values else ""


def _views(column: str, cause: str) -> list[tuple[str, str, bool]]:
    here = reverse("arrears")
    shown = [(gettext("The ladder"), here, not column and not cause)]
    shown += [(str(one.label), f"{here}?column={one.value}", column == one.value) for one in Column]
    shown.append((str(ArrearsState.EXCUSED.label), f"{here}?column={EXCUSED}", column == EXCUSED))
    shown.append((gettext("My visits"), f"{reverse('home_visits')}?who=me", False))
    if cause:
        shown.append(
            (str(Cause(cause).label) if cause != "none" else gettext("not known yet"), request_of(cause), True)
        )
    return shown


def request_of(cause: str) -> str:
    """The address of the list by a reason."""
    return f"{reverse('arrears')}?cause={cause}"


# --- one case --------------------------------------------------------------------------------------------------------
def staff_arrears(request: HttpRequest, number: str) -> Arrears:
    """The arrears for a page of the staff; to others there is nothing here."""
    user = user_of(request)
    joined = (
        "case__project",
        "case__unit",
        "case__department",
        "case__handler",
        "case__parent",
        "unit",
        "debtor",
        "household",
    )
    rows = Arrears.objects.visible_to(user).select_related(*joined)
    found = get_object_or_404(rows, case__number=number)
    if not reads_all(user, found.case):
        raise Http404
    return found


@login_required
@require_GET
def arrears_case(request: HttpRequest, number: str) -> HttpResponse:
    """One case: what is owed, what is promised, what happened, the one obvious next step."""
    arrears = staff_arrears(request, number)
    follow(request, arrears.case.project)
    return _show(request, arrears)


def _show(request: HttpRequest, arrears: Arrears, tried: Tried[forms.StepForm] | None = None) -> HttpResponse:
    user = user_of(request)
    page = page_of(arrears, user, now())
    typed = tried.verb if tried is not None else ""
    offers = [_offer(request, one, page, tried) for one in STEPS if one.offered(user, page) or one.verb == typed]
    first = "visit" if page.planned is not None else NEXT.get(page.case.state, "")
    context = {
        "page": page,
        "steps": offers,
        "primary": next((one for one in offers if one.verb == first), None),
        "page_url": reverse("arrears_case", args=[page.case.number]),
        "reveal_url": reverse("arrears_reveal", args=[page.case.number]),
        "may_print": can_collect(user, page.case),
        "may_bundle": leads_collection(user, page.case),
        "seen_at": now().isoformat(),
    }
    return render(request, "billing/arrears_case.html", context, status=tried.status if tried else 200)


def _offer(request: HttpRequest, step: Step, page: ArrearsPage, tried: Tried[forms.StepForm] | None) -> Offer:
    mine = tried if tried is not None and tried.verb == step.verb else None
    form = mine.form if mine and mine.form is not None else _form(step, page)
    late = mine is not None and isinstance(mine.error, Stale)
    return Offer(
        step.verb,
        step.label,
        step.icon,
        url=reverse("arrears_step", args=[page.case.number, step.verb]),
        form=form,
        opened=mine is not None,
        stale=missed(page.case, form=form, now={}, post=request.POST, events=page.events) if late else None,
    )


def _form(step: Step, page: ArrearsPage) -> forms.StepForm:
    at, initial = now(), {"cause": page.arrears.cause}
    if step.verb == "deliver":
        initial = {"on": at.astimezone(page.case.project.tz).date().isoformat()}
    return step.form(auto_id=f"{step.verb}-%s", initial=initial, arrears=page.arrears, at=at, missing=page.missing)


@login_required
@require_POST
def arrears_step(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Carry out one step."""
    at, step = now(), BY_VERB.get(verb)
    if step is None:
        raise Http404
    attempt = Attempt(
        verb,
        find=lambda: staff_arrears(request, number),
        form=lambda found: step.form(request.POST, request.FILES, auto_id=f"{verb}-%s", arrears=found, at=at),
        act=lambda found, form: _carry_out(request, found, step, form, at),
    )
    taken = take(request, attempt, at=at)
    return answer(request, taken, lambda tried: _show(request, staff_arrears(request, number), tried))


def _carry_out(request: HttpRequest, arrears: Arrears, step: Step, form: forms.StepForm | None, at: datetime) -> str:
    given = form.given() if form else {}
    step.act(arrears=arrears, **given, by=user_of(request), at=at, expected=posted_version(request))
    messages.success(request, f"{arrears.case.number} {step.done}")
    return reverse("arrears_case", args=[arrears.case.number])


@login_required
@require_POST
def arrears_reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Show the number of who is liable to somebody who says why."""
    return reveal_phone(request, staff_arrears(request, number).case, at=now())


@login_required
@require_POST
def arrears_bundle(request: HttpRequest, number: str) -> HttpResponse:
    """The legal file as one bundle, for who leads; who took it out is on record."""
    arrears = staff_arrears(request, number)
    url = request.build_absolute_uri(reverse("case", args=[number]))
    content = bundle(arrears=arrears, url=url, fonts=FONTS, by=user_of(request), at=now())
    answered = HttpResponse(content, content_type="application/zip")
    answered.headers["Content-Disposition"] = f'attachment; filename="{number}.zip"'
    answered.headers["Cache-Control"] = "private, no-store"
    return answered


# --- letters ---------------------------------------------------------------------------------------------------------
@login_required
@require_POST
def arrears_paper(request: HttpRequest, number: str, letter: str) -> HttpResponse:
    """Issue a letter as paper, or give the one that was issued."""
    arrears = staff_arrears(request, number)
    found = get_object_or_404(ArrearsLetter, arrears=arrears, number=letter)
    url = request.build_absolute_uri(reverse("case", args=[number]))
    issued = issue_letter(letter=found, url=url, fonts=FONTS, by=user_of(request), at=now())
    return HttpResponseRedirect(reverse("case_file", args=[number, issued.file.token]))


@login_required
def arrears_letters(request: HttpRequest) -> HttpResponse:
    """Letters for the cases that were ticked: looked at (GET), then sent and printed in one go (POST)."""
    user, project, at = user_of(request), project_of(request), now()
    if not user.has_role(project.pk, *READERS):
        raise NotAllowed(gettext("Only cashiers and supervisors print demand letters."))
    numbers = (request.POST if request.method == "POST" else request.GET).getlist("case")[: MOST + 1]
    found = listed(user, project, column="", cause="").filter(case__number__in=[one[:30] for one in numbers])
    rows = rows_of(found, at)
    if request.method != "POST":
        return _preview(request, rows)

    def act() -> str:
        if len(rows) != len(set(numbers)):
            raise Invalid(gettext("One of these cases is not there any more. Choose again."))
        tracking = {number: request.POST.get(f"tracking-{number}", "") for number in numbers}
        url = request.build_absolute_uri(reverse("arrears"))
        batch = acts.letters(
            arrears=[row.arrears for row in rows],
            tracking=tracking,
            render=lambda made: render_letters(made, project=project, url=url, at=at, fonts=FONTS),
            by=user,
            at=at,
        )
        return reverse("arrears_batch", args=[batch.pk])

    try:
        return redirect_once(request, at, act)
    except DomainError as error:
        return _preview(request, rows, error)


def _preview(request: HttpRequest, rows: list[LadderRow], error: DomainError | None = None) -> HttpResponse:
    named = demands(rows)
    shown = [
        (row, named.get(row.arrears.pk, NOTHING), request.POST.get(f"tracking-{row.case.number}", "")) for row in rows
    ]
    context = {"rows": shown, "total": sum(named.values(), NOTHING), "error": error}
    return render(request, "billing/arrears_letters.html", context, status=error.status if error else 200)


@login_required
@require_GET
def arrears_batch(request: HttpRequest, pk: int) -> FileResponse:
    """The letters of a batch as one file."""
    user = user_of(request)
    projects = [project.pk for project in user.projects if user.has_role(project.pk, *READERS)]
    rows = ArrearsBatch.objects.select_related("file")
    return serve(get_object_or_404(rows, pk=pk, project__in=projects).file)
