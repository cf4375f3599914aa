"""What callers say on a fresh installation. Thanks at the end are the standard's (四(3)); the questions are ours."""

from django.db import transaction

from visits.models import CallbackScript
from visits.states import Category

OPENING_ZH = "您好，这里是客户服务中心。您报修的事项已经处理完毕，想占用您一分钟了解一下维修情况，现在方便吗？"
COMPLAINT_ZH = "您好，这里是客户服务中心。您反映的投诉已经处理完毕，想占用您一分钟了解一下您是否满意，现在方便吗？"
COMPLAINT_EN = (
    "Good day, this is the customer service centre. Your complaint has been dealt with. "
    "May I take a minute to ask whether you are content?"
)
COMPLAINT_ASKED_ZH = ["处理结果是否与告知您的一致？", "接待和处理人员的态度是否满意？", "同样的问题有没有再次发生？"]
COMPLAINT_ASKED_EN = [
    "Is the result what you were told it would be?",
    "Were you content with the manners of those who dealt with it?",
    "Has the same thing happened again?",
]
OPENING_EN = (
    "Good day, this is the customer service centre. Your repair has been finished. "
    "May I take a minute to ask how it went?"
)
CLOSING_ZH = "感谢您的支持和配合，再见。"
CLOSING_EN = "Thank you for your support. Goodbye."
SHARED_ZH = ["维修人员是否按约定时间上门？", "维修人员的态度、着装和现场清理是否满意？"]
SHARED_EN = ["Did the technician come at the agreed time?", "Were you content with manners, dress and tidying up?"]
LAST_ZH = ["收费和报价是否一致？（有偿服务）", "总体打几分？（1 到 5 分）", "还有其他意见或建议吗？"]
LAST_EN = [
    "Was the charge as quoted? (paid service)",
    "Which score from 1 to 5 would you give?",
    "Is there anything else you would like to tell us?",
]


def _after_repair(name_zh: str, name_en: str, question_zh: str, question_en: str) -> dict[str, str]:
    return {
        "name_zh": name_zh,
        "name_en": name_en,
        "opening_zh": OPENING_ZH,
        "opening_en": OPENING_EN,
        "questions_zh": "\n".join([question_zh, *SHARED_ZH, *LAST_ZH]),
        "questions_en": "\n".join([question_en, *SHARED_EN, *LAST_EN]),
    }


SCRIPTS: dict[str, dict[str, str]] = {
    Category.SAFETY: _after_repair(
        "安全设施维修回访",
        "Callback on a safety repair",
        "设施现在使用是否正常？有没有再次出现异常？",
        "Does the facility work properly now? Has anything unusual happened since?",
    ),
    Category.LEAK: _after_repair(
        "渗漏水维修回访",
        "Callback on a leak repair",
        "试漏之后原来渗漏的地方是否干燥？有没有新的水渍？",
        "Is the place dry since the leak test? Are there any new stains?",
    ),
    Category.OTHER: _after_repair(
        "维修回访",
        "Callback on a repair",
        "报修的问题是否已经彻底解决？",
        "Has the problem been solved completely?",
    ),
    Category.COMPLAINT: {
        "name_zh": "投诉回访",
        "name_en": "Callback on a complaint",
        "opening_zh": COMPLAINT_ZH,
        "opening_en": COMPLAINT_EN,
        "questions_zh": "\n".join([*COMPLAINT_ASKED_ZH, *LAST_ZH[1:]]),
        "questions_en": "\n".join([*COMPLAINT_ASKED_EN, *LAST_EN[1:]]),
    },
}


@transaction.atomic
def load() -> int:
    """Load the scripts that are not there; those that are stay as they were edited. Returns how many were new."""
    known = set(CallbackScript.objects.values_list("category", flat=True))
    fresh = [category for category in SCRIPTS if category not in known]
    for category in fresh:
        CallbackScript.objects.create(
            category=category, **SCRIPTS[category], closing_zh=CLOSING_ZH, closing_en=CLOSING_EN
        )
    return len(fresh)
