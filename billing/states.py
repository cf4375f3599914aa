"""The vocabulary of fees."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.functional import Promise
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
    DOOR = "1003"
    RECEIVABLE = "1122"
    PAYABLE = "2202"
    CREDIT = "2203"
    REFUNDING = "2204"
    DEPOSIT = "2241"
    ON_BEHALF = "2242"
    OPENING = "4199"
    SERVICES = "6051"
    OTHER = "6052"
    OFFICE = "6602"
    WAIVED = "6711"


class Method(TextChoices):
    """How money comes in."""

    CASH = "cash", _("Cash")
    TRANSFER = "transfer", _("Bank transfer")
    WECHAT = "wechat", _("WeChat")
    ALIPAY = "alipay", _("Alipay")
    CARD = "card", _("Card")
    ONLINE = "online", _("Online")


# How money moves over a counter or at a door: what is paid online is in nobody's till (ADR 0012).
COUNTER_METHODS: dict[str, str | Promise] = {one.value: one.label for one in Method if one != Method.ONLINE}
COUNTER_CHOICES = tuple(COUNTER_METHODS.items())
METHOD_BOOKS: dict[str, str] = {
    Method.CASH: Book.CASH,
    Method.TRANSFER: Book.BANK,
    Method.WECHAT: Book.WECHAT,
    Method.ALIPAY: Book.ALIPAY,
    Method.CARD: Book.CARD,
    Method.ONLINE: Book.ONLINE,
}
# Where money that was taken may stand: cash from the door is under way until it is handed in, and what was paid online
# until the provider has given it back.
TAKING_BOOKS: dict[str, str] = {
    **{book: method for method, book in METHOD_BOOKS.items()},
    Book.DOOR: Method.CASH,
    Book.REFUNDING: Method.ONLINE,
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
    HANDED_IN = "handed_in", pgettext_lazy("money", "Handed in")
    ONLINE_REFUNDED = "online_refunded", _("Given back online")
    ONLINE_KEPT = "online_kept", _("Not given back online: paid in advance")
    OPENING = "opening", _("Opening balance")
    OFFICE_BOOKED = "office_booked", _("Office cost booked")
    OFFICE_PAID = "office_paid", _("Office cost paid")


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
    REVERSED = "reversed", pgettext_lazy("deposit", "Reversed")


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


class RefundState(TextChoices):
    """Where the money of a reversed online receipt stands with the provider."""

    WAITING = "waiting", pgettext_lazy("online refund", "To be asked for")
    ASKED = "asked", pgettext_lazy("online refund", "The provider works on it")
    UNKNOWN = "unknown", pgettext_lazy("online refund", "No answer yet")
    DONE = "done", pgettext_lazy("online refund", "Given back")
    REFUSED = "refused", pgettext_lazy("online refund", "Refused by the provider")


class RefundOutcome(TextChoices):
    """What a provider answers when it is asked to give money back."""

    DONE = "done", pgettext_lazy("online refund", "Given back")
    PENDING = "pending", pgettext_lazy("online refund", "The provider works on it")
    REFUSED = "refused", pgettext_lazy("online refund", "Refused by the provider")


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
    PAYABLE = "payable", _("Office costs to be paid")
    OFFICE_COSTS = "office_costs", _("Office costs")
    COLLECTED = "collected", _("Collected in arrears")
    BILL = "bill", _("Owed on the bill")
    BILL_WAIVED = "bill_waived", _("Waived on the bill")
    UNIT = "unit", _("Paid in advance for the room")
    RECEIPT = "receipt", _("Booked for the receipt")
    DEPOSIT = "deposit", _("Held of the deposit")
    DOOR = "door", _("Cash taken at the door, not handed in")
    HANDED_IN = "handed_in", _("Cash handed in from the door")
    REFUNDING = "refunding", _("To be given back online")
    NUMBERS = "numbers", _("Numbers carried to the door, none missing")
    RECEIPT_NUMBERS = "receipt_numbers", _("Numbers of receipts, none missing")
    OFFICE = "office", _("To be paid of the office cost")


class Series(TextChoices):
    """Which of a project's gapless series of receipts a number is of."""

    DESK = "desk", _("At the counter")
    DOOR = "door", _("At the door")


class DoorState(TextChoices):
    """Where collecting at the door stands. Source: 三(4)③ (上门收取)."""

    ASKED = "asked", pgettext_lazy("door visit", "Asked for")
    CONFIRMED = "confirmed", pgettext_lazy("door visit", "Confirmed")
    PREPARED = "prepared", pgettext_lazy("door visit", "Receipt prepared")
    COLLECTED = "collected", pgettext_lazy("door visit", "Collected")
    HANDED_IN = "handed_in", pgettext_lazy("door visit", "Handed in")
    MISSED = "missed", pgettext_lazy("door visit", "Not collected")
    CANCELLED = "cancelled", pgettext_lazy("door visit", "Cancelled")


class Missed(TextChoices):
    """Why nothing was collected at the door."""

    NOBODY = "nobody", _("Nobody was home")
    REFUSED = "refused", _("They would not pay")
    OTHER = "other", pgettext_lazy("nothing collected", "Something else")


class VoidReason(TextChoices):
    """Why a receipt that was prepared for the door is void; the words that were said of it stand on the visit."""

    ANEW = "anew", _("confirmed anew")
    MISSED = "missed", _("nothing was collected")
    CANCELLED = "cancelled", _("the visit was cancelled")


