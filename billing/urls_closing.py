"""Addresses of closed days, statements, receipts looked for, tax invoices, and deposits."""

from django.urls import path

from billing import views_dayclose, views_deposits, views_invoices, views_proof, views_statements

urlpatterns = [
    path("dayclose/", views_dayclose.day_close, name="dayclose_own"),
    path("dayclose/all/", views_dayclose.day_closes, name="dayclose_all"),
    path("dayclose/for/<int:cashier>/", views_dayclose.day_close_for, name="dayclose_for"),
    path("dayclose/<int:pk>/", views_dayclose.day_closed, name="dayclose"),
    path("dayclose/<int:pk>/reopen/", views_dayclose.day_reopen, name="dayclose_reopen"),
    path("receipts/", views_statements.receipts, name="receipts"),
    path("statements/", views_statements.statements, name="statements"),
    path("statements/export/<slug:kind>/", views_statements.statement_export, name="statement_export"),
    path("statements/close-month/", views_statements.month_close, name="month_close"),
    path("statements/proof/", views_proof.proof, name="proof"),
    path("statements/proof/now/", views_proof.prove_now, name="proof_now"),
    path("statements/proof/progress/", views_proof.proof_progress, name="proof_progress"),
    path("statements/proof/<int:pk>/", views_proof.proof_record, name="proof_record"),
    path("households/<int:pk>/statement/", views_statements.household_statement, name="household_statement"),
    path("households/<int:pk>/statement/paper/", views_statements.household_paper, name="household_paper"),
    path("households/<int:pk>/statement/sheet/", views_statements.household_sheet, name="household_sheet"),
    path("invoices/", views_invoices.invoices, name="invoices"),
    path("invoices/export/", views_invoices.invoices_export, name="invoices_export"),
    path("invoices/new/", views_invoices.invoice_new, name="invoice_new"),
    path("invoices/<int:pk>/", views_invoices.invoice, name="invoice"),
    path("invoices/<int:pk>/red/", views_invoices.invoice_red, name="invoice_red"),
    path("deposits/", views_deposits.deposits, name="deposits"),
    path("deposits/new/<slug:code>/<path:number>/", views_deposits.deposit_new, name="deposit_new"),
    path("deposits/<str:number>/", views_deposits.deposit, name="deposit"),
    path("deposits/<str:number>/return/", views_deposits.deposit_return, name="deposit_return"),
    path("deposits/<str:number>/keep/", views_deposits.deposit_keep, name="deposit_keep"),
    path("deposits/<str:number>/reverse/", views_deposits.deposit_reverse, name="deposit_reverse"),
]
