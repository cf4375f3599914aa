"""The list of complaints."""

from dataclasses import dataclass, replace

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Project
from cases.models import Case
from cases.queries import Due, due_of
from cases.registry import kind_of
from complaints.filters import PAGE, VIEWS, Filters, listed
from complaints.permissions import can_read_figures
from complaints.queries import named_by
from complaints.states import Grade
from records.http import now, project_of, user_of
from tickets.reads.filters import Option


@dataclass(frozen=True)
class Row:
    """A complaint in the list."""

    case: Case
    state_word: str
    grade_word: str
    clock: Due | None


@login_required
@require_GET
def complaints(request: HttpRequest) -> HttpResponse:
    """One page of the list."""
    user, project = user_of(request), project_of(request)
    if not user.is_office:
        raise Http404
    filters = Filters.asked(request.GET)
    rows = listed(project=project, user=user, filters=filters, at=now())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page", "1"))

    def turn_to(number: int) -> str:
        return f"{address(filters)}{'&' if filters.address else '?'}page={number}"

    context = {
        "rows": [_row(case) for case in page.object_list],
        "views": [(label, address(replace(filters, view=name)), name == filters.view) for name, label in VIEWS.items()],
        "grades": [
            (label, address(replace(filters, grade="" if value == filters.grade else value)), value == filters.grade)
            for value, label in Grade.choices
        ],
        "chips": _chips(filters, project),
        "newest_first": filters.newest_first,
        "may_count": can_read_figures(user, project.pk),
        "filtered": bool(filters.grade) or filters.view != "open" or filters.narrowed,
        "clear_url": reverse("complaints"),
        "count": page.paginator.count,
        "next_url": turn_to(page.next_page_number()) if page.has_next() else "",
        "previous_url": turn_to(page.previous_page_number()) if page.has_previous() else "",
    }
    return render(request, "complaints/list.html", context)


def address(filters: Filters) -> str:
    """The list as the filters ask for it."""
    return f"{reverse('complaints')}{'?' if filters.address else ''}{filters.address}"


def _chips(filters: Filters, project: Project) -> list[Option]:
    """What else the list is narrowed by, in words; each can be taken away. Nothing is read where nothing is asked."""
    found = []
    if filters.since or filters.until:
        days = f"{filters.since or ''} – {filters.until or ''}"
        words = _("received %(days)s") % {"days": days}
        found.append(Option(words, address(replace(filters, since=None, until=None)), active=True))
    for name, words in named_by(filters, project).items():
        empty = None if name == "building" else ""
        found.append(Option(words, address(replace(filters, **{name: empty})), active=True))  # type: ignore[arg-type]
    return found


def _row(case: Case) -> Row:
    return Row(
        case=case,
        state_word=str(kind_of(case.kind).states[case.state]),
        grade_word=str(Grade(case.grade).label) if case.grade in Grade.values else "",
        clock=due_of(case),
    )
