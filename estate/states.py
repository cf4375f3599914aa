"""The vocabulary of the register."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class UnitKind(TextChoices):
    """What a unit is for."""

    HOME = "home", pgettext_lazy("use of a unit", "Home")
    SHOP = "shop", _("Shop")
    OFFICE = "office", _("Office")
    DORMITORY = "dormitory", _("Dormitory")


class UnitStatus(TextChoices):
    """How a unit is used now."""

    UNSOLD = "unsold", _("Unsold")
    HANDED_OVER = "handed_over", _("Handed over")
    VACANT = "vacant", _("Vacant")
    OCCUPIED = "occupied", _("Occupied")
    RENOVATING = "renovating", _("Renovating")
    RENOVATED = "renovated", _("Renovated")
    RENTED = "rented", _("Rented out")
    SOLD = "sold", _("Sold")
    IDLE = "idle", _("Idle")


class Relation(TextChoices):
    """What a person is to a household."""

    OWNER = "owner", _("Owner")
    TENANT = "tenant", _("Tenant")
    FAMILY = "family", _("Family member")
    TEMPORARY = "temporary", _("Temporary occupant")


class PersonKind(TextChoices):
    """A human being or an organisation."""

    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")


class SpaceKind(TextChoices):
    """Where a parking space lies."""

    ABOVE = "above", _("Above ground")
    BELOW = "below", _("Underground")
