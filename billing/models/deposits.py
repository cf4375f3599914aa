"""Deposits (押金): another's money that is held until it is given back or kept with a reason."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from billing.models.bills import money_projects, own_households
from billing.models.ledger import Entry
from billing.models.payments import Payment
from billing.models.reversals import Reversal
from billing.states import DepositState, Method
from estate.models import Household, Unit
from records.models import Approval


class DepositQuerySet(models.QuerySet["Deposit"]):
    """Reads of deposits."""

    def visible_to(self, user: User) -> Self:
        """Deposits of the projects whose money the person works with; residents see their own household's."""
        if user.is_superuser:
            return self.all()
        return self.filter(Q(project_id__in=money_projects(user)) | Q(household_id__in=own_households(user)))

    def held(self) -> Self:
        """Those of which something is still held."""
        return self.filter(held__gt=0)


class Deposit(models.Model):
    """Money held for a home, taken by a receipt of its own. `held` is proved against the ledger.

    Source: 装修 (BIL-7, REN-5, REN-8).
    """

    number = models.CharField(_("number"), max_length=30, unique=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False, verbose_name=_("project"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="deposits", verbose_name=_("unit"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", null=True)
    purpose = models.CharField(_("what for"), max_length=100)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    held = models.DecimalField(_("still held"), max_digits=14, decimal_places=2)
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="deposit", verbose_name=_("payment"))

    objects = DepositQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, held__gte=0, held__lte=F("amount")), name="deposit_holds_at_most_its_amount"
            )
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="deposit_project_newest"),
            models.Index(fields=["project", "-id"], name="deposit_project_held", condition=Q(held__gt=0)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def state(self) -> str:
        """Held, partly settled, or settled; taken back with its receipt. Derived; its receipt is read."""
        if not self.held:
            is_back = self.payment.receipt.reversed_at is not None
            return DepositState.REVERSED if is_back else DepositState.SETTLED
        return DepositState.HELD if self.held == self.amount else DepositState.PART

    @property
    def state_words(self) -> str:
        """The state in the reader's language."""
        return str(DepositState(self.state).label)


class DepositMove(models.Model):
    """A part of a deposit was given back, or kept with the reason, in yuan. Append-only.

    `received_by` signed for what was given back. `approval` is the second person's, for what was kept.
    """

    deposit = models.ForeignKey(Deposit, models.PROTECT, related_name="moves")
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    method = models.CharField(_("how"), max_length=10, choices=Method.choices, blank=True)
    received_by = models.CharField(_("received by"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    approval = models.OneToOneField(Approval, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("movement of a deposit")
        verbose_name_plural = _("movements of deposits")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_move_of_something"),
            models.CheckConstraint(
                condition=(Q(approval=None) & ~Q(method="") & ~Q(received_by=""))
                | (Q(approval__isnull=False, method="", received_by="") & ~Q(reason="")),
                name="deposit_move_returned_or_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deposit_id} {self.amount}"

    @property
    def is_kept(self) -> bool:
        """Say whether it was kept rather than given back."""
        return self.approval_id is not None

    @property
    def reversal(self) -> Reversal | None:
        """How it was taken back; None while it stands. Its entry is read."""
        return getattr(self.entry, "reversal", None)
