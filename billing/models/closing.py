"""The end of a cashier's day (日结): what was counted against what is recorded, and a day that was opened again."""

from datetime import date
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from accounts.states import Role
from billing.models.payments import Receipt
from billing.states import Method

# Who takes money, and who leads those who do.
TAKERS = (Role.CASHIER,)
CLOSERS = (Role.SUPERVISOR, Role.GM)


class DayCloseQuerySet(models.QuerySet["DayClose"]):
    """Reads of closed days."""

    def visible_to(self, user: User) -> Self:
        """One's own, and those of the projects whose money the person leads."""
        if user.is_superuser:
            return self.all()
        own = Q(cashier=user, project_id__in=user.projects_as(*TAKERS))
        return self.filter(own | Q(project_id__in=user.projects_as(*CLOSERS)))

    def standing(self) -> Self:
        """Those that were not opened again."""
        return self.filter(reopened=None)

    def of(self, project: Project, cashier: int, day: date) -> Self:
        """Those of one person's day in a project."""
        return self.filter(project=project, cashier_id=cashier, day=day)


class DayClose(models.Model):
    """A cashier closed a day: what they counted, and to whom the money went. Append-only.

    `nth` is 1 for the first close of the day; each opening again allows one more. `closed_by` is the leader who closed
    and counted it in the cashier's place, with the `reason`; nobody where they did it themselves.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False, verbose_name=_("project"))
    cashier = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("cashier"))
    day = models.DateField(_("day"))
    nth = models.PositiveSmallIntegerField(default=1)
    closed_at = models.DateTimeField(_("closed at"))
    handed_to = models.CharField(_("handed over to"), max_length=100)
    note = models.CharField(_("note"), max_length=500, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("closed by")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = DayCloseQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        verbose_name = _("day close")
        verbose_name_plural = _("day closes")
        constraints = [
            models.UniqueConstraint(fields=["project", "day", "cashier", "nth"], name="day_closed_once_each_time"),
            models.CheckConstraint(
                condition=Q(closed_by=None, reason="")
                | (Q(closed_by__isnull=False) & ~Q(reason="") & ~Q(closed_by=F("cashier"))),
                name="day_closed_by_another_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.cashier}"

    @property
    def reopening(self) -> "DayReopen | None":
        """How it was opened again; None while it stands."""
        return getattr(self, "reopened", None)


class DayCloseLine(models.Model):
    """One way of paying on a closed day, in yuan: recorded, counted, and why they differ. Append-only.

    `pieces` says for cash how many of each note and coin, where somebody counted so.
    """

    close = models.ForeignKey(DayClose, models.PROTECT, related_name="lines")
    method = models.CharField(_("how"), max_length=10, choices=Method.choices)
    recorded = models.DecimalField(_("recorded"), max_digits=14, decimal_places=2)
    counted = models.DecimalField(_("counted"), max_digits=14, decimal_places=2)
    explanation = models.CharField(_("explanation"), max_length=500, blank=True)
    pieces = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("line of a day close")
        verbose_name_plural = _("lines of day closes")
        constraints = [models.UniqueConstraint(fields=["close", "method"], name="day_close_line_once_a_method")]

    def __str__(self) -> str:
        return f"{self.close_id} {self.method} {self.counted}"

    @property
    def difference(self) -> Decimal:
        """What was counted beyond what is recorded, in yuan; less than nothing where money is missing."""
        return self.counted - self.recorded


class DayCloseRemark(models.Model):
    """What a cashier says of one receipt of a closed day: why the count differs by it. Append-only."""

    close = models.ForeignKey(DayClose, models.PROTECT, related_name="remarks")
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="+")
    words = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["close", "receipt"], name="day_close_remark_once_a_receipt")]

    def __str__(self) -> str:
        return f"{self.close_id} {self.receipt_id}"


class DayReopen(models.Model):
    """A leader opened a closed day again, with the reason; it is to be closed anew. Append-only."""

    close = models.OneToOneField(DayClose, models.PROTECT, related_name="reopened")
    reason = models.CharField(_("reason"), max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("day opened again")
        verbose_name_plural = _("days opened again")

    def __str__(self) -> str:
        return f"{self.close_id} {self.at:%Y-%m-%d}"
