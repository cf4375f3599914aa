"""Entries of the audit trail that are about a case."""

from collections.abc import Collection, Mapping

from django.urls import reverse

from accounts.models import Project, User
from cases.models import Case
from records.about import About, register_about


def cases_named(user: User, project: Project, numbers: Collection[str]) -> Mapping[str, About]:
    """The cases of these numbers that the reader may see."""
    found = Case.objects.visible_to(user).filter(project=project, number__in=list(numbers))
    return {number: About(number, reverse("case", args=[number])) for number in found.values_list("number", flat=True)}


register_about(["contact.revealed"], cases_named)
