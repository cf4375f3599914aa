"""What one typed beside what stands now, in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.utils import timezone, translation

from accounts.models import Project
from records.forms import MomentField
from records.stale import Pair, pairs

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Sample(forms.Form):
    name = forms.CharField(label="姓名", required=False)
    who = forms.ChoiceField(label="谁", choices=[("1", "张师傅"), ("其他", [("2", "李师傅")])], required=False)
    project = forms.ModelChoiceField(label="项目", queryset=Project.objects.all(), required=False)
    when = MomentField(label="时间", required=False)
    done = forms.BooleanField(label="好了", required=False)


def told(posted: dict[str, object], now: dict[str, object]) -> list[Pair]:
    with translation.override("zh-hans"), timezone.override(SHANGHAI):
        return pairs(Sample(posted), now)


def test_only_what_differs_and_is_known_is_named() -> None:
    found = told({"name": "孙先生", "who": "1"}, {"name": "孙大爷", "who": 1})
    assert found == [Pair("姓名", yours="孙先生", now="孙大爷")]
    assert told({"name": " 孙先生 "}, {"name": "孙先生"}) == []


@pytest.mark.django_db
def test_choices_are_named_by_their_labels() -> None:
    project = Project.objects.create(code="p", name_zh="湖畔")
    found = told({"who": "1", "project": ""}, {"who": "2", "project": project})
    assert [(pair.yours, pair.now) for pair in found] == [("张师傅", "李师傅"), ("---------", "湖畔")]
    assert told({"who": "1"}, {"who": "王师傅"})[0].now == "王师傅", "whoever is not offered any more is named too"


def test_moments_are_said_as_moments_and_nonsense_as_it_was_typed() -> None:
    at = datetime(2026, 11, 23, 15, 0, tzinfo=SHANGHAI)
    assert told({"when": "2026-11-23T15:00"}, {"when": at}) == []
    (pair,) = told({"when": "2026-11-23T14:30"}, {"when": at})
    assert (pair.yours, pair.now) == ("11月23日 14:30", "11月23日 15:00")
    assert told({"when": "morgen"}, {"when": None}) == [Pair("时间", yours="morgen", now="")]


def test_a_box_is_yes_or_no() -> None:
    assert [(pair.yours, pair.now) for pair in told({"done": "on"}, {"done": False})] == [("是", "否")]
