"""Addresses of prices."""

from django.urls import path

from billing import views_tariffs

urlpatterns = [
    path("tariffs/", views_tariffs.tariffs, name="tariffs"),
    path("tariffs/new/", views_tariffs.new_tariff, name="tariff_new"),
    path("tariffs/<int:pk>/change/", views_tariffs.change_tariff, name="tariff_change"),
]
