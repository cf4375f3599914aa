"""Who is on call at a moment, read once however many cases are told of."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Project, User
from notifications.models import OnCall, TellingRule


def told_instead(project: Project) -> bool:
    """Say whether who is on call is told instead of everyone: by the project's rule, else by the company's."""
    return Roster(decided=_decided()).instead(project.pk)


def _decided() -> dict[int | None, bool]:
    return dict(TellingRule.objects.values_list("project_id", "on_call_instead"))


@dataclass(frozen=True)
class Roster:
    """The duties of a moment, and by project whether they are told instead of everyone (None: the company's rule)."""

    duties: list[OnCall] = field(default_factory=list)
    decided: dict[int | None, bool] = field(default_factory=dict)

    @classmethod
    def at(cls, moment: datetime, project_ids: Iterable[int]) -> "Roster":
        """Read the duties in one statement, and where there are any the rules of telling in another."""
        here = list(project_ids)
        rows = OnCall.objects.at(moment, here).filter(user__is_active=True).select_related("user") if here else []
        duties = list(rows)
        if not duties:
            return cls()
        return cls(duties, _decided())

    def of_role(self, project_id: int, role: str) -> list[User]:
        """Who is on call for a role in a project."""
        return [duty.user for duty in self.duties if (duty.project_id, duty.role) == (project_id, role)]

    def of_department(self, department_id: int | None) -> list[User]:
        """Who is on call for a department; nobody for none."""
        known = department_id is not None
        return [duty.user for duty in self.duties if known and duty.department_id == department_id]

    def instead(self, project_id: int) -> bool:
        """Say whether they are told instead of everyone: by the project's rule of telling, else by the company's."""
        return self.decided.get(project_id, self.decided.get(None, False))
