"""The catalogue tool on a small project of its own."""

import gettext
from pathlib import Path

import pytest

from tools import catalogues

pytestmark = pytest.mark.pure

CODE = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, ngettext_lazy, pgettext

A = _("A plain text")
B = gettext_lazy("A lazy text with %(name)s")
C = ngettext("%(n)s unit", "%(n)s units", 3)
D = ngettext_lazy("%(k)s key", "%(k)s keys", "k")
E = pgettext("a month", "May")
F = _("Two pieces "
      "of one text")
G = other("not a text")
"""
TEMPLATE = """
{% load i18n %}
  {# Translators: the greeting #}
  <h1 title="{% translate "A title" %}">{% trans 'An old tag' %}</h1>
      {% blocktranslate trimmed with name=user.name %}
        Hello {{ name }},
        welcome back
      {% endblocktranslate %}
    {% blocktranslate count n=units|length trimmed %}
      One open case
    {% plural %}
      {{ n }} open cases
    {% endblocktranslate %}
  {% translate "May" context "a month" %}
{% include "x.html" with label=_("A label") %}{{ value|default:_("nothing yet") }}
{% translate "100% called back" %}
{% comment %}{% translate "not this one" %}{% endcomment %}
"""
TEXTS = {
    "A plain text",
    "A lazy text with %(name)s",
    "%(n)s unit",
    "%(k)s key",
    "May",
    "Two pieces of one text",
    "A title",
    "An old tag",
    "Hello %(name)s, welcome back",
    "One open case",
    "A label",
    "nothing yet",
    "100%% called back",
}
CHINESE = {
    "A plain text": "一句话",
    "A lazy text with %(name)s": "%(name)s 的一句话",
    "Two pieces of one text": "两段合成一句",
    "A title": "标题",
    "An old tag": "旧标签",
    "Hello %(name)s, welcome back": "%(name)s，欢迎回来",
    "A label": "标签",
    "nothing yet": "还没有",
    "100%% called back": "100%% 已回访",
}
PLURALS = {
    ("%(n)s unit", "%(n)s units"): "%(n)s 套房屋",
    ("%(k)s key", "%(k)s keys"): "%(k)s 把钥匙",
    ("One open case", "%(n)s open cases"): "%(n)s 件未办结",
}


def part_of(pairs: dict[str, str]) -> str:
    return "".join(f'msgid "{english}"\nmsgstr "{chinese}"\n\n' for english, chinese in pairs.items())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "models.py").write_text(CODE)
    (tmp_path / "templates" / "desk").mkdir(parents=True)
    (tmp_path / "templates" / "desk" / "page.html").write_text(TEMPLATE)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text('_("a text of a test")')
    parts = tmp_path / "locale" / "parts"
    parts.mkdir(parents=True)
    plural = "".join(
        f'msgid "{one}"\nmsgid_plural "{many}"\nmsgstr[0] "{chinese}"\n\n' for (one, many), chinese in PLURALS.items()
    )
    (parts / "desk.po").write_text(part_of(CHINESE) + plural)
    (parts / "estate.po").write_text('msgctxt "a month"\nmsgid "May"\nmsgstr "五月"\n')
    return tmp_path


def translations(project: Path, language: str) -> gettext.GNUTranslations:
    with catalogues.po_path(language, project).with_suffix(".mo").open("rb") as handle:
        return gettext.GNUTranslations(handle)


def test_it_collects_every_kind_of_call_and_tag(project: Path) -> None:
    found = catalogues.collect(project)
    assert {catalogues.key_of(m)[1] for m in catalogues.messages(found)} == TEXTS


def test_a_collected_text_names_its_files(project: Path) -> None:
    found = catalogues.collect(project)
    may = found.get("May", "a month")
    assert may is not None
    assert {name for name, _ in may.locations} == {"desk/models.py", "templates/desk/page.html"}


def test_merging_the_parts_makes_both_catalogues_complete(project: Path) -> None:
    assert catalogues.merge(project) == []
    assert catalogues.check(project) == []


def test_compiled_chinese_answers_with_context_and_plural(project: Path) -> None:
    catalogues.merge(project)
    catalogues.compile_all(project)
    chinese = translations(project, "zh_Hans")
    assert chinese.gettext("A plain text") == "一句话"
    assert chinese.pgettext("a month", "May") == "五月"
    assert chinese.ngettext("%(n)s unit", "%(n)s units", 1) == "%(n)s 套房屋"
    assert chinese.ngettext("One open case", "%(n)s open cases", 5) == "%(n)s 件未办结"


def test_compiled_english_says_the_msgid_and_knows_the_plural(project: Path) -> None:
    catalogues.merge(project)
    catalogues.compile_all(project)
    english = translations(project, "en")
    assert english.gettext("A plain text") == "A plain text"
    assert english.ngettext("%(k)s key", "%(k)s keys", 1) == "%(k)s key"
    assert english.ngettext("%(k)s key", "%(k)s keys", 2) == "%(k)s keys"


def test_parts_are_spoken_before_they_are_merged(project: Path) -> None:
    catalogues.compile_all(project)
    assert translations(project, "zh_Hans").gettext("A label") == "标签"


def test_merging_again_changes_nothing(project: Path) -> None:
    catalogues.merge(project)
    first = catalogues.po_path("zh_Hans", project).read_bytes()
    catalogues.merge(project)
    assert catalogues.po_path("zh_Hans", project).read_bytes() == first


def test_merged_chinese_stays_when_its_part_is_gone(project: Path) -> None:
    catalogues.merge(project)
    for part in (project / "locale" / "parts").glob("*.po"):
        part.unlink()
    catalogues.merge(project)
    assert catalogues.check(project) == []


def test_a_new_text_is_reported_as_missing_in_both(project: Path) -> None:
    catalogues.merge(project)
    (project / "desk" / "views.py").write_text('_("Something new")')
    assert catalogues.check(project) == [
        "zh_Hans: missing: “Something new” (desk/views.py)",
        "en: missing: “Something new” (desk/views.py)",
    ]


def test_a_text_without_chinese_is_reported_as_empty(project: Path) -> None:
    (project / "desk" / "views.py").write_text('_("Something new")')
    catalogues.merge(project)
    assert catalogues.check(project) == ["zh_Hans: empty: “Something new” (desk/views.py)"]


def test_a_text_nobody_uses_is_reported_until_the_next_merge(project: Path) -> None:
    catalogues.merge(project)
    (project / "desk" / "models.py").write_text(CODE.replace("A plain text", "A plainer text"))
    assert "zh_Hans: no longer used: “A plain text” (desk/models.py)" in catalogues.check(project)
    catalogues.merge(project)
    assert not any("no longer used" in line for line in catalogues.check(project))


@pytest.mark.parametrize(
    "wrong",
    ["的一句话", "%(nom)s 的一句话", "%(name)d 的一句话", "%(name)s 与 %(name)s", "%(name)s 的 %s"],
)
def test_a_lost_or_changed_placeholder_is_reported(project: Path, wrong: str) -> None:
    changed = part_of(CHINESE | {"A lazy text with %(name)s": wrong})
    (project / "locale" / "parts" / "desk.po").write_text(changed)
    catalogues.merge(project)
    found = [line for line in catalogues.check(project) if "placeholders differ" in line]
    assert len(found) == 1
    assert wrong in found[0]


def test_a_fuzzy_entry_is_reported(project: Path) -> None:
    catalogues.merge(project)
    path = catalogues.po_path("zh_Hans", project)
    path.write_text(path.read_text().replace('msgid "A label"', '#, fuzzy\nmsgid "A label"'))
    assert catalogues.check(project) == ["zh_Hans: fuzzy: “A label” (templates/desk/page.html)"]


def test_two_parts_that_disagree_are_named(project: Path) -> None:
    (project / "locale" / "parts" / "tickets.po").write_text(part_of({"A label": "贴纸"}))
    quarrels = catalogues.merge(project)
    assert quarrels == ["tickets.po: “A label” is 标签 elsewhere, 贴纸 here"]


def test_the_command_fails_when_something_is_missing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogues.main(["check", "--root", str(project)]) == 1
    assert "missing" in capsys.readouterr().out
    assert catalogues.main(["merge", "--root", str(project)]) == 0
    assert catalogues.main(["compile", "--root", str(project)]) == 0
    assert catalogues.main(["check", "--root", str(project)]) == 0
