"""What a fresh installation knows about repairs: warranties, categories, a price list. Admins edit it afterwards.

Warranties are law (law.md); categories, words and prices are ours. Rows that are there stay as they were edited.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from simple_history.utils import bulk_create_with_history

from accounts.states import DepartmentKind
from tickets.models import Category, PriceItem, WarrantyPart
from tickets.states import Charging, CountsFrom, ItemKind, Kind, Period

LAW = "建设工程质量管理条例 第四十条"


@dataclass(frozen=True)
class Part:
    """A part of the building and its warranty."""

    code: str
    zh: str
    en: str
    length: int
    period: str = Period.YEARS
    counts_from: str = CountsFrom.HANDOVER


PARTS = [
    Part("structure", "地基基础和主体结构", "Foundation and structure", 50, Period.DESIGN_LIFE, CountsFrom.ACCEPTANCE),
    Part("roof", "屋面防水", "Roof waterproofing", 5),
    Part("wet_room", "卫生间等有防水要求的房间", "Wet rooms", 5),
    Part("facade", "外墙面防渗漏", "Façade against leaks", 5),
    Part("heating", "供热与供冷系统", "Heating and cooling", 2, Period.HEATING_SEASONS),
    Part("wiring", "电气管线", "Wiring", 2),
    Part("pipes", "给排水管道", "Pipes", 2),
    Part("equipment", "设备安装", "Equipment", 2),
    Part("fit_out", "装修工程", "Fit-out", 2),
]


@dataclass(frozen=True, kw_only=True)
class Sort:
    """A category: its words are in the language of those who call."""

    code: str
    zh: str
    en: str
    words: str = ""
    part: str = ""
    kind: str = Kind.REPAIR
    department: str = DepartmentKind.MAINTENANCE
    charging: str = Charging.WARRANTY
    urgent_words: str = ""
    flags: str = ""


CATEGORIES = [
    Sort(
        code="pipe",
        zh="水管龙头",
        en="Pipe or tap",
        words="水管 漏水 水龙头 龙头 角阀 水表 水压 停水 没水 滴水 pipe tap faucet",
        part="pipes",
        urgent_words="关不住 止不住 喷",
    ),
    Sort(
        code="drain",
        zh="下水堵塞",
        en="Blocked drain",
        words="下水 堵塞 堵了 返水 地漏 马桶堵 下水道 反味 drain clogged",
        part="pipes",
        urgent_words="污水 返水 溢出",
    ),
    Sort(
        code="wet_room_leak",
        zh="卫生间渗漏",
        en="Wet room leak",
        words="卫生间漏 卫生间渗 卫生间墙 卫生间天花板 厕所漏 厕所渗 厨房漏 阳台漏 楼上漏水 天花板漏 天花板渗 "
        "天花滴水 吊顶渗 墙里渗 渗漏 渗水 渗到楼下 漏到楼下 楼下说 防水",
        part="wet_room",
        flags="leak",
    ),
    Sort(
        code="roof_leak",
        zh="屋面渗漏",
        en="Roof leak",
        words="屋面 屋顶漏 顶楼漏 房顶漏 楼顶漏 屋顶渗 roof",
        part="roof",
        flags="leak",
    ),
    Sort(
        code="facade_leak",
        zh="外墙渗水",
        en="Façade leak",
        words="外墙 墙面渗水 墙体渗水 窗台渗水 窗台漏 窗边渗水 窗边漏 飘窗渗水 飘窗漏 墙发霉 facade",
        part="facade",
        flags="leak",
    ),
    Sort(
        code="power",
        zh="电路跳闸",
        en="Power",
        words="跳闸 停电 没电 短路 插座 开关 电路 电线 电箱 空开 漏电 power outage breaker",
        part="wiring",
        urgent_words="漏电 烧焦 糊味 火花 冒烟 冒火",
    ),
    Sort(code="lamp", zh="户内灯具", en="Lamp", words="灯具 灯不亮 灯泡 吸顶灯 灯管 灯坏 light bulb", part="wiring"),
    Sort(
        code="lock",
        zh="门锁",
        en="Door lock",
        words="门锁 锁芯 锁坏 开不了门 钥匙断 密码锁 lock",
        part="fit_out",
        urgent_words="孩子锁在 老人锁在",
    ),
    Sort(
        code="door_window",
        zh="门窗",
        en="Door or window",
        words="门窗 窗户 窗子 玻璃 合页 门把手 推拉门 纱窗 入户门 window",
        part="fit_out",
        urgent_words="玻璃碎 要掉",
    ),
    Sort(
        code="wall_floor",
        zh="墙面地面",
        en="Wall or floor",
        words="墙面 地面 瓷砖 地砖 空鼓 开裂 裂缝 墙皮 脱落 地板 tile crack",
        part="fit_out",
    ),
    Sort(
        code="heating",
        zh="暖气",
        en="Heating",
        words="暖气 地暖 供暖 不热 散热器 分水器 heat heating radiator",
        part="heating",
        urgent_words="暖气漏 暖气爆",
    ),
    Sort(
        code="intercom",
        zh="对讲",
        en="Intercom",
        words="对讲 可视门铃 呼叫不通 门铃 intercom",
        part="equipment",
    ),
    Sort(
        code="gas_alarm",
        zh="燃气报警",
        en="Gas alarm",
        words="燃气 煤气 天然气 燃气报警 漏气 gas",
        part="equipment",
        flags="safety urgent",
    ),
    Sort(
        code="structure",
        zh="主体结构",
        en="Structure",
        words="承重墙 楼板开裂 结构裂缝 沉降 structure",
        part="structure",
    ),
    Sort(
        code="lift",
        zh="电梯",
        en="Lift",
        words="电梯 轿厢 困梯 elevator lift",
        flags="safety public",
        urgent_words="困 关人 坠",
    ),
    Sort(
        code="fire",
        zh="消防设施",
        en="Fire protection",
        words="消防 消防栓 灭火器 烟感 喷淋 消火栓 应急灯 防火门 着火 起火 火灾 冒烟 fire",
        department=DepartmentKind.SECURITY,
        flags="safety public",
    ),
    Sort(
        code="access",
        zh="门禁道闸",
        en="Access control",
        words="门禁 单元门 道闸 刷卡 刷脸 闭门器 gate barrier",
        flags="safety public",
    ),
    Sort(
        code="camera",
        zh="监控",
        en="Surveillance",
        words="监控 摄像头 camera",
        department=DepartmentKind.SECURITY,
        flags="safety public",
    ),
    Sort(
        code="public_light",
        zh="公共照明",
        en="Public lighting",
        words="公共照明 声控灯 楼道灯 楼道灯不亮 路灯 路灯不亮 走廊灯 走廊灯不亮 车库灯 车库灯不亮 streetlight",
        flags="public",
    ),
    Sort(
        code="public_part", zh="公共部位", en="Common parts", words="楼道 大堂 走廊 扶手 井盖 围墙 车库", flags="public"
    ),
    Sort(
        code="green",
        zh="绿化",
        en="Greenery",
        words="绿化 草坪 树枝 树木 修剪 虫害 tree",
        department=DepartmentKind.CLEANING,
        flags="public",
    ),
    Sort(
        code="clean",
        zh="公共保洁",
        en="Cleaning",
        words="保洁 垃圾 卫生差 异味 积水 清扫 trash garbage",
        department=DepartmentKind.CLEANING,
        flags="public",
    ),
    Sort(code="other", zh="其他报修", en="Other repair"),
    Sort(
        code="unclog",
        zh="管道疏通",
        en="Unclogging",
        words="疏通 通马桶 通下水 通厕所",
        kind=Kind.SERVICE,
        charging=Charging.PAID,
    ),
    Sort(
        code="install",
        zh="家电安装",
        en="Installation",
        words="安装 加装 换灯 装灯 装窗帘 挂电视 移机 install",
        kind=Kind.SERVICE,
        charging=Charging.PAID,
    ),
    Sort(
        code="housekeeping",
        zh="家政保洁",
        en="Housekeeping",
        words="家政 擦玻璃 钟点工 开荒 油烟机清洗 housekeeping",
        kind=Kind.SERVICE,
        department=DepartmentKind.CLEANING,
        charging=Charging.PAID,
    ),
    Sort(code="other_service", zh="其他服务", en="Other service", kind=Kind.SERVICE, charging=Charging.PAID),
    Sort(
        code="technical",
        zh="技术咨询",
        en="Technical question",
        words="怎么用 如何使用 怎么调 怎么操作 参数 图纸 管线走向 how to",
        kind=Kind.ENQUIRY,
        charging=Charging.FREE,
    ),
    Sort(
        code="fees",
        zh="费用咨询",
        en="Question about fees",
        words="物业费 收费 账单 停车费 发票 fee bill",
        kind=Kind.ENQUIRY,
        department=DepartmentKind.FINANCE,
        charging=Charging.FREE,
    ),
    Sort(
        code="enquiry",
        zh="一般咨询",
        en="Enquiry",
        kind=Kind.ENQUIRY,
        department=DepartmentKind.SERVICE,
        charging=Charging.FREE,
    ),
    Sort(
        code="suggestion",
        zh="建议",
        en="Suggestion",
        kind=Kind.SUGGESTION,
        department=DepartmentKind.SERVICE,
        charging=Charging.FREE,
    ),
]

# code, Chinese, English, unit of measure, yuan, labour?
PRICES = [
    ("labour_hour", "维修人工", "Labour", "小时", "60.00", True),
    ("visit", "上门费", "Call-out", "次", "20.00", True),
    ("unclog_toilet", "疏通马桶", "Unclog a toilet", "次", "80.00", True),
    ("unclog_drain", "疏通地漏", "Unclog a drain", "次", "60.00", True),
    ("install_lamp", "安装灯具", "Fit a lamp", "盏", "40.00", True),
    ("install_shelf", "打孔安装", "Drill and fit", "孔", "10.00", True),
    ("cleaning_hour", "家政保洁", "Housekeeping", "小时", "45.00", True),
    ("window_cleaning", "擦玻璃", "Clean windows", "平方米", "6.00", True),
    ("range_hood", "清洗油烟机", "Clean a range hood", "台", "150.00", True),
    ("tap", "单冷水龙头", "Cold tap", "个", "35.00", False),
    ("mixer", "冷热水龙头", "Mixer tap", "个", "120.00", False),
    ("angle_valve", "角阀", "Angle valve", "个", "25.00", False),
    ("hose", "进水软管", "Supply hose", "根", "20.00", False),
    ("floor_drain", "地漏", "Floor drain", "个", "45.00", False),
    ("cistern_parts", "马桶水箱配件", "Cistern parts", "套", "60.00", False),
    ("led_bulb", "LED 灯泡", "LED bulb", "个", "15.00", False),
    ("switch", "开关面板", "Switch", "个", "18.00", False),
    ("socket", "五孔插座", "Socket", "个", "20.00", False),
    ("breaker", "空气开关", "Circuit breaker", "个", "45.00", False),
    ("lock_core", "锁芯", "Lock cylinder", "个", "90.00", False),
    ("hinge", "合页", "Hinge", "副", "15.00", False),
    ("sealant", "密封胶", "Sealant", "支", "25.00", False),
]


@transaction.atomic
def load() -> int:
    """Load what is missing. Returns how many rows were new."""
    return _load_parts() + _load_categories() + _load_prices()


def _load_parts() -> int:
    known = set(WarrantyPart.objects.values_list("code", flat=True))
    fresh = [
        WarrantyPart(
            code=part.code,
            name_zh=part.zh,
            name_en=part.en,
            period=part.period,
            length=part.length,
            counts_from=part.counts_from,
            clause=LAW,
            order=order,
        )
        for order, part in enumerate(PARTS)
        if part.code not in known
    ]
    bulk_create_with_history(fresh, WarrantyPart)
    return len(fresh)


def _load_categories() -> int:
    known = set(Category.objects.values_list("code", flat=True))
    parts = {part.code: part for part in WarrantyPart.objects.all()}
    fresh = [_category(sort, order, parts) for order, sort in enumerate(CATEGORIES) if sort.code not in known]
    bulk_create_with_history(fresh, Category)
    return len(fresh)


def _category(sort: Sort, order: int, parts: dict[str, WarrantyPart]) -> Category:
    flags = sort.flags.split()
    return Category(
        code=sort.code,
        name_zh=sort.zh,
        name_en=sort.en,
        kind=sort.kind,
        keywords=sort.words.split(),
        urgent="urgent" in flags,
        urgent_words=sort.urgent_words.split(),
        department_kind=sort.department,
        charging=sort.charging,
        warranty_part=parts.get(sort.part),
        is_leak="leak" in flags,
        is_safety="safety" in flags,
        is_public_area="public" in flags,
        order=order,
    )


def _load_prices() -> int:
    known = set(PriceItem.objects.filter(project=None).values_list("code", flat=True))
    fresh = [
        PriceItem(
            code=code,
            name_zh=zh,
            name_en=en,
            unit=unit,
            price=Decimal(price),
            kind=ItemKind.LABOUR if is_labour else ItemKind.MATERIAL,
            is_hourly=code == "labour_hour",
            order=order,
        )
        for order, (code, zh, en, unit, price, is_labour) in enumerate(PRICES)
        if code not in known
    ]
    bulk_create_with_history(fresh, PriceItem)
    return len(fresh)
