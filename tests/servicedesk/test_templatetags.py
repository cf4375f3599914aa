"""How times, promises, money, phones, icons and form fields look on every page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from cases.sentences import readable
from servicedesk.templatetags import desk, wording

pytestmark = pytest.mark.pure

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Wednesday afternoon.
NOW = datetime(2026, 3, 4, 14, 30, tzinfo=SHANGHAI)


def at(month: int, day: int, hour: int = 9, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _in_shanghai() -> Iterator[None]:
    with timezone.override(SHANGHAI), translation.override("zh-hans"):
        yield


@dataclass(frozen=True)
class Clock:
    state: str = "running"
    started_at: datetime | None = NOW - timedelta(hours=1)
    due_at: datetime | None = NOW + timedelta(hours=2)
    met_at: datetime | None = None
    breached_at: datetime | None = None


def render(text: str, **values: Any) -> str:
    return Template("{% load desk %}" + text).render(Context(values))


# --- Moments --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "chinese", "english"),
    [
        (at(3, 4, 14, 30), "今天 14:30", "Today 14:30"),
        (at(3, 4, 0, 0), "今天 0:00", "Today 0:00"),
        (at(3, 4, 23, 59), "今天 23:59", "Today 23:59"),
        (at(3, 3, 23, 59), "昨天 23:59", "Yesterday 23:59"),
        (at(3, 5, 0, 0), "明天 0:00", "Tomorrow 0:00"),
        (at(3, 2), "周一 9:00", "Mon 9:00"),
        (at(3, 8, 21, 5), "周日 21:05", "Sun 21:05"),
        (at(3, 1), "3月1日", "1 Mar"),
        (at(3, 9), "3月9日", "9 Mar"),
        (at(12, 31, year=2025), "2025年12月31日", "31 Dec 2025"),
    ],
)
def test_a_moment_reads_as_people_say_it(moment: datetime, chinese: str, english: str) -> None:
    assert wording.spoken(moment, now=NOW) == chinese
    with translation.override("en"):
        assert wording.spoken(moment, now=NOW) == english


def test_a_deadline_far_off_says_its_minute_too() -> None:
    assert wording.spoken(at(3, 9, 18, 7), now=NOW, ends=True) == "3月9日 18:07"
    assert wording.spoken(at(3, 10, 0, 0), now=NOW, ends=True) == "3月9日 24:00"


def test_yesterday_wins_over_the_year() -> None:
    new_year = at(1, 1, 8)
    assert wording.spoken(at(12, 31, 22, year=2025), now=new_year) == "昨天 22:00"
    # The week goes on over the year's end: 29 December 2025 is the Monday of New Year's week.
    assert wording.spoken(at(12, 29, 22, year=2025), now=new_year) == "周一 22:00"


def test_when_speaks_in_the_current_zone_whatever_zone_the_moment_came_in() -> None:
    moment = datetime(2026, 3, 4, 16, 30, tzinfo=UTC)  # half past midnight of the fifth in Shanghai
    assert "明天 0:30" in render("{{ moment|when:now }}", moment=moment, now=NOW)
    with timezone.override(ZoneInfo("America/New_York")):
        assert "今天 11:30" in render("{{ moment|when:now }}", moment=moment, now=NOW)


def test_when_gives_the_exact_moment_on_hover_and_to_machines() -> None:
    shown = render("{{ moment|when:now }}", moment=at(3, 3, 9, 5), now=NOW)
    assert shown == ('<time datetime="2026-03-03T09:05:00+08:00" title="2026-03-03 09:05:00 +08:00">昨天 9:05</time>')


def test_exact_writes_zones_west_of_greenwich_too() -> None:
    with timezone.override(ZoneInfo("America/New_York")):
        assert desk.exact(at(3, 3, 9, 5)) == "2026-03-02 20:05:00 -05:00"


def test_when_takes_a_date_without_a_time() -> None:
    assert render("{{ day|when:now }}", day=date(2026, 3, 3), now=NOW) == (
        '<time datetime="2026-03-03" title="2026-03-03">昨天</time>'
    )
    assert "2024年2月29日" in render("{{ day|when:now }}", day=date(2024, 2, 29), now=NOW)


@pytest.mark.parametrize("nothing", [None, "", "soon"])
def test_when_says_nothing_of_no_moment(nothing: object) -> None:
    assert render("{{ moment|when:now }}", moment=nothing, now=NOW) == ""


def test_when_reads_the_clock_where_the_page_names_no_moment() -> None:
    assert "今天" in render("{{ moment|when }}", moment=timezone.now())


# --- Spans ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "chinese", "english"),
    [
        (timedelta(seconds=59), "不到1分", "under 1 min"),
        (timedelta(minutes=35, seconds=59), "35分", "35 min"),
        (timedelta(hours=1), "1小时", "1 h"),
        (timedelta(hours=1, minutes=20), "1小时20分", "1 h 20 min"),
        (timedelta(hours=23, minutes=59, seconds=59), "23小时59分", "23 h 59 min"),
        (timedelta(days=2), "2天", "2 d"),
        (timedelta(days=3, hours=4, minutes=50), "3天4小时", "3 d 4 h"),
    ],
)
def test_a_span_reads_in_its_two_largest_units(length: timedelta, chinese: str, english: str) -> None:
    assert wording.span(length) == chinese
    with translation.override("en"):
        assert wording.span(length) == english


# --- Promises -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "tone", "words"),
    [
        (Clock(due_at=NOW + timedelta(hours=1, minutes=20)), "run", "剩 1小时20分"),
        (Clock(due_at=NOW + timedelta(minutes=10)), "soon", "剩 10分"),
        (Clock(due_at=NOW), "soon", "马上到期"),
        (Clock(due_at=NOW - timedelta(seconds=1)), "over", "刚到期"),
        (Clock(due_at=NOW + timedelta(minutes=1)), "soon", "剩 1分"),
        (Clock(due_at=NOW - timedelta(minutes=1)), "over", "已超 1分"),
        (Clock(due_at=NOW - timedelta(minutes=35)), "over", "已超 35分"),
        (Clock(due_at=at(3, 4, 18, 30)), "run", "今天到期 18:30"),
        (Clock(due_at=at(3, 5, 9)), "run", "明天到期 9:00"),
        (Clock(due_at=at(3, 6, 9)), "run", "周五到期 9:00"),
        (Clock(due_at=at(3, 14)), "run", "3月14日到期"),
        (Clock(due_at=at(1, 2, year=2027)), "run", "2027年1月2日到期"),
        (Clock(due_at=None), "run", "没有期限"),
        (Clock("paused"), "wait", "已暂停"),
        (Clock("met", met_at=NOW), "met", "按时"),
        (Clock("cancelled"), "off", "不再计时"),
        (Clock("missed", due_at=NOW - timedelta(hours=3)), "over", "已超 3小时"),
        (Clock("missed", due_at=NOW - timedelta(hours=3), met_at=NOW), "missed", "超时"),
    ],
)
def test_a_promise_shows_how_it_stands(clock: Clock, tone: str, words: str) -> None:
    badge = wording.deadline_badge(clock, now=NOW)
    assert (badge.tone, badge.words) == (tone, words)


def test_a_promise_turns_amber_in_its_last_fifth() -> None:
    clock = Clock(started_at=NOW - timedelta(minutes=80), due_at=NOW + timedelta(minutes=20))
    assert wording.deadline_badge(clock, now=NOW).tone == "soon"
    assert wording.deadline_badge(clock, now=NOW - timedelta(seconds=1)).tone == "run"


def test_a_long_promise_turns_amber_in_its_last_day_only() -> None:
    clock = Clock(started_at=NOW - timedelta(days=300), due_at=NOW + timedelta(days=1))
    assert wording.deadline_badge(clock, now=NOW).tone == "soon"
    assert wording.deadline_badge(clock, now=NOW - timedelta(seconds=1)).tone == "run"


def test_a_promise_of_unknown_start_turns_amber_in_its_last_hour() -> None:
    clock = Clock(started_at=None, due_at=NOW + timedelta(hours=1))
    assert wording.deadline_badge(clock, now=NOW).tone == "soon"
    assert wording.deadline_badge(clock, now=NOW - timedelta(minutes=1)).tone == "run"


def test_a_countdown_says_what_is_left_of_a_far_promise() -> None:
    shown = render("{% deadline clock countdown=True %}", clock=Clock(due_at=NOW + timedelta(days=3)), now=NOW)
    assert "剩 3天" in shown


def test_due_today_follows_the_readers_zone() -> None:
    clock = Clock(due_at=at(3, 5, 6))
    assert "明天到期 6:00" in render("{% deadline clock %}", clock=clock, now=NOW)
    with timezone.override(ZoneInfo("America/New_York")):  # it is 1:30 there, and due at 17:00 the same day
        assert "今天到期 17:00" in render("{% deadline clock %}", clock=clock, now=NOW)


def test_a_badge_has_icon_words_colour_and_ticks() -> None:
    clock = Clock(due_at=NOW + timedelta(minutes=10))
    shown = render("{% deadline clock %}", clock=clock, now=NOW)
    assert 'class="due due-soon"' in shown
    assert 'title="2026-03-04 14:40:00 +08:00"' in shown
    assert 'data-due="2026-03-04T14:40:00+08:00"' in shown
    assert 'data-soon="2026-03-04T14:26:00+08:00"' in shown
    assert "<svg" in shown


def test_a_stopped_promise_does_not_tick() -> None:
    assert "data-due" not in render("{% deadline clock %}", clock=Clock("met", met_at=NOW), now=NOW)


def test_no_clock_shows_nothing() -> None:
    assert render("{% deadline clock %}", clock=None, now=NOW) == ""


# --- Money, phones, counts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Decimal("1234.5"), "1,234.50\u2009元"),
        (Decimal("0"), "0.00\u2009元"),
        (Decimal("-12.005"), "-12.01\u2009元"),
        (7, "7.00\u2009元"),
        ("86.1", "86.10\u2009元"),
        (None, ""),
        ("", ""),
        ("none", ""),
    ],
)
def test_money_has_two_decimals_and_a_thin_space(amount: Decimal | int | str | None, shown: str) -> None:
    assert desk.money(amount) == shown


def test_money_in_english_puts_the_sign_first() -> None:
    with translation.override("en"):
        assert desk.money(Decimal("1234.5")) == "¥1,234.50"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812341234", "138****1234"),
        ("138 1234 1234", "138****1234"),
        ("+86 138-1234-1234", "138****1234"),
        ("010-62345678", "****78"),
        ("62345678", "****78"),
        ("12345", "****45"),
        ("110", "****"),
        ("无", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_phone_is_masked(number: str | None, shown: str) -> None:
    assert desk.masked(number) == shown


@given(st.text(alphabet="0123456789+-() 转x", max_size=20))
def test_an_odd_number_never_shows_more_than_its_last_two_digits(number: str) -> None:
    digits = "".join(c for c in number if c.isdigit())
    mobile = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
    shown = "".join(c for c in desk.masked(number) if c.isdigit())
    if len(mobile) == 11 and mobile.startswith("1"):
        assert shown == mobile[:3] + mobile[-4:]
    else:
        assert shown == "" or (shown == digits[-2:] and len(digits) > 4)


@pytest.mark.parametrize(("count", "shown"), [(0, "0"), (999, "999"), (1000, "1,000"), (1001, "1,000+"), (None, "")])
def test_a_count_is_honest_about_where_it_stopped(count: int | None, shown: str) -> None:
    assert desk.honest(count) == shown


# --- Icons and fields -----------------------------------------------------------------------------------------------


def test_an_icon_is_drawn_inline_and_hidden_from_screen_readers() -> None:
    shown = render('{% icon "phone" 20 %}')
    assert shown.startswith('<svg class="ico" width="20" height="20"')
    assert 'aria-hidden="true"' in shown
    assert "<path" in shown
    assert "style" not in shown


def test_the_same_icon_is_drawn_alike_twice() -> None:
    assert desk.icon("bell") == desk.icon("bell")


class VisitForm(forms.Form):
    unit = forms.CharField(label="Unit", help_text="3-2-1501")
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])
    how = forms.ChoiceField(choices=[("a", "Phone"), ("b", "Visit")], widget=forms.RadioSelect)
    day = forms.DateField(required=False)
    at = forms.DateTimeField(required=False)
    time = forms.TimeField(required=False)
    sms = forms.BooleanField(required=False)


def field(form: forms.Form, name: str) -> str:
    return render_to_string("parts/field.html", {"field": form[name]})


def test_dates_use_the_browsers_picker_with_values_it_can_read() -> None:
    form = VisitForm(initial={"day": date(2026, 3, 4), "at": NOW, "time": NOW.time()})
    assert 'type="date" name="day" value="2026-03-04"' in field(form, "day")
    assert 'type="datetime-local" name="at" value="2026-03-04T14:30"' in field(form, "at")
    assert 'type="time" name="time" value="14:30"' in field(form, "time")


def test_what_a_picker_sends_is_understood() -> None:
    sent = {"unit": "1-1-101", "kind": "a", "how": "a", "day": "2026-03-04", "at": "2026-03-04T14:30", "time": "14:30"}
    form = VisitForm(sent)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["day"] == date(2026, 3, 4)
    assert form.cleaned_data["at"] == NOW


def test_a_wrong_field_keeps_its_value_and_says_what_is_wrong_beside_it() -> None:
    form = VisitForm({"unit": "", "kind": "z", "day": "明天"})
    unit = field(form, "unit")
    assert 'aria-describedby="id_unit_helptext id_unit_error"' in unit
    assert 'id="id_unit_helptext"' in unit
    assert 'id="id_unit_error"' in unit
    assert "is-invalid" in unit
    assert 'value="明天"' in field(form, "day")


def test_every_label_belongs_to_its_input() -> None:
    form = VisitForm()
    assert '<label class="form-label" for="id_unit">' in field(form, "unit")
    assert '<label class="form-check" for="id_sms">' in field(form, "sms")
    how = field(form, "how")
    assert "<fieldset" in how
    assert '<label class="form-check" for="id_how_0">' in how


def test_only_needed_fields_say_so() -> None:
    form = VisitForm()
    assert "必填" in field(form, "unit")
    assert "必填" not in field(form, "day")


def test_the_summary_links_every_mistake_to_its_field() -> None:
    form = VisitForm({})
    shown = render_to_string("parts/form_errors.html", {"form": form})
    assert 'href="#id_unit"' in shown
    assert 'href="#id_how"' in shown
    assert 'tabindex="-1"' in shown
    assert '<fieldset class="field" id="id_how" aria-describedby="id_how_error" tabindex="-1"' in field(form, "how")


# --- The whole frame ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_style_guide_shows_every_part_without_any_data(language: str) -> None:
    request = RequestFactory().get("/styleguide/")
    with translation.override(language):
        shown = render_to_string("styleguide.html", {"now": NOW, "LANGUAGE_CODE": language}, request=request)
    for tone in ("run", "soon", "over", "met", "missed", "wait", "off"):
        assert f'class="due due-{tone}"' in shown
    for part in ("photo-input", "signature-pad", "<dialog", 'class="rows"', 'class="timeline"', 'class="chips"'):
        assert part in shown


@pytest.mark.parametrize("page", ["400", "403", "403_csrf", "404", "405", "413", "429", "500"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_error_pages_need_nothing_and_speak_one_language(page: str, language: str) -> None:
    with translation.override(language):
        shown = render_to_string(f"{page}.html")
    assert f'<html lang="{language}">' in shown
    assert bool(re.search(r"[\u4e00-\u9fff]", shown)) == (language == "zh-hans")
    assert bool(re.search(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}", re.sub("<[^>]*>", "", shown))) == (language == "en")
    assert "<script" not in shown


@pytest.mark.req("SLA-2")
def test_a_deadline_at_midnight_belongs_to_the_day_that_ends_then() -> None:
    """Due the same day is due today, not tomorrow."""
    now = datetime(2026, 11, 28, 18, 30, tzinfo=SHANGHAI)
    midnight = datetime(2026, 11, 29, tzinfo=SHANGHAI)
    with translation.override("zh-hans"):
        assert wording.spoken_due(midnight, now=now) == "今天到期 24:00"
        assert wording.spoken(midnight, now=now, ends=True) == "今天 24:00"
        assert wording.spoken(midnight, now=now) == "明天 0:00", "what happens then happens tomorrow"
        assert wording.spoken_due(midnight + timedelta(minutes=1), now=now) == "明天到期 0:01"
        assert "今天 24:00" in desk.until(midnight, now)
        assert readable({"by": midnight.isoformat()}) == "11月28日 24:00"
        assert readable({"by": (midnight - timedelta(minutes=1)).isoformat()}) == "11月28日 23:59"
        assert readable({"by": datetime(2027, 1, 1, tzinfo=SHANGHAI).isoformat()}) == "12月31日 24:00"
