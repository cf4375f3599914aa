"""Addresses of callbacks."""

from django.urls import path

from visits import views

urlpatterns = [
    path("callbacks/", views.callbacks, name="callbacks"),
    path("callbacks/<str:number>/", views.callback_page, name="callback"),
    path("callbacks/<str:number>/record/", views.record_callback, name="callback_record"),
    path("callbacks/<str:number>/contact/", views.amend_number, name="callback_contact"),
    path("callbacks/<str:number>/dial/", views.dial_callback, name="callback_dial"),
]
