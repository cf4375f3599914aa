"""The vocabulary of fees."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.transitions import Step


class Basis(TextChoices):
    """How a charge is reckoned."""

    AREA = "area", _("Area × unit price + fixed amount")
    FIXED = "fixed", _("Fixed amount")
    UNIT = "unit", _("Per unit + fixed amount")
    READING = "reading", _("Meter reading × unit price + fixed amount")
    VEHICLE = "vehicle", _("Vehicles × unit price + fixed amount")
    SPACE = "space", _("Parking spaces × unit price + fixed amount")
    FORMULA = "formula", _("A formula of its own")


class Rhythm(TextChoices):
    """How often a charge is raised."""

    RECURRING = "recurring", _("Every period")
    ONCE = "once", _("Once")


class TariffState(TextChoices):
    """Where a price stands on a day; derived from its dates, never stored."""

    IN_FORCE = "in_force", _("In force")
    TO_COME = "to_come", _("To come")
    OVER = "over", _("Over")


class Side(TextChoices):
    """What an account holds. Assets and expenses grow by debit, the others by credit."""

    ASSET = "asset", _("Asset")
    LIABILITY = "liability", _("Liability")
    INCOME = "income", _("Income")
    EXPENSE = "expense", _("Expense")


class Book(StrEnum):
    """The accounts that the desk itself books to, by their codes."""

    CASH = "1001"
    BANK = "1002"
    WECHAT = "1012"
    ALIPAY = "1013"
    CARD = "1014"
    ONLINE = "1015"
    RECEIVABLE = "1122"
    CREDIT = "2203"
    DEPOSIT = "2241"
    ON_BEHALF = "2242"
    OPENING = "4199"
    SERVICES = "6051"
    OTHER = "6052"
    WAIVED = "6711"


class Method(TextChoices):
    """How money comes in."""

    CASH = "cash", _("Cash")
    TRANSFER = "transfer", _("Bank transfer")
    WECHAT = "wechat", _("WeChat")
    ALIPAY = "alipay", _("Alipay")
    CARD = "card", _("Card")
    ONLINE = "online", _("Online")


METHOD_BOOKS: dict[str, str] = {
    Method.CASH: Book.CASH,
    Method.TRANSFER: Book.BANK,
    Method.WECHAT: Book.WECHAT,
    Method.ALIPAY: Book.ALIPAY,
    Method.CARD: Book.CARD,
    Method.ONLINE: Book.ONLINE,
}


class EntryKind(TextChoices):
    """What an entry in the ledger is about."""

    BILLED = "billed", _("Billed")
    CHARGED_ONCE = "charged_once", _("Charged once")
    PAID = "paid", _("Paid")
    CREDIT_USED = "credit_used", _("Credit used")
    REVERSED = "reversed", _("Reversed")
    VOIDED = "voided", _("Voided")
    WAIVED = "waived", _("Waived")
    REFUNDED = "refunded", _("Refunded")
    DEPOSIT_TAKEN = "deposit_taken", _("Deposit taken")
    DEPOSIT_RETURNED = "deposit_returned", _("Deposit returned")
    DEPOSIT_KEPT = "deposit_kept", _("Deposit kept")
    OPENING = "opening", _("Opening balance")


class BillState(TextChoices):
    """Where a bill stands; derived from its amounts, never stored."""

    UNPAID = "unpaid", _("Unpaid")
    PART = "part", _("Partly paid")
    PAID = "paid", _("Paid in full")
    VOID = "void", _("Void")
    WAIVED = "waived", pgettext_lazy("bill", "Waived")


class Column(TextChoices):
    """A column of a statement of what is owed."""

    RAISED = "raised", _("Charged")
    VOIDED = "voided", _("Made void")
    RECEIVED = "received", _("Paid in")
    USED = "used", _("From what was paid in advance")
    WAIVED = "waived", _("Waived")


class Spell(TextChoices):
    """What stretch of time a statement is of."""

    DAY = "day", _("One day")
    MONTH = "month", _("One month")


class DepositState(TextChoices):
    """Where a deposit stands; derived from its amounts, never stored."""

    HELD = "held", _("Held")
    PART = "part", _("Partly settled")
    SETTLED = "settled", _("Settled")


class OrderState(TextChoices):
    """Where an order to pay online stands. Money that comes after it expired is kept, as credit."""

    WAITING = "waiting", pgettext_lazy("online order", "Waiting for the payment")
    PAID = "paid", pgettext_lazy("online order", "Paid")
    FAILED = "failed", pgettext_lazy("online order", "Payment failed")
    EXPIRED = "expired", pgettext_lazy("online order", "Expired")


class Outcome(TextChoices):
    """What a provider of online payment says came of an order."""

    PAID = "paid", pgettext_lazy("online order", "Paid")
    FAILED = "failed", pgettext_lazy("online order", "Payment failed")


class Late(TextChoices):
    """Why money that was paid online became credit, all of it or a part."""

    EXPIRED = "expired", _("the order had expired")
    NOT_OWED = "not_owed", _("less was owed by then")
    TWICE = "twice", _("the order was paid before")


class Proven(TextChoices):
    """What is held against the ledger: sums of a project, and single things that differ."""

    RECEIVABLE = "receivable", _("Receivable")
    CREDIT = "credit", _("Paid in advance")
    WAIVED = "waived", _("Waived")
    METHOD = "method", _("How it is paid")
    LINES = "lines", _("Settled on bills")
    DEPOSITS = "deposits", _("Deposits held")
    BILL = "bill", _("Owed on the bill")
    BILL_WAIVED = "bill_waived", _("Waived on the bill")
    UNIT = "unit", _("Paid in advance for the room")
    RECEIPT = "receipt", _("Booked for the receipt")
    DEPOSIT = "deposit", _("Held of the deposit")


class RunState(TextChoices):
    """Where a billing run stands."""

    DRAFT = "draft", _("Being reckoned")
    PREVIEWED = "previewed", _("Ready to raise")
    RAISED = "raised", _("Raised")
    CANCELLED = "cancelled", _("Cancelled")


class MeterKind(TextChoices):
    """What a meter counts."""

    WATER = "water", _("Water")
    POWER = "power", _("Power")
    GAS = "gas", _("Gas")
    HEAT = "heat", _("Heat")


class ReadHow(TextChoices):
    """How a reading follows the one before it."""

    PLAIN = "plain", _("The same meter went on")
    CHANGED = "changed", _("The meter was changed")
    WRAPPED = "wrapped", _("It went past its last number and began again")


class Doubt(TextChoices):
    """What is asked about a reading before it is kept."""

    LOWER = "lower", _("Lower than before")
    HIGH = "high", _("Far above usual")
    OTHER = "other", _("Another value is kept for this day")
    DIGITS = "digits", _("More digits than the meter has")


class ShareBy(TextChoices):
    """By what a common cost is shared out."""

    AREA = "area", _("By area")
    METER = "meter", _("By meter")
    HEAD = "head", _("By head")


class LeftOut(TextChoices):
    """Why a run raises no bill for a stretch that is charged."""

    NO_AREA = "no_area", _("The room has no area")
    NO_READING = "no_reading", _("There is no meter reading")
    NO_TARIFF = "no_tariff", _("The tariff is not in force")
    NOTHING = "nothing", _("It comes to nothing")
    BILLED = "billed", _("Billed already")


# --- arrears ---------------------------------------------------------------------------------------------------------
KIND = "arrears"


class ArrearsState(TextChoices):
    """Where an arrears case stands on the ladder. Source: 三(4)④ (催缴费用)."""

    TO_REMIND = "to_remind", _("Phone notice owed")
    NOTIFIED = "notified", _("Reached by phone")
    LETTERED = "lettered", _("Demand letter on its way")
    DELIVERED = "delivered", _("Demand letter delivered")
    FILED = "filed", _("With the legal channel")
    PROMISED = "promised", _("Payment promised")
    DISPUTED = "disputed", _("Disputed")
    SETTLED = "settled", _("Settled")
    EXCUSED = "excused", _("Excused")


ARREARS_PHASES: dict[str, str] = {
    ArrearsState.TO_REMIND: "open",
    ArrearsState.NOTIFIED: "open",
    ArrearsState.LETTERED: "open",
    ArrearsState.DELIVERED: "open",
    ArrearsState.FILED: "open",
    ArrearsState.PROMISED: "waiting",
    ArrearsState.DISPUTED: "waiting",
    ArrearsState.SETTLED: "closed",
    ArrearsState.EXCUSED: "closed",
}


class Cause(TextChoices):
    """Why somebody does not pay, as they say or as it was found out. Ours. Source: 三(4)④ (找出原因)."""

    FORGOT = "forgot", _("Forgot, or did not know")
    AWAY = "away", _("Away, not to be reached")
    EMPTY = "empty", _("Home stands empty")
    HARDSHIP = "hardship", _("Cannot pay now")
    SERVICE = "service", _("Not content with the service")
    REPAIR = "repair", _("A repair or construction fault is open")
    AMOUNT = "amount", _("Doubts the amount")
    REFUSES = "refuses", _("Refuses without a reason")
    OTHER = "other", _("Something else")


class Reminder(TextChoices):
    """How somebody was reminded."""

    PHONE = "phone", _("by phone")
    SMS = "sms", _("by SMS")
    VISIT = "visit", _("in person")


_ON_THE_LADDER = frozenset(
    {
        ArrearsState.TO_REMIND,
        ArrearsState.NOTIFIED,
        ArrearsState.LETTERED,
        ArrearsState.DELIVERED,
        ArrearsState.FILED,
    }
)
_RESTING = frozenset({ArrearsState.PROMISED, ArrearsState.DISPUTED})
_OWING = _ON_THE_LADDER | _RESTING

# There is no verb that cuts water, power, heat, gas or access. Source: 民法典 944.
ARREARS_TRANSITIONS = {
    "notify": Step(_ON_THE_LADDER, "", "arrears.notified"),
    "letter": Step(
        frozenset({ArrearsState.NOTIFIED, ArrearsState.DELIVERED}), ArrearsState.LETTERED, "arrears.letter_sent"
    ),
    "deliver": Step(frozenset({ArrearsState.LETTERED}), ArrearsState.DELIVERED, "arrears.delivered"),
    "return_letter": Step(frozenset({ArrearsState.LETTERED}), ArrearsState.NOTIFIED, "arrears.letter_returned"),
    "decide_visit": Step(_ON_THE_LADDER, "", "arrears.visit_decided"),
    "visit": Step(_ON_THE_LADDER, "", "arrears.visited"),
    "ask_to_file": Step(frozenset({ArrearsState.DELIVERED}), "", "arrears.filing_asked"),
    "file": Step(frozenset({ArrearsState.DELIVERED}), ArrearsState.FILED, "arrears.filed"),
    "promise": Step(_OWING, ArrearsState.PROMISED, "arrears.promised"),
    "end_promise": Step(frozenset({ArrearsState.PROMISED}), "", "arrears.promise_ended"),
    "dispute": Step(_ON_THE_LADDER | {ArrearsState.PROMISED}, ArrearsState.DISPUTED, "arrears.disputed"),
    "settle_dispute": Step(frozenset({ArrearsState.DISPUTED}), "", "arrears.dispute_settled"),
    "find_cause": Step(_OWING, "", "arrears.cause_found"),
    "excuse": Step(_OWING, ArrearsState.EXCUSED, "arrears.excused"),
    "settle": Step(_OWING, ArrearsState.SETTLED, "arrears.settled"),
}
