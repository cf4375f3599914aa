"""Every page of every role in a real browser: not one thing that the security policy would have to stop."""

from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import APIResponse, Browser

from servicedesk.defaults import load_all
from tests.browser.conftest import DESK, PHONE, session_of
from tests.cast import NOON
from tests.matrix.admin_rows import EDITED, READ_ONLY, SHARED, name_of, pk_of
from tests.matrix.table import TABLE
from tests.matrix.world import FOREIGN, OWN, ROLES, World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.req("SEC-1")]
FEW = {"frontdesk", "keeper"}
EVERYBODY = [role for role in ROLES if role != "anonymous"] + ["keeper", "chief"]
# Before anything of the page runs: what the policy stops is written down where it can be read afterwards.
WATCH = """
window.stopped = [];
document.addEventListener("securitypolicyviolation", event =>
  window.stopped.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
MEANT = ("Failed to load resource",)  # an answer of 403 or 404 that the address is for


def paths_of(world: World, role: str) -> list[str]:
    """The pages a role could open: the desk's by the table, and the admin site's for who is let in."""
    place = FOREIGN if role == "frontdesk2" else OWN
    found = []
    for name, row in TABLE.items():
        if row.reads and role in row.reads and not name.endswith(("-list", "-detail")) and "export" not in name:
            ids = (world.ids(row.thing, place) if row.thing else {}) | dict(row.given)
            found.append(reverse(name.split()[0], kwargs=ids))
    if role in {"keeper", "chief"}:
        found += ["/admin/", "/api/docs/"]
        for model in (*READ_ONLY, *EDITED):
            found.append(reverse(name_of(model, "changelist")))
            found.append(reverse(name_of(model, "change"), args=[pk_of(world, model, OWN)]))
            if model not in READ_ONLY and model not in SHARED and role == "chief":
                found.append(reverse(name_of(model, "add")))
    return found


def opens_a_page(answer: APIResponse) -> bool:
    """Say whether a browser shows a page for the answer, or goes on to one.

    A picture or a PDF opens in a viewer of the browser's own, an answer without a word leaves the browser where it is,
    and what is refused has its own tests.
    """
    is_html = answer.headers.get("content-type", "").startswith("text/html")
    return is_html and (300 <= answer.status < 400 or (answer.ok and bool(answer.body())))


@pytest.mark.parametrize(
    "role", [pytest.param(role, marks=() if role in FEW else pytest.mark.slow) for role in EVERYBODY]
)
def test_no_page_asks_for_what_the_policy_forbids(
    real_transactions: None, browser: Browser, live_server: Any, role: str
) -> None:
    load_all(NOON)
    world = make_world()
    user = world.cast.users[role]
    context = browser.new_context(viewport=PHONE if role in {"resident", "technician"} else DESK, locale="zh-CN")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": live_server.url}])
    context.add_init_script(WATCH)
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda message: (
            said.append(f"{page.url}: {message.text}")
            if message.type == "error" and not message.text.startswith(MEANT)
            else None
        ),
    )
    paths, opened = paths_of(world, role), 0
    if role in FEW:
        paths = paths[timezone.now().toordinal() % 3 :: 3]
    for path in paths:
        answer = page.request.get(live_server.url + path, max_redirects=0)
        if not opens_a_page(answer):
            continue
        page.goto(live_server.url + path, wait_until="load")
        stopped = page.evaluate("window.stopped || []")
        said += [f"{path}: {one}" for one in stopped]
        opened += 1
    context.close()
    print(f"{role}: {opened} pages opened, {len(said)} things stopped")  # noqa: T201
    assert not said, "\n".join(said)
    assert opened >= 5
