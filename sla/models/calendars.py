"""Working calendars and their immutable versions."""

from datetime import date
from typing import Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from sla.calendars import WorkingTime, read_working_time
from sla.models.proposals import IN_FORCE, WAITING, Proposal, ProposalQuerySet


class Calendar(models.Model):
    """When a project's people work; the one without a project is the company's, for all that have none of their own."""

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="calendars", null=True, blank=True, verbose_name=_("project")
    )

    class Meta:
        ordering = [F("project").asc(nulls_first=True)]
        verbose_name = _("working calendar")
        verbose_name_plural = _("working calendars")
        constraints = [models.UniqueConstraint(Coalesce("project", 0), name="one_calendar_per_project")]

    def __str__(self) -> str:
        return self.project.name if self.project is not None else str(_("The whole company"))


class CalendarVersionQuerySet(ProposalQuerySet["CalendarVersion"]):
    """Reads of calendar versions."""

    def counted_on(self) -> Self:
        """Those in force that new clocks are counted on: not of a project that follows the company's again."""
        return self.in_force().filter(follows_company=False)


class CalendarVersion(Proposal):
    """A calendar as approved by a leader; never edited afterwards, so that a clock can be counted on it again.

    `week`: hours by weekday (`"0"` is Monday). `days`: what single days are instead, by ISO date: hours (none: nobody
    works), a name and a kind. `provisional_years`: years whose holidays the State Council has not announced yet.
    `follows_company`: the project gives up its own calendar with this version, which says nothing of its own.
    """

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="versions")
    week = models.JSONField(_("week"), default=dict)
    days = models.JSONField(_("days"), default=dict)
    provisional_years = models.JSONField(_("provisional years"), default=list, blank=True)
    follows_company = models.BooleanField(_("follows the company's calendar"), default=False)

    objects = CalendarVersionQuerySet.as_manager()

    class Meta:
        ordering = ["calendar", "-number"]
        verbose_name = _("calendar version")
        verbose_name_plural = _("calendar versions")
        constraints = [
            models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_once"),
            models.UniqueConstraint(
                fields=["calendar"],
                condition=IN_FORCE,
                name="one_calendar_version_in_force",
            ),
            models.UniqueConstraint(
                fields=["calendar"],
                condition=WAITING,
                name="one_calendar_proposal_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar_id} v{self.number}"

    def working_time(self, zone: ZoneInfo) -> WorkingTime:
        """The calendar as the rules read it, in a project's time zone; read once, however many clocks it counts."""
        known: dict[ZoneInfo, WorkingTime] = self.__dict__.setdefault("_working_time", {})
        if zone not in known:
            known[zone] = read_working_time(zone, self.week, self.days)
        return known[zone]

    def covers(self, year: int) -> bool:
        """Say whether the year's holidays are in it as the State Council announced them."""
        return year not in self.provisional_years and any(date.fromisoformat(day).year == year for day in self.days)
