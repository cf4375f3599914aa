"""What the desk's views share: who may be here, mistakes beside their fields."""

from collections.abc import Mapping

from django import forms
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import Project, User
from cases.states import Phase
from complaints.models import Complaint
from complaints.permissions import can_open_repair
from core.errors import DomainError
from reception.models import Contact
from reception.permissions import can_receive
from records.http import asked_project, follow, user_of

# What the address of a form says of the caller, and the field it fills.
ASKED_AS = {
    "unit": "unit",
    "name": "contact_name",
    "phone": "contact_phone",
    "said": "said",
    "channel": "channel",
    "purpose": "purpose",
}


def given_by(request: HttpRequest, asked_as: Mapping[str, str]) -> list[str]:
    """The fields that the address fills: no draft is written over them."""
    if request.method != "GET":
        return []
    return [field for name, field in asked_as.items() if request.GET.get(name)]


def at_the_desk(request: HttpRequest) -> tuple[User, Project]:
    """Who works at the desk, and of which project. Raises `Http404` for everybody else."""
    user, project = _where(request)
    if not can_receive(user, project.pk):
        raise Http404
    return user, project


def takes_repairs(request: HttpRequest) -> tuple[User, Project]:
    """Who works at the desk, or opens a repair for the complaint that the address or the form names.

    Raises `Http404` for everybody else.
    """
    user, project = _where(request)
    number = request.POST.get("complaint") or request.GET.get("complaint", "")
    if not can_receive(user, project.pk) and complaint_named(number, user, project) is None:
        raise Http404
    return user, project


def _where(request: HttpRequest) -> tuple[User, Project]:
    user = user_of(request)
    _follow_page(request)
    project: Project | None = getattr(request, "project", None)
    if project is None:
        raise Http404
    return user, project


def _follow_page(request: HttpRequest) -> None:
    """A form is taken where it was shown, whatever another window has opened meanwhile."""
    shown = asked_project(request)
    if shown is not None:
        follow(request, shown)


def contact_named(number: str, user: User, project: Project) -> Contact | None:
    """The contact that becomes something else, if the address, the form or its draft names one. Raises `Http404`."""
    if not number:
        return None
    rows = Contact.objects.visible_to(user).filter(case__project=project).select_related("case__unit", "case__project")
    return get_object_or_404(rows, case__number=number[:30])


def complaint_named(number: str, user: User, project: Project) -> Complaint | None:
    """The complaint that a repair is opened for, if the address, the form or its draft names one. Raises `Http404`."""
    if not number:
        return None
    rows = Complaint.objects.visible_to(user).filter(case__project=project).exclude(case__phase=Phase.CLOSED)
    found = get_object_or_404(rows.select_related("case__unit", "case__building"), case__number=number[:30])
    if not can_open_repair(user, found):
        raise Http404
    return found


def projects_of(request: HttpRequest) -> list[Project]:
    """The person's projects, the one they work in now first."""
    here: Project | None = getattr(request, "project", None)
    found: list[Project] = getattr(request, "projects", [])
    return [here, *(p for p in found if p.pk != here.pk)] if here is not None else found


def show_problem(form: forms.Form, error: DomainError, *, names: dict[str, str] | None = None) -> None:
    """Put a refusal above the form and beside the fields it is about. `names` maps the error's to the form's."""
    form.add_error(None, str(error))
    for name, words in error.fields.items():
        field = (names or {}).get(name, name)
        if field in form.fields:
            form.add_error(field, str(words))
