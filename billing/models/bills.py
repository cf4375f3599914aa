"""Bills and the runs that raise them."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from accounts.states import DepartmentKind, Role
from billing.models.tariffs import ChargeItem, Tariff, UnitCharge
from billing.states import BillState, RunState
from cases.models import Case
from estate.models import Household, HouseholdMember, ParkingSpace, Person, Unit, Vehicle
from records.models import LongWork

# Who reads what a household owes and paid; of the heads, the one of finance.
MONEY_ROLES = (Role.CASHIER, Role.FRONTDESK, Role.SUPERVISOR, Role.GM)
# What is to be paid of a bill. Rounded, because SQLite reckons in binary fractions.
PAYABLE = Round(F("amount") - F("waived"), precision=2)
STATES: dict[str, Q] = {
    BillState.VOID: Q(voided_at__isnull=False),
    BillState.WAIVED: Q(voided_at=None, outstanding=0, waived=F("amount")),
    BillState.PAID: Q(voided_at=None, outstanding=0, waived__lt=F("amount")),
    BillState.PART: Q(voided_at=None, outstanding__gt=0, outstanding__lt=PAYABLE),
    BillState.UNPAID: Q(voided_at=None, outstanding__gt=0, outstanding=PAYABLE),
}


def money_projects(user: User) -> list[int]:
    """Ids of the projects whose bills and receipts the person reads as staff."""
    return sorted({*user.projects_as(*MONEY_ROLES), *finance_projects(user)})


def finance_projects(user: User) -> set[int]:
    """Ids of the projects whose finance department the person heads."""
    return {
        m.project_id
        for m in user.active_memberships
        if m.role == Role.HEAD
        and m.project_id is not None
        and m.department is not None
        and m.department.kind == DepartmentKind.FINANCE
    }


def own_households(user: User) -> models.QuerySet[HouseholdMember]:
    """The households that the person lives in now, as ids for a subquery."""
    return HouseholdMember.objects.current().filter(person__user=user).values("household_id")  # type: ignore[return-value]


class BillQuerySet(models.QuerySet["Bill"]):
    """Reads of bills."""

    def visible_to(self, user: User) -> Self:
        """Bills of the projects whose money the person works with; residents see those of the household they are in.

        A new household does not see what the one before it owed.
        """
        if user.is_superuser:
            return self.all()
        return self.filter(Q(project_id__in=money_projects(user)) | Q(household_id__in=own_households(user)))

    def standing(self) -> Self:
        """Bills that were not made void."""
        return self.filter(voided_at=None)

    def open(self) -> Self:
        """Bills of which something is owed."""
        return self.filter(voided_at=None, outstanding__gt=0)

    def opening(self) -> Self:
        """Bills taken over from a former system: for a time, but by no charge, run, case or shared cost of ours."""
        return self.filter(charge=None, run=None, case=None, share=None, period_start__isnull=False)

    def in_state(self, state: str) -> Self:
        """Bills in a state; of `BillState`."""
        return self.filter(STATES[state])


class BillingRunQuerySet(models.QuerySet["BillingRun"]):
    """Reads of billing runs."""

    def visible_to(self, user: User) -> Self:
        """Runs of the projects whose money the person works with."""
        return self.all() if user.is_superuser else self.filter(project_id__in=money_projects(user))


class BillingRun(models.Model):
    """Bills of some charge items for a stretch of whole months, raised in one go (出账)."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="+", verbose_name=_("project"))
    items = models.ManyToManyField(ChargeItem, related_name="+", verbose_name=_("charge items"))
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("until"))
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.DRAFT)
    work = models.ForeignKey(LongWork, models.PROTECT, related_name="+", null=True)
    count = models.PositiveIntegerField(default=0, help_text="bills: to be raised, then raised")
    total = models.DecimalField(default=0, max_digits=14, decimal_places=2)
    found = models.JSONField(default=dict, help_text="the first rows, and what is left out and why")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    objects = BillingRunQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("billing run")
        verbose_name_plural = _("billing runs")
        constraints = [
            models.CheckConstraint(condition=Q(period_end__gte=F("period_start")), name="run_ends_after_it_starts")
        ]

    def __str__(self) -> str:
        return f"{self.period_start:%Y-%m} – {self.period_end:%Y-%m}"


