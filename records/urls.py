"""Addresses of the records."""

from django.urls import path

from records import views

urlpatterns = [path("audit/", views.audit_trail, name="audit")]
