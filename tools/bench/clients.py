"""Who asks for pages: people signed in to the desk, and the same people on a bare site."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.test import Client, override_settings

from accounts.models import User

BACKEND = "servicedesk.signin.DeskBackend"
# What a plain site has: sessions, and who signed in.
BARE = ["django.contrib.sessions.middleware.SessionMiddleware", "tools.bench.floors.Plain"]
DONE = (200, 201, 302)


@contextmanager
def taken_back() -> Iterator[None]:
    """Nothing of what happens inside stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def signed_in(username: str) -> Client:
    """Somebody at the desk."""
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username=username), backend=BACKEND)
    return client


def on_the_bare_site(username: str) -> Client:
    """The same person where there is nothing but Django's own sessions and sign-in."""
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username=username), backend=BACKEND)
    with override_settings(MIDDLEWARE=BARE):
        client.handler.load_middleware()
    return client


def get(client: Client, address: str) -> Callable[[], Any]:
    """Open a page."""
    return lambda: _answered(address, client.get(address))


def post(client: Client, address: str, body: dict[str, str], **how: Any) -> Callable[[], Any]:
    """Send a form."""
    return lambda: _answered(address, client.post(address, body, **how))


def _answered(address: str, answer: Any) -> Any:
    if answer.status_code not in DONE:
        message = f"{address} answered {answer.status_code}"
        raise RuntimeError(message)
    return answer
