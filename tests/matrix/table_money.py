"""What the addresses of the door and of the office's costs are for."""

from tests.matrix.rows import (
    ARRANGERS,
    ASKERS,
    BILLERS,
    CASHIER,
    DECIDERS,
    FRONT,
    MONEY_LEADERS,
    MONEY_STAFF,
    Row,
    just,
    readable,
    writable,
)

DOORS_AND_OFFICE: dict[str, Row] = {
    # --- collecting at the door --------------------------------------------------------------------------------------
    "doors": readable("", MONEY_STAFF),
    "door_new": Row(thing="unit", reads=ARRANGERS, writes=ARRANGERS, body=just(payer="张小明")),
    "door": readable("door", MONEY_STAFF),
    "door_step": writable("door", ARRANGERS, just(**{"cancel-reason": "改天再约"}), given={"verb": "cancel"}),
    # The one that is carried; who carries it is its cashier.
    "door_step collect": writable("carried", CASHIER, just(**{"collect-method": "cash"}), given={"verb": "collect"}),
    "door_step miss": writable("carried", BILLERS, just(**{"miss-why": "nobody"}), given={"verb": "miss"}),
    "door_paper": readable("door_paper", BILLERS),
    "door_hand_in": Row(reads=BILLERS, writes=BILLERS, body=just(counted="0")),
    "door_handed_in": readable("hand_in", MONEY_STAFF),
    # --- the office's own costs ---------------------------------------------------------------------------------------
    "office_costs": readable("", ASKERS),
    "office_cost_new": Row(
        reads=ASKERS,
        writes=ASKERS,
        body=just(
            words="电费",
            supplier="供电公司",
            start="2026-10-01",
            end="2026-10-31",
            whole="100",
            share_by="percent",
            weight="15",
        ),
    ),
    "office_month": readable("", MONEY_LEADERS),
    "office_month_export": Row(reads=MONEY_LEADERS, writes=MONEY_LEADERS, get_writes=True),
    "office_cost": readable("office_cost", MONEY_STAFF),
    "office_cost_do": writable("office_cost", DECIDERS, given={"verb": "approve"}),
    "office_cost_do refuse": writable(
        "office_cost", DECIDERS, just(**{"refuse-reason": "票据不全"}), given={"verb": "refuse"}
    ),
    # The desk asked; whoever sees it otherwise is told that it is not theirs to take back.
    "office_cost_do withdraw": writable("office_cost", FRONT, given={"verb": "withdraw"}),
    # Nothing is approved in this world: whoever may is told that it waits.
    "office_cost_do pay": writable(
        "office_cost",
        BILLERS,
        just(**{"pay-method": "cash", "pay-received_by": "张"}),
        given={"verb": "pay"},
    ),
    "office_cost_do reverse": writable(
        "office_cost", BILLERS, just(**{"reverse-reason": "记错"}), given={"verb": "reverse"}
    ),
    "office_cost_do add": writable("office_cost", FRONT | BILLERS, just(), given={"verb": "add"}, file="add-file"),
    "office_cost_paper": writable("office_cost", MONEY_STAFF),
    "office_cost_file": readable("office_file", MONEY_STAFF),
}
