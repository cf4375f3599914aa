"""A changed rule being applied to running clocks: asked for once, carried out by a worker."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from records.models import LongWork
from sla.models.promises import Policy, PolicyVersion

OPEN = (LongWork.State.WAITING, LongWork.State.RUNNING)


class RuleApplicationQuerySet(models.QuerySet["RuleApplication"]):
    """Reads of applications; rules are the whole company's, and read by whoever reads rules."""

    def open_for(self, policy: Policy) -> "RuleApplication | None":
        """The one of the rule that waits or runs."""
        return (
            self.filter(version__policy=policy, work__state__in=OPEN)
            .select_related("work__by", "version__policy")
            .first()
        )

    def latest_of(self, policy: Policy) -> "RuleApplication | None":
        """The last one of the rule, whatever became of it."""
        return self.filter(version__policy=policy).select_related("work__by", "version__policy").first()


class RuleApplication(models.Model):
    """Which version is applied to what runs, and why. By whom, when and how far is in the work."""

    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="applications")
    work = models.OneToOneField(LongWork, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)

    objects = RuleApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("rule applied to running deadlines")
        verbose_name_plural = _("rules applied to running deadlines")

    def __str__(self) -> str:
        return f"{self.version} {self.work_id}"

    @property
    def is_open(self) -> bool:
        """Say whether it waits or runs."""
        return self.work.state in OPEN

    @property
    def moved(self) -> int:
        """How many clocks have moved so far."""
        return int(self.work.result.get("moved", 0))

    @property
    def stayed(self) -> dict[str, int]:
        """How many stayed so far, by reason."""
        return dict(self.work.result.get("stayed", {}))
