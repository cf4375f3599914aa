"""Orders to pay online, the money that a provider took for them, and what it is asked to give back."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from billing.models.bills import Bill, money_projects, own_households
from billing.models.ledger import Entry
from billing.models.payments import Payment
from billing.states import Late, OrderState, RefundState
from estate.models import Household, Unit


class OnlineOrderQuerySet(models.QuerySet["OnlineOrder"]):
    """Reads of orders."""

    def visible_to(self, user: User) -> Self:
        """Orders of the projects whose money the person works with; residents see those of their own household."""
        if user.is_superuser:
            return self.all()
        return self.filter(Q(project_id__in=money_projects(user)) | Q(household_id__in=own_households(user)))

    def of_own_home(self, user: User) -> Self:
        """Orders of the households that the person is in now, whatever else they are."""
        return self.filter(household_id__in=own_households(user))


class OnlineOrder(models.Model):
    """Somebody of a household asked to pay bills of one home online: `amount` is what they came to, in yuan.

    The provider's word alone moves it on; what was paid stands in its payments.
    """

    number = models.CharField(_("number"), max_length=30, unique=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", verbose_name=_("project"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    provider = models.CharField(max_length=30)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    state = models.CharField(_("state"), max_length=10, choices=OrderState.choices, default=OrderState.WAITING)
    at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("to be paid by"))

    objects = OnlineOrderQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("order to pay online")
        verbose_name_plural = _("orders to pay online")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="online_order_of_something")]
        indexes = [
            models.Index(fields=["household", "-at"], name="online_order_household"),
            models.Index(fields=["expires_at"], name="online_order_waits", condition=Q(state=OrderState.WAITING)),
        ]

    def __str__(self) -> str:
        return self.number

    def state_at(self, at: datetime) -> OrderState:
        """Where it stands for people: one whose time is over has expired, whether or not that was written down."""
        is_over = self.state == OrderState.WAITING and self.expires_at < at
        return OrderState.EXPIRED if is_over else OrderState(self.state)


class OnlineOrderBill(models.Model):
    """A bill that an order is for, and how much of it was owed when it was made. Append-only."""

    order = models.ForeignKey(OnlineOrder, models.PROTECT, related_name="lines")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="online_order_line_of_something"),
            models.UniqueConstraint(fields=["order", "bill"], name="online_order_line_once_per_bill"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.bill_id} {self.amount}"


class OnlinePayment(models.Model):
    """Money that a provider took for an order, by the provider's number, and the payment it became. Append-only.

    One transaction of a provider is money once. An order that was paid twice has two: the second is credit, and `late`
    says so.
    """

    order = models.ForeignKey(OnlineOrder, models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=30)
    transaction = models.CharField(_("transaction number"), max_length=64)
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="online")
    late = models.CharField(max_length=10, choices=Late.choices, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("payment made online")
        verbose_name_plural = _("payments made online")
        constraints = [models.UniqueConstraint(fields=["provider", "transaction"], name="online_payment_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.transaction}"


class OnlineRefund(models.Model):
    """What a provider is asked to give back because its receipt was reversed: under one number, however often.

    `next_at` is when it is asked (again), empty once the provider gave it back or refused. `entry` is what its
    answer booked. `tries` counts how often it was asked, `said` is why it refused, in its words.
    """

    number = models.CharField(_("number"), max_length=30, unique=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", verbose_name=_("project"))
    payment = models.OneToOneField(OnlinePayment, models.PROTECT, related_name="refund")
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    state = models.CharField(_("state"), max_length=10, choices=RefundState.choices, default=RefundState.WAITING)
    at = models.DateTimeField(_("asked"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    next_at = models.DateTimeField(null=True)
    first_asked_at = models.DateTimeField(null=True)
    last_asked_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    reference = models.CharField(_("transaction number"), max_length=64, blank=True)
    said = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+", null=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("refund asked of a provider")
        verbose_name_plural = _("refunds asked of providers")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="online_refund_of_something"),
            models.CheckConstraint(
                condition=Q(state__in=[RefundState.DONE, RefundState.REFUSED], next_at=None)
                & Q(ended_at__isnull=False, entry__isnull=False)
                | ~Q(state__in=[RefundState.DONE, RefundState.REFUSED])
                & Q(next_at__isnull=False, ended_at=None, entry=None),
                name="online_refund_ends_booked",
            ),
        ]
        indexes = [models.Index(fields=["next_at"], name="online_refund_due", condition=Q(next_at__isnull=False))]

    def __str__(self) -> str:
        return self.number

    @property
    def state_words(self) -> str:
        """The state in the reader's language."""
        return str(RefundState(self.state).label)
