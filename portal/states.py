"""What a resident may say a complaint is about, which decides who reads it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class About(TextChoices):
    """Whom a complaint is about. Source: 六.2 (建立客户投诉监督机制,接受客户监督)."""

    MATTER = "matter", _("The building, a neighbour, noise, cleaning …")
    SERVICE = "service", _("Our service, or somebody who works here")
    MANAGER = "manager", _("The project's manager")
