"""The repair forms on paper: complete, readable, one page, and blind to what people type."""

import itertools
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from records.papers import FONTS, FontMissingError, printable
from tests.cast import NOON, Cast
from tests.paper import poppler, words_on
from tests.tickets.flow import HOUR, completed, dispatched, opened
from tickets import actions
from tickets.issuing import issue_paper
from tickets.models import Ticket
from tickets.papers import FormKind, PaperForm, PaperLine, render

TZ = ZoneInfo("Asia/Shanghai")
URL = "https://desk.example.com/q/Zk3vW1o8mQe2tYcR9uLb7A"

pytestmark = pytest.mark.req("REP-2")

FREE = PaperForm(
    kind=FormKind.FREE,
    project="翠湖花园",
    number="BX-20261123-0007",
    url=URL,
    room="3-2-1501",
    reported_at=datetime(2026, 11, 23, 9, 42, tzinfo=TZ),
    service_phone="0755-26881234",
    channel="来电",
    category="渗漏水",
    reporter="王建国",
    phone="13812345678",
    preferred_from=datetime(2026, 11, 23, 14, tzinfo=TZ),
    preferred_to=datetime(2026, 11, 23, 17, tzinfo=TZ),
    description="主卧卫生间天花滴水",
    why="防水工程仍在保修期内",
    taken_by="林晓",
)
PAID = replace(
    FREE,
    kind=FormKind.PAID,
    lines=(
        PaperLine(name="单冷水龙头", unit="个", quantity=Decimal(1), unit_price=Decimal(85)),
        PaperLine(name="人工", unit="小时", quantity=Decimal("0.5"), unit_price=Decimal("60.25")),
    ),
)


def words(form: PaperForm) -> str:
    """What is on the paper, without blanks: Chinese and Latin letters are set with a little space between."""
    return words_on(render(form, fonts=FONTS))


def facts(form: PaperForm, tmp_path: Path) -> dict[str, str]:
    target = tmp_path / "paper.pdf"
    target.write_bytes(render(form, fonts=FONTS))
    text = subprocess.run(["pdfinfo", str(target)], capture_output=True, check=True).stdout.decode()
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}


@poppler
def test_the_free_form_tells_who_where_what_and_when() -> None:
    text = words(FREE)
    for said in (
        "业主报修登记表", "翠湖花园", "BX-20261123-0007", "3-2-1501", "王建国", "13812345678", "主卧卫生间天花滴水",
        "2026年11月23日09:42", "2026年11月23日14:00–17:00", "防水工程仍在保修期内", "第1页/共1页", "签字",
    ):  # fmt: skip
        assert said in text
    assert "材料与工时" not in text


@poppler
def test_the_paid_form_lists_parts_and_hours_with_their_sum() -> None:
    text = words(PAID)
    for said in (
        "业主报修有偿服务登记表",
        "单冷水龙头",
        "85.00",
        "0.5",
        "60.25",
        "30.13",
        "115.13",
        "报价确认",
        "本单不是收费凭证",
    ):
        assert said in text


@poppler
@pytest.mark.parametrize("form", [FREE, PAID], ids=["free", "paid"])
def test_a_form_is_one_a4_page(form: PaperForm, tmp_path: Path) -> None:
    found = facts(form, tmp_path)
    assert found["Pages"] == "1"
    assert "A4" in found["Page size"]


@poppler
def test_number_and_project_stand_on_every_page(tmp_path: Path) -> None:
    long = replace(PAID, description="水" * 3000, lines=PAID.lines * 20)
    target = tmp_path / "paper.pdf"
    target.write_bytes(render(long, fonts=FONTS))
    pages = (
        subprocess.run(["pdftotext", str(target), "-"], capture_output=True, check=True)
        .stdout.decode()
        .split("\f")[:-1]
    )
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        plain = re.sub(r"\s", "", page)
        assert "翠湖花园" in plain
        assert "BX-20261123-0007" in plain
        assert f"第{number}页/共{len(pages)}页" in plain


@poppler
@pytest.mark.parametrize(
    "typed",
    [
        '#import "@preview/x:1.0.0": y',
        "#panic(1)",
        '#read("/etc/passwd")',
        "$ x^2 $ \\ `raw` *b* _i_ <l> @r // c /* d",
        "] #set page(width: 1cm) [",
        '"}, "kind": "paid',
        "{{ form.kind }} {% raw %}",
    ],
)
def test_what_people_type_is_printed_and_never_run(typed: str) -> None:
    text = words(replace(FREE, description=typed, reporter=typed, why=typed))
    assert re.sub(r"\s", "", typed) in text
    assert "业主报修登记表" in text
    assert "第1页/共1页" in text


