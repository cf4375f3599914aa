"""Addresses of the residents' pages."""

from django.urls import path

from portal import views, views_bills

urlpatterns = [
    path("home/", views.home, name="portal_home"),
    path("home/tariffs/", views.tariffs, name="portal_tariffs"),
    path("home/complaint/", views.complaint, name="portal_complaint"),
    path("home/complaint/photos/", views.complaint_photo, name="portal_complaint_photo"),
    path("home/bills/", views_bills.bills, name="portal_bills"),
    path("home/bills/pay/", views_bills.pay, name="portal_pay"),
    path("home/orders/<str:number>/", views_bills.order, name="portal_order"),
    path("home/receipts/<str:number>/", views_bills.receipt, name="portal_receipt"),
    path("home/<str:number>/", views.matter, name="portal_matter"),
]
