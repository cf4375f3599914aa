"""What the machine of `tests.billing.machine` asks to take back: refunds, waivers, and what became of deposits."""

from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from billing.actions.taking_back import (
    MOVE,
    REFUND,
    WAIVER,
    ask_to_reverse_move,
    ask_to_reverse_refund,
    ask_to_reverse_waiver,
)
from billing.models import Bill, Deposit, Refund
from records.models import Approval
from tests.billing.beside import Beside
from tests.billing.plain import PlainAct

K = TypeVar("K", int, str)
BACK = (REFUND, WAIVER, MOVE)
picks = st.integers(0, 999)
askers = st.sampled_from(["cashier", "cashier2", "supervisor"])


class Backwards(Beside):
    """Who asks, and what the model says once a second person approved."""

    @precondition(lambda self: self.plain.refunds)
    @rule(pick=picks, by=askers)
    def ask_to_take_refund_back(self, pick: int, by: str) -> None:
        number = self.mostly(_standing(self.plain.refunds), self.plain.refunds, pick)
        refund = Refund.objects.select_related("project", "unit", "entry").get(number=number)
        self.ask(
            REFUND,
            number,
            not self.plain.refunds[number].is_back,
            lambda: ask_to_reverse_refund(refund=refund, reason="银行退回", by=self.who(by), at=self.now),
        )

    @precondition(lambda self: self.plain.waivers)
    @rule(pick=picks, by=askers)
    def ask_to_take_waiver_back(self, pick: int, by: str) -> None:
        waiver = self.mostly(_standing(self.plain.waivers), self.plain.waivers, pick)
        act = self.plain.waivers[waiver]
        bill = Bill.objects.select_related("project", "unit").get(pk=act.key)
        self.ask(
            WAIVER,
            bill.number,
            not act.is_back,
            lambda: ask_to_reverse_waiver(bill=bill, waiver=waiver, reason="减错户", by=self.who(by), at=self.now),
        )

    @precondition(lambda self: self.plain.moves)
    @rule(pick=picks, by=askers)
    def ask_to_take_move_back(self, pick: int, by: str) -> None:
        move = self.mostly(_standing(self.plain.moves), self.plain.moves, pick)
        act = self.plain.moves[move]
        deposit = Deposit.objects.select_related("project", "unit").get(pk=act.key)
        self.ask(
            MOVE,
            deposit.number,
            not act.is_back,
            lambda: ask_to_reverse_move(deposit=deposit, move=move, reason="退错户", by=self.who(by), at=self.now),
        )

    def may_be_back(self, approval: Approval) -> bool:
        """Whether what was asked can be taken back, should a second person approve now."""
        act = self._act(approval)
        till_is_open = not act.method or self.plain.may_move(self.day(), approval.asked_by_id)
        return not act.is_back and till_is_open and self.plain.may_book(self.day())

    def is_back(self, approval: Approval) -> None:
        """A second person approved."""
        if approval.kind == WAIVER:
            self.plain.take_waiver_back(approval.data["waiver"])
        elif approval.kind == REFUND:
            self.plain.take_refund_back(approval.subject, self.day(), approval.asked_by_id)
        else:
            self.plain.take_move_back(approval.data["move"], self.day(), approval.asked_by_id)

    def _act(self, approval: Approval) -> PlainAct:
        if approval.kind == WAIVER:
            return self.plain.waivers[approval.data["waiver"]]
        if approval.kind == REFUND:
            return self.plain.refunds[approval.subject]
        return self.plain.moves[approval.data["move"]]


def _standing(acts: dict[K, PlainAct]) -> list[K]:
    return [key for key, act in acts.items() if not act.is_back]
