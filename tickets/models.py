"""Tickets, their jobs and lines, and what admins keep for them: categories, warranties, prices, skills."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Project, User
from accounts.states import DepartmentKind
from cases.models import Case
from core.names import Named
from tickets.rules import Terms
from tickets.states import (
    ANSWER_JOB_LABELS,
    OPEN_JOBS,
    AcceptedBy,
    Charge,
    Charging,
    CountsFrom,
    ItemKind,
    JobState,
    Kind,
    Period,
    Quote,
)

DAY_OF_YEAR = RegexValidator(r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", _("Write month and day as 11-15."))


class WarrantyPart(Named):
    """A part of the building with its warranty.

    Source: 建设工程质量管理条例 art. 40 (law.md); which date it counts from is the company's to set.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    period = models.CharField(_("lasts"), max_length=16, choices=Period.choices, default=Period.YEARS)
    length = models.PositiveSmallIntegerField(_("how many years or seasons"), validators=[MinValueValidator(1)])
    season_starts = models.CharField(
        _("heating season starts"), max_length=5, default="11-15", validators=[DAY_OF_YEAR]
    )
    season_ends = models.CharField(_("heating season ends"), max_length=5, default="03-15", validators=[DAY_OF_YEAR])
    counts_from = models.CharField(
        _("counted from"), max_length=12, choices=CountsFrom.choices, default=CountsFrom.HANDOVER
    )
    clause = models.CharField(_("clause"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("warranty of a part")
        verbose_name_plural = _("warranties of parts")

    @property
    def terms(self) -> Terms:
        """The warranty as the rules read it."""
        return Terms(
            period=self.period,
            length=self.length,
            counts_from=self.counts_from,
            season_starts=_month_and_day(self.season_starts),
            season_ends=_month_and_day(self.season_ends),
            name={"zh": self.name_zh, "en": self.name_en},
            clause=self.clause,
        )


def _month_and_day(raw: str) -> tuple[int, int]:
    month, _dash, day = raw.partition("-")
    return int(month), int(day)


class Category(Named):
    """What a ticket is about, as the department sorts it; suggested from the caller's words."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.REPAIR)
    keywords = models.JSONField(_("words that suggest it"), default=list, blank=True)
    urgent = models.BooleanField(_("always urgent"), default=False)
    urgent_words = models.JSONField(_("words that make it urgent"), default=list, blank=True)
    department_kind = models.CharField(
        _("department"), max_length=20, choices=DepartmentKind.choices, default=DepartmentKind.MAINTENANCE
    )
    charging = models.CharField(_("who pays"), max_length=10, choices=Charging.choices, default=Charging.WARRANTY)
    warranty_part = models.ForeignKey(
        WarrantyPart,
        models.PROTECT,
        related_name="categories",
        null=True,
        blank=True,
        verbose_name=_("part of the building"),
    )
    is_leak = models.BooleanField(_("leak: ends with a leak test"), default=False)
    is_safety = models.BooleanField(_("safety facility"), default=False)
    is_public_area = models.BooleanField(_("common parts"), default=False)
    active = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("ticket category")
        verbose_name_plural = _("ticket categories")

    @property
    def suggested_by(self) -> list[str]:
        """Words that suggest it."""
        return [str(word) for word in self.keywords]

    @property
    def made_urgent_by(self) -> list[str]:
        """Words that make it urgent."""
        return [str(word) for word in self.urgent_words]

    @property
    def is_urgent(self) -> bool:
        """Say whether it is always urgent."""
        return self.urgent


class PriceItemQuerySet(models.QuerySet["PriceItem"]):
    """Reads of the price list."""

    def visible_to(self, user: User) -> Self:
        """Lines of all projects, and those of the projects one belongs to."""
        return self.filter(Q(project=None) | Q(project__in=Project.objects.visible_to(user)))

    def offered_in(self, project: Project) -> Self:
        """What the project offers now: its own lines and those of all projects."""
        return self.filter(Q(project=project) | Q(project=None), active=True)


class PriceItem(Named):
    """A line of the published price list. Price in yuan per unit. Source: 收费公示 (SVC-1)."""

    project = models.ForeignKey(
        Project,
        models.PROTECT,
        related_name="price_items",
        null=True,
        blank=True,
        verbose_name=_("project"),
        help_text=_("empty: every project"),
    )
    code = models.SlugField(_("code"), max_length=40)
    unit = models.CharField(_("unit of measure"), max_length=20)
    price = models.DecimalField(
        _("price"), max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal("0.00"))]
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ItemKind.choices, default=ItemKind.MATERIAL)
    is_hourly = models.BooleanField(_("hours of work are charged by it"), default=False)
    active = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = PriceItemQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("price list line")
        verbose_name_plural = _("price list")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "code"], condition=Q(project__isnull=False), name="price_once_per_project"
            ),
            models.UniqueConstraint(fields=["code"], condition=Q(project=None), name="price_once_for_all_projects"),
        ]


class TechnicianSkill(models.Model):
    """A category that a technician is trained for."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="skills", verbose_name=_("technician")
    )
    category = models.ForeignKey(Category, models.PROTECT, related_name="skilled", verbose_name=_("category"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("technician's skill")
        verbose_name_plural = _("technicians' skills")
        constraints = [models.UniqueConstraint(fields=["user", "category"], name="skill_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.category}"


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Reads of tickets."""

    def visible_to(self, user: User) -> Self:
        """Tickets whose case the person may see."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def for_lists(self) -> Self:
        """With what every list shows."""
        return self.select_related(
            "case__project", "case__unit", "case__department", "case__handler", "category", "joined_to"
        )


class Ticket(models.Model):
    """The details of a repair, service, enquiry or suggestion. Only actions write it."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="ticket", verbose_name=_("case"))
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="tickets", null=True, blank=True, verbose_name=_("category")
    )
    description = models.TextField(_("description"), blank=True)
    preferred_from = models.DateTimeField(_("convenient from"), null=True, blank=True)
    preferred_to = models.DateTimeField(_("convenient until"), null=True, blank=True)
    charge = models.CharField(_("who pays"), max_length=10, choices=Charge.choices, default=Charge.UNDECIDED)
    # The decision as data (`tickets.rules.Verdict.as_data`); `tickets.sentences.charge_sentence` words it.
    charge_reason = models.JSONField(_("why"), default=dict, blank=True)
    charge_overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("overridden by"),
    )
    charge_overridden_at = models.DateTimeField(_("overridden at"), null=True, blank=True)
    charge_override_reason = models.CharField(_("reason for overriding"), max_length=500, blank=True)
    quote = models.CharField(_("quote"), max_length=10, choices=Quote.choices, default=Quote.NONE)
    quote_accepted_at = models.DateTimeField(_("quote accepted at"), null=True, blank=True)
    quote_accepted_how = models.CharField(_("quote accepted"), max_length=10, choices=AcceptedBy.choices, blank=True)
    leak_test_begun_at = models.DateTimeField(_("leak test began"), null=True, blank=True)
    leak_test_ended_at = models.DateTimeField(_("leak test ended"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    report = models.TextField(_("what was done"), blank=True)
    hours = models.DecimalField(_("hours of work"), max_digits=6, decimal_places=2, null=True, blank=True)
    joined_to = models.ForeignKey(
        "self", models.PROTECT, related_name="duplicates", null=True, blank=True, verbose_name=_("joined to")
    )

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    charge_overridden_by__isnull=True, charge_overridden_at__isnull=True, charge_override_reason=""
                )
                | (
                    Q(charge_overridden_by__isnull=False, charge_overridden_at__isnull=False)
                    & ~Q(charge_override_reason="")
                ),
                name="charge_override_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(quote="accepted", quote_accepted_at__isnull=False)
                | (~Q(quote="accepted") & Q(quote_accepted_at=None, quote_accepted_how="")),
                name="quote_accepted_with_moment",
            ),
            models.CheckConstraint(
                condition=Q(leak_test_ended_at=None) | Q(leak_test_begun_at__isnull=False),
                name="leak_test_ends_after_it_began",
            ),
        ]
        indexes = [
            models.Index(
                fields=["leak_test_begun_at"],
                name="ticket_leak_test_runs",
                condition=Q(leak_test_begun_at__isnull=False, leak_test_ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.case.number

    @property
    def form(self) -> str:
        """Which of the two forms it is written on: `paid` for 《业主报修有偿服务登记表》, else `free`."""
        return "paid" if self.charge == Charge.PAID else "free"

    @property
    def leak_test_runs(self) -> bool:
        """Say whether a leak test has begun and not ended."""
        return self.leak_test_begun_at is not None and self.leak_test_ended_at is None


class JobQuerySet(models.QuerySet["Job"]):
    """Reads of jobs."""

    def visible_to(self, user: User) -> Self:
        """Jobs of visible tickets."""
        return self.filter(ticket__case__in=Case.objects.visible_to(user))

    def open(self) -> Self:
        """Jobs that somebody still has to do."""
        return self.filter(state__in=OPEN_JOBS)


class Job(models.Model):
    """One dispatched visit (派工单): who goes, when. A ticket has one open job at most."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="jobs", db_index=False, verbose_name=_("ticket"))
    number = models.PositiveSmallIntegerField(_("visit"))
    technician = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs", verbose_name=_("technician")
    )
    dispatched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("dispatched by")
    )
    window_from = models.DateTimeField(_("agreed from"), null=True, blank=True)
    window_to = models.DateTimeField(_("agreed until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=JobState.choices, default=JobState.DISPATCHED)
    dispatched_at = models.DateTimeField(_("dispatched at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("returned or cancelled at"), null=True, blank=True)
    ended_reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["ticket", "number"]
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "number"], name="job_number_once"),
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(state__in=["dispatched", "accepted", "arrived"]), name="one_open_job"
            ),
            models.CheckConstraint(
                condition=Q(window_from=None, window_to=None)
                | Q(window_from__isnull=False, window_to__gt=models.F("window_from")),
                name="job_window_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["technician", "window_from"], name="job_technician_day"),
            models.Index(
                fields=["technician", "window_from"],
                name="job_technician_open",
                condition=Q(state__in=["dispatched", "accepted", "arrived"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.number}"

    @property
    def was_worked_on(self) -> bool:
        """Say whether somebody was there for it, whatever became of it."""
        return self.arrived_at is not None or self.finished_at is not None

    @property
    def asked_label(self) -> str:
        """Its state where it is a question that somebody has to answer."""
        return str(ANSWER_JOB_LABELS.get(JobState(self.state), self.get_state_display()))


class WorkLineQuerySet(models.QuerySet["WorkLine"]):
    """Reads of lines."""

    def quoted(self) -> Self:
        """The lines of the quote that counts; earlier ones are kept as replaced."""
        return self.filter(is_quote=True, replaced_at=None)

    def done(self) -> Self:
        """Parts and hours that went into the work."""
        return self.filter(is_quote=False, replaced_at=None)


class WorkLine(models.Model):
    """A part or hours of work, quoted or done. Money in yuan; name, unit and price as they were then."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="lines", verbose_name=_("ticket"))
    job = models.ForeignKey(Job, models.PROTECT, related_name="lines", null=True, blank=True, verbose_name=_("job"))
    price_item = models.ForeignKey(
        PriceItem, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("price list line")
    )
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=ItemKind.choices, default=ItemKind.MATERIAL)
    unit = models.CharField(_("unit of measure"), max_length=20, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=2)
    unit_price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    is_quote = models.BooleanField(_("quoted"), default=False)
    added_at = models.DateTimeField(_("added at"))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    objects = WorkLineQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, unit_price__gte=0), name="line_counts_something"),
        ]

    def __str__(self) -> str:
        return f"{self.name} × {self.quantity}"
