"""What households owe and have, kept in plain dicts of decimals: what the real books are held against.

No database and no code of the product: who pays what is reckoned here a second time, as one would on paper. `may_…`
says whether an act goes through, and changes nothing; the act itself is told once it did.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

NOTHING = Decimal("0.00")
RECEIVABLE, CREDIT, DEPOSIT, SERVICES, OTHER, WAIVED = "1122", "2203", "2241", "6051", "6052", "6711"
TILLS = {"cash": "1001", "transfer": "1002", "wechat": "1012", "alipay": "1013", "card": "1014", "online": "1015"}
Home = tuple[int, int | None]  # a unit, and the household of it


@dataclass
class PlainBill:
    """Something that is owed: by whom, since when, and how much of it still."""

    home: Home
    amount: Decimal
    due: date
    day: date
    income: str
    month: date | None = None
    outstanding: Decimal = NOTHING
    waived: Decimal = NOTHING
    from_credit: Decimal = NOTHING
    is_void: bool = False


@dataclass
class PlainReceipt:
    """Money that came in: from whom, into whose till, and what it settled. The rest of it is credit."""

    home: Home
    day: date
    till: int | None
    method: str
    amount: Decimal
    settled: dict[int, Decimal] = field(default_factory=dict)
    rest: Decimal = NOTHING
    deposit: int | None = None
    is_reversed: bool = False
    uses_before: int = 0


@dataclass
class PlainUse:
    """What was settled of a bill from what its household paid in advance."""

    key: int
    amount: Decimal
    is_back: bool = False


@dataclass
class PlainAct:
    """A waiver, a refund, or what became of a deposit: of what, how much, which way the money went, if any."""

    amount: Decimal
    key: int = 0
    home: Home = (0, None)
    method: str = ""
    is_back: bool = False


@dataclass
class Plain:
    """Everybody's money.

    Bills, deposits, waivers (by their entry) and movements of deposits by key; receipts and refunds by number; tills by
    day and person.
    """

    bills: dict[int, PlainBill] = field(default_factory=dict)
    receipts: dict[str, PlainReceipt] = field(default_factory=dict)
    credit: dict[Home, Decimal] = field(default_factory=lambda: defaultdict(lambda: NOTHING))
    uses: list[PlainUse] = field(default_factory=list)
    deposits: dict[int, Decimal] = field(default_factory=dict)
    waivers: dict[int, PlainAct] = field(default_factory=dict)
    refunds: dict[str, PlainAct] = field(default_factory=dict)
    moves: dict[int, PlainAct] = field(default_factory=dict)
    moved: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: NOTHING))
    tills: dict[tuple[date, int], dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    closed_days: set[tuple[date, int]] = field(default_factory=set)
    closed_months: set[date] = field(default_factory=set)
    given: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    # --- what is asked before ------------------------------------------------------------------------------------
    def may_book(self, day: date) -> bool:
        return day.replace(day=1) not in self.closed_months

    def may_move(self, day: date, who: int | None) -> bool:
        return self.may_book(day) and (who is None or (day, who) not in self.closed_days)

    def owed(self, home: Home) -> list[int]:
        """Bills of which something is owed, the oldest first."""
        rows = [key for key, bill in self.bills.items() if bill.home == home and bill.outstanding]
        return sorted(rows, key=lambda key: (self.bills[key].due, key))

    def may_reverse(self, number: str) -> bool:
        receipt = self.receipts[number]
        if receipt.deposit is not None:
            return not receipt.is_reversed and self.deposits[receipt.deposit] == receipt.amount
        return not receipt.is_reversed and self._short(receipt, self._uses_of(receipt)) <= 0

    def _short(self, receipt: PlainReceipt, uses: list[PlainUse]) -> Decimal:
        """What is missing of the credit that a receipt left, once the uses are taken back."""
        return receipt.rest - self.credit[receipt.home] - sum((use.amount for use in uses), NOTHING)

    def _uses_of(self, receipt: PlainReceipt) -> list[PlainUse]:
        """The uses since a receipt that go back with it: the newest first, and no more than are needed."""
        found: list[PlainUse] = []
        for use in reversed(self.uses[receipt.uses_before :]):
            if self._short(receipt, found) <= 0:
                break
            if not use.is_back and self.bills[use.key].home == receipt.home:
                found.append(use)
        return found

    def may_void(self, key: int) -> bool:
        standing = [one for one in self.receipts.values() if not one.is_reversed]
        return not self.bills[key].is_void and not any(key in one.settled for one in standing)

    def may_close_month(self, month: date, today: date) -> bool:
        is_left = any(
            moved and day.replace(day=1) == month and (day, who) not in self.closed_days
            for (day, who), moved in self.tills.items()
        )
        return today.replace(day=1) > month and month not in self.closed_months and not is_left

    def next_number(self, day: date) -> str:
        return f"SJ-DEMO-{day.year}-{self.given[day.year] + 1:06d}"

    # --- what is done --------------------------------------------------------------------------------------------
    def bill(self, key: int, bill: PlainBill) -> None:
        bill.outstanding = bill.amount
        self.bills[key] = bill
        self.moved[bill.income] += bill.amount

    def use_credit(self, keys: Iterable[int]) -> None:
        """Settle bills from what their household paid in advance, in this order."""
        for key in keys:
            self._use(key, self.credit[self.bills[key].home])

    def use_credit_for_new(self, keys: Sequence[int]) -> None:
        """Settle new bills from what older ones of their household do not need of it."""
        older: dict[Home, Decimal] = defaultdict(lambda: NOTHING)
        for key, bill in self.bills.items():
            if key not in keys:
                older[bill.home] += bill.outstanding
        for key in keys:
            home = self.bills[key].home
            self._use(key, max(self.credit[home] - older[home], NOTHING))

    def _use(self, key: int, most: Decimal) -> None:
        bill = self.bills[key]
        part = min(bill.outstanding, most)
        if not part:
            return
        bill.outstanding -= part
        bill.from_credit += part
        self.credit[bill.home] -= part
        self.uses.append(PlainUse(key, part))

    def take(self, number: str, receipt: PlainReceipt, keys: Iterable[int]) -> None:
        """Money for bills, the oldest first; what is more is credit."""
        left = receipt.amount
        for key in sorted(keys, key=lambda key: (self.bills[key].due, key)):
            part = min(left, self.bills[key].outstanding)
            if part:
                receipt.settled[key] = part
                self.bills[key].outstanding -= part
                left -= part
        receipt.rest, receipt.uses_before = left, len(self.uses)
        self.credit[receipt.home] += left
        self._receive(number, receipt)

    def take_deposit(self, number: str, receipt: PlainReceipt) -> None:
        assert receipt.deposit is not None
        self.deposits[receipt.deposit] = receipt.amount
        self._receive(number, receipt)

    def _receive(self, number: str, receipt: PlainReceipt) -> None:
        self.receipts[number] = receipt
        self.given[receipt.day.year] += 1
        self.move(receipt.amount, receipt.method, receipt.day, receipt.till)

    def move(self, amount: Decimal, method: str, day: date, who: int | None) -> None:
        """Money into somebody's till; out of it where it is less than nothing."""
        self.moved[TILLS[method]] += amount
        if who is not None:
            till = self.tills[day, who]
            till[method] = till.get(method, NOTHING) + amount

    def reverse(self, number: str, day: date, who: int) -> None:
        receipt = self.receipts[number]
        for use in self._uses_of(receipt) if receipt.deposit is None else ():
            use.is_back = True
            self.bills[use.key].outstanding += use.amount
            self.bills[use.key].from_credit -= use.amount
            self.credit[receipt.home] += use.amount
        receipt.is_reversed = True
        for key, part in receipt.settled.items():
            self.bills[key].outstanding += part
        self.credit[receipt.home] -= receipt.rest
        if receipt.deposit is not None:
            self.deposits[receipt.deposit] = NOTHING
        is_own = receipt.till is None or receipt.day == day
        self.move(-receipt.amount, receipt.method, day, receipt.till if is_own else who)

    def waive(self, key: int, amount: Decimal, waiver: int) -> None:
        self.waivers[waiver] = PlainAct(amount, key)
        self.bills[key].outstanding -= amount
        self.bills[key].waived += amount
        self.moved[WAIVED] += amount

    def void(self, key: int) -> None:
        bill = self.bills[key]
        self.moved[bill.income] -= bill.amount
        self.moved[WAIVED] -= bill.waived
        self.credit[bill.home] += bill.from_credit
        bill.outstanding, bill.waived, bill.from_credit, bill.is_void = NOTHING, NOTHING, NOTHING, True
        for waiver in self.waivers.values():
            waiver.is_back = waiver.is_back or waiver.key == key
        for use in self.uses:
            use.is_back = use.is_back or use.key == key

    def refund(self, number: str, refund: PlainAct, day: date, who: int) -> None:
        self.refunds[number] = refund
        self.credit[refund.home] -= refund.amount
        self.move(-refund.amount, refund.method, day, who)

    def return_deposit(self, move: int, of: PlainAct, day: date, who: int) -> None:
        self.moves[move] = of
        self.deposits[of.key] -= of.amount
        self.move(-of.amount, of.method, day, who)

    def keep_deposit(self, move: int, key: int, amount: Decimal) -> None:
        self.moves[move] = PlainAct(amount, key)
        self.deposits[key] -= amount
        self.moved[OTHER] += amount

    def take_waiver_back(self, waiver: int) -> None:
        act = self.waivers[waiver]
        act.is_back = True
        self.bills[act.key].outstanding += act.amount
        self.bills[act.key].waived -= act.amount
        self.moved[WAIVED] -= act.amount

    def take_refund_back(self, number: str, day: date, who: int) -> None:
        act = self.refunds[number]
        act.is_back = True
        self.credit[act.home] += act.amount
        self.move(act.amount, act.method, day, who)

    def take_move_back(self, move: int, day: date, who: int) -> None:
        """What was given back of a deposit comes into somebody's till; what was kept is no income any more."""
        act = self.moves[move]
        act.is_back = True
        self.deposits[act.key] += act.amount
        if act.method:
            self.move(act.amount, act.method, day, who)
        else:
            self.moved[OTHER] -= act.amount

    # --- what stands ---------------------------------------------------------------------------------------------
    def balances(self) -> dict[str, Decimal]:
        """What each account holds, positive on the side where it grows; only those that hold something."""
        held = dict(self.moved)
        held[RECEIVABLE] = sum((bill.outstanding for bill in self.bills.values()), NOTHING)
        held[CREDIT] = sum(self.credit.values(), NOTHING)
        held[DEPOSIT] = sum(self.deposits.values(), NOTHING)
        return {code: amount for code, amount in held.items() if amount}
