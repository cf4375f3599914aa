"""Addresses of the office's own costs."""

from django.urls import path

from billing.views import office

urlpatterns = [
    path("office-costs/", office.office_costs, name="office_costs"),
    path("office-costs/new/", office.office_cost_new, name="office_cost_new"),
    path("office-costs/summary/", office.office_month_page, name="office_month"),
    path("office-costs/summary/export/", office.office_month_export, name="office_month_export"),
    path("office-costs/<str:number>/", office.office_cost, name="office_cost"),
    path("office-costs/<str:number>/do/<slug:verb>/", office.office_cost_do, name="office_cost_do"),
    path("office-costs/<str:number>/paper/", office.office_cost_paper, name="office_cost_paper"),
    path("office-costs/<str:number>/files/<str:token>/", office.office_cost_file, name="office_cost_file"),
]
