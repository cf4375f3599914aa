"""Policies, their immutable versions, clocks and what happened to them."""

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case
from core.names import Named
from sla.calendars import WorkingTime
from sla.models.calendars import CalendarVersion
from sla.models.proposals import ABOUT_IT, IN_FORCE, WAITING, Proposal, ProposalQuerySet
from sla.rules import GoalSpec, StepSpec, Ticking, read_steps
from sla.states import TO_RESIDENTS, ClockEventKind, ClockState, Counting, Goal, Source


class Policy(Named):
    """A promise of the service standard, such as `ticket.respond`; its rules are in its versions."""

    key = models.CharField(_("key"), max_length=40, unique=True)
    source = models.CharField(_("source"), max_length=20, choices=Source.choices)
    clause = models.CharField(_("clause"), max_length=200, blank=True)

    class Meta:
        ordering = ["key"]
        verbose_name = _("service-level policy")
        verbose_name_plural = _("service-level policies")


# Steps are numbered over all versions of a policy, so that a clock moved from one to another never takes a step of the
# one for one of the other: at most so many stand in a version.
MOST_STEPS = 20


class PolicyVersionQuerySet(ProposalQuerySet["PolicyVersion"]):
    """Reads of policy versions."""


class PolicyVersion(Proposal):
    """The rules of a policy as approved by a leader; never edited afterwards.

    Source: 物业客服部规章制度 八.1 (经物业公司领导审批后执行).
    """

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="versions")
    case_kinds = models.JSONField(
        _("kinds of case"), default=list, help_text=_("“repair”, or “callback:leak” for one category or grade")
    )
    starts = models.JSONField(_("events that start it"), default=list)
    stops = models.JSONField(_("events that meet it"), default=list)
    pauses = models.JSONField(_("events that pause it"), default=list, blank=True)
    resumes = models.JSONField(_("events that resume it"), default=list, blank=True)
    cancels = models.JSONField(_("events that cancel it"), default=list, blank=True)
    goal = models.CharField(_("goal"), max_length=12, choices=Goal.choices, default=Goal.DURATION)
    goal_seconds = models.PositiveIntegerField(_("seconds"), default=0)
    goal_months = models.PositiveSmallIntegerField(_("months"), default=0)
    goal_more_days = models.PositiveSmallIntegerField(
        _("days after those months"),
        default=0,
        help_text=_("what falls due after the months is done within so many days"),
    )
    goal_days = models.PositiveSmallIntegerField(_("working days"), default=0)
    counts = models.CharField(
        _("counts"),
        max_length=8,
        choices=Counting.choices,
        default=Counting.NATURAL,
        help_text=_("what time a length of time is; working days are always those of the calendar"),
    )
    goal_field = models.CharField(
        _("promised time, where there is one"),
        max_length=40,
        blank=True,
        help_text=_("a field of the case, or “event.until” for a moment that the starting event names"),
    )
    goal_urgent_seconds = models.PositiveIntegerField(_("seconds when urgent"), null=True, blank=True)
    goal_by_category = models.JSONField(_("seconds by category"), default=dict, blank=True)
    restarts = models.BooleanField(_("a repeated start sets it anew"), default=False)
    steps = models.JSONField(_("who is told when"), default=list, blank=True)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        ordering = ["policy", "-number"]
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_once"),
            models.UniqueConstraint(
                fields=["policy"],
                condition=IN_FORCE,
                name="one_policy_version_in_force",
            ),
            models.UniqueConstraint(
                fields=["policy"],
                condition=WAITING,
                name="one_policy_proposal_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy.key} v{self.number}"

    @property
    def rule(self) -> dict[str, Any]:
        """The rule itself, by field: what a later version takes over where it changes nothing."""
        fields = (field for field in self._meta.concrete_fields if field.name not in {"id", "policy", *ABOUT_IT})
        return {field.attname: getattr(self, field.attname) for field in fields}

    @property
    def goal_spec(self) -> GoalSpec:
        """The goal as the rules read it."""
        return GoalSpec(
            kind=self.goal,
            seconds=self.goal_seconds,
            months=self.goal_months,
            field=self.goal_field,
            by_category=self.goal_by_category,
            urgent_seconds=self.goal_urgent_seconds,
            days=self.goal_days,
            counts=self.counts,
            more_days=self.goal_more_days,
        )

    @property
    def step_specs(self) -> list[StepSpec]:
        """The steps as the rules read them."""
        return read_steps(self.steps, first=(self.number - 1) * MOST_STEPS)

    def concerns(self, case: Case) -> bool:
        """Say whether the policy is about this case: its kind, or one category or grade of it."""
        named = (case.kind, f"{case.kind}:{case.category}", f"{case.kind}:{case.grade}")
        return any(name in self.case_kinds for name in named)


class ClockQuerySet(models.QuerySet["Clock"]):
    """Reads of clocks."""

    def visible_to(self, user: User) -> Self:
        """Clocks of visible cases, as far as they are promised to the person."""
        return self.filter(case__in=Case.objects.visible_to(user)).told_to(user)

    def told_to(self, user: User) -> Self:
        """Of cases that the person sees: staff read every clock, residents what is promised to them."""
        if user.is_superuser or (user.is_office and not user.is_resident):
            return self.all()
        promised = Q(key__in=TO_RESIDENTS)
        return self.filter(promised | Q(case__in=Case.objects.visible_at_work(user)) if user.is_office else promised)

    def live(self) -> Self:
        """Clocks whose promise still waits to be kept, overdue ones too."""
        return self.filter(ended_at=None)

    def set_aside(self) -> Self:
        """Live clocks that could not be carried out when last tried."""
        return self.live().exclude(parked_error="")

    def due(self, at: datetime) -> Self:
        """Clocks that the sweep must look at.

        Not those of past requests while their takeover goes on: what today looks overdue may be closed, in time, a few
        rows further on. An interrupted takeover has not ended.
        """
        found = self.filter(next_at__lt=at)
        return found.exclude(case__is_history=True, case__project__takeover_since__isnull=False)


class Clock(models.Model):
    """A promise with a due time: case × policy × subject × cycle."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks", db_index=False)
    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="clocks")
    calendar = models.ForeignKey(
        CalendarVersion,
        models.PROTECT,
        related_name="clocks",
        null=True,
        db_index=False,
        help_text="on which a clock in working time is counted; empty where time is natural",
    )
    key = models.CharField(max_length=40)
    subject = models.CharField(max_length=40, blank=True)
    cycle = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=ClockState.choices, default=ClockState.RUNNING)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    goal_seconds = models.FloatField(help_text="from start to due when it started, of working time on a calendar")
    next_at = models.DateTimeField(null=True, help_text="when the sweep must look at it next")
    steps_done = models.JSONField(default=list)
    paused_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    breach_found_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="met or cancelled")
    parked_error = models.CharField(max_length=500, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.UniqueConstraint(fields=["case", "key", "subject", "cycle"], name="clock_once_per_cycle"),
            models.UniqueConstraint(
                fields=["case", "key", "subject"], condition=Q(ended_at=None), name="one_live_clock_per_promise"
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="clock_next", condition=Q(next_at__isnull=False)),
            models.Index(fields=["key", "due_at"], name="clock_live_due", condition=Q(ended_at=None)),
            models.Index(fields=["case"], name="clock_set_aside", condition=~Q(parked_error="")),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.key}"

    @property
    def counts(self) -> Counting:
        """What time it counts; a promised moment is natural whatever its rule says."""
        return Counting.NATURAL if self.calendar_id is None else Counting.WORKING

    @cached_property
    def working_time(self) -> WorkingTime | None:
        """What it is counted on, in the case's zone; None where time is natural."""
        if self.calendar is None:
            return None
        return self.calendar.working_time(self.case.project.tz)

    def count_on(self, calendar: CalendarVersion | None) -> None:
        """Count on another calendar, or in natural time: its rule changed on purpose."""
        self.calendar = calendar
        self.__dict__.pop("working_time", None)

    @property
    def ticking(self) -> Ticking:
        """What of the clock decides what is due."""
        return Ticking(
            started=self.started_at,
            due=self.due_at,
            goal=timedelta(seconds=self.goal_seconds),
            done=frozenset(self.steps_done),
            breached=self.breached_at is not None,
            calendar=self.working_time,
        )


class ClockEvent(models.Model):
    """Something that happened to a clock. Append-only."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=ClockEventKind.choices)
    at = models.DateTimeField(help_text="when it was true")
    recorded_at = models.DateTimeField(help_text="when it was found")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("clock event")
        verbose_name_plural = _("clock events")

    def __str__(self) -> str:
        return f"{self.clock_id} {self.kind}"


class FiredStep(models.Model):
    """A step that was carried out or passed over: the row that makes it happen once. Append-only."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="fired")
    step = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField(help_text="the clock's due time then; an extension opens the steps again")
    fired_at = models.DateTimeField()
    skipped = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clock", "step", "due_at"], name="step_fires_once")]

    def __str__(self) -> str:
        return f"{self.clock_id} #{self.step}"


class Heartbeat(models.Model):
    """The last time a periodic job ran, by name."""

    name = models.CharField(max_length=30, unique=True)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
