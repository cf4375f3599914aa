"""A form sent after signing out, or with an old token: what was typed is shown and sent again, not lost at the door."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import User
from reception.models import Contact
from tests.cast import PASSWORD, Cast
from tests.servicedesk.test_sign_in import log_in

SignIn = Callable[[User], Client]
FORM = "application/x-www-form-urlencoded"
BROWSER = {"Sec-Fetch-Mode": "navigate", "Origin": "http://testserver"}
TYPED = {"said": "电梯有异响", "done": "已请师傅去看", "answer": "1", "idempotency_key": "k-1"}
pytestmark = [pytest.mark.req("DSK-1"), pytest.mark.django_db]


def send(client: Client, **how: Any) -> Any:
    return client.post("/contacts/new/", TYPED, headers=how.pop("headers", BROWSER), **how)


def fields_of(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


def test_what_was_typed_is_shown_to_whoever_was_signed_out(cast: Cast) -> None:
    answer = send(Client())
    assert answer.status_code == 401
    page = answer.content.decode()
    assert "您已退出登录" in page
    assert "电梯有异响" in page
    assert fields_of(page) == TYPED
    assert answer.headers["Cache-Control"] == "no-store"
    assert "nonce-" in answer.headers["Content-Security-Policy"]
    assert not Contact.objects.exists()


def test_sent_again_after_signing_in_it_is_taken_once(cast: Cast) -> None:
    client = Client()
    kept = fields_of(send(client).content.decode())
    log_in("frontdesk", PASSWORD, client)
    for _ in range(2):
        assert client.post("/contacts/new/", kept).status_code == 302
    assert [contact.said for contact in Contact.objects.all()] == ["电梯有异响"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://testserver"},
        {"Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Mode": "navigate", "Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Mode": "cors", "Origin": "http://testserver"},
    ],
    ids=["a program", "no mode", "no origin", "another site", "a fragment"],
)
def test_what_no_page_of_ours_sent_is_led_to_the_door(cast: Cast, headers: dict[str, str]) -> None:
    answer = send(Client(), headers=headers)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


def test_a_password_is_never_written_into_a_page(cast: Cast) -> None:
    answer = Client().post("/accounts/password/change/", {"oldpassword": PASSWORD}, headers=BROWSER)
    assert answer.status_code == 302
    assert PASSWORD not in answer.content.decode()


def test_a_form_with_an_old_token_is_sent_again_with_a_new_one(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.frontdesk)
    answer = send(client)
    assert answer.status_code == 403
    assert "电梯有异响" in answer.content.decode()
    token = answer.cookies["csrftoken"].value
    kept = fields_of(answer.content.decode()) | {"csrfmiddlewaretoken": token}
    assert client.post("/contacts/new/", kept, headers=BROWSER).status_code == 302
    assert Contact.objects.get().said == "电梯有异响"


def test_a_form_that_another_site_sent_is_not_offered_again(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.frontdesk)
    answer = send(client, headers={"Sec-Fetch-Mode": "navigate", "Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert "电梯有异响" not in answer.content.decode()


def test_what_stood_on_somebody_elses_page_is_shown_and_not_done_in_the_next_ones_name(
    cast: Cast, signed_in: SignIn
) -> None:
    """One browser, two windows, and the shift changed in one of them."""
    client = signed_in(cast.supervisor)
    sent = {**TYPED, "whose": str(cast.frontdesk.pk)}
    answer = client.post("/contacts/new/", urlencode(sent), content_type=FORM, headers=BROWSER)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "电梯有异响" in page
    kept = fields_of(page)
    assert kept == TYPED, "sent again it is whoever's presses the button"
    fragment = client.post("/contacts/new/", urlencode(sent), content_type=FORM)
    assert (fragment.status_code, fragment["Content-Type"]) == (409, "text/plain")
    assert not Contact.objects.exists()
    assert client.post("/contacts/new/", kept, headers=BROWSER).status_code == 302
    assert Contact.objects.get().case.taken_by == cast.supervisor


def test_what_stood_on_ones_own_page_is_done(cast: Cast, signed_in: SignIn) -> None:
    sent = {**TYPED, "whose": str(cast.frontdesk.pk)}
    client = signed_in(cast.frontdesk)
    answer = client.post("/contacts/new/", urlencode(sent), content_type=FORM, headers=BROWSER)
    assert answer.status_code == 302
    assert Contact.objects.count() == 1
