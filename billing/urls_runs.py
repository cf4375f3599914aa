"""Addresses of billing runs, meters and shared costs."""

from django.urls import path

from billing import views_meters, views_runs, views_sharing
from billing.views import reading_import

urlpatterns = [
    path("runs/", views_runs.runs, name="runs"),
    path("runs/new/", views_runs.new_run, name="run_new"),
    path("runs/<int:pk>/", views_runs.run, name="run"),
    path("runs/<int:pk>/progress/", views_runs.run_progress, name="run_progress"),
    path("runs/<int:pk>/<slug:verb>/", views_runs.run_step, name="run_step"),
    path("readings/", views_meters.readings, name="readings"),
    path("readings/import/", reading_import.readings_import, name="readings_import"),
    path("readings/import/take/", reading_import.readings_import_take, name="readings_import_take"),
    path("readings/template/", reading_import.readings_template, name="readings_template"),
    path("readings/meters/new/", views_meters.new_meters, name="meter_new"),
    path("readings/meters/<int:pk>/", views_meters.meter, name="meter"),
    path("shared-costs/", views_sharing.shared_costs, name="shared_costs"),
    path("shared-costs/new/", views_sharing.new_shared_cost, name="shared_cost_new"),
    path("shared-costs/<int:pk>/", views_sharing.shared_cost, name="shared_cost"),
    path("shared-costs/<int:pk>/progress/", views_sharing.shared_cost_progress, name="shared_cost_progress"),
    path("shared-costs/<int:pk>/<slug:verb>/", views_sharing.shared_cost_step, name="shared_cost_step"),
]
