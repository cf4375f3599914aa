"""Messages that wait for the next page, in a cookie that no other host of the domain can set."""

from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookie(CookieStorage):
    """The cookie, named so that browsers take it over TLS, for this host alone."""

    cookie_name = "__Host-messages"


class HostMessages(FallbackStorage):
    """In the cookie; what is too long for it in the session."""

    storage_classes = (HostCookie, SessionStorage)
