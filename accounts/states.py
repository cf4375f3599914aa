"""Who people are to the service desk."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a person does in a project. One person may have several roles, in several projects."""

    FRONTDESK = "frontdesk", _("Front desk")
    CASHIER = "cashier", _("Cashier")
    TECHNICIAN = "technician", _("Technician")
    HEAD = "head", _("Department head")
    SUPERVISOR = "supervisor", _("Customer-service supervisor")
    GM = "gm", _("Project general manager")
    GUARD = "guard", _("Gate guard")
    QUALITY = "quality", _("Quality department")
    ADMIN = "admin", _("Administrator")
    RESIDENT = "resident", _("Resident")


STAFF_ROLES = frozenset(Role) - {Role.RESIDENT}


class DepartmentKind(TextChoices):
    """The departments that a property company's project has."""

    SERVICE = "service", _("Customer service")
    MAINTENANCE = "maintenance", _("Maintenance")
    CLEANING = "cleaning", _("Cleaning")
    SECURITY = "security", _("Security")
    FINANCE = "finance", _("Finance")
    CONTRACTOR = "contractor", _("Contractor")
