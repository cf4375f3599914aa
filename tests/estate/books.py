"""Workbooks for tests, made in memory."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl

from estate.imports.reading import Register, SheetChoice, read_register
from estate.workbooks import Workbook, read_workbook

BUILDINGS = ["楼栋号", "单元编号", "总层数", "是否有电梯"]
PEOPLE = ["编号", "业主名称", "性别", "年龄", "手机号", "身份证号", "业主类型", "业主编号"]
TARIFFS = [
    "费用编号", "费用类型", "收费项目", "费用标识", "付费类型", "缴费周期", "出账类型", "计费起始时间", "计费结束时间",
    "计算公式", "计费单价", "固定费用",
]  # fmt: skip
ROOMS = [
    "房屋编号", "楼栋编号", "单元编号", "房屋楼层", "房屋户型", "建筑面积", "业主编号", "房屋费用", "费用开始时间",
    "房屋类型", "室内面积", "租金",
]  # fmt: skip
ASSETS = [
    "楼号", "单元", "房间", "楼层", "总层数", "是否有电梯", "房屋类型", "房屋户型", "建筑面积", "室内面积", "租金",
    "房屋状态", "业主名称", "性别", "手机号", "身份证号", "业主类型",
]  # fmt: skip
SPACES = [
    "停车场编号", "车位编码", "停车场类型", "面积", "业主编号", "车牌号", "车品牌",
    "车类型（9901 家用小汽车 9902 客车 9903 货车）", "颜色", "出租还是出售（H出租S出售）", "开始时间", "结束时间",
]  # fmt: skip
PAYMENTS = [
    "房屋",
    "收费项目",
    "缴费周期",
    "开始时间",
    "结束时间",
    "缴费时间",
    "应缴金额",
    "实缴金额",
    "收银员",
    "备注",
]
SINCE = "停车费开始日期"
METERS = ["名称", "表号", "表类型", "模式", "房屋", "费用项", "厂家", "采集器ID"]

OWNER = [1, "王建国", "男", 28, 13812345678, None, 1001, 1]
TARIFF = [
    "1",
    "物业费",
    "物业服务费",
    "周期性费用",
    "预付费",
    "6",
    "每月1日",
    "2020-6-10",
    "2037-1-1",
    "1001",
    "1.3",
    "20",
]
ROOM = [1011, "1", "1", "1", "10102", "94.56", "1", "1", "2020-06-10", 110, "94.56", 0]
ASSET = [1, 1, 1001, 1, 33, "有", 110, 10102, 94.56, 94.56, 0, 2001, "王建国", "男", 13812345678, None, 1001]
SPACE = [1, "C0001", "地上停车位", 12.5, 1, "粤B·12345", "比亚迪", 9901, "白", "H", "2020-1-1", "2037-1-1"]


def xlsx(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """An .xlsx file with these sheets, header first."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Workbook:
    """The same, read back."""
    return read_workbook(xlsx(sheets))


def register(sheets: Mapping[str, Sequence[Sequence[Any]]], choices: dict[str, SheetChoice] | None = None) -> Register:
    """The same, as typed rows."""
    return read_register(workbook(sheets), choices)


def changed(row: Sequence[Any], **cells: Any) -> list[Any]:
    """A row with some cells, named by letter as in Excel, put differently."""
    found = list(row)
    for letter, value in cells.items():
        found[ord(letter) - ord("A")] = value
    return found
