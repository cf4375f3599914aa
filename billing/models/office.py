"""The office's own costs (办公费用): its share of a building's utility bills, and what people are paid back.

Source: 物业客服工作职责标准版本(三) 7 (负责办公楼水电等费用的分摊、报销等工作).
"""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Project, User
from accounts.states import STAFF_ROLES, Role
from billing.models.bills import finance_projects
from billing.models.ledger import Entry
from billing.models.reversals import ByTwo
from billing.states import Method, OfficeKey, OfficeKind, OfficeState
from records.models import Approval, StoredFile
from records.states import Decision

# Who asks; and who sees what everybody asked for, beside the head of finance.
ASKERS = tuple(sorted(STAFF_ROLES - {Role.TECHNICIAN, Role.GUARD}))
READERS = (Role.CASHIER, Role.SUPERVISOR, Role.GM)
# Above it the general manager approves, unless the project or the company says otherwise.
USUAL_LIMIT = Decimal("2000.00")
STATES: dict[str, Q] = {
    OfficeState.ASKED: Q(approval__decision=Decision.WAITING),
    OfficeState.REFUSED: Q(approval__decision=Decision.REFUSED),
    OfficeState.WITHDRAWN: Q(approval__decision=Decision.WITHDRAWN),
    OfficeState.APPROVED: Q(booking__isnull=False, payment=None, reversal=None),
    OfficeState.PAID: Q(payment__isnull=False, reversal=None),
    OfficeState.REVERSED: Q(reversal__isnull=False),
}
_OF_DECISION = {
    Decision.WAITING: OfficeState.ASKED,
    Decision.REFUSED: OfficeState.REFUSED,
    Decision.WITHDRAWN: OfficeState.WITHDRAWN,
    Decision.APPROVED: OfficeState.APPROVED,
}


def office_projects(user: User) -> list[int]:
    """Ids of the projects of which the person reads every office cost."""
    return sorted({*user.projects_as(*READERS), *finance_projects(user)})


class OfficeTerms(models.Model):
    """Up to which amount in yuan a supervisor approves an office cost of a project (or the company); above, the GM."""

    project = models.OneToOneField(
        Project,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("project"),
        help_text=_("Empty: for every project without terms of its own."),
    )
    limit = models.DecimalField(
        _("up to which amount a supervisor approves"),
        max_digits=9,
        decimal_places=2,
        default=USUAL_LIMIT,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("Above it the general manager approves."),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("terms of office costs")
        verbose_name_plural = _("terms of office costs")
        constraints = [models.CheckConstraint(condition=Q(limit__gte=0), name="office_limit_not_below_nothing")]

    def __str__(self) -> str:
        return str(self.project or "*")


class OfficeCostQuerySet(models.QuerySet["OfficeCost"]):
    """Reads of office costs."""

    def visible_to(self, user: User) -> Self:
        """Costs of the projects whose money the person works with; at a desk also one's own: asked for, or paid to."""
        if user.is_superuser:
            return self.all()
        own = Q(asked_by=user) | Q(claimant=user)
        return self.filter(Q(project_id__in=office_projects(user)) | own & Q(project_id__in=user.projects_as(*ASKERS)))

    def in_state(self, state: str) -> Self:
        """Those that stand so."""
        return self.filter(STATES[state])

    def told(self) -> Self:
        """With all that a line about them says: no statement more, whatever their number."""
        return self.select_related(
            "project", "asked_by", "claimant", "approval__decided_by", "booking", "payment", "reversal"
        )


class OfficeCost(models.Model):
    """What the office is to bear (办公费用单), in yuan: how much, for what, to whom, and who asked. Append-only.

    A share (`shared`) is reckoned from the supplier's whole bill by the weight of the office among all (`weight` of
    `weight_all`), never typed in; a reimbursement goes to `claimant`, who laid the money out.
    """

    number = models.CharField(_("number"), max_length=30, unique=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False, verbose_name=_("project"))
    kind = models.CharField(_("kind"), max_length=10, choices=OfficeKind.choices)
    words = models.CharField(_("what it is for"), max_length=200)
    supplier = models.CharField(_("supplier"), max_length=100, blank=True)
    claimant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("who is paid back")
    )
    period_start = models.DateField(_("from"), null=True)
    period_end = models.DateField(_("until"), null=True)
    whole = models.DecimalField(_("amount of the supplier's bill"), max_digits=14, decimal_places=2, null=True)
    share_by = models.CharField(_("shared by"), max_length=10, choices=OfficeKey.choices, blank=True)
    weight = models.DecimalField(_("the office's"), max_digits=16, decimal_places=4, null=True)
    weight_all = models.DecimalField(_("all together"), max_digits=16, decimal_places=4, null=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    approval = models.OneToOneField(Approval, models.PROTECT, related_name="office_cost")

    objects = OfficeCostQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("office cost")
        verbose_name_plural = _("office costs")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="office_cost_of_something"),
            models.CheckConstraint(
                condition=Q(
                    kind=OfficeKind.SHARED,
                    claimant=None,
                    period_start__isnull=False,
                    period_end__gte=F("period_start"),
                    whole__gte=F("amount"),
                    weight__gt=0,
                    weight_all__gte=F("weight"),
                )
                & ~Q(share_by="")
                & ~Q(supplier="")
                | Q(
                    kind=OfficeKind.REIMBURSED,
                    claimant__isnull=False,
                    period_start=None,
                    period_end=None,
                    whole=None,
                    weight=None,
                    weight_all=None,
                    share_by="",
                ),
                name="office_cost_shared_or_paid_back",
            ),
        ]
        indexes = [models.Index(fields=["project", "-id"], name="office_project_newest")]

    def __str__(self) -> str:
        return self.number

    @property
    def payee(self) -> str:
        """Who gets the money: the colleague who laid it out, else the supplier."""
        return str(self.claimant) if self.claimant else self.supplier

    @property
    def state(self) -> OfficeState:
        """Where it stands, by its approval and what was booked."""
        if hasattr(self, "reversal"):
            return OfficeState.REVERSED
        if hasattr(self, "payment"):
            return OfficeState.PAID
        return _OF_DECISION[Decision(self.approval.decision)]

    @property
    def state_words(self) -> str:
        """The state in the reader's language."""
        return str(self.state.label)

    @property
    def is_open(self) -> bool:
        """Say whether somebody still has to do something about it."""
        return self.state in (OfficeState.ASKED, OfficeState.APPROVED)


