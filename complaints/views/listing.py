"""The list of complaints."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from cases.models import Case
from cases.queries import Due, due_of
from cases.registry import kind_of
from complaints.queries import PAGE, VIEWS, asked_for, listed
from complaints.states import Grade
from records.http import now, project_of, user_of


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
    view, grade = asked_for(request.GET)
    rows = listed(project=project, user=user, view=view, grade=grade, at=now())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page", "1"))
    here = reverse("complaints")

    def address(**changes: str | int) -> str:
        asked: dict[str, str | int] = {"view": view, "grade": grade, **changes}
        return f"{here}?{urlencode({name: value for name, value in asked.items() if value})}"

    context = {
        "rows": [_row(case) for case in page.object_list],
        "views": [(label, address(view=name), name == view) for name, label in VIEWS.items()],
        "grades": [
            (label, address(grade="" if value == grade else value), value == grade) for value, label in Grade.choices
        ],
        "filtered": bool(grade) or view != "open",
        "clear_url": here,
        "count": page.paginator.count,
        "next_url": address(page=page.next_page_number()) if page.has_next() else "",
        "previous_url": address(page=page.previous_page_number()) if page.has_previous() else "",
    }
    return render(request, "complaints/list.html", context)


def _row(case: Case) -> Row:
    return Row(
        case=case,
        state_word=str(kind_of(case.kind).states[case.state]),
        grade_word=str(Grade(case.grade).label) if case.grade in Grade.values else "",
        clock=due_of(case),
    )
