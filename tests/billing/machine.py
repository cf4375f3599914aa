"""A machine that does at random what people do with money, and holds every step against a plain model of it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from accounts.models import User
from billing.actions.charging import charge_once, standing_item
from billing.actions.crediting import use_credit
from billing.actions.dayclose import Count, close_books, close_day, reopen_day
from billing.actions.deposits import KEEP, ask_to_keep, return_deposit, take_deposit
from billing.actions.paying import take_payment
from billing.actions.refunding import KIND as REFUND
from billing.actions.refunding import ask_for_refund
from billing.actions.reversing import KIND as REVERSE
from billing.actions.reversing import reverse_or_ask
from billing.actions.running import prepare_run, raise_run
from billing.actions.voiding import KIND as VOID
from billing.actions.voiding import void_or_ask
from billing.actions.waiving import KIND as WAIVE
from billing.actions.waiving import ask_to_waive
from billing.models import Bill, DayClose, Deposit, DepositMove, Entry, Receipt, Refund
from billing.rules.periods import month_of, step
from billing.states import EntryKind
from estate.actions import MoveIn, move_in, move_out
from estate.models import Household
from estate.states import Relation
from records.approvals import approve, refuse
from records.models import Approval
from records.work import run_waiting
from tests.billing.backwards import BACK, Backwards, askers, picks
from tests.billing.beside import DAY
from tests.billing.money import HOME, NEXT_DOOR
from tests.billing.plain import NOTHING, OTHER, SERVICES, TILLS, Home, PlainAct, PlainBill, PlainReceipt

FEE = Decimal("264.77")  # 94.56 m² at 2.80
cents = st.integers(1, 60_000).map(lambda count: Decimal(count) / 100)
homes = st.sampled_from([HOME, NEXT_DOOR])
methods = st.sampled_from([method for method in TILLS if method != "online"])
cashiers = st.sampled_from(["cashier", "cashier2"])
earlier = st.sampled_from([0, 0, 0, 0, 1, 35])


class Desk(Backwards):
    """The till and those who decide about it, over two homes that may be sold."""

    # --- what is owed --------------------------------------------------------------------------------------------
    @rule(home=homes, amount=cents, ago=earlier, due=st.integers(0, 40), parts=st.sampled_from([0, 0, 0, 0, 0, 1]))
    def charge(self, home: str, amount: Decimal, ago: int, due: int, parts: int) -> None:
        at, due_on = self.now - ago * DAY, self.day() + due * DAY
        amount += Decimal(parts) / 1000  # half of a cent is no amount
        bill = self.attempt(
            not parts and self.plain.may_book(self.day(at)),
            lambda: charge_once(
                project=self.project,
                unit=self.unit(home),
                item=standing_item(self.project, "有偿维修费"),
                amount=amount,
                words="换灯",
                due_on=due_on,
                by=self.who("cashier"),
                at=at,
            ),
        )
        if bill is not None:
            place = self.unit(home).pk, self.owner[home]
            assert (bill.unit_id, bill.household_id) == place
            self.plain.bill(bill.pk, PlainBill(place, amount, due_on, self.day(at), OTHER))

    @precondition(lambda self: self.steps % 4 == 0)  # a run takes ten times as long as anything else
    @rule(first=st.integers(-2, 1), count=st.integers(1, 2))
    def run(self, first: int, count: int) -> None:
        """A run over some months: each home once a month, and what was paid in advance is used at once."""
        start = step(self.day().replace(day=1), first)
        end = month_of(step(start, count - 1)).end
        run = prepare_run(
            project=self.project,
            items=[self.fee],
            start=start,
            end=end,
            due_on=end,
            by=self.who("cashier"),
            at=self.now,
        )
        run_waiting(self.now)
        raise_run(run=run, by=self.who("cashier"), at=self.now)
        run_waiting(self.now)
        months = [step(start, number) for number in range(count)]
        billed = {(bill.home[0], bill.month) for bill in self.plain.bills.values() if bill.month and not bill.is_void}
        due = {(unit.pk, month) for unit in self.cast.units.values() for month in months} - billed
        raised = list(Bill.objects.filter(run=run).order_by("pk"))
        assert {(bill.unit_id, bill.period_start) for bill in raised} == due
        assert len(raised) == len(due)
        named = {self.unit(home).pk: home for home in self.owner}
        for bill in raised:
            month = month_of(bill.period_start or start)
            place = bill.unit_id, self.owner_on(named[bill.unit_id], month.end, since=month.start)
            assert (bill.household_id, bill.amount) == (place[1], FEE)
            self.plain.bill(bill.pk, PlainBill(place, FEE, end, self.day(), SERVICES, month=bill.period_start))
        self.plain.use_credit_for_new([bill.pk for bill in raised])
        self.traces = self._traces()

    @precondition(lambda self: self.plain.bills)
    @rule(pick=picks, by=askers)
    def void(self, pick: int, by: str) -> None:
        key = self.mostly([key for key in self.plain.bills if self.plain.may_void(key)], self.plain.bills, pick)
        bill = Bill.objects.select_related("project", "unit").get(pk=key)
        allowed = self.plain.may_void(key)

        def act() -> Any:
            return void_or_ask(bill=bill, reason="开错了", by=self.who(by), at=self.now)

        if self.plain.bills[key].day != self.day():
            self.ask(VOID, bill.number, allowed, act)
        elif self.attempt(allowed, act) is not None:
            self.plain.void(key)

    @precondition(lambda self: any(bill.outstanding for bill in self.plain.bills.values()))
    @rule(pick=picks, amount=cents, whole=st.booleans(), by=askers)
    def ask_to_waive(self, pick: int, amount: Decimal, whole: bool, by: str) -> None:
        key = self.one([key for key, bill in self.plain.bills.items() if bill.outstanding], pick)
        owed = self.plain.bills[key].outstanding
        amount = owed if whole else amount
        bill = Bill.objects.get(pk=key)
        self.ask(
            WAIVE,
            bill.number,
            amount <= owed,
            lambda: ask_to_waive(bill=bill, amount=amount, reason="漏水未修", by=self.who(by), at=self.now),
        )

    # --- what is paid --------------------------------------------------------------------------------------------
    @rule(
        pick=picks,
        count=st.integers(0, 3),
        how=st.sampled_from(["exact", "exact", "part", "part", "over", "over", "over", "stale", "mixed"]),
        more=cents,
        method=methods,
        by=st.sampled_from(["cashier", "cashier", "cashier2", "online", "supervisor"]),
        ago=earlier,
    )
    def pay(self, pick: int, count: int, how: str, more: Decimal, method: str, by: str, ago: int) -> None:
        at = self.now - ago * DAY
        home, place, keys, is_fit = self._chosen(pick, count, how)
        comes_to = sum((self.plain.bills[key].outstanding for key in keys), NOTHING)
        amounts = {"exact": comes_to, "part": min(more, comes_to), "over": comes_to + more}
        amount = amounts.get(how, comes_to) or more
        taker, method = (None, "online") if by == "online" else (self.who(by), method)
        till = taker.pk if taker else None
        receipt = self.attempt(
            is_fit and by != "supervisor" and self.plain.may_move(self.day(at), till),
            lambda: take_payment(
                project=self.project,
                unit=self.unit(home),
                bills=list(Bill.objects.filter(pk__in=keys)),
                amount=amount,
                method=method,
                by=taker,
                at=at,
            ),
        )
        if receipt is not None:
            assert receipt.number == self.plain.next_number(self.day(at))
            told = PlainReceipt(place, self.day(at), till, method, amount)
            self.plain.take(receipt.number, told, keys)

    def _chosen(self, pick: int, count: int, how: str) -> tuple[str, Home, list[int], bool]:
        """Where and whose bills are paid, which, and whether they can be: owed by one, and each of them still owed."""
        home, place = self.place(pick, owing=True)
        unit = self.unit(home).pk
        keys = self.plain.owed(place)[:count]
        own = [key for key, bill in self.plain.bills.items() if bill.home[0] == unit]
        stale = [key for key in own if not self.plain.bills[key].outstanding and self.plain.bills[key].home == place]
        others = [key for key in own if self.plain.bills[key].home != place]
        if how == "stale" and stale:
            return home, place, [*keys, self.one(stale, pick)], False
        if how == "mixed" and keys and others:
            return home, place, [*keys, self.one(others, pick)], False
        return home, (place if keys else (unit, self.owner[home])), keys, True

    @precondition(lambda self: self.places(owing=True, credit=True))
    @rule(pick=picks, by=cashiers, ago=earlier)
    def use_credit(self, pick: int, by: str, ago: int) -> None:
        at, (home, place) = self.now - ago * DAY, self.place(pick, owing=True, credit=True)
        keys = self.plain.owed(place)
        used = self.attempt(
            bool(keys and self.plain.credit[place]) and self.plain.may_book(self.day(at)),
            lambda: use_credit(unit=self.unit(home), household=place[1], by=self.who(by), at=at),
        )
        if used is not None:
            before = self.plain.credit[place]
            self.plain.use_credit(keys)
            assert used == before - self.plain.credit[place]

    @precondition(lambda self: self.plain.receipts)
    @rule(pick=picks, by=st.sampled_from(["own", "own", "supervisor", "cashier"]))
    def reverse(self, pick: int, by: str) -> None:
        fit = [number for number in self.plain.receipts if self.plain.may_reverse(number)]
        good = [number for number in fit if self.plain.receipts[number].day == self.day()] or fit
        number = self.mostly(good, self.plain.receipts, pick)
        told = self.plain.receipts[number]
        own = [name for name in ("cashier", "cashier2") if self.who(name).pk == told.till]
        by = next(iter(own), "supervisor") if by == "own" else by
        receipt = Receipt.objects.select_related("payment__project").get(number=number)
        allowed = self.plain.may_reverse(number) and (by == "supervisor" or told.till == self.who(by).pk)

        def act() -> Any:
            return reverse_or_ask(receipt=receipt, reason="刷错", by=self.who(by), at=self.now)

        is_closed = told.till is not None and (told.day, told.till) in self.plain.closed_days
        if told.deposit is not None or told.day != self.day() or is_closed:
            self.ask(REVERSE, number, allowed, act)
        elif self.attempt(allowed, act) is not None:
            self.plain.reverse(number, self.day(), self.who(by).pk)

    @precondition(lambda self: self.places(credit=True))
    @rule(pick=picks, amount=cents, whole=st.booleans(), method=methods, by=askers)
    def ask_for_refund(self, pick: int, amount: Decimal, whole: bool, method: str, by: str) -> None:
        home, place = self.place(pick, credit=True)
        unit = self.unit(home)
        left = self.plain.credit[place]
        amount = left or amount if whole else amount
        given: dict[str, Any] = {"method": method, "payee": "张小明", "reason": "搬走", "by": self.who(by)}
        self.ask(
            REFUND,
            unit.number,
            amount <= left,
            lambda: ask_for_refund(unit=unit, household=place[1], amount=amount, at=self.now, **given),
        )

    # --- deposits ------------------------------------------------------------------------------------------------
    @rule(home=homes, amount=cents, method=methods, by=cashiers, ago=earlier)
    def take_deposit(self, home: str, amount: Decimal, method: str, by: str, ago: int) -> None:
        at, till = self.now - ago * DAY, self.who(by).pk
        given: dict[str, Any] = {"purpose": "装修", "method": method, "by": self.who(by), "at": at}
        deposit = self.attempt(
            self.plain.may_move(self.day(at), till),
            lambda: take_deposit(project=self.project, unit=self.unit(home), amount=amount, **given),
        )
        if deposit is not None:
            number, place = deposit.payment.receipt.number, (self.unit(home).pk, self.owner[home])
            assert number == self.plain.next_number(self.day(at))
            assert deposit.household_id == place[1]
            told = PlainReceipt(place, self.day(at), till, method, amount, deposit=deposit.pk)
            self.plain.take_deposit(number, told)

    @precondition(lambda self: self.plain.deposits)
    @rule(pick=picks, amount=cents, whole=st.booleans(), method=methods, by=cashiers)
    def return_deposit(self, pick: int, amount: Decimal, whole: bool, method: str, by: str) -> None:
        key = self.mostly([key for key, held in self.plain.deposits.items() if held], self.plain.deposits, pick)
        held, till = self.plain.deposits[key], self.who(by).pk
        amount = held or amount if whole else amount
        deposit = Deposit.objects.select_related("project").get(pk=key)
        given: dict[str, Any] = {"method": method, "received_by": "张小明", "by": self.who(by), "at": self.now}
        move = self.attempt(
            amount <= held and self.plain.may_move(self.day(), till),
            lambda: return_deposit(deposit=deposit, amount=amount, **given),
        )
        if move is not None:
            self.plain.return_deposit(move.pk, PlainAct(amount, key, method=method), self.day(), till)

    @precondition(lambda self: self.plain.deposits)
    @rule(pick=picks, amount=cents, by=cashiers)
    def ask_to_keep(self, pick: int, amount: Decimal, by: str) -> None:
        key = self.mostly([key for key, held in self.plain.deposits.items() if held], self.plain.deposits, pick)
        deposit = Deposit.objects.select_related("project", "unit").get(pk=key)
        self.ask(
            KEEP,
            deposit.number,
            amount <= self.plain.deposits[key],
            lambda: ask_to_keep(deposit=deposit, amount=amount, reason="墙坏", by=self.who(by), at=self.now),
        )

    # --- the second person ---------------------------------------------------------------------------------------
    @precondition(lambda self: self.asked)
    @rule(pick=picks, by=st.sampled_from(["gm", "gm", "gm", "supervisor", "cashier"]), yes=st.integers(0, 4))
    def decide(self, pick: int, by: str, yes: int) -> None:
        approval = self.one(self.asked, pick)
        is_second = by in ("gm", "supervisor") and approval.asked_by_id != self.who(by).pk
        if yes == 0:
            done = self.attempt(
                is_second, lambda: refuse(approval=approval, reason="不合适", by=self.who(by), at=self.now)
            )
        else:
            done = self.attempt(
                is_second and self._may_be_done(approval),
                lambda: approve(approval=approval, by=self.who(by), at=self.now),
            )
        if done is not None:
            self.asked.remove(approval)
            if yes:
                self._done(approval)

    def _may_be_done(self, approval: Approval) -> bool:
        amount, subject = Decimal(approval.data.get("amount", 0)), approval.subject
        if approval.kind in BACK:
            return self.may_be_back(approval)
        if approval.kind == REVERSE:
            return self.plain.may_reverse(subject)
        if approval.kind == VOID:
            return self.plain.may_void(self._bill(subject))
        if approval.kind == WAIVE:
            return amount <= self.plain.bills[self._bill(subject)].outstanding
        if approval.kind == KEEP:
            return amount <= self.plain.deposits[self._deposit(subject)]
        place = approval.data["unit_id"], approval.data["household"]
        return amount <= self.plain.credit[place] and self.plain.may_move(self.day(), approval.asked_by_id)

    def _done(self, approval: Approval) -> None:
        amount, subject, data = Decimal(approval.data.get("amount", 0)), approval.subject, approval.data
        if approval.kind in BACK:
            self.is_back(approval)
        elif approval.kind == REVERSE:
            self.plain.reverse(subject, self.day(), approval.asked_by_id)
        elif approval.kind == VOID:
            self.plain.void(self._bill(subject))
        elif approval.kind == WAIVE:
            waiver = Entry.objects.filter(kind=EntryKind.WAIVED).latest("pk").pk
            self.plain.waive(self._bill(subject), amount, waiver)
        elif approval.kind == KEEP:
            self.plain.keep_deposit(DepositMove.objects.latest("pk").pk, self._deposit(subject), amount)
        else:
            place, number = (data["unit_id"], data["household"]), Refund.objects.latest("pk").number
            act = PlainAct(amount, home=place, method=data["method"])
            self.plain.refund(number, act, self.day(), approval.asked_by_id)

    @staticmethod
    def _bill(number: str) -> int:
        return Bill.objects.values_list("pk", flat=True).get(number=number)

    @staticmethod
    def _deposit(number: str) -> int:
        return Deposit.objects.values_list("pk", flat=True).get(number=number)

    # --- who lives there, and time -------------------------------------------------------------------------------
    @precondition(lambda self: self.steps % 3 == 0)
    @rule(home=homes, is_bought=st.booleans())
    def sell(self, home: str, is_bought: bool) -> None:
        """The owner goes, and a buyer comes at once or later; what was paid in advance and is owed stays theirs."""
        desk, owner = self.who("frontdesk"), self.owner[home]
        if owner is not None:
            move_out(household=Household.objects.get(pk=owner), on=self.day(), by=desk, at=self.now)
            self.owner[home] = None
            self.left.setdefault(home, []).append((self.day(), owner))
        if is_bought:
            self.buyers += 1
            new = MoveIn(unit=self.unit(home), name=f"买主{self.buyers}", relation=Relation.OWNER, on=self.day())
            self.owner[home] = move_in(new=new, by=desk, at=self.now).household_id
            self.came[self.owner[home]] = self.day()
        if self.owner[home] not in self.lived[home]:
            self.lived[home].append(self.owner[home])
        self.traces = self._traces()

    def owner_on(self, home: str, day: date, since: date) -> int | None:
        """Whose a home was on a day, today for one ahead, of those who had not left before a day."""
        day = min(day, self.day())
        held = [*self.left.get(home, ()), (date.max, self.owner[home])]
        there = [
            (until, key)
            for until, key in held
            if key and until >= max(day, since) and self.came.get(key, date.min) <= day
        ]
        return next((key for until, key in there if until > day), next((key for _until, key in there), None))

    @precondition(lambda self: self.steps % 2)
    @rule(hours=st.sampled_from([1, 5, 24, 24, 24 * 9, 24 * 31]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    # --- closing -------------------------------------------------------------------------------------------------
    @precondition(lambda self: self.plain.tills)
    @rule(pick=picks, by=askers, is_today=st.booleans())
    def close_day(self, pick: int, by: str, is_today: bool) -> None:
        who = self.who(by).pk
        days = [day for day, till in self.plain.tills if till == who]
        self._close_day(self.day() if is_today or not days else self.one(days, pick), by)

    @precondition(lambda self: self.plain.tills)
    @rule(pick=picks, by=st.sampled_from(["gm", "supervisor", "cashier"]))
    def close_day_for(self, pick: int, by: str) -> None:
        """Somebody who left: a leader closes their day; nobody's own, which is closed otherwise."""
        day, key = self.one(sorted(self.plain.tills), pick)
        who = next(user for user in self.cast.users.values() if user.pk == key)
        if who != self.who(by):
            self._close(day, who, by, by != "cashier")

    def _close_day(self, day: date, by: str) -> None:
        self._close(day, self.who(by), by, True)

    def _close(self, day: date, who: User, by: str, may: bool) -> None:
        moved = self.plain.tills.get((day, who.pk), {})
        counts = {method: Count(counted=amount) for method, amount in moved.items()}
        close = self.attempt(
            may and bool(moved) and (day, who.pk) not in self.plain.closed_days,
            lambda: close_day(
                project=self.project,
                day=day,
                counts=counts,
                seen=moved,
                handed_to="财务",
                cashier=who,
                reason="离岗",
                by=self.who(by),
                at=self.now,
            ),
        )
        if close is not None:
            self.plain.closed_days.add((day, who.pk))

    @precondition(lambda self: self.plain.closed_days)
    @rule(pick=picks)
    def reopen_day(self, pick: int) -> None:
        day, who = self.one(sorted(self.plain.closed_days), pick)
        close = DayClose.objects.standing().of(self.project, who, day).get()
        opened = self.attempt(
            self.plain.may_book(day), lambda: reopen_day(close=close, reason="漏记", by=self.who("gm"), at=self.now)
        )
        if opened is not None:
            self.plain.closed_days.remove((day, who))

    @precondition(lambda self: self.plain.tills)
    @rule(ago=st.sampled_from([1, 1, 0, 2]), is_tidy=st.booleans(), by=st.sampled_from(["gm", "supervisor", "cashier"]))
    def close_month(self, ago: int, is_tidy: bool, by: str) -> None:
        """The books of a month; `is_tidy`: everybody closes their days of it before."""
        month = step(self.day().replace(day=1), -ago)
        names = {self.who(name).pk: name for name in ("cashier", "cashier2", "supervisor")}
        if is_tidy:
            for day, who in sorted(self.plain.tills):
                if day.replace(day=1) == month and (day, who) not in self.plain.closed_days:
                    self._close_day(day, names[who])
        closed = self.attempt(
            by != "cashier" and self.plain.may_close_month(month, self.day()),
            lambda: close_books(project=self.project, month=month, by=self.who(by), at=self.now),
        )
        if closed is not None:
            self.plain.closed_months.add(month)
