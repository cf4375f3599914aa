"""The import pages: upload, match, mend, take over, take back, in few clicks and only by those who may."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from estate.imports import actions
from estate.imports.models import RegisterImport
from estate.models import Unit
from records.models import AuditEntry, LongWork
from records.work import run_waiting
from tests.cast import NOON, Cast
from tests.estate.books import ASSET, ASSETS, METERS, changed, xlsx

pytestmark = [pytest.mark.req("EST-3"), pytest.mark.django_db]
LATER = NOON + timedelta(minutes=1)
SignIn = Callable[[User], Client]
FILE = xlsx({"资产信息": [ASSETS, ASSET]})
BAD = changed(ASSET, C=1002, I="约九十", M="赵钱")


def send(client: Client, *rows: list[Any], header: list[str] | None = None, sheet: str = "资产信息") -> str:
    """Upload a workbook and return the address of its page."""
    content = xlsx({sheet: [header or ASSETS, *rows]})
    answer = client.post(reverse("register_imports"), {"file": SimpleUploadedFile("房屋.xlsx", content)})
    assert answer.status_code == 302
    return str(answer["Location"])


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_upload_check_and_take_over_is_two_posts(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    url = send(client, ASSET)
    assert not Unit.objects.filter(number="1-1-1001").exists()
    assert "资产信息" in page(client, url)
    client.post(f"{url}take-over/")
    assert "<progress" in page(client, url)
    assert run_waiting(LATER)["done"] == 1
    assert f"{url}take-back/" in page(client, url)
    assert Unit.objects.filter(project=cast.project, number="1-1-1001").exists()


def test_a_form_sent_twice_makes_one_import_and_another_file_a_second(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    address = reverse("register_imports")
    mended = xlsx({"资产信息": [ASSETS, changed(ASSET, C=1002)]})
    answers = [
        client.post(address, {"file": SimpleUploadedFile("房屋.xlsx", content), "idempotency_key": "one wish"})
        for content in (FILE, FILE, mended)
    ]
    urls = [str(answer["Location"]) for answer in answers]
    assert urls[0] == urls[1] != urls[2]
    assert RegisterImport.objects.count() == 2


def test_taking_over_and_mending_sent_twice_is_no_mistake(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    url = send(client, ASSET, BAD)
    for step, posted in (("cells/", {"cell-0-3-8": "90.5", "was-cell-0-3-8": "约九十"}), ("take-over/", {})):
        for _ in range(2):
            answer = client.post(url + step, posted | {"idempotency_key": f"one wish {step}"}, follow=True)
            assert [str(message) for message in answer.context["messages"]] == []
    assert LongWork.objects.count() == 1


def test_the_same_file_again_has_nothing_to_take_over(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    first = send(client, ASSET)
    client.post(f"{first}take-over/")
    run_waiting(LATER)
    assert "take-over/" not in page(client, send(client, ASSET))


def test_a_bad_cell_is_mended_where_it_is_shown(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    url = send(client, ASSET, BAD)
    html = page(client, url)
    assert 'name="cell-0-3-8"' in html
    assert "资产信息!3 建筑面积" in html
    client.post(f"{url}cells/", {"cell-0-3-8": "90.5", "was-cell-0-3-8": "约九十"})
    html = page(client, url)
    assert "cell-0-3-8" not in html
    client.post(f"{url}take-over/")
    run_waiting(LATER)
    assert Unit.objects.get(project=cast.project, number="1-1-1002").area == 90.5


def test_ticked_rows_are_left_out(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    url = send(client, ASSET, BAD)
    client.post(f"{url}cells/", {"cell-0-3-8": "约九十", "was-cell-0-3-8": "约九十", "leave-out": "0-3"})
    client.post(f"{url}take-over/")
    run_waiting(LATER)
    assert list(Unit.objects.filter(building__code="1").values_list("number", flat=True)) == ["1-1-1001"]


def test_the_others_can_be_taken_over_without_the_bad_ones(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    url = send(client, ASSET, BAD)
    client.post(f"{url}take-over/", {"skip_bad": "1"})
    assert run_waiting(LATER)["done"] == 1
    assert Unit.objects.filter(project=cast.project, number__in=["1-1-1001", "1-1-1002"]).count() == 1


def test_columns_are_matched_by_hand(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    url = send(client, ["9-1-901", "王建国"], header=["甲", "乙"], sheet="清单")
    client.post(f"{url}columns/", {"kind-0": "assets", "was-0": ""})
    assert 'name="column-0-room"' in page(client, url)
    client.post(f"{url}columns/", {"kind-0": "assets", "was-0": "assets", "column-0-room": "0", "column-0-name": "1"})
    client.post(f"{url}take-over/")
    assert run_waiting(LATER)["done"] == 1
    assert Unit.objects.filter(project=cast.project, number="9-1-901").exists()


def test_changes_show_what_is_and_what_would_be(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    html = page(client, send(client, changed(ASSET, A=3, B=2, C=1501, I=120, M=None, O=None)))
    assert "94.56" in html
    assert "120.00" in html


def test_an_id_number_is_not_shown_in_the_form_that_mends_it(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    url = send(client, changed(ASSET, P=440301198001010018))
    html = page(client, url)
    assert 'name="cell-0-2-15"' in html
    assert "44030119" not in html
    client.post(f"{url}cells/", {"cell-0-2-15": "", "was-cell-0-2-15": ""})
    assert 'name="cell-0-2-15"' in page(client, url)
    client.post(f"{url}cells/", {"cell-0-2-15": "440301198001010018", "was-cell-0-2-15": ""})
    assert 'name="cell-0-2-15"' not in page(client, url)


def test_progress_sends_the_page_on_when_the_work_is_done(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    url = send(client, ASSET)
    client.post(f"{url}take-over/")
    assert "<progress" in client.get(f"{url}progress/").content.decode()
    run_waiting(LATER)
    assert client.get(f"{url}progress/")["HX-Redirect"] == url


def test_waiting_work_is_called_off(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    url = send(client, ASSET)
    client.post(f"{url}take-over/")
    client.post(f"{url}call-off/")
    assert LongWork.objects.get().state == LongWork.State.CANCELLED
    assert "take-over/" in page(client, url)


def test_taking_back_says_what_stayed(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    url = send(client, ASSET)
    client.post(f"{url}take-over/")
    run_waiting(LATER)
    unit = Unit.objects.get(number="1-1-1001", project=cast.project)
    unit.floor = 2
    unit.save()
    answer = client.post(f"{url}take-back/", follow=True)
    assert "1-1-1001" in answer.content.decode()
    assert Unit.objects.filter(pk=unit.pk).exists()
    assert not unit.households.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b"a,b"), ("a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600), ("a.xlsx", b"")],
)
def test_what_is_no_workbook_is_refused_beside_the_field(
    cast: Cast, signed_in: SignIn, name: str, content: bytes
) -> None:
    answer = signed_in(cast.admin).post(reverse("register_imports"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert not RegisterImport.objects.exists()


def test_nothing_chosen_is_said(cast: Cast, signed_in: SignIn) -> None:
    assert signed_in(cast.admin).post(reverse("register_imports")).status_code == 400


@pytest.mark.parametrize(
    "posted",
    [
        {"cell-9-3-8": "1"}, {"cell-0-3-999": "1"}, {"cell-x": "1"}, {"cell-0-3-8": "9" * 500}, {"kind-0": "nonsense"},
        {"kind-0": "assets", "was-0": "assets", "column-0-room": "77"}, {"leave-out": "5-5"}, {"leave-out": "-"},
    ],
)  # fmt: skip
def test_nonsense_in_a_form_does_no_harm(cast: Cast, signed_in: SignIn, posted: dict[str, str]) -> None:
    client = signed_in(cast.admin)
    url = send(client, ASSET)
    for step in ("cells/", "columns/"):
        assert client.post(url + step, posted).status_code == 302
    assert actions.plan_of(RegisterImport.objects.get()).is_clean


def test_the_export_is_a_file_and_on_record(cast: Cast, signed_in: SignIn) -> None:
    answer = signed_in(cast.admin).post(reverse("register_export"))
    assert answer["Content-Disposition"].startswith('attachment; filename="register-demo-')
    assert answer["Cache-Control"] == "no-store"
    assert answer.content.startswith(b"PK")
    assert AuditEntry.objects.get(action="register.exported").by == cast.admin


@pytest.mark.parametrize("who", ["frontdesk", "cashier", "technician", "head", "gm", "guard", "quality", "resident"])
def test_everybody_else_is_refused_and_finds_nothing(cast: Cast, signed_in: SignIn, who: str) -> None:
    url = send(signed_in(cast.admin), ASSET)
    client = signed_in(getattr(cast, who))
    assert client.get(reverse("register_imports")).status_code == 403
    assert client.post(reverse("register_export")).status_code == 403
    assert client.get(url).status_code == 404
    for step in ("columns/", "cells/", "take-over/", "call-off/", "take-back/"):
        assert client.post(url + step).status_code == 404


def test_an_administrator_of_another_project_finds_nothing(cast: Cast, signed_in: SignIn) -> None:
    url = send(signed_in(cast.admin), ASSET)
    assert signed_in(cast.frontdesk2).get(url).status_code == 404


def test_the_list_takes_the_same_number_of_statements(
    cast: Cast, signed_in: SignIn, django_assert_num_queries: Any
) -> None:
    client = signed_in(cast.admin)
    send(client, ASSET)
    client.get(reverse("register_imports"))
    with django_assert_num_queries(4):
        client.get(reverse("register_imports"))
    send(client, ASSET)
    send(client, ASSET)
    with django_assert_num_queries(4):
        client.get(reverse("register_imports"))


def test_a_sheet_that_is_not_taken_over_asks_nobody_to_mend_its_rows(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    text = page(
        client, send(client, ["表一", "1", "水表", "模式", 33, "水费", "厂", "c"], header=METERS, sheet="水电表")
    )
    assert 'id="mend"' not in text
    assert "register_import_take_over" not in text
    assert "此类工作表" in text or "不在这里导入" in text or "水电表" in text


def test_the_preview_names_the_columns_that_are_read_and_those_left_out(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    header, row = [*ASSETS, "接房日期", "物业顾问", "备注栏"], [*ASSET, "2020-06-10", "小李", "有狗"]
    text = page(client, send(client, row, header=header, sheet="房屋"))
    assert "未识别的列：物业顾问、备注栏，不会导入" in text
    recognised = text.split("已识别的列：")[1].split("</p>")[0]
    assert "接房日期" in recognised
    assert "手机号" in recognised
    assert "备注栏" not in recognised


def test_a_sheet_that_is_called_what_it_lists_is_named_once(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    text = page(client, send(client, ["1001", "1", "1"], header=["房号", "楼栋", "单元"], sheet="房屋"))
    title = text.split('sheet-fold"')[1].split("<h2")[1].split("</h2>")[0]
    assert title.count("房屋") == 1