# How somebody pays at the door: what is paid online is paid without anybody coming.
DOOR_METHODS = COUNTER_CHOICES
DOOR_OPEN = (DoorState.ASKED, DoorState.CONFIRMED, DoorState.PREPARED)
# Confirmed anew where the bills or the appointment changed, until the money is there.
DOOR_TRANSITIONS = {
    "confirm": Step(frozenset(DOOR_OPEN), DoorState.CONFIRMED, "door.confirmed"),
    "prepare": Step(frozenset({DoorState.CONFIRMED}), DoorState.PREPARED, "door.prepared"),
    "collect": Step(frozenset({DoorState.PREPARED}), DoorState.COLLECTED, "door.collected"),
    "miss": Step(frozenset({DoorState.PREPARED}), DoorState.MISSED, "door.missed"),
    "hand_in": Step(frozenset({DoorState.COLLECTED}), DoorState.HANDED_IN, "door.handed_in"),
    "cancel": Step(frozenset(DOOR_OPEN), DoorState.CANCELLED, "door.cancelled"),
}


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


# What the numbers of a meter are of.
METER_UNITS: dict[str, str] = {
    MeterKind.WATER: "m³",
    MeterKind.POWER: "kWh",
    MeterKind.GAS: "m³",
    MeterKind.HEAT: "kWh",
}


class ReadHow(TextChoices):
    """How a reading follows the one before it."""

    PLAIN = "plain", _("The same meter went on")
    CHANGED = "changed", _("The meter was changed")
    WRAPPED = "wrapped", _("It went past its last number and began again")


class Doubt(TextChoices):
    """What is asked about a reading before it is kept."""

    LOWER = "lower", _("Lower than before")
    CHANGE = "change", _("Not lower than before: was the meter changed?")
    HIGH = "high", _("Far above usual")
    OTHER = "other", _("Another value is kept for this day")
    DIGITS = "digits", _("More digits than the meter has")


class Standing(TextChoices):
    """Whether a home is paid up, as the plan of its building shows it."""

    PAID = "paid", _("Paid up")
    OWES = "owes", _("Owes")
    EMPTY = "empty", _("Empty")


class ShareBy(TextChoices):
    """By what a common cost is shared out."""

    AREA = "area", _("By area")
    METER = "meter", _("By meter")
    HEAD = "head", _("By head")


class OfficeKind(TextChoices):
    """Why the office bears a cost. Source: 物业客服工作职责标准版本(三) 7 (办公楼水电等费用的分摊、报销)."""

    SHARED = "shared", _("Share of a supplier's bill")
    REIMBURSED = "reimbursed", _("Reimbursement")


class OfficeKey(TextChoices):
    """By what the office's share of a supplier's bill is reckoned."""

    AREA = "area", _("By area")
    HEAD = "head", _("By head")
    METER = "meter", _("By meter")
    PERCENT = "percent", _("By a fixed percentage")


class OfficeState(TextChoices):
    """Where an office cost stands; derived from its approval and what was booked, never stored."""

    ASKED = "asked", pgettext_lazy("office cost", "Waits for approval")
    APPROVED = "approved", pgettext_lazy("office cost", "To be paid")
    REFUSED = "refused", pgettext_lazy("office cost", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("office cost", "Withdrawn")
    PAID = "paid", pgettext_lazy("office cost", "Paid")
    REVERSED = "reversed", pgettext_lazy("office cost", "Reversed")


class LeftOut(TextChoices):
    """Why a run raises no bill for a stretch that is charged."""

    NO_AREA = "no_area", _("The room has no area")
    NO_READING = "no_reading", _("There is no meter reading")
    NO_TARIFF = "no_tariff", _("The tariff is not in force")
    NO_PRICE = "no_price", _("By its formula there is no price")
    NOTHING = "nothing", _("It comes to nothing")
    CHARGED_MORE = "charged_more", _("More was charged than the meter used by now; the next readings make up for it")
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
    MERGED = "merged", _("Collected in a newer case")


ARREARS_PHASES: dict[str, str] = {
    ArrearsState.TO_REMIND: "open",
    ArrearsState.NOTIFIED: "open",
    ArrearsState.LETTERED: "open",
    ArrearsState.DELIVERED: "open",
    ArrearsState.FILED: "open",
    ArrearsState.PROMISED: "waiting",
    ArrearsState.DISPUTED: "waiting",
    ArrearsState.SETTLED: "closed",
    # Still owed: limitation is watched until it is paid.
    ArrearsState.EXCUSED: "waiting",
    ArrearsState.MERGED: "closed",
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


# Reasons with which a home is taken to court. Source: 三(4)④ (对长期无端拒缴…可通过法律渠道处理).
REFUSALS = frozenset({Cause.REFUSES})


class Delivered(TextChoices):
    """How a demand letter came into their hands."""

    COURIER = "courier", _("by courier")
    HAND = "hand", _("handed over in person")


class Undelivered(TextChoices):
    """Why a demand letter did not come into their hands."""

    RETURNED = "returned", _("It came back: not found, or not collected")
    REFUSED = "refused", _("They refused to take it")


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
    # What becomes of a letter is written down while collecting rests, too.
    "deliver": Step(_RESTING | {ArrearsState.LETTERED}, ArrearsState.DELIVERED, "arrears.delivered"),
    "return_letter": Step(_RESTING | {ArrearsState.LETTERED}, ArrearsState.NOTIFIED, "arrears.letter_returned"),
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
    "take_up": Step(frozenset({ArrearsState.EXCUSED}), "", "arrears.taken_up"),
    "settle": Step(_OWING | {ArrearsState.EXCUSED}, ArrearsState.SETTLED, "arrears.settled"),
}
