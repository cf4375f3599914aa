"""The language buttons: for this browser, and for the account that is signed in to it."""

from collections.abc import Callable

from django.test import Client

from accounts.models import User
from servicedesk.signin import lacks_second_factor
from tests.cast import Cast

SignIn = Callable[[User], Client]


def test_whoever_is_signed_in_keeps_the_choice_with_the_account(cast: Cast, signed_in: SignIn) -> None:
    cast.frontdesk.language = "zh-hans"
    cast.frontdesk.save()
    client = signed_in(cast.frontdesk)
    answer = client.post("/i18n/setlang/", {"language": "en", "next": "/desk/?x=1"})
    assert answer["Location"] == "/desk/?x=1"
    cast.frontdesk.refresh_from_db()
    assert cast.frontdesk.language == "en"
    assert "Waiting line" in client.get("/desk/").content.decode()


def test_a_language_we_do_not_speak_changes_nothing(cast: Cast, signed_in: SignIn) -> None:
    signed_in(cast.frontdesk).post("/i18n/setlang/", {"language": "tlh"})
    cast.frontdesk.refresh_from_db()
    assert cast.frontdesk.language == ""


def test_it_works_before_the_second_factor_is_set_up_and_before_anybody_signs_in(cast: Cast, signed_in: SignIn) -> None:
    cast.frontdesk.is_demo = False
    cast.frontdesk.save()
    assert lacks_second_factor(cast.frontdesk)
    signed_in(cast.frontdesk).post("/i18n/setlang/", {"language": "en"})
    cast.frontdesk.refresh_from_db()
    assert cast.frontdesk.language == "en"
    assert Client().post("/i18n/setlang/", {"language": "en"}).cookies
