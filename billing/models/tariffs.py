"""Charge items (收费项目), their dated tariffs (收费标准), and which unit bears which from when."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Project, User
from accounts.states import Role
from billing.models.ledger import Account
from billing.rules.formula import Formula
from billing.rules.periods import Period
from billing.rules.running import thing_of
from billing.states import Basis, Book, Rhythm
from core.errors import Invalid
from estate.models import REGISTER_ROLES, Unit


def check_formula(value: str) -> None:
    """Refuse a formula that cannot be read, with the place where it goes wrong."""
    try:
        Formula.parse(value)
    except Invalid as error:
        raise ValidationError(str(error)) from error


class ChargeQuerySet(models.QuerySet["ChargeItem"]):
    """Reads of charge items."""

    def visible_to(self, user: User) -> Self:
        """Charges of the projects whose register the person works with."""
        return self.all() if user.is_superuser else self.filter(project_id__in=user.projects_as(*REGISTER_ROLES))


class ChargeItem(models.Model):
    """What residents are charged for: property management, parking, water …"""

    project = models.ForeignKey(Project, models.PROTECT, related_name="charge_items", verbose_name=_("project"))
    name = models.CharField(_("name"), max_length=100)
    category = models.CharField(_("kind of charge"), max_length=40, blank=True)
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("account"),
        help_text=_("where its income is booked; empty: income from services"),
    )

    objects = ChargeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["project", "name"]
        verbose_name = _("charge item")
        verbose_name_plural = _("charge items")
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="charge_item_once_per_project")]

    def __str__(self) -> str:
        return self.name

    @property
    def books_to(self) -> str:
        """The code of the account that its bills are credited to."""
        return self.account_id or Book.SERVICES

    @property
    def on_behalf(self) -> bool:
        """Say whether the money is another's (water, power): collected on behalf, no income of ours."""
        return self.books_to == Book.ON_BEHALF


class TariffQuerySet(models.QuerySet["Tariff"]):
    """Reads of tariffs."""

    def visible_to(self, user: User) -> Self:
        """Prices are published: to whoever works with a project's register, and to whoever lives in it."""
        readers = (*REGISTER_ROLES, Role.RESIDENT)
        return self.all() if user.is_superuser else self.filter(project_id__in=user.projects_as(*readers))


