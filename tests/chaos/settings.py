"""The settings of the processes that are killed: production's own, with a gateway that counts what is sent."""

from servicedesk.settings import *  # noqa: F403
from servicedesk.settings import INSTALLED_APPS as REAL_APPS

INSTALLED_APPS = [*REAL_APPS, "tests.chaos.gateway.GatewayConfig"]
NOTIFY_CHANNELS = ["counting"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