class OfficeFile(models.Model):
    """The supplier's bill, or another voucher, kept with an office cost. Append-only."""

    cost = models.ForeignKey(OfficeCost, models.PROTECT, related_name="files")
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("voucher of an office cost")
        verbose_name_plural = _("vouchers of office costs")

    def __str__(self) -> str:
        return f"{self.cost_id} {self.file_id}"

    @property
    def is_picture(self) -> bool:
        """Say whether it is shown inside a page; a paper from outside is only kept and taken."""
        return self.file.content_type.startswith("image/")


class OfficeBooking(models.Model):
    """An office cost was approved by a second person: an expense from that day on, to be paid. Append-only."""

    cost = models.OneToOneField(OfficeCost, models.PROTECT, related_name="booking")
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="office_booking")
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("approved at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("approved by"))

    class Meta:
        verbose_name = _("booking of an office cost")
        verbose_name_plural = _("bookings of office costs")

    def __str__(self) -> str:
        return f"{self.cost_id} {self.day:%Y-%m-%d}"


class OfficePayment(models.Model):
    """An approved office cost was paid: how, on which day, by whom, and who received it. Append-only."""

    cost = models.OneToOneField(OfficeCost, models.PROTECT, related_name="payment")
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="office_payment")
    method = models.CharField(_("how"), max_length=10, choices=Method.choices)
    reference = models.CharField(_("transaction number"), max_length=100, blank=True)
    received_by = models.CharField(_("received by"), max_length=100)
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("paid at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("paid by"))

    class Meta:
        verbose_name = _("payment of an office cost")
        verbose_name_plural = _("payments of office costs")
        constraints = [models.CheckConstraint(condition=~Q(received_by=""), name="office_paid_to_somebody")]

    def __str__(self) -> str:
        return f"{self.cost_id} {self.day:%Y-%m-%d}"


class OfficeReversal(ByTwo):
    """An approved or paid office cost was taken back with a reason, by two people. Append-only.

    `payment_entry` takes the payment back, where there was one: that money came into the till of `asked_by`.
    """

    cost = models.OneToOneField(OfficeCost, models.PROTECT, related_name="reversal")
    booking_entry = models.OneToOneField(Entry, models.PROTECT, related_name="office_unbooked")
    payment_entry = models.OneToOneField(Entry, models.PROTECT, related_name="office_unpaid", null=True)

    class Meta:
        verbose_name = _("reversal of an office cost")
        verbose_name_plural = _("reversals of office costs")
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("asked_by")), name="office_reversal_by_two_people"),
            models.CheckConstraint(condition=~Q(reason=""), name="office_reversal_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.cost_id} {self.day:%Y-%m-%d}"