class Tariff(models.Model):
    """A charge item's price for a time, in yuan: the unit price per m² and month, the fixed amount per month."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="tariffs", verbose_name=_("project"))
    item = models.ForeignKey(ChargeItem, models.PROTECT, related_name="tariffs", verbose_name=_("charge item"))
    reference = models.CharField(_("number in the former system"), max_length=40, blank=True)
    basis = models.CharField(_("formula"), max_length=10, choices=Basis.choices)
    formula = models.CharField(
        _("formula of its own"),
        max_length=200,
        blank=True,
        validators=[check_formula],
        help_text=_("for “a formula of its own”, such as: max(area * price, 50)"),
    )
    rhythm = models.CharField(_("how often"), max_length=10, choices=Rhythm.choices, default=Rhythm.RECURRING)
    unit_price = models.DecimalField(
        _("unit price"), max_digits=12, decimal_places=4, default=0, validators=[MinValueValidator(0)]
    )
    fixed_amount = models.DecimalField(
        _("fixed amount"), max_digits=12, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    period_months = models.PositiveSmallIntegerField(
        _("months per period"), default=1, validators=[MinValueValidator(1)]
    )
    prepaid = models.BooleanField(_("paid in advance"), null=True, blank=True)
    issuing = models.CharField(_("billing day"), max_length=40, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = TariffQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["project", "item", "starts_on"]
        verbose_name = _("tariff")
        verbose_name_plural = _("tariffs")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "reference"], condition=~Q(reference=""), name="tariff_reference_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="tariff_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(unit_price__gte=0, fixed_amount__gte=0), name="tariff_not_negative"),
            models.CheckConstraint(
                condition=~Q(basis=Basis.FORMULA) | ~Q(formula=""), name="tariff_of_its_own_has_a_formula"
            ),
            models.CheckConstraint(condition=Q(period_months__gte=1), name="tariff_period_at_least_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.starts_on:%Y-%m-%d}"

    @property
    def kind(self) -> tuple[int, str, str]:
        """What it charges for, and how often: of prices that are alike in this a home bears one at a time."""
        # An item that a workbook brings has no key yet, and is none of the others for that.
        return self.item_id or id(self.item), self.rhythm, thing_of(self.basis, self.fixed_amount, self.formula)


class UnitChargeQuerySet(models.QuerySet["UnitCharge"]):
    """Reads of what units bear."""

    def visible_to(self, user: User) -> Self:
        """Charges on units of the projects whose register the person works with."""
        if user.is_superuser:
            return self.all()
        return self.filter(unit__project_id__in=user.projects_as(*REGISTER_ROLES))


class UnitCharge(models.Model):
    """A unit bears a tariff from a day on. No day is borne twice: for one item there is one price at a time."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="charges", verbose_name=_("unit"))
    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="unit_charges", verbose_name=_("tariff"))
    starts_on = models.DateField(_("from"))
    ended_on = models.DateField(_("until"), null=True, blank=True)

    objects = UnitChargeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["unit", "tariff"]
        verbose_name = _("charge on a unit")
        verbose_name_plural = _("charges on units")
        constraints = [
            models.UniqueConstraint(fields=["unit", "tariff"], condition=Q(ended_on=None), name="tariff_once_per_unit"),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("starts_on")), name="unit_charge_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.tariff}"

    def clean(self) -> None:
        """Refuse days on which the unit bears the item already, naming the charge that stands.

        One that only becomes shorter is let through, so that what an older register has twice can be put right.
        """
        if not (self.unit_id and self.tariff_id and self.starts_on):
            return
        former = UnitCharge.objects.select_related("tariff").filter(pk=self.pk).first() if self.pk else None
        if former is None or not self._is_within(former):
            others = UnitCharge.objects.filter(unit=self.unit_id, tariff__item=self.tariff.item_id)
            found = self.doubled_by(others.select_related("unit", "tariff__item").order_by("starts_on", "pk"))
            if found is not None:
                raise ValidationError(found.stands_words, code="charge_stands")

    def full_clean(
        self, exclude: Iterable[str] | None = None, validate_unique: bool = True, validate_constraints: bool = True
    ) -> None:
        """Ask the database's rules only where no sentence says already what is wrong: theirs is a name and no more."""
        left_out = set(exclude or ())
        super().full_clean(left_out, validate_unique, validate_constraints=False)
        if validate_constraints:
            self.validate_constraints(left_out)

    @property
    def days(self) -> Period | None:
        """The days that it is billed for: while its price is in force; once, on the first of them. None for none."""
        until = self.starts_on if self.tariff.rhythm == Rhythm.ONCE else self.ended_on
        last = min(until or date.max, self.tariff.ends_on or date.max)
        first = max(self.starts_on, self.tariff.starts_on)
        return Period(first, last) if first <= last else None

    def doubled_by(self, others: Iterable["UnitCharge"]) -> "UnitCharge | None":
        """The first of the unit's other charges that bills the same item on some of the same days.

        A price for each vehicle or space, or by meter, bills other things than one of the whole home.
        """
        days, kind = self.days, self.tariff.kind
        return next(
            (
                one
                for one in others
                if (one.pk != self.pk or self.pk is None) and one is not self and one.tariff.kind == kind
                if days and one.days and days.common(one.days)
            ),
            None,
        )

    @property
    def stands_words(self) -> str:
        """Why no other charge of its item may have its days."""
        told = {"unit": self.unit, "item": self.tariff.item, "since": f"{self.starts_on:%Y-%m-%d}"}
        if self.ended_on is None:
            words = _("%(unit)s bears “%(item)s” since %(since)s already. End that charge before this one begins.")
            return words % told
        words = _("%(unit)s bears “%(item)s” from %(since)s to %(until)s already. Choose other days.")
        return words % (told | {"until": f"{self.ended_on:%Y-%m-%d}"})

    def _is_within(self, former: "UnitCharge") -> bool:
        if (self.unit_id, self.tariff_id) != (former.unit_id, former.tariff_id):
            return False
        return self.starts_on >= former.starts_on and (self.ended_on or date.max) <= (former.ended_on or date.max)
