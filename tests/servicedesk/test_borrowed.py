"""What libraries say to people is said in our words: plain Chinese, and the person's own name."""

import gettext
import re
from pathlib import Path

import allauth
import django
import pytest
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.test import Client
from django.utils import translation

from servicedesk.borrowed import BORROWED
from tests.cast import PASSWORD, Cast

LIBRARIES = [
    Path(allauth.__file__).parent / "locale",
    Path(django.__file__).parent / "conf" / "locale",
    Path(django.__file__).parent / "contrib" / "admin" / "locale",
]
SAID = (Path(allauth.__file__).parent / "account" / "adapter.py").read_text() + "".join(
    page.read_text() for page in (Path(django.__file__).parent / "contrib/admin/templates/admin").glob("*.html")
)
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


@pytest.mark.parametrize("sentence", [one for one in BORROWED if isinstance(one, str)])
def test_each_sentence_is_one_of_the_library_s_and_ours_goes_before_it(sentence: str) -> None:
    theirs = [gettext.translation("django", library, ["zh_Hans"]) for library in LIBRARIES]
    assert any(one.gettext(sentence) != sentence for one in theirs) or sentence in SAID, "changed?"
    with translation.override("zh-hans"):
        ours = translation.gettext(sentence)
    assert ours != sentence
    assert not CLUMSY.search(ours)


def test_too_many_words_are_said_plainly() -> None:
    with translation.override("zh-hans"), pytest.raises(ValidationError) as refused:
        MaxLengthValidator(5)("一二三四五六")
    assert refused.value.messages == ["最多 5 个字，现在有 6 个。"]
