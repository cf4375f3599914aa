"""Arrears: which bills of a household are overdue, and every step that was taken to have them paid."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Project, User
from billing.models.bills import Bill, money_projects
from billing.states import Cause, Delivered, Reminder, Undelivered
from cases.models import Attachment, Case
from estate.models import Household, Person, Unit
from records.models import StoredFile

# Of letters: sent, and still to be heard of.
ON_ITS_WAY = Q(delivered_on=None, returned_at=None, settled_at=None)
# Delivered, and it can be shown: by the courier's number with the slip or the courier's words, or by who saw it handed
# over or the signature of who took it. Source: 三(4)④ (通过特快专递的方式给对方发出正式催缴函).
BY_COURIER = ~Q(tracking_number="") & (Q(proof__isnull=False) | ~Q(carrier_status=""))
BY_HAND = Q(delivered_how=Delivered.HAND) & (Q(proof__isnull=False) | ~Q(witness=""))
PROVEN = Q(delivered_on__isnull=False) & (BY_COURIER | BY_HAND)


class ArrearsTerms(models.Model):
    """How a project (or the company) collects: days of grace, how long a notice gives, whether an SMS goes at once.

    The waits between the rungs are deadline rules (`arrears.*`), changed where all rules are.
    """

    project = models.OneToOneField(
        Project,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("project"),
        help_text=_("Empty: for every project without terms of its own."),
    )
    grace_days = models.PositiveSmallIntegerField(
        _("days of grace after a bill is due"), default=0, validators=[MaxValueValidator(90)]
    )
    pay_within_days = models.PositiveSmallIntegerField(
        _("days that a notice or letter gives to pay"), default=15, validators=[MaxValueValidator(90)]
    )
    sms_at_once = models.BooleanField(_("an SMS goes as soon as a bill is overdue"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("terms of collecting")
        verbose_name_plural = _("terms of collecting")

    def __str__(self) -> str:
        return str(self.project or "*")


class ArrearsQuerySet(models.QuerySet["Arrears"]):
    """Reads of arrears."""

    def visible_to(self, user: User) -> Self:
        """Arrears whose case the person sees, where they work with the money: nobody else reads what is owed."""
        seen = self.filter(case__in=Case.objects.visible_to(user))
        return seen if user.is_superuser else seen.filter(case__project_id__in=money_projects(user))

    def open(self) -> Self:
        """Those that go on."""
        return self.filter(ended_at=None)

    def climbing(self) -> Self:
        """Those that take up what falls due: they go on, and nobody has handed them to the legal channel."""
        return self.open().filter(filed_at=None)

    def alike(self, other: "Arrears") -> Self:
        """All of who is liable in `other` for the same home, `other` among them."""
        mine = self.filter(household=other.household_id, unit=other.unit_id)
        return mine.filter(debtor=other.debtor_id) if other.household_id else mine


class Arrears(models.Model):
    """What somebody of a household owes beyond their day; per unit where nobody is registered.

    One of them takes up what falls due. What was handed to the legal channel goes on beside it, with its own bills.
    The state of its case says where it stands. `debtor` is the person liable, the owner even where a tenant lives; who
    owned the home before owes the bills of that time. Source: 三(4)④; 物业管理条例 41.
    """

    case = models.OneToOneField(Case, models.PROTECT, related_name="arrears", verbose_name=_("case"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", null=True, db_index=False)
    debtor = models.ForeignKey(Person, models.PROTECT, related_name="+", null=True, verbose_name=_("liable"))
    cause = models.CharField(_("why"), max_length=10, choices=Cause.choices, blank=True)
    cause_note = models.CharField(_("in their words"), max_length=500, blank=True)
    notified_at = models.DateTimeField(_("reached by phone"), null=True)
    delivered_at = models.DateTimeField(_("letter delivered"), null=True)
    filed_at = models.DateTimeField(_("filed"), null=True)
    promise_ends_at = models.DateTimeField(_("promise ends"), null=True)
    dispute_reason = models.CharField(_("disputed because"), max_length=500, blank=True)
    excused_at = models.DateTimeField(_("excused"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = ArrearsQuerySet.as_manager()

    class Meta:
        verbose_name = _("arrears")
        verbose_name_plural = _("arrears")
        constraints = [
            models.UniqueConstraint(
                "household",
                Coalesce("debtor", 0),
                condition=Q(ended_at=None, filed_at=None, household__isnull=False),
                name="arrears_climbing_household",
            ),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(ended_at=None, filed_at=None, household=None), name="arrears_climbing_unit"
            ),
        ]
        indexes = [
            models.Index(fields=["promise_ends_at"], name="arrears_promise", condition=Q(promise_ends_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.case.number


class ArrearsBill(models.Model):
    """A bill that is collected: from when, and until it was settled or left the case; since when they know of it."""

    arrears = models.ForeignKey(Arrears, models.PROTECT, related_name="links")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="+", db_index=False)
    added_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, help_text="first reached by phone or in person about it")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("bill in arrears")
        verbose_name_plural = _("bills in arrears")
        constraints = [models.UniqueConstraint(fields=["bill"], condition=Q(ended_at=None), name="arrears_bill_once")]

    def __str__(self) -> str:
        return f"{self.arrears_id} {self.bill_id}"


class ArrearsNotice(models.Model):
    """One attempt to remind: how, of how much, until when it is to be paid, and whether it reached them. Append-only.

    Source: 三(4)④ (提醒对方应缴纳的费用、时间、期限).
    """

    arrears = models.ForeignKey(Arrears, models.PROTECT, related_name="notices")
    how = models.CharField(max_length=10, choices=Reminder.choices)
    reached = models.BooleanField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    count = models.PositiveIntegerField()
    period_start = models.DateField(null=True)
    period_end = models.DateField(null=True)
    pay_by = models.DateField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")

    def __str__(self) -> str:
        return f"{self.arrears_id} {self.how}"


class ArrearsBatch(models.Model):
    """Demand letters that were printed in one go."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("batch of demand letters")
        verbose_name_plural = _("batches of demand letters")

    def __str__(self) -> str:
        return f"{self.pk} ({self.count})"


