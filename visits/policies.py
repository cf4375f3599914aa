"""The default deadline of home visits, as data: whoever goes does so on the day that was planned."""

from datetime import datetime

from sla.defaults import Default, load_policies, told
from sla.states import Audience, Goal, Source

POLICIES = [
    Default(
        key="home_visit.day",
        zh="按约定日上门",
        en="Visit on its day",
        source=Source.STANDARD_OUR_VALUE,
        kinds=["home_visit"],
        clause="三(4)④ 催缴费用 (对不交费又长期居住在小区的业主,可上门拜访催缴)",
        starts=["home_visit.planned", "home_visit.moved"],
        stops=["home_visit.visited"],
        steps=[told(Audience.HANDLER, Audience.SUPERVISOR)],
        rest={"goal": Goal.FIELD, "goal_field": "event.until", "restarts": True},
    ),
]


def load(*, at: datetime) -> int:
    """Load the policy of home visits where it is not there yet. Returns how many were new."""
    return load_policies(POLICIES, at=at)
