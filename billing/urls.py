"""Addresses of money."""

from django.urls import include, path

from billing.views import bills, online, receipts, refunds, till

urlpatterns = [
    path("", include("billing.urls_runs")),
    path("", include("billing.urls_closing")),
    path("", include("billing.urls_plan")),
    path("", include("billing.urls_doors")),
    path("", include("billing.urls_office")),
    path("till/", till.till, name="till"),
    path("till-credit/<slug:code>/<path:number>/", till.till_use_credit, name="till_use_credit"),
    path("till/<slug:code>/<path:number>/", till.till_unit, name="till_unit"),
    path("bills/<str:number>/", bills.bill, name="bill"),
    path("bills/<str:number>/void/", bills.bill_void, name="bill_void"),
    path("bills/<str:number>/waive/", bills.bill_waive, name="bill_waive"),
    path("bills/<str:number>/reverse-waiver/", bills.bill_waiver_back, name="bill_waiver_back"),
    path("receipts/<str:number>/", receipts.receipt, name="receipt"),
    path("receipts/<str:number>/print/", receipts.receipt_print, name="receipt_print"),
    path("receipts/<str:number>/prints/<int:nth>/", receipts.receipt_paper, name="receipt_paper"),
    path("receipts/<str:number>/reverse/", receipts.receipt_reverse, name="receipt_reverse"),
    path("receipts/<str:number>/ask-again/", receipts.receipt_ask_again, name="receipt_ask_again"),
    path("r/<str:token>/", receipts.receipt_verify, name="receipt_verify"),
    path("refunds/", refunds.refunds, name="refunds"),
    path("refunds/new/<slug:code>/<path:number>/", refunds.refund_new, name="refund_new"),
    path("refunds/<str:number>/", refunds.refund, name="refund"),
    path("refunds/<str:number>/reverse/", refunds.refund_reverse, name="refund_reverse"),
    path("refunds/<str:number>/print/", refunds.refund_print, name="refund_print"),
    path("refunds/<str:number>/paper/", refunds.refund_paper, name="refund_paper"),
    path("sandbox/<str:number>/", online.sandbox, name="sandbox_pay"),
    path("online/<slug:provider>/callback/", online.callback, name="online_callback"),
    path("online/<slug:provider>/refunds/callback/", online.refund_callback, name="online_refund_callback"),
]