class ArrearsLetter(models.Model):
    """A formal demand letter (催缴函): numbered, printed, sent by courier, its delivery proved.

    `settled_at`: all that it names was settled before it was delivered; nobody waits for its proof any more.

    Source: 三(4)④ (通过特快专递的方式给对方发出正式催缴函).
    """

    number = models.CharField(_("number"), max_length=30, unique=True)
    arrears = models.ForeignKey(Arrears, models.PROTECT, related_name="letters")
    batch = models.ForeignKey(ArrearsBatch, models.PROTECT, related_name="letters", null=True)
    recipient = models.CharField(_("to"), max_length=100, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    pay_by = models.DateField(_("to be paid by"))
    tracking_number = models.CharField(_("courier's number"), max_length=60, blank=True)
    sent_at = models.DateTimeField(_("sent"))
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    delivered_on = models.DateField(_("delivered on"), null=True)
    delivered_how = models.CharField(max_length=10, choices=Delivered.choices, blank=True)
    carrier_status = models.CharField(_("what the courier says"), max_length=300, blank=True)
    witness = models.CharField(_("who saw it handed over"), max_length=100, blank=True)
    proof = models.ForeignKey(Attachment, models.PROTECT, related_name="+", null=True)
    returned_at = models.DateTimeField(_("came back"), null=True)
    returned_how = models.CharField(max_length=10, choices=Undelivered.choices, blank=True)
    returned_reason = models.CharField(max_length=500, blank=True)
    settled_at = models.DateTimeField(_("settled meanwhile"), null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("demand letter")
        verbose_name_plural = _("demand letters")
        constraints = [
            models.UniqueConstraint(
                fields=["tracking_number"], condition=~Q(tracking_number=""), name="letter_tracking_once"
            ),
            models.UniqueConstraint(fields=["arrears"], condition=ON_ITS_WAY, name="arrears_letter_one_on_its_way"),
            models.CheckConstraint(
                condition=Q(delivered_on=None) | Q(returned_at=None), name="letter_delivered_or_returned"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def outcome_word(self) -> str:
        """What became of it, in words; empty as long as it is on its way."""
        how = self.delivered_how or (Delivered.COURIER if self.delivered_on else "")
        if how:
            return str(Delivered(how).label)
        return str(Undelivered(self.returned_how or Undelivered.RETURNED).label) if self.returned_at else ""

    @property
    def is_on_its_way(self) -> bool:
        """Say whether it was sent and nothing was heard of it yet."""
        return self.delivered_on is None and self.returned_at is None and self.settled_at is None


class ArrearsLetterBill(models.Model):
    """What a letter demands for a bill. Append-only."""

    letter = models.ForeignKey(ArrearsLetter, models.PROTECT, related_name="lines")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["letter", "bill"], name="letter_line_once_per_bill")]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.bill_id} {self.amount}"


class ArrearsRound(models.Model):
    """A project's overdue bills were all looked for on a local day; unfinished, the next pass goes on with it."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    day = models.DateField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "day"], name="arrears_round_once_a_day")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.day:%Y-%m-%d}"
