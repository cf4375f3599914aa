"""The default deadlines of arrears, as data: the ladder's waits. Promises and disputes pause them, limitation excepted.

Source: 三(4)④ 催缴费用; 民法典 188, 195 (limitation). What the standard leaves to the company is marked as ours.
"""

from datetime import datetime

from sla.defaults import DAY, Default, load_policies, told
from sla.states import Audience, Goal, Source

CLAUSE = "三(4)④ 催缴费用"
KINDS = ["arrears"]
PAUSES = {
    "pauses": ["arrears.promised", "arrears.disputed"],
    "resumes": ["arrears.promise_ended", "arrears.dispute_settled"],
}


def until(*events: str) -> dict[str, list[str]]:
    """What pauses the waits of the ladder, and what else ends one, kept by nobody: filed, excused, or `events`."""
    return {**PAUSES, "cancels": ["arrears.filed", "arrears.excused", *events]}


# The GM hears of it when 30 of the 36 months are over at the latest: six months have at most so many days.
HALF_A_YEAR = 184 * DAY

POLICIES = [
    Default(
        key="arrears.remind",
        zh="电话催缴",
        en="Reminder by phone",
        source=Source.STANDARD_OUR_VALUE,
        kinds=KINDS,
        clause=f"{CLAUSE} (可电话、短信提醒)",
        starts=["arrears.opened", "arrears.bills_added"],
        stops=["arrears.notified", "arrears.reminded"],
        steps=[told(Audience.CASHIER, offset=-DAY), told(Audience.SUPERVISOR)],
        rest={"goal_seconds": 7 * DAY, **until("arrears.untold_settled")},
    ),
    Default(
        key="arrears.letter",
        zh="特快专递催缴函",
        en="Demand letter by courier",
        source=Source.STANDARD,
        kinds=KINDS,
        clause=f"{CLAUSE} (电话通知后三个月内仍未缴纳的业主,通过特快专递的方式发出正式催缴函)",
        starts=["arrears.notified"],
        stops=["arrears.letter_sent"],
        steps=[told(Audience.CASHIER, offset=-7 * DAY), told(Audience.SUPERVISOR)],
        rest={"goal": Goal.MONTHS, "goal_months": 3, "goal_more_days": 7, **until("arrears.told_settled")},
    ),
    Default(
        key="arrears.delivery",
        zh="催缴函送达凭证",
        en="Proof of the letter's delivery",
        source=Source.STANDARD_OUR_VALUE,
        kinds=KINDS,
        clause=f"{CLAUSE} (通过特快专递的方式发出正式催缴函)",
        starts=["arrears.letter_sent"],
        stops=["arrears.delivered", "arrears.delivered_at_rest", "arrears.letter_returned"],
        steps=[told(Audience.CASHIER), told(Audience.SUPERVISOR, offset=7 * DAY)],
        rest={"goal_seconds": 10 * DAY, **until("arrears.letter_settled")},
    ),
    Default(
        key="arrears.visit",
        zh="上门拜访催缴",
        en="Visit to collect",
        source=Source.STANDARD_OUR_VALUE,
        kinds=KINDS,
        clause=f"{CLAUSE} (对不交费又长期居住在小区的业主,可上门拜访催缴)",
        starts=["arrears.visit_decided"],
        stops=["arrears.visited"],
        steps=[told(Audience.CASHIER, offset=-3 * DAY), told(Audience.SUPERVISOR)],
        rest={"goal_seconds": 30 * DAY, **until("arrears.visit_cancelled")},
    ),
    Default(
        key="arrears.unpaid",
        zh="送达后缴清期限",
        en="Time to pay after the letter",
        source=Source.STANDARD_OUR_VALUE,
        kinds=KINDS,
        clause=f"{CLAUSE} (对长期无端拒缴、性质特别恶劣的业主,可通过法律渠道处理)",
        starts=["arrears.delivered", "arrears.delivered_at_rest"],
        stops=["arrears.demand_settled"],
        steps=[told(Audience.SUPERVISOR)],
        rest={"goal_seconds": 30 * DAY, "restarts": True, **until()},
    ),
    Default(
        key="arrears.legal",
        zh="决定后续措施",
        en="Decision on what follows",
        source=Source.STANDARD_OUR_VALUE,
        kinds=KINDS,
        clause=f"{CLAUSE} (对长期无端拒缴、性质特别恶劣的业主,可通过法律渠道处理)",
        starts=["arrears.delivered", "arrears.decision_owed"],
        stops=["arrears.filed", "arrears.visit_decided", "arrears.excused"],
        steps=[told(Audience.SUPERVISOR, offset=-7 * DAY), told(Audience.GM)],
        rest={"goal_seconds": 60 * DAY, **PAUSES, "cancels": ["arrears.demand_settled"]},
    ),
    Default(
        key="arrears.limitation",
        zh="诉讼时效",
        en="Limitation",
        source=Source.LAW,
        kinds=KINDS,
        clause="民法典 第一百八十八条、第一百九十五条",
        starts=[
            "arrears.bills_overdue",
            "arrears.limitation_kept",
            "arrears.demand_proven",
            "arrears.debt_acknowledged",
        ],
        stops=["arrears.bills_settled", "arrears.filed"],
        steps=[told(Audience.GM, offset=-HALF_A_YEAR), told(Audience.GM, Audience.SUPERVISOR)],
        # What was not filed with the rest is watched in the case that takes it up.
        rest={"goal": Goal.MONTHS, "goal_months": 36, "restarts": True, "cancels": ["arrears.left_out"]},
    ),
]


def load(*, at: datetime) -> int:
    """Load the policies of arrears that are not there yet. Returns how many were new."""
    return load_policies(POLICIES, at=at)