@poppler
@pytest.mark.parametrize(
    "typed", ["a" * 3000, "水" * 3000, "http://example.com/" + "x/" * 800, "W" * 500, "水\n" * 500]
)
def test_long_text_stays_inside_the_margins(typed: str, tmp_path: Path) -> None:
    target = tmp_path / "paper.pdf"
    target.write_bytes(render(replace(FREE, description=typed, reporter=typed[:120], category=typed[:80]), fonts=FONTS))
    boxes = subprocess.run(["pdftotext", "-bbox", str(target), "-"], capture_output=True, check=True).stdout.decode()
    right = [float(x) for x in re.findall(r'xMax="([\d.]+)"', boxes)]
    bottom = [float(y) for y in re.findall(r'yMax="([\d.]+)"', boxes)]
    assert max(right) <= 595.28 - 17 * 72 / 25.4 + 1
    assert max(bottom) <= 841.89 - 10


@poppler
def test_what_is_not_known_leaves_a_line_to_write_on(tmp_path: Path) -> None:
    bare = PaperForm(
        kind=FormKind.PAID, project="翠湖花园", number="BX-20261123-0012", url=URL, room="1-1-1002",
        reported_at=FREE.reported_at,
    )  # fmt: skip
    text = words(bare)
    for label in ("报修人", "联系电话", "报修内容", "维修情况", "合计"):
        assert label in text
    assert "None" not in text
    assert dark_rows(bare, tmp_path) > dark_rows(replace(bare, description="滴水", report="已修好"), tmp_path)


def dark_rows(form: PaperForm, tmp_path: Path) -> int:
    """How many thin lines cross the right half of the form."""
    picture = picture_of(form, tmp_path, dpi=72)
    column = [picture.crop((480, y, 481, y + 1)).tobytes()[0] for y in range(90, 700)]
    return sum(1 for before, here in itertools.pairwise(column) if before > 235 >= here)


def picture_of(form: PaperForm, tmp_path: Path, *, dpi: int) -> Image.Image:
    target = tmp_path / "paper.pdf"
    target.write_bytes(render(form, fonts=FONTS))
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", str(target), str(tmp_path / "page")], check=True)
    return Image.open(next(tmp_path.glob("page*.pgm")))


@poppler
def test_the_qr_code_stands_at_the_lower_right(tmp_path: Path) -> None:
    picture = picture_of(FREE, tmp_path, dpi=72)
    corner = picture.crop((picture.width - 48 - 58, picture.height - 83, picture.width - 50, picture.height - 25))
    darkness = sum(1 for value in corner.tobytes() if value < 128) / (corner.width * corner.height)
    assert 0.3 < darkness < 0.7
    assert picture.convert("L").point(lambda v: 255 if v < 250 else 0).getbbox() is not None


def test_the_same_form_makes_the_same_bytes() -> None:
    assert render(FREE, fonts=FONTS) == render(FREE, fonts=FONTS)


def test_many_papers_can_be_made_at_once() -> None:
    forms = [replace(FREE, number=f"BX-20261123-{count:04}") for count in range(40)]
    with ThreadPoolExecutor(8) as threads:
        papers = list(threads.map(lambda form: render(form, fonts=FONTS), forms))
    assert all(paper.startswith(b"%PDF") for paper in papers)
    assert len(set(papers)) == 40


def test_without_its_font_no_paper_is_made(tmp_path: Path) -> None:
    with pytest.raises(FontMissingError, match="make setup"):
        render(FREE, fonts=tmp_path)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("a\r\nb", "a\nb"), ("a\n\n\n\n\nb", "a\n\nb"), ("\u202eabc\u200b\x00", "abc"),
        ("x" * 24, "x" * 24), ("x" * 25, "x" * 16 + "\u200b" + "x" * 9), ("\n a \n", "a"),
    ],
)  # fmt: skip
def test_text_is_made_printable(typed: str, printed: str) -> None:
    assert printable(typed) == printed


def test_a_line_is_rounded_to_the_cent_and_the_sum_is_of_rounded_lines() -> None:
    assert [line.amount for line in PAID.lines] == [Decimal("85.00"), Decimal("30.13")]
    assert PAID.total == Decimal("115.13")


def test_every_stage_of_the_work_has_its_own_paper_and_a_reprint_is_the_same(cast: Cast) -> None:
    """Before anybody goes, with the technician, done, tested, and once more after it was opened again."""
    ticket = opened(cast, code="wet_room_leak")
    names = []

    def issue() -> None:
        known = Ticket.objects.select_related("case").get(pk=ticket.pk)
        first, again = (
            issue_paper(ticket=one, url=URL, fonts=FONTS, by=cast.frontdesk, at=NOON) for one in (known, ticket)
        )
        assert first == again
        names.append(first.file.name)

    issue()
    dispatched(cast, ticket)
    issue()
    completed(cast, ticket)
    issue()
    actions.end_leak_test(ticket=ticket, by=cast.technician, at=NOON + 3 * HOUR)
    issue()
    actions.reopen(ticket=ticket, reason="又漏", by=cast.frontdesk, at=NOON + 4 * HOUR)
    completed(cast, ticket, at=NOON + 6 * HOUR)
    issue()
    assert [name.split("-")[4] for name in names] == ["open", "sent", "done", "tested", "done"]
    assert len(set(names)) == 5
