"""The default deadlines of complaints, as data. They count from reception and never pause.

Source: 三(6)⑤ and ⑥; what the standard leaves to the company is marked as ours.
"""

from datetime import datetime

from sla.defaults import DAY, HOUR, MINUTE, SPOKEN_ABOUT_COMPLAINT, Default, load_policies, told
from sla.states import Audience, Goal, Source

GRADED = ["complaint.registered", "complaint.regraded"]
BEGUN = [*GRADED, "complaint.reopened"]
ANEW = {"cancels": ["complaint.regraded"]}
CLAUSE = "三(6)⑤ 投诉接待"

POLICIES = [
    Default(
        key="complaint.notify_gm",
        zh="重大投诉总经理知悉",
        en="General manager takes note of a major complaint",
        source=Source.STANDARD,
        kinds=["complaint:major"],
        clause=f"{CLAUSE} (当天通知项目总进入处理程序)",
        starts=BEGUN,
        stops=["complaint.acknowledged"],
        steps=[told(Audience.GM, percent=0), told(Audience.GM, percent=50), told(Audience.QUALITY)],
        rest={"goal": Goal.END_OF_DAY, **ANEW},
    ),
    Default(
        key="complaint.answer",
        zh="重大投诉明确答复",
        en="Clear answer to a major complaint",
        source=Source.STANDARD,
        kinds=["complaint:major"],
        clause=f"{CLAUSE} (2天内给住户明确答复)",
        starts=BEGUN,
        stops=["complaint.answered", "complaint.informed"],
        steps=[told(Audience.HANDLER, percent=80), told(Audience.SUPERVISOR, Audience.GM)],
        rest={"goal_seconds": 2 * DAY, **ANEW},
    ),
    Default(
        key="complaint.resolve.major",
        zh="重大投诉解决",
        en="Solving a major complaint",
        source=Source.STANDARD,
        kinds=["complaint:major"],
        clause=f"{CLAUSE} (10日内解决)",
        starts=BEGUN,
        stops=["complaint.resolved"],
        steps=[
            told(Audience.HANDLER, percent=50),
            told(Audience.HANDLER, percent=80),
            told(Audience.GM),
            told(Audience.QUALITY, offset=DAY),
        ],
        rest={"goal_seconds": 10 * DAY, **ANEW},
    ),
    Default(
        key="complaint.refer",
        zh="重要投诉转呈部门主管",
        en="Handing an important complaint to the department head",
        source=Source.STANDARD,
        kinds=["complaint:important"],
        clause=f"{CLAUSE} (在接待一小时内转呈部门主管)",
        starts=GRADED,
        stops=["complaint.referred"],
        # Of one that passes the desk by, who took it hears of it all the same: it waits for them.
        steps=[told(Audience.DESK, Audience.TAKER, offset=-15 * MINUTE), told(Audience.SUPERVISOR)],
        # What is solved within the hour is not handed on any more.
        rest={"goal_seconds": HOUR, "cancels": ["complaint.regraded", "complaint.resolved"]},
    ),
    Default(
        key="complaint.contact",
        zh="责任人与住户联系",
        en="The person responsible speaks with the resident",
        source=Source.STANDARD_OUR_VALUE,
        kinds=["complaint"],
        clause="三(6)⑥② (相关部门直接责任人第一时间与客户取得联系)",
        starts=["complaint.referred"],
        # Told the result by the desk, they are not called for this any more; that the person did it nobody can say.
        stops=["complaint.contacted"],
        steps=[told(Audience.HEAD)],
        rest={"goal_seconds": 4 * HOUR, "restarts": True, "cancels": ["complaint.informed"]},
    ),
    Default(
        key="complaint.progress",
        zh="告知住户进展",
        en="The resident is told how it stands",
        source=Source.STANDARD_OUR_VALUE,
        kinds=["complaint"],
        clause="二.2 (及时向业主反馈最新进展)",
        starts=["complaint.registered", "complaint.reopened", *SPOKEN_ABOUT_COMPLAINT],
        stops=[*SPOKEN_ABOUT_COMPLAINT, "complaint.informed"],
        steps=[told(Audience.SUPERVISOR)],
        rest={"goal_seconds": 2 * DAY, "cancels": ["complaint.resolved"]},
    ),
    Default(
        key="complaint.resolve.important",
        zh="重要投诉处理完毕",
        en="Handling an important complaint",
        source=Source.STANDARD,
        kinds=["complaint:important"],
        clause=f"{CLAUSE} (3天内处理完毕)",
        starts=BEGUN,
        stops=["complaint.resolved"],
        steps=[told(Audience.HEAD, percent=80), told(Audience.SUPERVISOR, Audience.GM)],
        rest={"goal_seconds": 3 * DAY, **ANEW},
    ),
    Default(
        key="complaint.resolve.minor",
        zh="轻微投诉解决",
        en="Solving a minor complaint",
        source=Source.STANDARD,
        kinds=["complaint:minor"],
        clause=f"{CLAUSE} (在2天内或在住户要求的期限内解决)",
        starts=BEGUN,
        stops=["complaint.resolved"],
        steps=[told(Audience.HANDLER, percent=80), told(Audience.SUPERVISOR)],
        rest={"goal_seconds": 2 * DAY, "goal_field": "promised_at", **ANEW},
    ),
    Default(
        key="complaint.inform",
        zh="结果通报",
        en="The resident is told the result",
        source=Source.STANDARD,
        kinds=["complaint"],
        clause="三(6)⑥② (在当天将投诉处理结果通报投诉住户)",
        starts=["complaint.resolved"],
        stops=["complaint.informed"],
        steps=[told(Audience.SUPERVISOR)],
        rest={"goal": Goal.END_OF_DAY, "cancels": ["complaint.reopened"]},
    ),
    Default(
        key="complaint.close",
        zh="住户确认后结案",
        en="Closing with the resident's word",
        source=Source.OURS,
        kinds=["complaint"],
        clause="四.4 (确认问题是否得到解决)",
        starts=["complaint.informed"],
        stops=["complaint.closed"],
        # Who was told and never asked whether it is solved gets no callback either.
        steps=[told(Audience.TAKER, percent=80), told(Audience.SUPERVISOR)],
        rest={"goal_seconds": 3 * DAY, "cancels": ["complaint.reopened", "complaint.resolved"]},
    ),
    Default(
        key="measure.due",
        zh="改进措施完成",
        en="Improvement measure done",
        source=Source.STANDARD_OUR_VALUE,
        kinds=["measure"],
        clause="三.5 (找出问题根源,制定改进措施)",
        starts=["measure.opened", "measure.postponed", "measure.resumed"],
        stops=["measure.done"],
        steps=[told(Audience.HANDLER, offset=-DAY), told(Audience.HANDLER, Audience.SUPERVISOR)],
        rest={"goal": Goal.FIELD, "goal_field": "event.until", "restarts": True, "cancels": ["measure.dropped"]},
    ),
    Default(
        key="complaint.callback",
        zh="投诉回访",
        en="Callback on a complaint",
        source=Source.OURS,
        kinds=["callback:complaint"],
        clause="三 (做好投诉回访工作)",
        starts=["callback.owed"],
        stops=["callback.reached"],
        steps=[told(Audience.SUPERVISOR)],
        rest={"goal_seconds": 2 * DAY},
    ),
]


def load(*, at: datetime) -> int:
    """Load the policies of complaints that are not there yet. Returns how many were new."""
    return load_policies(POLICIES, at=at)
