"""Meters (表), what was read from them, and which readings a bill has charged."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from billing.models.bills import Bill, money_projects
from billing.models.tariffs import ChargeItem
from billing.states import METER_UNITS, MeterKind, ReadHow
from estate.models import Unit


class MeterQuerySet(models.QuerySet["Meter"]):
    """Reads of meters."""

    def visible_to(self, user: User) -> Self:
        """Meters of the projects whose money the person works with."""
        return self.all() if user.is_superuser else self.filter(project_id__in=money_projects(user))


class Meter(models.Model):
    """A meter of a unit, or a common one of the project. `multiplier`: how many units one step of it stands for."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="+", verbose_name=_("project"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="meters", null=True, verbose_name=_("unit"))
    place = models.CharField(_("where it hangs"), max_length=100, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=MeterKind.choices)
    number = models.CharField(_("number"), max_length=40, blank=True)
    multiplier = models.DecimalField(
        _("multiplier"), max_digits=8, decimal_places=3, default=1, validators=[MinValueValidator(Decimal("0.001"))]
    )
    digits = models.PositiveSmallIntegerField(
        _("digits before the point"), default=6, validators=[MinValueValidator(3), MaxValueValidator(9)]
    )
    item = models.ForeignKey(ChargeItem, models.PROTECT, related_name="+", null=True, verbose_name=_("charge item"))
    ended_on = models.DateField(_("until"), null=True)

    objects = MeterQuerySet.as_manager()

    class Meta:
        verbose_name = _("meter")
        verbose_name_plural = _("meters")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "number"], condition=~Q(number=""), name="meter_number_once"
            ),
            models.CheckConstraint(condition=Q(multiplier__gt=0), name="meter_multiplies_by_something"),
            models.CheckConstraint(condition=Q(unit__isnull=False) | ~Q(place=""), name="meter_is_somewhere"),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.kind} {self.pk}"

    @property
    def measure(self) -> str:
        """What its numbers are of: m³ or kWh."""
        return METER_UNITS[self.kind]


class Reading(models.Model):
    """What a meter showed on a day, in its own steps. Append-only: a correction is a reading that replaces another.

    For a meter that was changed on the way, `old_final` is the last value of the old one, `new_start` the first of the
    new. `confirmed`: somebody was asked about it and said that it is right.
    """

    meter = models.ForeignKey(Meter, models.PROTECT, related_name="readings")
    day = models.DateField()
    value = models.DecimalField(max_digits=13, decimal_places=3)
    how = models.CharField(max_length=10, choices=ReadHow.choices, default=ReadHow.PLAIN)
    old_final = models.DecimalField(max_digits=13, decimal_places=3, null=True)
    new_start = models.DecimalField(max_digits=13, decimal_places=3, null=True)
    confirmed = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", models.PROTECT, related_name="replaced_by", null=True)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [
            models.CheckConstraint(condition=Q(value__gte=0), name="reading_not_negative"),
            models.CheckConstraint(
                condition=Q(how=ReadHow.CHANGED, old_final__isnull=False, new_start__isnull=False)
                | (~Q(how=ReadHow.CHANGED) & Q(old_final=None, new_start=None)),
                name="reading_of_a_changed_meter_has_both_ends",
            ),
            # A correction goes through the reading that it replaces, and each is replaced once.
            models.UniqueConstraint(fields=["meter", "day"], condition=Q(replaces=None), name="reading_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.meter_id} {self.day:%Y-%m-%d} {self.value}"


class Usage(models.Model):
    """What a bill charges of a meter: the days after the one up to which all was charged, to the one read. Append-only.

    `opening` and `closing` are what stood there when it was raised. `quantity` is what was used, multiplied, together
    with what it makes up for: where a reading is corrected since, the next bill charges what these days used by then
    and this one did not. `multiplier` is the one it was reckoned by; none where the meter's was not noted down yet.
    """

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="usages")
    meter = models.ForeignKey(Meter, models.PROTECT, related_name="usages")
    since = models.DateField()
    until = models.DateField()
    opening = models.DecimalField(max_digits=13, decimal_places=3)
    closing = models.DecimalField(max_digits=13, decimal_places=3)
    quantity = models.DecimalField(max_digits=16, decimal_places=4)
    multiplier = models.DecimalField(max_digits=8, decimal_places=3, null=True)

    class Meta:
        verbose_name = _("use of a meter")
        verbose_name_plural = _("uses of meters")
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="usage_ends_after_it_starts"),
            models.UniqueConstraint(fields=["bill", "meter"], name="usage_once_per_bill"),
        ]

    def __str__(self) -> str:
        return f"{self.meter_id} {self.opening} → {self.closing}"
