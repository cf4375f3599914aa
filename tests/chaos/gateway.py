"""The far end of a channel: whatever reaches it is written down at once, whoever dies in the next moment."""

import os

from django.apps import AppConfig
from django.conf import settings


class GatewayConfig(AppConfig):
    """Adds the channel that counts."""

    name = "tests.chaos"
    label = "gateway"

    def ready(self) -> None:
        from notifications.channels import CHANNELS  # noqa: PLC0415  models are ready only now

        def counting(message: object, _text: str) -> None:
            line = f"{message.key}\n".encode()  # type: ignore[attr-defined]
            file = os.open(settings.VAR_DIR / "sent.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            os.write(file, line)
            os.close(file)

        CHANNELS["counting"] = counting
