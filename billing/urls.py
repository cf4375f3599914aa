"""Addresses of money."""

from django.urls import include, path

from billing import views

urlpatterns = [
    path("", include("billing.urls_runs")),
    path("", include("billing.urls_closing")),
    path("till/", views.till, name="till"),
    path("till/<slug:code>/<path:number>/", views.till_unit, name="till_unit"),
    path("receipts/<str:number>/", views.receipt, name="receipt"),
    path("receipts/<str:number>/print/", views.receipt_print, name="receipt_print"),
    path("receipts/<str:number>/prints/<int:nth>/", views.receipt_paper, name="receipt_paper"),
    path("receipts/<str:number>/reverse/", views.receipt_reverse, name="receipt_reverse"),
    path("r/<str:token>/", views.receipt_verify, name="receipt_verify"),
]
