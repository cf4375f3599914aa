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
)
from billing.models.bills import Bill, BillingRun, BillLine
from billing.models.closing import DayClose, DayCloseLine, DayCloseRemark, DayReopen
from billing.models.deposits import Deposit, DepositMove
from billing.models.doors import DoorBill, DoorVisit, HandIn, PreparedReceipt
from billing.models.invoices import TaxInvoice, TaxInvoiceLine
from billing.models.ledger import Account, ClosedMonth, Entry, Posting
from billing.models.meters import Meter, Reading, Usage
from billing.models.office import OfficeBooking, OfficeCost, OfficeFile, OfficePayment, OfficeReversal, OfficeTerms
from billing.models.online import OnlineOrder, OnlineOrderBill, OnlinePayment, OnlineRefund
from billing.models.payments import Credit, Payment, PaymentLine, Receipt, ReceiptPrint, ReceiptSeries
from billing.models.proofs import BooksProof
from billing.models.refunds import Refund, RefundPaper
from billing.models.reversals import Reversal
from billing.models.sharing import Share, SharedCost
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
    "Bill",
    "BillLine",
    "BillingRun",
    "BooksProof",
    "ChargeItem",
    "ClosedMonth",
    "Credit",
    "DayClose",
    "DayCloseLine",
    "DayCloseRemark",
    "DayReopen",
    "Deposit",
    "DepositMove",
    "DoorBill",
    "DoorVisit",
    "Entry",
    "HandIn",
    "Meter",
    "OfficeBooking",
    "OfficeCost",
    "OfficeFile",
    "OfficePayment",
    "OfficeReversal",
    "OfficeTerms",
    "OnlineOrder",
    "OnlineOrderBill",
    "OnlinePayment",
    "OnlineRefund",
    "Payment",
    "PaymentLine",
    "Posting",
    "PreparedReceipt",
    "Reading",
    "Receipt",
    "ReceiptPrint",
    "ReceiptSeries",
    "Refund",
    "RefundPaper",
    "Reversal",
    "Share",
    "SharedCost",
    "Tariff",
    "TaxInvoice",
    "TaxInvoiceLine",
    "UnitCharge",
    "Usage",
]
