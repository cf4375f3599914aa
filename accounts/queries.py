"""Reads of people who work here."""

from django.db.models import Q, QuerySet

from accounts.models import Membership, Project, User
from accounts.states import Role


def colleagues(user: User) -> QuerySet[User]:
    """Staff of the projects that the person belongs to, and of the whole company; of others one learns nothing."""
    here = Q(project=None) | Q(project__in=Project.objects.visible_to(user))
    staff = Membership.objects.active().filter(here).exclude(role=Role.RESIDENT)
    return User.objects.filter(pk__in=staff.values("user_id"), is_active=True).order_by("name")
