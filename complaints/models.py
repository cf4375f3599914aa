"""Complaints, who is responsible, what was offered, and what admins keep for them."""

from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Department, User
from cases.models import Case, Event
from complaints.rules import Guide
from complaints.states import TRANSITIONS, Grade, Outcome, Party, RemedyState, Rung, Spoken, Told
from core.names import Named


class GradeGuide(Named):
    """A grade with its definition at hand, and the words that suggest it. Source: 三(6)⑤."""

    grade = models.CharField(_("grade"), max_length=10, choices=Grade.choices, unique=True)
    definition_zh = models.TextField(_("definition (Chinese)"))
    definition_en = models.TextField(_("definition (English)"), blank=True)
    words = models.JSONField(_("words that suggest it"), default=list, blank=True)
    clause = models.CharField(_("clause"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("grade of complaints")
        verbose_name_plural = _("grades of complaints")

    @property
    def definition(self) -> str:
        """The definition in the reader's language, Chinese where there is no English one."""
        english = (get_language() or "").startswith("en") and self.definition_en
        return str(english or self.definition_zh)

    @property
    def rule(self) -> Guide:
        """The grade as the rules read it."""
        return Guide(self.grade, tuple(str(word) for word in self.words))


class Topic(Named):
    """What complaints are about, as they are sorted for analysis; suggested from the words. Ours."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    words = models.JSONField(_("words that suggest it"), default=list, blank=True)
    active = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("topic of complaints")
        verbose_name_plural = _("topics of complaints")


class StandardPhrase(models.Model):
    """Words at hand for what is said to a resident: courteous, and alike whoever speaks.

    Source: 三(6)① (适时表示感谢和歉意).
    """

    spoken = models.CharField(_("said when"), max_length=20, choices=Spoken.choices)
    words_zh = models.CharField(_("words (Chinese)"), max_length=200)
    words_en = models.CharField(_("words (English)"), max_length=300, blank=True)
    active = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    history = HistoricalRecords()

    class Meta:
        ordering = ["spoken", "order", "pk"]
        verbose_name = _("standard phrase")
        verbose_name_plural = _("standard phrases")

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """The words in the speaker's language, Chinese where there are no English ones."""
        english = (get_language() or "").startswith("en") and self.words_en
        return str(english or self.words_zh)


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    """Reads of complaints."""

    def visible_to(self, user: User) -> Self:
        """Complaints whose case the person sees."""
        return self.filter(case__in=Case.objects.visible_to(user))


class Complaint(models.Model):
    """What was complained of and what became of it; grade, handler and department stand on the case.

    Source: 三(6)① (发生时间、地点、被投诉人及被投诉部门、发生经过、住户的要求).
    """

    case = models.OneToOneField(Case, models.PROTECT, related_name="complaint", verbose_name=_("case"))
    received_at = models.DateTimeField(_("received"), help_text=_("every deadline counts from here"))
    description = models.TextField(_("course of events"))
    occurred_at = models.DateTimeField(_("when it happened"), null=True, blank=True)
    about_department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("department complained of")
    )
    about_person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("colleague complained of"),
    )
    about_words = models.CharField(_("who is complained of"), max_length=100, blank=True)
    demand = models.TextField(_("what the resident asks"), blank=True)
    wanted_by = models.DateTimeField(_("wanted by"), null=True, blank=True)
    reachable = models.CharField(_("when they can be reached"), max_length=100, blank=True)
    replier = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("who replies")
    )
    harm_ongoing = models.BooleanField(_("harm is going on"), default=False)
    harm_stopped_at = models.DateTimeField(_("harm stopped"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("by")
    )
    contacted_at = models.DateTimeField(_("resident first spoken with"), null=True, blank=True)
    answered_at = models.DateTimeField(_("clear answer given"), null=True, blank=True)
    cause = models.TextField(_("root cause"), blank=True)
    apologised = models.BooleanField(_("apology made"), default=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    result = models.TextField(_("result"), blank=True)
    agreed = models.BooleanField(_("the resident agreed"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("result reached"), null=True, blank=True)
    informed_at = models.DateTimeField(_("resident told"), null=True, blank=True)
    informed_how = models.CharField(_("how"), max_length=10, choices=Told.choices, blank=True)
    confirmed = models.BooleanField(_("the resident confirmed"), null=True, blank=True)
    close_reason = models.CharField(_("why it was closed without"), max_length=500, blank=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        constraints = [
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="complaint_acknowledged_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None, outcome="") | (Q(resolved_at__isnull=False) & ~Q(outcome="")),
                name="complaint_resolved_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(informed_at=None, informed_how="") | (Q(informed_at__isnull=False) & ~Q(informed_how="")),
                name="complaint_informed_somehow",
            ),
            models.CheckConstraint(
                condition=~Q(confirmed=False) | ~Q(close_reason=""), name="complaint_closed_unconfirmed_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.case.number

    @property
    def harm_goes_on(self) -> bool:
        """Say whether the immediate action is still missing, before which nothing else may be done."""
        return self.harm_ongoing and self.harm_stopped_at is None

    @property
    def decided_by(self) -> int | None:
        """The key of whoever wrote down the last result."""
        results = Event.objects.filter(case=self.case_id, kind=TRANSITIONS["resolve"].event)
        return results.order_by("-at", "-pk").values_list("by", flat=True).first()


class Responsibility(models.Model):
    """One of those responsible; who is not any more, ended. Source: 三(6)② (各方都有责任)."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="responsibilities")
    party = models.CharField(_("who"), max_length=10, choices=Party.choices)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("department")
    )
    note = models.CharField(_("for what"), max_length=200, blank=True)
    set_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")

    def __str__(self) -> str:
        return f"{self.get_party_display()} {self.department or ''}".strip()


class Remedy(models.Model):
    """One way to make it good, with its cost in yuan. Source: 三(6)④ (一个或几个补救方案,包括结算费用)."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="remedies")
    text = models.TextField(_("what"))
    cost = models.DecimalField(
        _("cost"), max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    state = models.CharField(_("state"), max_length=10, choices=RemedyState.choices, default=RemedyState.PROPOSED)
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    settled_at = models.DateTimeField(_("agreed or declined"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("remedy")
        verbose_name_plural = _("remedies")
        constraints = [
            models.CheckConstraint(condition=Q(cost=None) | Q(cost__gte=0), name="remedy_cost_not_negative"),
            models.CheckConstraint(
                condition=Q(state="proposed", settled_at=None) | (~Q(state="proposed") & Q(settled_at__isnull=False)),
                name="remedy_settled_with_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]


class Escalation(models.Model):
    """Somebody upset who was taken aside, or asked for somebody higher; append-only by its actions. Source: 三(6)③."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="escalations")
    to = models.CharField(_("to"), max_length=14, choices=Rung.choices)
    reason = models.CharField(_("reason"), max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")

    def __str__(self) -> str:
        return f"{self.complaint_id} → {self.to}"


class Measure(models.Model):
    """What is changed so that complaints of a kind do not come again; who does it and by when stands on the case.

    Source: 三.5 (找出问题根源,制定改进措施).
    """

    case = models.OneToOneField(Case, models.PROTECT, related_name="measure", verbose_name=_("case"))
    what = models.TextField(_("what is to be done"))
    complaints = models.ManyToManyField(Complaint, related_name="measures", verbose_name=_("complaints"))
    due_on = models.DateField(_("to be done by"))
    result = models.TextField(_("what was done"), blank=True)

    class Meta:
        verbose_name = _("improvement measure")
        verbose_name_plural = _("improvement measures")

    def __str__(self) -> str:
        return self.case.number
