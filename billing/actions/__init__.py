"""Every write to bills, payments, receipts and the ledger."""
