"""The vocabulary of fees."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Basis(TextChoices):
    """How a charge is reckoned."""

    AREA = "area", _("Area × unit price + fixed amount")
    FIXED = "fixed", _("Fixed amount")
    UNIT = "unit", _("Per unit + fixed amount")
    READING = "reading", _("Meter reading × unit price + fixed amount")
    VEHICLE = "vehicle", _("Vehicles × unit price + fixed amount")
    SPACE = "space", _("Parking spaces × unit price + fixed amount")
    FORMULA = "formula", _("A formula of its own")


class Rhythm(TextChoices):
    """How often a charge is raised."""

    RECURRING = "recurring", _("Every period")
    ONCE = "once", _("Once")
