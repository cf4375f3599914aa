"""Reads of people who work here and of who is away."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Absence, Membership, Project, User
from accounts.states import Role


def colleagues(user: User) -> QuerySet[User]:
    """Staff of the projects that the person belongs to, and of the whole company; of others one learns nothing."""
    here = Q(project=None) | Q(project__in=Project.objects.visible_to(user))
    staff = Membership.objects.active().filter(here).exclude(role=Role.RESIDENT)
    return User.objects.filter(pk__in=staff.values("user_id"), is_active=True).order_by("name")


# Somebody away may name somebody who is away as well; beyond so many one asks whoever leads the project.
LONGEST_CHAIN = 3


@dataclass(frozen=True)
class Away:
    """Who is away at a moment and who stands in; read once, however many people are asked about."""

    substitutes: dict[int, User | None] = field(default_factory=dict)

    @classmethod
    def at(cls, moment: datetime) -> "Away":
        """Read all absences of a moment in one statement."""
        rows = Absence.objects.at(moment).select_related("substitute").order_by("-starts_at", "-pk")
        found: dict[int, User | None] = {}
        for row in rows:
            found.setdefault(row.user_id, row.substitute)
        return cls(found)

    def is_away(self, user: User) -> bool:
        """Say whether the person is away."""
        return user.pk in self.substitutes

    def stand_ins(self, user: User) -> Iterator[User]:
        """Who is there in the person's place, nearest first: a few steps, and nobody twice."""
        seen = {user.pk}
        here = self.substitutes.get(user.pk)
        while here is not None and here.pk not in seen and len(seen) <= LONGEST_CHAIN:
            seen.add(here.pk)
            if here.is_active and not self.is_away(here):
                yield here
            here = self.substitutes.get(here.pk)
