"""How prices change: a new dated price from a day on, the old one ended the day before and left as it was billed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from accounts.models import Project, User
from billing.models import ChargeItem, Tariff, UnitCharge
from billing.permissions import can_set_prices
from billing.queries.running import raising
from billing.queries.tariffs import billed_until, borne_from
from billing.rules.pricing import TariffTerms, require_price
from billing.states import Basis, Rhythm
from billing.wording import price_words
from core.errors import Invalid, NotAllowed, NotNow
from records.actions import audit

DAY = timedelta(days=1)
BATCH = 5000


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one pays from a day on."""

    starts_on: date
    basis: str
    unit_price: Decimal = Decimal(0)
    fixed_amount: Decimal = Decimal(0)
    formula: str = ""


@transaction.atomic
def set_price(*, tariff: Tariff, price: Price, reason: str, by: User, at: datetime) -> Tariff:
    """Put a new price in the place of a tariff from a day on; every unit that bears the old one bears the new.

    The old row is ended the day before and otherwise left alone; where it had an end, the new one has it. Raises
    `NotAllowed`; `NotNow` where the old price is over, now or before that day, or a run that bills the charge is being
    raised: half of the homes would pay another price; `Invalid` for a day that is billed or not after
    its first, a price that is none, or no reason.
    Source: BIL-1 (收费标准).
    """
    take_turns(tariff.project_id)
    tariff = Tariff.objects.select_for_update(of=("self",)).select_related("item", "project").get(pk=tariff.pk)
    _require(can_set_prices(by, tariff.project))
    _require_price(price, reason)
    require_not_raising(tariff.item)
    _require_open(tariff, price.starts_on, today=at.astimezone(tariff.project.tz).date())
    new = _new(tariff.project, tariff.item, price, tariff.rhythm, tariff.period_months)
    new.prepaid, new.issuing, new.ends_on = tariff.prepaid, tariff.issuing, tariff.ends_on
    if _same(tariff, new):
        raise Invalid(_("Nothing is changed: this is the price in force."))
    tariff.ends_on = price.starts_on - DAY
    _save(tariff, by, at, reason)
    _save(new, by, at, reason)
    moved = _move(tariff, new, by=by, at=at, reason=reason)
    said = {"before": price_words(tariff), "after": price_words(new), "since": f"{new.starts_on:%Y-%m-%d}"}
    _record("tariff.changed", new, by=by, at=at, reason=reason, **said, units=moved)
    return new


@transaction.atomic
def add_price(
    *,
    project: Project,
    name: str,
    price: Price,
    rhythm: str = Rhythm.RECURRING,
    period_months: int = 1,
    reason: str,
    by: User,
    at: datetime,
) -> Tariff:
    """Publish the price of a charge; the charge is made where the project has none of that name.

    Which units bear it is said in the register. Raises `NotAllowed`; `NotNow` while a run that bills the charge is
    being raised; `Invalid` for a price that is none, no reason, or no name.
    """
    _require(can_set_prices(by, project))
    if not name.strip():
        raise Invalid(_("Name the charge."), fields={"name": _("Required.")})
    _require_price(price, reason)
    take_turns(project.pk)
    item = ChargeItem.objects.get_or_create(project=project, name=name.strip())[0]
    require_not_raising(item)
    tariff = _new(project, item, price, rhythm, period_months)
    _save(tariff, by, at, reason)
    said = {"after": price_words(tariff), "since": f"{tariff.starts_on:%Y-%m-%d}"}
    _record("tariff.added", tariff, by=by, at=at, reason=reason, **said)
    return tariff


def take_turns(project: int) -> None:
    """Let prices, and what units bear, be written by one at a time in a project, and not while a batch is raised."""
    Project.objects.select_for_update(no_key=True).get(pk=project)


def require_not_raising(item: ChargeItem) -> None:
    """Raise `NotNow` while bills of the charge are raised: half of the homes would pay by other terms."""
    run = raising(item)
    if run is not None:
        raise NotNow(
            _("Bills of this charge are being raised (%(run)s). Wait until they are, or stop the run first.")
            % {"run": run},
            code="raising",
        )


def _require(allowed: bool) -> None:
    if not allowed:
        raise NotAllowed(_("Only a supervisor, a general manager or an administrator may set prices."))


