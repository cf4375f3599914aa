"""Where a message stands."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Delivery(TextChoices):
    """From written to told. `unknown` means it may or may not have arrived: a person decides, never a retry."""

    PENDING = "pending", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Delivered")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Unknown")


class Level(TextChoices):
    """How loud a message is."""

    INFO = "info", _("Information")
    WARNING = "warning", _("Warning")
    ESCALATION = "escalation", _("Escalation")
