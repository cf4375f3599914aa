"""What allauth says to people is said in our words: plain Chinese, and the person's own name."""

import gettext
import re
from pathlib import Path

import allauth
import pytest
from django.test import Client
from django.utils import translation

from servicedesk.borrowed import BORROWED
from tests.cast import PASSWORD, Cast

LIBRARY = Path(allauth.__file__).parent
CLUMSY = re.compile("成功|无效|代码|认证APP|登出")


def test_whoever_signs_in_and_out_is_greeted_by_name(cast: Cast) -> None:
    client = Client()
    page = client.post("/accounts/login/", {"login": "frontdesk", "password": PASSWORD}, follow=True)
    assert f"{cast.frontdesk}，您好，已经登录了。" in page.content.decode()
    assert "成功登录" not in page.content.decode()
    page = client.post("/accounts/logout/", follow=True)
    assert "已退出登录。" in page.content.decode()


def test_a_wrong_password_is_said_plainly(cast: Cast, signed_in: object) -> None:
    page = Client().post("/accounts/login/", {"login": "frontdesk", "password": "wrong"})
    assert "用户名或密码不对。" in page.content.decode()


@pytest.mark.parametrize("sentence", BORROWED)
def test_each_sentence_is_one_of_the_library_s_and_ours_goes_before_it(sentence: str) -> None:
    theirs = gettext.translation("django", LIBRARY / "locale", ["zh_Hans"])
    assert theirs.gettext(sentence) != sentence or sentence in (LIBRARY / "account" / "adapter.py").read_text(), (
        "changed?"
    )
    with translation.override("zh-hans"):
        ours = translation.gettext(sentence)
    assert ours != sentence
    assert not CLUMSY.search(ours)