class Bill(models.Model):
    """What a unit owes for a charge, and who is liable for it. Corrected by making it void, never by changing it.

    `outstanding` and `waived` are kept up with every payment and waiver, and proved against the ledger.
    """

    number = models.CharField(_("number"), max_length=30, unique=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False, verbose_name=_("project"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="bills", db_index=False, verbose_name=_("unit"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="bills", null=True, db_index=False)
    debtor = models.ForeignKey(
        Person, models.PROTECT, related_name="bills", null=True, db_index=False, verbose_name=_("liable")
    )
    item = models.ForeignKey(ChargeItem, models.PROTECT, related_name="+", verbose_name=_("charge item"))
    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="+", null=True, db_index=False)
    charge = models.ForeignKey(UnitCharge, models.PROTECT, related_name="bills", null=True, db_index=False)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="+", null=True, db_index=False)
    space = models.ForeignKey(ParkingSpace, models.PROTECT, related_name="+", null=True, db_index=False)
    run = models.ForeignKey(BillingRun, models.PROTECT, related_name="bills", null=True, db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="bills", null=True, db_index=False)
    period_start = models.DateField(_("from"), null=True)
    period_end = models.DateField(_("until"), null=True)
    words = models.CharField(max_length=200, blank=True, help_text="what a charge without a period is for")
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    outstanding = models.DecimalField(_("outstanding"), max_digits=14, decimal_places=2)
    waived = models.DecimalField(_("waived"), default=0, max_digits=14, decimal_places=2)
    due_on = models.DateField(_("due on"))
    issued_at = models.DateTimeField(_("issued"))
    voided_at = models.DateTimeField(_("made void"), null=True)
    voided_reason = models.CharField(max_length=500, blank=True)
    # As the links say (`ArrearsBill`): whoever begins or ends one keeps it up, and an index adds up what is collected.
    collected_in = models.ForeignKey(
        "billing.Arrears",
        models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        help_text="which arrears that go on collect it",
    )
    version = models.PositiveIntegerField(default=1)

    objects = BillQuerySet.as_manager()

    class Meta:
        verbose_name = _("bill")
        verbose_name_plural = _("bills")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, outstanding__gte=0, outstanding__lte=F("amount")),
                name="bill_owes_at_most_its_amount",
            ),
            models.CheckConstraint(
                condition=Q(waived__gte=0, outstanding__lte=PAYABLE), name="bill_waives_at_most_its_amount"
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None) | Q(outstanding=0, waived=0), name="bill_void_owes_nothing"
            ),
            models.CheckConstraint(
                condition=Q(period_start=None, period_end=None)
                | Q(period_start__isnull=False, period_end__gte=F("period_start")),
                name="bill_period_whole",
            ),
            # One per reason to charge: in SQL an empty key equals no other, so one constraint would not do.
            models.UniqueConstraint(
                fields=["charge", "period_start"],
                condition=Q(voided_at=None, vehicle=None, space=None, charge__isnull=False),
                name="bill_once_per_charge",
            ),
            models.UniqueConstraint(
                fields=["tariff", "vehicle", "period_start"],
                condition=Q(voided_at=None, vehicle__isnull=False),
                name="bill_once_per_vehicle",
            ),
            models.UniqueConstraint(
                fields=["tariff", "space", "period_start"],
                condition=Q(voided_at=None, space__isnull=False),
                name="bill_once_per_space",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "due_on"], name="bill_unit_open", condition=Q(outstanding__gt=0)),
            models.Index(fields=["project", "due_on"], name="bill_project_open", condition=Q(outstanding__gt=0)),
            # How old what is collected is, and what each case collects (the columns of the ladder): from indexes alone.
            models.Index(
                fields=["project", "due_on", "outstanding"],
                name="bill_collected",
                condition=Q(collected_in__isnull=False),
            ),
            models.Index(
                fields=["project", "collected_in", "outstanding"],
                name="bill_collected_in",
                condition=Q(collected_in__isnull=False),
            ),
            # What a run asks of each charge: whether its days are billed already, however long its history.
            models.Index(
                fields=["charge", "period_end"],
                name="bill_charge_until",
                condition=Q(voided_at=None, vehicle=None, space=None, charge__isnull=False),
            ),
            # What somebody owes for other rooms: the till asks for it with each home.
            models.Index(fields=["debtor"], name="bill_debtor_open", condition=Q(outstanding__gt=0)),
            models.Index(fields=["unit", "-issued_at"], name="bill_unit_newest"),
            models.Index(fields=["project", "-id"], name="bill_project_newest"),
            models.Index(fields=["household", "-issued_at"], name="bill_household_newest"),
            models.Index(fields=["run"], name="bill_run", condition=Q(run__isnull=False)),
            models.Index(fields=["case"], name="bill_case", condition=Q(case__isnull=False)),
            models.Index(
                fields=["unit"],
                name="bill_opening",
                condition=Q(charge=None, run=None, case=None, period_start__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def state(self) -> str:
        """Unpaid, partly paid, paid, waived or void."""
        if self.voided_at is not None:
            return BillState.VOID
        if not self.outstanding:
            return BillState.WAIVED if self.waived == self.amount else BillState.PAID
        return BillState.PART if self.is_partly_paid else BillState.UNPAID

    @property
    def is_partly_paid(self) -> bool:
        """Whether anything of it was paid: what was waived is no payment."""
        return self.outstanding + self.waived != self.amount

    @property
    def state_words(self) -> str:
        """The state in the reader's language."""
        return str(BillState(self.state).label)


class BillLine(models.Model):
    """How a part of a bill was reckoned: for which days, how much of what, at which price. Append-only.

    `words` is the sum written out, or what a charge without a period is for: data, not a sentence.
    """

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="lines")
    tariff = models.ForeignKey(
        Tariff,
        models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        help_text="where it is another than the bill's: the price changed within its time",
    )
    period_start = models.DateField(null=True)
    period_end = models.DateField(null=True)
    quantity = models.DecimalField(max_digits=16, decimal_places=4)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("line of a bill")
        verbose_name_plural = _("lines of bills")
        indexes = [models.Index(fields=["tariff"], name="bill_line_tariff", condition=Q(tariff__isnull=False))]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.amount}"
