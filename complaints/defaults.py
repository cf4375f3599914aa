"""Grades and topics of complaints on a fresh installation. The definitions are the standard's, the rest is ours.

How long each may take is no part of them: that stands in the rules of deadlines, which a leader may change.
"""

from typing import Any

from django.db import transaction

from complaints.models import GradeGuide, StandardPhrase, Topic
from complaints.states import Grade, Spoken

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
        "definition_zh": "严重影响住户日常生活、安全，破坏公司形象，产生恶劣影响的投诉。项目总经理进入处理程序。",
        "definition_en": (
            "Gravely affects daily life or safety, harms the company's name, or has bad consequences. "
            "The general manager takes part in handling it."
        ),
        "words": MAJOR_WORDS.split(),
    },
    {
        "grade": Grade.IMPORTANT,
        "name_zh": "重要投诉",
        "name_en": "Important complaint",
        "definition_zh": "涉及管理、服务工作失误的投诉。转呈部门主管进入处理程序。",
        "definition_en": "A mistake in management or service. Passed to the department head.",
        "words": IMPORTANT_WORDS.split(),
    },
    {
        "grade": Grade.MINOR,
        "name_zh": "轻微投诉",
        "name_en": "Minor complaint",
        "definition_zh": "个别偶发事务、个别人员的投诉。",
        "definition_en": "A single occurrence or a single person.",
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
# Ours, made of the standard's own polite words (一.3 文明用语) and of what 三(6) asks for:
# thanks, apology, comfort, the reason.
PHRASES = [
    (Spoken.CONTACT, "您好，我是物业客服中心的工作人员，您反映的问题由我负责跟进。",
     "Hello, this is the service centre; I am taking care of what you told us."),
    (Spoken.CONTACT, "给您带来不便，非常抱歉。", "We are very sorry for the trouble."),
    (Spoken.CONTACT, "请您把当时的情况再说一下，好吗？", "Would you please tell me once more what happened?"),
    (Spoken.PROGRESS, "您反映的问题正在处理，一有进展马上告诉您。",
     "We are working on it and will tell you as soon as there is news."),
    (Spoken.PROGRESS, "已安排相关部门到现场查看。", "The department responsible has been sent to look at it."),
    (Spoken.PROGRESS, "谢谢您的耐心等待。", "Thank you for your patience."),
    (Spoken.ANSWER, "经核实，是我们工作的失误，向您道歉，我们马上改正。",
     "We have checked: the mistake was ours. We apologise and put it right at once."),
    (Spoken.ANSWER, "经核实，情况是这样的：", "We have checked, and this is how it is:"),
    (Spoken.ANSWER, "处理办法和完成时间是：", "What we do, and until when:"),
    (Spoken.DELAY, "暂时不能马上解决，原因是：", "It cannot be solved at once, because:"),
    (Spoken.DELAY, "我们已向上级汇报，请您谅解。",
     "We have reported it to those above us and ask for your understanding."),
    (Spoken.DELAY, "预计完成时间是：", "It will be done by:"),
    (Spoken.INFORM, "您反映的问题已经处理完毕，请您看看是否满意。",
     "What you told us about has been dealt with; please tell us whether you are content."),
    (Spoken.INFORM, "感谢您的意见，帮助我们改进服务。", "Thank you for telling us; it helps us to serve you better."),
    (Spoken.INFORM, "以后有问题请随时联系客服中心。", "Please call the service centre at any time."),
    *((Spoken.ESCALATE, zh, en) for zh, en in (
        ("住户情绪激动，请到独立洽谈室个别接待。", "Upset; received alone in the private room."),
        ("住户要求直接面见经理。", "Asks to see the manager in person."),
    )),
]  # fmt: skip


@transaction.atomic
def load() -> int:
    """Load grades, topics and phrases that are not there; those that are stay as they were edited.

    Returns how many were new.
    """
    graded = set(GradeGuide.objects.values_list("grade", flat=True))
    fresh = [guide for guide in GUIDES if guide["grade"] not in graded]
    for guide in fresh:
        GradeGuide.objects.create(**guide, clause=CLAUSE, order=GUIDES.index(guide))
    known = set(Topic.objects.values_list("code", flat=True))
    topics = [row for row in TOPICS if row[0] not in known]
    for code, zh, en, words in topics:
        order = [row[0] for row in TOPICS].index(code)
        Topic.objects.create(code=code, name_zh=zh, name_en=en, words=words, order=order)
    return len(fresh) + len(topics) + _load_phrases()


def _load_phrases() -> int:
    """Load the phrases of the steps that have none: whoever took one out of use does not want it back."""
    kept = set(StandardPhrase.objects.values_list("spoken", flat=True))
    fresh = [
        StandardPhrase(spoken=spoken, words_zh=zh, words_en=en, order=place)
        for place, (spoken, zh, en) in enumerate(PHRASES)
        if spoken not in kept
    ]
    StandardPhrase.objects.bulk_create(fresh)
    return len(fresh)
