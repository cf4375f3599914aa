"""Addresses of deadlines."""

from django.urls import path

from sla.views import clocks, rules

urlpatterns = [
    path("rules/", rules.rules, name="rules"),
    path("rules/<str:key>/", rules.rule, name="rule"),
    path("rules/<str:key>/change/", rules.change_rule, name="rule_change"),
    path("rules/<str:key>/decide/", rules.decide, name="rule_decide"),
    path("rules/<str:key>/apply/", rules.apply_rule, name="rule_apply"),
    path("cases/<str:number>/clocks/", clocks.case_clocks, name="case_clocks"),
]
