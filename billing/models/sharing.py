"""A common cost (the supplier's bill for a building's water or power) shared out over its units (分摊)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from billing.models.bills import Bill, money_projects
from billing.models.tariffs import ChargeItem
from billing.states import MeterKind, RunState, ShareBy
from estate.models import Building, Unit
from records.models import LongWork


class SharedCostQuerySet(models.QuerySet["SharedCost"]):
    """Reads of shared costs."""

    def visible_to(self, user: User) -> Self:
        """Costs of the projects whose money the person works with."""
        return self.all() if user.is_superuser else self.filter(project_id__in=money_projects(user))


class SharedCost(models.Model):
    """One cost for a time, in yuan, and by what it is shared; its shares are fixed when it is looked at."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="+", verbose_name=_("project"))
    item = models.ForeignKey(ChargeItem, models.PROTECT, related_name="+", verbose_name=_("charge item"))
    building = models.ForeignKey(Building, models.PROTECT, related_name="+", null=True, verbose_name=_("building"))
    words = models.CharField(_("what it is for"), max_length=100)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("until"))
    by = models.CharField(_("shared by"), max_length=10, choices=ShareBy.choices)
    meter_kind = models.CharField(_("kind of meter"), max_length=10, choices=MeterKind.choices, blank=True)
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.PREVIEWED)
    found = models.JSONField(default=dict, help_text="which units have no share")
    work = models.ForeignKey(LongWork, models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    objects = SharedCostQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("shared cost")
        verbose_name_plural = _("shared costs")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="shared_cost_of_something"),
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start")), name="shared_cost_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=~Q(by=ShareBy.METER) | ~Q(meter_kind=""), name="shared_by_which_meter"),
        ]

    def __str__(self) -> str:
        return self.words


class Share(models.Model):
    """A unit's part of a shared cost, and the bill that was raised for it. The parts sum to the cost."""

    cost = models.ForeignKey(SharedCost, models.PROTECT, related_name="shares")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    weight = models.DecimalField(max_digits=16, decimal_places=4)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    bill = models.OneToOneField(Bill, models.PROTECT, related_name="share", null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("share of a cost")
        verbose_name_plural = _("shares of costs")
        constraints = [
            models.UniqueConstraint(fields=["cost", "unit"], name="share_once_per_unit"),
            models.CheckConstraint(condition=Q(weight__gt=0, amount__gte=0), name="share_of_a_weight"),
        ]

    def __str__(self) -> str:
        return f"{self.cost_id} {self.unit_id} {self.amount}"
