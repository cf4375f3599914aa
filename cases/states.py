"""What lists need to know of every kind of case."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Phase(TextChoices):
    """Whether a case still wants work, whatever its kind calls its states."""

    OPEN = "open", _("Open")
    WAITING = "waiting", _("Waiting")
    CLOSED = "closed", _("Closed")


class Channel(TextChoices):
    """How a matter reached the desk."""

    PHONE = "phone", _("Phone call")
    WALK_IN = "walk_in", _("Walk-in")
    LETTER = "letter", _("Letter")
    EMAIL = "email", _("E-mail")
    WECHAT = "wechat", _("WeChat")
    ONLINE = "online", _("Online")
    PATROL = "patrol", _("Patrol")
    STAFF = "staff", _("Staff")


class Reserved(TextChoices):
    """From which level up a matter about a colleague is seen. Source: 六.2 (建立客户投诉监督机制)."""

    LEADERS = "leaders", _("supervisors and those above")
    MANAGERS = "managers", _("the general manager and those above")
    MANAGER = "manager", _("the general manager alone")
    QUALITY = "quality", _("the quality department")


class Urgency(TextChoices):
    """How long a matter can wait."""

    NORMAL = "normal", _("Normal")
    URGENT = "urgent", _("Urgent")


class PhotoLabel(TextChoices):
    """What a photo of a case shows."""

    INTAKE = "intake", _("As reported")
    BEFORE = "before", _("Before the work")
    AFTER = "after", _("After the work")
    SIGNATURE = "signature", _("Customer's signature")
    PAPER = "paper", _("Form")
    PROOF = "proof", _("Proof of delivery")
    VISIT = "visit", _("Taken on the visit")
