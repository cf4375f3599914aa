"""What changes of prices are called in the audit trail."""

from django.utils.translation import gettext_lazy as _

from records.sentences import register_actions, register_names

register_actions({"tariff.added": _("Published a price"), "tariff.changed": _("Changed a price")})
register_names({"before": _("Before"), "after": _("After"), "since": _("From"), "units": _("Homes")})
