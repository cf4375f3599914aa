"""Collecting at the door by appointment (上门收费): what was confirmed, the receipt carried, the money handed in.

Source: 三(4)③ (上门收取: 先确认对方姓名、业主姓名、住址、上门服务时间及费用; 携带开好的票据, 按约定的时间上门).
"""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from billing.models.bills import Bill, money_projects
from billing.models.ledger import Entry
from billing.models.payments import Payment, ReceiptSeries
from billing.states import DOOR_OPEN, DoorState, Method, Missed, VoidReason
from estate.models import Household, Person, Unit
from records.models import StoredFile, new_token

NOTHING = Decimal("0.00")


class HandInQuerySet(models.QuerySet["HandIn"]):
    """Reads of what was handed in."""

    def visible_to(self, user: User) -> Self:
        """Those of the projects whose money the person works with."""
        return self.all() if user.is_superuser else self.filter(project_id__in=money_projects(user))


class HandIn(models.Model):
    """A collector handed in what they took at the door (交款), counted against what is recorded. Append-only.

    `recorded` is the cash, in yuan, and what the entry moved into the receiver's till; without cash there is none.
    """

    number = models.CharField(_("number"), max_length=30, unique=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", verbose_name=_("project"))
    collector = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("who collects")
    )
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("counted by")
    )
    at = models.DateTimeField(_("handed in"))
    day = models.DateField(_("day"))
    recorded = models.DecimalField(_("recorded"), max_digits=14, decimal_places=2)
    counted = models.DecimalField(_("counted"), max_digits=14, decimal_places=2)
    explanation = models.CharField(_("explanation"), max_length=500, blank=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="hand_in", null=True)

    objects = HandInQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("cash handed in")
        verbose_name_plural = _("cash handed in")
        constraints = [
            models.CheckConstraint(
                condition=Q(recorded__gte=0, counted__gte=0), name="hand_in_of_no_less_than_nothing"
            ),
            models.CheckConstraint(
                condition=Q(recorded=0, entry=None) | Q(recorded__gt=0, entry__isnull=False),
                name="hand_in_books_what_is_recorded",
            ),
            models.CheckConstraint(
                condition=Q(counted=F("recorded")) | ~Q(explanation=""), name="hand_in_explains_a_difference"
            ),
            models.CheckConstraint(condition=~Q(collector=F("received_by")), name="hand_in_between_two_people"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def difference(self) -> Decimal:
        """What was counted beyond what is recorded, in yuan; less than nothing where money is missing."""
        return self.counted - self.recorded


class DoorVisitQuerySet(models.QuerySet["DoorVisit"]):
    """Reads of visits to collect."""

    def visible_to(self, user: User) -> Self:
        """Those of the projects whose money the person works with."""
        return self.all() if user.is_superuser else self.filter(project_id__in=money_projects(user))

    def open(self) -> Self:
        """Those that are still to be made."""
        return self.filter(state__in=DOOR_OPEN)

    def owing_cash(self) -> Self:
        """Those whose cash is still to be handed in: it was taken, and not given back since."""
        return self.filter(state=DoorState.COLLECTED, payment__method=Method.CASH, payment__receipt__reversed_at=None)


class DoorVisit(models.Model):
    """Somebody asked to have a home's bills collected at its door (上门收费单). `amount` is what they come to, in yuan.

    It is fixed once it was confirmed. `spoke_to` and what follows say of the last confirmation who was told what; the
    audit trail has those before.
    """

    number = models.CharField(_("number"), max_length=30, unique=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False, verbose_name=_("project"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="door_visits", verbose_name=_("unit"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", null=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", null=True, db_index=False)
    payer = models.CharField(_("asked for by"), max_length=100)
    window_start = models.DateTimeField(_("from"))
    window_end = models.DateTimeField(_("until"))
    collector = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who collects")
    )
    state = models.CharField(_("state"), max_length=10, choices=DoorState.choices, default=DoorState.ASKED)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    note = models.CharField(_("note"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("asked for"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    spoke_to = models.CharField(_("spoken to"), max_length=100, blank=True)
    said = models.CharField(_("what was said"), max_length=500, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="door_visit", null=True)
    ended_at = models.DateTimeField(null=True, help_text="when it was missed or cancelled")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    missed = models.CharField(max_length=10, choices=Missed.choices, blank=True)
    ended_reason = models.CharField(max_length=500, blank=True)
    hand_in = models.ForeignKey(HandIn, models.PROTECT, related_name="visits", null=True)

    objects = DoorVisitQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("visit to the door")
        verbose_name_plural = _("visits to the door")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="door_visit_of_something"),
            models.CheckConstraint(
                condition=Q(window_end__gt=F("window_start")), name="door_visit_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[DoorState.COLLECTED, DoorState.HANDED_IN], payment__isnull=False)
                | (~Q(state__in=[DoorState.COLLECTED, DoorState.HANDED_IN]) & Q(payment=None)),
                name="door_visit_collected_by_a_payment",
            ),
            models.CheckConstraint(
                condition=Q(state=DoorState.HANDED_IN, hand_in__isnull=False)
                | (~Q(state=DoorState.HANDED_IN) & Q(hand_in=None)),
                name="door_visit_handed_in_with_others",
            ),
            models.CheckConstraint(
                condition=(Q(state=DoorState.MISSED) & ~Q(missed=""))
                | (Q(state=DoorState.CANCELLED, missed="") & ~Q(ended_reason=""))
                | (~Q(state__in=[DoorState.MISSED, DoorState.CANCELLED]) & Q(missed="", ended_reason="")),
                name="door_visit_ended_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[DoorState.MISSED, DoorState.CANCELLED], ended_at__isnull=False, ended_by__isnull=False
                )
                | (~Q(state__in=[DoorState.MISSED, DoorState.CANCELLED]) & Q(ended_at=None, ended_by=None)),
                name="door_visit_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="door_visit_confirmed_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="door_visit_project_newest"),
            models.Index(fields=["project", "window_start"], name="door_visit_open", condition=Q(state__in=DOOR_OPEN)),
            models.Index(fields=["project"], name="door_visit_to_hand_in", condition=Q(state=DoorState.COLLECTED)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def state_words(self) -> str:
        """The state in the reader's language."""
        return str(DoorState(self.state).label)

    @property
    def cash(self) -> Decimal:
        """What of it is to be handed in as cash, in yuan; its payment and receipt are read."""
        payment = self.payment
        if payment is None or payment.method != Method.CASH or payment.receipt.reversed_at is not None:
            return NOTHING
        return payment.amount


class DoorBill(models.Model):
    """A bill that is to be collected at the door, and how much of it was owed when the amount was last said."""

    visit = models.ForeignKey(DoorVisit, models.PROTECT, related_name="lines")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="door_lines")
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="door_bill_of_something"),
            models.UniqueConstraint(fields=["visit", "bill"], name="door_bill_once_a_visit"),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.bill_id} {self.amount}"


class PreparedReceipt(models.Model):
    """A receipt that was numbered and printed before the visit. It becomes the payment's, or void; its number stays.

    `nth` is its place in the series, which has no gap. A void one is handed back with the money.
    """

    visit = models.ForeignKey(DoorVisit, models.PROTECT, related_name="papers")
    number = models.CharField(_("number"), max_length=60, unique=True)
    series = models.ForeignKey(ReceiptSeries, models.PROTECT, related_name="+", db_index=False)
    nth = models.PositiveIntegerField()
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(_("prepared"))
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    used_payment = models.OneToOneField(Payment, models.PROTECT, related_name="prepared", null=True)
    voided_at = models.DateTimeField(_("made void"), null=True)
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    voided_reason = models.CharField(max_length=10, choices=VoidReason.choices, blank=True)
    handed_back = models.ForeignKey(HandIn, models.PROTECT, related_name="papers", null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("prepared receipt")
        verbose_name_plural = _("prepared receipts")
        constraints = [
            models.UniqueConstraint(fields=["series", "nth"], name="prepared_receipt_once_a_number"),
            models.UniqueConstraint(
                fields=["visit"], condition=Q(voided_at=None), name="prepared_receipt_stands_once_a_visit"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="prepared_receipt_of_something"),
            models.CheckConstraint(
                condition=(Q(voided_at=None, voided_by=None, voided_reason="", handed_back=None))
                | (Q(voided_at__isnull=False, voided_by__isnull=False, used_payment=None) & ~Q(voided_reason="")),
                name="prepared_receipt_used_or_void",
            ),
        ]

    def __str__(self) -> str:
        return self.number
