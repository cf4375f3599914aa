"""Writes to projects."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from accounts.permissions import can_keep_project, can_open_projects
from core.errors import Invalid, NotAllowed


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
