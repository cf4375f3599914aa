"""Entries of the audit trail that are about a case."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Project, User
from cases.models import Case
from records.about import About, register_about
from records.withheld import register_withheld


def cases_named(user: User, project: Project, numbers: Collection[str]) -> Mapping[str, About]:
    """The cases of these numbers that the reader may see."""
    found = Case.objects.visible_to(user).filter(project=project, number__in=list(numbers))
    return {number: About(number, reverse("case", args=[number])) for number in found.values_list("number", flat=True)}


def passing_by(user: User) -> "QuerySet[Any, Any]":
    """Numbers of reserved cases that the person may not see: readers of the trail see all others of their projects."""
    reserved = Case.objects.exclude(reserved_for="")
    return reserved.exclude(pk__in=Case.objects.visible_to(user).values("pk")).values("number")


register_about(["contact.revealed"], cases_named)
register_withheld(passing_by)
