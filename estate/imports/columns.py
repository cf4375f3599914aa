"""Which sheets there are, which columns each may have, and under which names companies write them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class SheetKind(StrEnum):
    """What a sheet lists."""

    BUILDINGS = "buildings"
    PEOPLE = "people"
    TARIFFS = "tariffs"
    ROOMS = "rooms"
    ASSETS = "assets"
    SPACES = "spaces"
    ROOM_PAYMENTS = "room_payments"
    VEHICLE_PAYMENTS = "vehicle_payments"
    METERS = "meters"


@dataclass(frozen=True)
class Field:
    """A value a row may have: its name in code, for people, and the headers it is known by."""

    name: str
    label: Promise
    headers: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True)
class SheetSpec:
    """A kind of sheet: its usual titles and its fields."""

    kind: SheetKind
    label: Promise
    titles: tuple[str, ...]
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)


@dataclass(frozen=True)
class ColumnMatch:
    """Which column (counted from 0) gives each field, and what is left on either side."""

    columns: Mapping[str, int]
    missing: tuple[Field, ...] = ()
    unused: tuple[int, ...] = ()
    twice: tuple[int, ...] = ()


def _field(name: str, label: Promise, headers: str, *, required: bool = False) -> Field:
    return Field(name=name, label=label, headers=tuple(headers.split()), required=required)


_BUILDING = "楼栋号 楼栋编号 楼号 楼栋 栋号 幢号 楼幢 楼宇 楼宇编号 楼座 楼栋名称 栋 幢 building"
_ENTRANCE = "单元编号 单元号 单元 梯号 单元名称 entrance"
_ROOM = "房间 房屋编号 房号 房间号 房屋 房屋号 室号 门牌号 房屋编码 房间编号 房产编号 unit room"
_PHONES = (
    "手机号 手机 手机号码 电话 电话号码 联系电话 联系方式 业主电话 业主手机 业主手机号 业主手机号码 业主电话号码 "
    "业主联系电话 业主联系方式 联系手机 联系号码 移动电话 手机/电话 电话/手机 phone mobile tel"
)
_ID_NUMBER = "身份证号 身份证 身份证号码 证件号 证件号码 业主身份证号 业主身份证 业主身份证号码"
_NAME = "业主名称 业主姓名 姓名 名称 住户姓名 客户名称 客户姓名 业主 业主名 产权人 产权人姓名 房屋所有权人 name owner"
_RELATION = "业主类型 人员类型 住户类型 与业主关系 类型"
_OWNER_NUMBER = "业主编号 业主号 业主编码 客户编号"

_HANDED_OVER = (
    "交房日期 交房时间 交付日期 交付时间 房屋交付日期 房屋交付时间 接房日期 接房时间 收房日期 收房时间 "
    "交楼日期 交楼时间 收楼日期 收楼时间"
)
_CAR_SINCE = (
    "停车费开始日期 停车费开始时间 停车费起始日期 停车费起始时间 停车费起收日期 停车费计费开始日期 停车费计费开始时间 "
    "车辆计费开始日期 车辆计费开始时间 车辆收费开始日期 车辆收费开始时间 车辆开始日期 车辆开始时间"
)

_ROOM_FIELDS = (
    _field("floor", _("floor"), "房屋楼层 楼层 所在楼层 层"),
    _field("kind", _("kind of room"), "房屋类型 房屋用途 用途 业态"),
    _field("layout", _("layout"), "房屋户型 户型"),
    _field("area", _("built area (m²)"), "建筑面积 面积 房屋面积 产权面积 收费面积 房屋建筑面积 计费面积 area"),
    _field("inner_area", _("inner area (m²)"), "室内面积 套内面积 使用面积 套内建筑面积"),
    _field("rent", _("rent"), "租金 月租金"),
    _field("handed_over_on", _("handover date"), _HANDED_OVER),
    _field("completed_on", _("completion acceptance"), "竣工日期 竣工时间 竣工验收日期 竣工验收时间"),
)
_PERSON_FIELDS = (
    _field("gender", _("gender"), "性别"),
    _field("phones", _("phone"), _PHONES),
    _field("id_number", _("ID number"), _ID_NUMBER),
)
_PAYMENT_FIELDS = (
    _field("fee", _("charge"), "收费项目 费用名称 费用项", required=True),
    _field("period_months", _("months"), "缴费周期 周期"),
    _field("starts_on", _("from"), "开始时间 开始日期 费用开始时间", required=True),
    _field("ends_on", _("until"), "结束时间 结束日期 费用结束时间", required=True),
    _field("due_on", _("due on"), "应缴日期 应收日期 缴费期限 缴费截止日期 到期日 到期日期"),
    _field("paid_on", _("paid on"), "缴费时间 缴费日期 收费时间"),
    _field("due", _("amount due"), "应缴金额 应收金额 应收 欠费金额"),
    _field("paid", _("amount paid"), "实缴金额 实收金额 实收 缴费金额", required=True),
    _field("cashier", _("cashier"), "收银员 收费员"),
    _field("note", _("note"), "备注"),
)

SHEETS: dict[SheetKind, SheetSpec] = {
    spec.kind: spec
    for spec in (
        SheetSpec(
            SheetKind.BUILDINGS, _("Buildings and entrances"), ("楼栋单元", "楼栋信息", "楼栋", "单元信息"),
            (
                _field("building", _("building"), _BUILDING, required=True),
                _field("entrance", _("entrance"), _ENTRANCE, required=True),
                _field("floors", _("floors"), "总层数 层数 楼层数 总楼层"),
                _field("has_lift", _("lift"), "是否有电梯 电梯 有无电梯"),
            ),
        ),
        SheetSpec(
            SheetKind.PEOPLE, _("Owners and residents"), ("业主信息", "业主", "住户信息", "业主资料"),
            (
                _field("owner_number", _("owner's number"), _OWNER_NUMBER, required=True),
                _field("number", _("number"), "编号 序号"),
                _field("name", _("name"), _NAME, required=True),
                _field("relation", _("relation"), _RELATION),
                _field("age", _("age"), "年龄"),
                *_PERSON_FIELDS,
            ),
        ),
        SheetSpec(
            SheetKind.TARIFFS, _("Charges"), ("费用设置", "收费标准", "收费项目", "费用信息"),
            (
                _field("number", _("charge number"), "费用编号 收费编号 编号", required=True),
                _field("category", _("kind of charge"), "费用类型 收费类型"),
                _field("name", _("charge"), "收费项目 费用名称 收费名称 费用项 名称", required=True),
                _field("recurring", _("recurring or once"), "费用标识"),
                _field("prepaid", _("paid before or after"), "付费类型"),
                _field("period_months", _("months"), "缴费周期 周期"),
                _field("issuing", _("billing day"), "出账类型 出账日"),
                _field("starts_on", _("from"), "计费起始时间 计费开始时间 开始时间 起始时间", required=True),
                _field("ends_on", _("until"), "计费结束时间 结束时间"),
                _field("formula", _("formula"), "计算公式 公式", required=True),
                _field("unit_price", _("unit price"), "计费单价 单价"),
                _field("fixed_amount", _("fixed amount"), "固定费用 附加费 附加费用 固定金额"),
            ),
        ),
        SheetSpec(
            SheetKind.ROOMS, _("Units"), ("房屋信息", "房屋", "房产信息", "房屋资料"),
            (
                _field("room", _("room"), _ROOM, required=True),
                _field("building", _("building"), _BUILDING),
                _field("entrance", _("entrance"), _ENTRANCE),
                *_ROOM_FIELDS,
                _field("status", _("state of the room"), "房屋状态 状态 入住状态"),
                _field("owner_number", _("owner's number"), _OWNER_NUMBER),
                _field("fees", _("charges"), "房屋费用 费用编号 收费项目"),
                _field("fee_starts", _("charged from"), "费用开始时间 计费开始时间"),
            ),
        ),
        SheetSpec(
            SheetKind.ASSETS, _("Units with their owners"), ("资产信息", "房屋业主信息", "房产业主信息"),
            (
                _field("room", _("room"), _ROOM, required=True),
                _field("building", _("building"), _BUILDING),
                _field("entrance", _("entrance"), _ENTRANCE),
                _field("floors", _("floors"), "总层数 层数 楼层数 总楼层"),
                _field("has_lift", _("lift"), "是否有电梯 电梯 有无电梯"),
                *_ROOM_FIELDS,
                _field("status", _("state of the room"), "房屋状态 状态 入住状态"),
                _field("name", _("name"), _NAME, required=True),
                _field("relation", _("relation"), _RELATION),
                *_PERSON_FIELDS,
            ),
        ),
        SheetSpec(
            SheetKind.SPACES, _("Parking spaces"), ("车位信息", "车位", "停车位", "车辆信息"),
            (
                _field("car_park", _("car park"), "停车场编号 停车场 车场"),
                _field("space", _("parking space"), "车位编码 车位编号 车位号 车位", required=True),
                _field("kind", _("kind of space"), "停车场类型 车位类型"),
                _field("area", _("area (m²)"), "面积 车位面积"),
                _field("owner_number", _("owner's number"), _OWNER_NUMBER),
                _field("plate", _("plate"), "车牌号 车牌 车牌号码"),
                _field("brand", _("brand"), "车品牌 品牌 车辆品牌"),
                _field("vehicle_kind", _("kind of vehicle"), "车类型 车辆类型"),
                _field("colour", _("colour"), "颜色 车身颜色 车辆颜色"),
                _field("is_sold", _("let or sold"), "出租还是出售 出售还是出租 租售"),
                _field("car_since", _("parking fee since"), _CAR_SINCE),
                _field("starts_on", _("from"), "开始时间 起租时间 开始日期"),
                _field("ends_on", _("until"), "结束时间 截止时间 结束日期"),
            ),
        ),
        SheetSpec(
            SheetKind.ROOM_PAYMENTS, _("Past payments of units"), ("房屋缴费历史", "缴费历史"),
            (_field("room", _("room"), _ROOM, required=True), *_PAYMENT_FIELDS),
        ),
        SheetSpec(
            SheetKind.VEHICLE_PAYMENTS, _("Past payments of vehicles"), ("车辆缴费历史",),
            (_field("plate", _("plate"), "车牌号 车牌", required=True), *_PAYMENT_FIELDS),
        ),
        SheetSpec(
            SheetKind.METERS, _("Meters"), ("水电表", "智能表", "表计信息"),
            (
                _field("number", _("meter number"), "表号 表地址", required=True),
                _field("name", _("name"), "名称 表名称"),
                _field("kind", _("kind of meter"), "表类型 抄表类型", required=True),
                _field("prepaid", _("paid before or after"), "模式", required=True),
                _field("room", _("room"), _ROOM, required=True),
                _field("fee", _("charge"), "费用项 收费项目", required=True),
                _field("maker", _("maker"), "厂家"),
                _field("collector", _("collector"), "采集器ID 采集器"),
            ),
        ),
    )
}  # fmt: skip


def normal(header: str) -> str:
    """A header without blanks, case, star, colon and whatever stands in brackets."""
    plain = unicodedata.normalize("NFKC", header)
    plain = re.sub(r"\(.*?\)|\[.*?\]|【.*?】", "", plain)
    return re.sub(r"[\s*:]", "", plain).casefold()


def match(spec: SheetSpec, header: Sequence[str], chosen: Mapping[str, int | None] | None = None) -> ColumnMatch:
    """Find each field's column by the names it is known by; `chosen` (field → column or None) goes before names."""
    fixed = {name: column for name, column in (chosen or {}).items() if column is None or 0 <= column < len(header)}
    taken = {column for column in fixed.values() if column is not None}
    names = [normal(text) for text in header]
    columns = {name: column for name, column in fixed.items() if column is not None}
    twice: set[int] = set()
    for field in spec.fields:
        if field.name in fixed:
            continue
        found = [i for wanted in field.headers for i, name in enumerate(names) if name == normal(wanted)]
        free = [column for column in found if column not in taken]
        if free:
            columns[field.name] = free[0]
            taken.add(free[0])
            twice |= {column for column in free[1:] if names[column] == names[free[0]]}
    return ColumnMatch(
        columns=columns,
        missing=tuple(field for field in spec.fields if field.required and field.name not in columns),
        unused=tuple(column for column in range(len(header)) if column not in taken),
        twice=tuple(sorted(twice)),
    )


def _names_owners(header: Sequence[str]) -> bool:
    """Whether a list of units has its owners in the same rows, by name instead of by number."""
    alone, owned = (match(SHEETS[kind], header) for kind in (SheetKind.ROOMS, SheetKind.ASSETS))
    return not owned.missing and len(owned.unused) < len(alone.unused)


def recognise(name: str, header: Sequence[str]) -> SheetKind | None:
    """What a sheet lists: by its title, otherwise by its columns if one kind explains them better than all others."""
    for spec in SHEETS.values():
        if normal(name) in map(normal, spec.titles):
            return SheetKind.ASSETS if spec.kind is SheetKind.ROOMS and _names_owners(header) else spec.kind
    scores: dict[SheetKind, int] = {}
    for spec in SHEETS.values():
        found = match(spec, header)
        if not found.missing:
            scores[spec.kind] = len(found.columns) - len(found.unused)
    best = sorted(scores.items(), key=lambda item: item[1], reverse=True)
    if not best or (len(best) > 1 and best[0][1] == best[1][1]) or best[0][1] <= 0:
        return None
    return best[0][0]
