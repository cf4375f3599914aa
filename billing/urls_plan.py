"""Addresses of the plans of buildings."""

from django.urls import path

from billing.views import plan

urlpatterns = [
    path("plan/", plan.plan, name="plan"),
    path("plan/<slug:code>/<path:building>/", plan.plan_building, name="plan_building"),
]
