"""What is charged, what is owed, what was paid, and the ledger that proves it."""

from billing.models.arrears import (
    Arrears,
    ArrearsBatch,
    ArrearsBill,
    ArrearsLetter,
    ArrearsLetterBill,
    ArrearsNotice,
    ArrearsRound,
    ArrearsTerms,
    ArrearsVisit,
)
from billing.models.bills import Bill, BillingRun, BillLine
from billing.models.ledger import Account, ClosedMonth, Entry, Posting
from billing.models.payments import Credit, Payment, PaymentLine, Receipt, ReceiptPrint, ReceiptSeries
from billing.models.tariffs import ChargeItem, Tariff, UnitCharge

__all__ = [
    "Account",
    "Arrears",
    "ArrearsBatch",
    "ArrearsBill",
    "ArrearsLetter",
    "ArrearsLetterBill",
    "ArrearsNotice",
    "ArrearsRound",
    "ArrearsTerms",
    "ArrearsVisit",
    "Bill",
    "BillLine",
    "BillingRun",
    "ChargeItem",
    "ClosedMonth",
    "Credit",
    "Entry",
    "Payment",
    "PaymentLine",
    "Posting",
    "Receipt",
    "ReceiptPrint",
    "ReceiptSeries",
    "Tariff",
    "UnitCharge",
]
