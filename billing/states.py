"""The vocabulary of fees."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Basis(TextChoices):
    """How a charge is reckoned."""

    AREA = "area", _("Area × unit price + fixed amount")
    FIXED = "fixed", _("Fixed amount")


class Rhythm(TextChoices):
    """How often a charge is raised."""

    RECURRING = "recurring", _("Every period")
    ONCE = "once", _("Once")
