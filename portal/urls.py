"""Addresses of the residents' pages."""

from django.urls import path

from portal import views

urlpatterns = [
    path("home/", views.home, name="portal_home"),
    path("home/tariffs/", views.tariffs, name="portal_tariffs"),
    path("home/complaint/", views.complaint, name="portal_complaint"),
    path("home/complaint/photos/", views.complaint_photo, name="portal_complaint_photo"),
    path("home/<str:number>/", views.matter, name="portal_matter"),
]
