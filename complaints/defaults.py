"""Grades and topics of complaints on a fresh installation. The definitions are the standard's, the rest is ours."""

from typing import Any

from django.db import transaction

from complaints.models import GradeGuide, Topic
from complaints.states import Grade

CLAUSE = "三(6)⑤ 投诉接待"
MAJOR_WORDS = (
    "受伤 伤人 触电 着火 火灾 爆炸 坠落 困人 被困 煤气 燃气泄漏 淹了 被淹 大火 起火 昏迷 晕倒 砸到 砸伤 砸中 "
    "咬伤 摔伤 溺水 中毒 流血 住院 打人 媒体 记者 起诉 曝光 报警"
)
IMPORTANT_WORDS = "没人来 一直没 没有人管 没人管 推诿 失误 乱收费 多收 收错 没修好 又坏 多次 失窃 被盗 丢失"
MINOR_WORDS = "态度 不礼貌 噪音 吵闹"
GUIDES: list[dict[str, Any]] = [
    {
        "grade": Grade.MAJOR,
        "name_zh": "重大投诉",
        "name_en": "Major complaint",
        "definition_zh": (
            "严重影响住户日常生活、安全，破坏公司形象，产生恶劣影响的投诉。"
            "当天通知项目总经理进入处理程序，2 天内给住户明确答复，10 日内解决。"
        ),
        "definition_en": (
            "Gravely affects daily life or safety, harms the company's name, or has bad consequences. "
            "The general manager is told the same day; a clear answer within 2 days; solved within 10 days."
        ),
        "words": MAJOR_WORDS.split(),
    },
    {
        "grade": Grade.IMPORTANT,
        "name_zh": "重要投诉",
        "name_en": "Important complaint",
        "definition_zh": ("涉及管理、服务工作失误的投诉。接待后 1 小时内转呈部门主管进入处理程序，3 天内处理完毕。"),
        "definition_en": (
            "A mistake in management or service. "
            "Passed to the department head within 1 hour of reception; done within 3 days."
        ),
        "words": IMPORTANT_WORDS.split(),
    },
    {
        "grade": Grade.MINOR,
        "name_zh": "轻微投诉",
        "name_en": "Minor complaint",
        "definition_zh": "个别偶发事务、个别人员的投诉。2 天内或在住户要求的期限内解决。",
        "definition_en": (
            "A single occurrence or a single person. Solved within 2 days, or by the time the resident asks for."
        ),
        "words": MINOR_WORDS.split(),
    },
]
TOPICS = [
    ("attitude", "服务态度", "Manners", ["态度", "不礼貌", "骂人", "不耐烦", "推诿"]),
    ("timeliness", "处理不及时", "Slow handling", ["没人来", "一直没", "迟迟", "超时", "没有回复", "没人管"]),
    ("repair", "维修质量", "Quality of repairs", ["没修好", "又坏", "漏水", "返修", "维修"]),
    ("cleaning", "环境卫生", "Cleaning", ["卫生", "垃圾", "脏", "异味", "蚊虫"]),
    ("security", "安全秩序", "Security and order", ["保安", "门岗", "失窃", "被盗", "陌生人", "监控"]),
    ("parking", "车辆停放", "Parking", ["停车", "车位", "占用车位", "堵车", "划伤"]),
    ("noise", "邻里噪音", "Neighbours and noise", ["噪音", "吵闹", "邻居", "楼上", "装修声"]),
    ("fees", "收费问题", "Fees", ["收费", "物业费", "多收", "收错", "发票", "票据"]),
    ("facilities", "设施设备", "Facilities", ["电梯", "停电", "停水", "路灯", "门禁", "水泵"]),
    ("other", "其他", "Other", []),
]


@transaction.atomic
def load() -> int:
    """Load grades and topics that are not there; those that are stay as they were edited. Returns how many were new."""
    graded = set(GradeGuide.objects.values_list("grade", flat=True))
    fresh = [guide for guide in GUIDES if guide["grade"] not in graded]
    for guide in fresh:
        GradeGuide.objects.create(**guide, clause=CLAUSE, order=GUIDES.index(guide))
    known = set(Topic.objects.values_list("code", flat=True))
    topics = [row for row in TOPICS if row[0] not in known]
    for code, zh, en, words in topics:
        order = [row[0] for row in TOPICS].index(code)
        Topic.objects.create(code=code, name_zh=zh, name_en=en, words=words, order=order)
    return len(fresh) + len(topics)
