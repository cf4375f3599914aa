"""Callbacks, what to say in them, and home visits."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import User
from cases.models import Attachment, Case
from cases.states import Phase
from core.names import Named
from visits.states import Category, Half, How, Result, VisitOutcome


class CallbackQuerySet(models.QuerySet["Callback"]):
    """Reads of callbacks."""

    def visible_to(self, user: User) -> Self:
        """Callbacks whose case the person may see."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def for_lists(self) -> Self:
        """With what every list shows."""
        return self.select_related(
            "case__project", "case__unit", "case__department", "case__handler", "case__parent", "caller"
        )


class Callback(models.Model):
    """Asking the resident whether the work was good (回访); its case's parent is the work. Only actions write it.

    Source: 四(1) 对维修服务回访处理率达100%.
    """

    case = models.OneToOneField(Case, models.PROTECT, related_name="callback", verbose_name=_("case"))
    result = models.CharField(_("result"), max_length=14, choices=Result.choices, blank=True)
    score = models.PositiveSmallIntegerField(
        _("score"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    text = models.TextField(_("what was said"), blank=True)
    how = models.CharField(_("how"), max_length=10, choices=How.choices, blank=True)
    caller = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="callbacks",
        null=True,
        blank=True,
        verbose_name=_("caller"),
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    objects = CallbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        constraints = [
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=1, score__lte=5), name="callback_score_one_to_five"
            ),
            models.CheckConstraint(
                condition=Q(result__in=["satisfied", "dissatisfied"], done_at__isnull=False)
                | (Q(result__in=["", "unreachable"]) & Q(done_at=None)),
                name="callback_done_with_result",
            ),
            models.CheckConstraint(condition=~Q(result="dissatisfied") | ~Q(text=""), name="callback_problem_is_told"),
        ]

    def __str__(self) -> str:
        return self.case.number


class CallbackScript(Named):
    """What the caller says, by category of callback; the first words are the standard's, the questions ours."""

    category = models.CharField(_("category"), max_length=10, choices=Category.choices, unique=True)
    opening_zh = models.TextField(_("opening (Chinese)"))
    opening_en = models.TextField(_("opening (English)"), blank=True)
    questions_zh = models.TextField(_("questions (Chinese)"), help_text=_("one a line"))
    questions_en = models.TextField(_("questions (English)"), blank=True, help_text=_("one a line"))
    closing_zh = models.TextField(_("closing (Chinese)"))
    closing_en = models.TextField(_("closing (English)"), blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("callback script")
        verbose_name_plural = _("callback scripts")

    def _spoken(self, part: str) -> str:
        english = (get_language() or "").startswith("en") and getattr(self, f"{part}_en")
        return str(english or getattr(self, f"{part}_zh"))

    @property
    def opening(self) -> str:
        """The first words, in the reader's language."""
        return self._spoken("opening")

    @property
    def questions(self) -> list[str]:
        """What to ask, in the reader's language."""
        return [line.strip() for line in self._spoken("questions").splitlines() if line.strip()]

    @property
    def closing(self) -> str:
        """The last words, in the reader's language."""
        return self._spoken("closing")


class HomeVisitQuerySet(models.QuerySet["HomeVisit"]):
    """Reads of home visits."""

    def visible_to(self, user: User) -> Self:
        """Home visits whose case the person may see."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def planned(self) -> Self:
        """Those that somebody is still to make."""
        return self.exclude(case__phase=Phase.CLOSED)


class HomeVisit(models.Model):
    """Somebody goes to the home (走访); its case's parent is what they go for, its handler who goes.

    `on` is a local day of the project. `outcome` and what follows it stay empty until the visit was made. Only actions
    write it. Source: 三(4)④ (上门拜访催缴); VIS-1 (按照走访计划,安排相关人员…走访).
    """

    case = models.OneToOneField(Case, models.PROTECT, related_name="home_visit", verbose_name=_("case"))
    on = models.DateField(_("day"), db_index=True)
    half = models.CharField(_("time of the day"), max_length=10, choices=Half.choices)
    outcome = models.CharField(_("outcome"), max_length=10, choices=VisitOutcome.choices, blank=True)
    met = models.CharField(_("who was met"), max_length=100, blank=True)
    report = models.CharField(_("how it went"), max_length=2000, blank=True)
    next_step = models.CharField(_("what comes next"), max_length=500, blank=True)
    made_at = models.DateTimeField(_("made"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("made by")
    )
    photo = models.ForeignKey(
        Attachment, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("photo")
    )

    objects = HomeVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("home visit")
        verbose_name_plural = _("home visits")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", report="", made_at=None, made_by=None)
                | (~Q(outcome="") & ~Q(report="") & Q(made_at__isnull=False, made_by__isnull=False)),
                name="home_visit_done_is_told",
            ),
            models.CheckConstraint(condition=~Q(outcome="met") | ~Q(met=""), name="home_visit_met_somebody"),
        ]

    def __str__(self) -> str:
        return self.case.number

    @property
    def is_planned(self) -> bool:
        """Say whether somebody is still to make it."""
        return self.case.phase != Phase.CLOSED
