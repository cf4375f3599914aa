"""What is wrong with the settings of money: said at the start, not found by the first resident who pays."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from billing.online.providers import known_providers


@register()
def online_payment(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """`ONLINE_PROVIDER` is a provider that there is and may be used here, and one that takes money has its secret."""
    key = settings.ONLINE_PROVIDER
    if not key:
        return []
    if key not in known_providers():
        words = ", ".join(sorted(known_providers()))
        return [Error(f"ONLINE_PROVIDER is {key!r}; known are: {words}.", id="billing.E001")]
    if key == "sandbox":
        return (
            []
            if settings.DEMO
            else [Error("The sandbox takes no money: leave ONLINE_PROVIDER empty.", id="billing.E002")]
        )
    if not settings.ONLINE_SECRET:
        return [Error("ONLINE_PROVIDER needs ONLINE_SECRET: what it signs its notices with.", id="billing.E003")]
    return []