def _require_price(price: Price, reason: str) -> None:
    if not reason.strip():
        raise Invalid(_("Say by which decision the price is set."), fields={"reason": _("Required.")})
    if price.unit_price < 0 or price.fixed_amount < 0:
        raise Invalid(_("A price is not below zero."), fields={"unit_price": _("Not below zero.")})
    if price.basis == Basis.FORMULA:
        try:
            require_price(_terms_of(price))
        except Invalid as error:
            raise Invalid(str(error), fields={"formula": str(error)}) from error
    elif price.basis == Basis.FIXED and not price.fixed_amount:
        raise Invalid(_("A fixed charge needs an amount."), fields={"fixed_amount": _("Required.")})
    elif price.basis != Basis.FIXED and not price.unit_price:
        raise Invalid(_("This way to reckon needs a unit price."), fields={"unit_price": _("Required.")})


def _terms_of(price: Price) -> TariffTerms:
    return TariffTerms(
        basis=price.basis,
        unit_price=price.unit_price,
        fixed_amount=price.fixed_amount,
        starts_on=price.starts_on,
        formula=price.formula.strip(),
    )


def _require_open(tariff: Tariff, starts_on: date, *, today: date) -> None:
    if tariff.ends_on is not None and tariff.ends_on < max(starts_on, today):
        raise NotNow(_("This price ends on %(day)s already: change the one after it.") % {"day": _day(tariff.ends_on)})
    earliest = tariff.starts_on + DAY
    billed = billed_until(tariff)
    if billed is not None and billed >= earliest:
        earliest = billed + DAY
    if starts_on < earliest:
        words = _("The new price can begin on %(day)s at the earliest: up to then the old one holds or is billed.")
        raise Invalid(words % {"day": _day(earliest)}, fields={"starts_on": _("Too early.")})


def _new(project: Project, item: ChargeItem, price: Price, rhythm: str, period_months: int) -> Tariff:
    return Tariff(
        project=project,
        item=item,
        basis=price.basis,
        formula=price.formula.strip() if price.basis == Basis.FORMULA else "",
        rhythm=rhythm,
        unit_price=Decimal(0) if price.basis == Basis.FIXED else price.unit_price,
        fixed_amount=price.fixed_amount,
        period_months=period_months,
        starts_on=price.starts_on,
    )


def _same(old: Tariff, new: Tariff) -> bool:
    return all(getattr(old, name) == getattr(new, name) for name in ("basis", "formula", "unit_price", "fixed_amount"))


def _save(tariff: Tariff, by: User, at: datetime, reason: str) -> None:
    """Save, with who, when and why in its history."""
    tariff._history_user, tariff._history_date = by, at  # type: ignore[attr-defined]  # noqa: SLF001  read by the history
    tariff._change_reason = reason.strip()[:100]  # type: ignore[attr-defined]  # noqa: SLF001
    tariff.save()


def _move(old: Tariff, new: Tariff, *, by: User, at: datetime, reason: str) -> int:
    """Let every unit that bears the old price on the new one's first day or later bear the new one; how many do."""
    told = {"default_user": by, "default_date": at, "default_change_reason": reason.strip()[:100]}
    borne = list(UnitCharge.objects.select_for_update().filter(borne_from(old, new.starts_on)).order_by("pk"))
    running = [charge for charge in borne if charge.starts_on < new.starts_on]
    to_come = [charge for charge in borne if charge.starts_on >= new.starts_on]
    follow = [
        UnitCharge(unit_id=charge.unit_id, tariff=new, starts_on=new.starts_on, ended_on=charge.ended_on)
        for charge in running
    ]
    for charge in running:
        charge.ended_on = new.starts_on - DAY
    for charge in to_come:
        charge.tariff = new
    bulk_update_with_history(running + to_come, UnitCharge, ["tariff", "ended_on"], batch_size=BATCH, **told)
    bulk_create_with_history(follow, UnitCharge, batch_size=BATCH, **told)
    return len(borne)


def _day(day: date) -> str:
    return f"{day:%Y-%m-%d}"


def _record(action: str, tariff: Tariff, *, by: User, at: datetime, reason: str, **data: object) -> None:
    audit(
        at=at,
        by=by,
        action=action,
        project=tariff.project,
        target=tariff.item.name,
        reason=reason.strip(),
        data=data,
    )
