"""Sentences for events that any kind of case may have."""

from django.utils.translation import gettext_lazy as _

COMMON_SENTENCES = {
    "clock.breached": _("“%(promise)s” passed its due time."),
    "clock.told": _("Told of “%(promise)s”: %(names)s."),
    "clock.extended": _("“%(promise)s” extended to %(to)s."),
}
