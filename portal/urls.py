"""Addresses of the residents' pages."""

from django.urls import path

from portal import views

urlpatterns = [
    path("home/", views.home, name="portal_home"),
    path("home/<str:number>/", views.matter, name="portal_matter"),
]
