"""Addresses of callbacks and home visits."""

from django.urls import path

from visits.views import callbacks, home_visits

urlpatterns = [
    path("callbacks/", callbacks.callbacks, name="callbacks"),
    path("callbacks/<str:number>/", callbacks.callback_page, name="callback"),
    path("callbacks/<str:number>/record/", callbacks.record_callback, name="callback_record"),
    path("callbacks/<str:number>/contact/", callbacks.amend_number, name="callback_contact"),
    path("callbacks/<str:number>/dial/", callbacks.dial_callback, name="callback_dial"),
    path("home-visits/", home_visits.visit_list, name="home_visits"),
    path("home-visits/<str:number>/", home_visits.visit_page, name="home_visit"),
    path("home-visits/<str:number>/do/<slug:verb>/", home_visits.visit_step, name="home_visit_step"),
    path("home-visits/<str:number>/dial/", home_visits.dial, name="home_visit_dial"),
]
