"""`manage.py import_register`: says row by row what is wrong, refuses, or writes once."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from estate.models import Person, Unit
from tests.cast import Cast
from tests.estate.books import ASSET, ASSETS, changed, xlsx

pytestmark = [pytest.mark.req("EST-3"), pytest.mark.django_db]


def run(file: Path, *options: str, project: str = "demo") -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    with translation.override("en"):
        call_command("import_register", str(file), "--project", project, *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def write(tmp_path: Path, *rows: list[Any]) -> Path:
    file = tmp_path / "rooms.xlsx"
    file.write_bytes(xlsx({"资产信息": [ASSETS, *rows]}))
    return file


def test_it_writes_and_counts(cast: Cast, tmp_path: Path) -> None:
    file = write(tmp_path, ASSET)
    out, err = run(file)
    assert "资产信息: 1 new, 0 changed, 0 as they were" in out
    assert err == ""
    assert Unit.objects.filter(project=cast.project, number="1-1-1001").count() == 1
    out, _ = run(file)
    assert "资产信息: 0 new, 0 changed, 1 as they were" in out


def test_a_dry_run_writes_nothing(cast: Cast, tmp_path: Path) -> None:
    out, _ = run(write(tmp_path, ASSET), "--dry-run")
    assert "1 new" in out
    assert not Unit.objects.filter(number="1-1-1001").exists()


def test_a_bad_row_is_named_by_sheet_row_and_column_and_all_is_refused(cast: Cast, tmp_path: Path) -> None:
    err = io.StringIO()
    file = write(tmp_path, ASSET, changed(ASSET, C=1002, I="约九十"))
    with pytest.raises(CommandError) as refused, translation.override("en"):
        call_command("import_register", str(file), "--project", "demo", stdout=io.StringIO(), stderr=err)
    assert "资产信息!3 建筑面积: A number is expected." in err.getvalue()
    assert refused.value.returncode == 1
    assert not Unit.objects.filter(number="1-1-1001").exists()


def test_a_dry_run_of_bad_rows_fails_too(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        run(write(tmp_path, changed(ASSET, I="约九十")), "--dry-run")


def test_bad_rows_can_be_left_out(cast: Cast, tmp_path: Path) -> None:
    out, err = run(write(tmp_path, ASSET, changed(ASSET, C=1002, I="约九十")), "--skip-bad")
    assert "资产信息!3 建筑面积" in err
    assert "Rows left out: 1" in out
    assert Unit.objects.filter(number__in=["1-1-1001", "1-1-1002"], project=cast.project).count() == 1


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.xlsx", b"", "empty"),
        ("a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, ".xls"),
        ("a.csv", b"a,b", "xlsx"),
    ],
)
def test_what_is_no_workbook_is_refused_with_a_sentence(
    cast: Cast, tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        run(tmp_path / name)


def test_a_missing_file_or_project_is_said(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "none.xlsx")
    with pytest.raises(CommandError, match="no project"):
        run(write(tmp_path, ASSET), project="nowhere")


@pytest.mark.skipif("REAL_DATA" not in os.environ, reason="REAL_DATA does not name the folder of real input")
def test_the_real_register_in_counts(cast: Cast) -> None:
    folder = Path(os.environ["REAL_DATA"]) / "imports"
    out, err = run(folder / "hc.xlsx", project="demo2")
    assert err == ""
    assert "楼栋单元: 26 new, 0 changed, 0 as they were" in out
    assert "业主信息: 5 new" in out
    assert "房屋信息: 8 new" in out
    assert out.count("No owner has the number") == 3
    run(folder / "importRoom.xlsx", project="demo2")
    assert Unit.objects.filter(project=cast.other_project).count() == 9
    assert Person.objects.filter(project=cast.other_project).count() == 6
