"""Arrears: which bills of a household are overdue, and every step that was taken to have them paid."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Project, User
from billing.models.bills import Bill
from billing.states import Cause, Reminder
from cases.models import Attachment, Case
from estate.models import Household, Person, Unit
from records.models import StoredFile


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
        """Arrears whose case the person sees."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def open(self) -> Self:
        """Those that go on."""
        return self.filter(ended_at=None)


class Arrears(models.Model):
    """What a household owes beyond its day; one that goes on per household, or per unit where nobody is registered.

    The state of its case says where it stands. `debtor` is the person liable, the owner even where a tenant lives.
    Source: 三(4)④; 物业管理条例 41.
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
    visit_decided_at = models.DateTimeField(_("visit decided"), null=True)
    promise_ends_at = models.DateTimeField(_("promise ends"), null=True)
    dispute_reason = models.CharField(_("disputed because"), max_length=500, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = ArrearsQuerySet.as_manager()

    class Meta:
        verbose_name = _("arrears")
        verbose_name_plural = _("arrears")
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(ended_at=None, household__isnull=False), name="arrears_once_household"
            ),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(ended_at=None, household=None), name="arrears_once_unit"
            ),
        ]
        indexes = [
            models.Index(fields=["promise_ends_at"], name="arrears_promise", condition=Q(promise_ends_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.case.number


class ArrearsBill(models.Model):
    """A bill that is collected: from when, and until it was settled or the case was ended for it."""

    arrears = models.ForeignKey(Arrears, models.PROTECT, related_name="links")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="+", db_index=False)
    added_at = models.DateTimeField()
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
    proof = models.ForeignKey(Attachment, models.PROTECT, related_name="+", null=True)
    returned_at = models.DateTimeField(_("came back"), null=True)
    returned_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("demand letter")
        verbose_name_plural = _("demand letters")
        constraints = [
            models.UniqueConstraint(
                fields=["tracking_number"], condition=~Q(tracking_number=""), name="letter_tracking_once"
            ),
            models.UniqueConstraint(
                fields=["arrears"], condition=Q(delivered_on=None, returned_at=None), name="letter_one_on_its_way"
            ),
            models.CheckConstraint(
                condition=Q(delivered_on=None) | Q(returned_at=None), name="letter_delivered_or_returned"
            ),
        ]

    def __str__(self) -> str:
        return self.number


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


class ArrearsVisit(models.Model):
    """A home visit that was made to collect, with its report. Append-only. Source: 三(4)④ (上门拜访催缴)."""

    arrears = models.ForeignKey(Arrears, models.PROTECT, related_name="visits")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    report = models.CharField(max_length=2000)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("visit to collect")
        verbose_name_plural = _("visits to collect")

    def __str__(self) -> str:
        return f"{self.arrears_id} {self.at:%Y-%m-%d}"


class ArrearsRound(models.Model):
    """A project's overdue bills were all looked for on a local day; unfinished, the next pass goes on with it."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    day = models.DateField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "day"], name="arrears_round_once_a_day")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.day:%Y-%m-%d}"
