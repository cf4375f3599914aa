"""Addresses of deadlines."""

from django.urls import path

from sla.views import applying, calendars, clocks, rules

urlpatterns = [
    path("rules/", rules.rules, name="rules"),
    path("rules/<str:key>/", rules.rule, name="rule"),
    path("rules/<str:key>/change/", rules.change_rule, name="rule_change"),
    path("rules/<str:key>/decide/", rules.decide, name="rule_decide"),
    path("rules/<str:key>/apply/", applying.apply_rule, name="rule_apply"),
    path("rules/<str:key>/apply/progress/", applying.progress, name="rule_apply_progress"),
    path("rules/<str:key>/apply/stop/", applying.stop, name="rule_apply_stop"),
    path("calendars/", calendars.calendars, name="calendars"),
    # 0 is the company, any other number a project.
    path("calendars/<int:place>/", calendars.calendar, name="calendar"),
    path("calendars/<int:place>/change/", calendars.change_calendar, name="calendar_change"),
    path("calendars/<int:place>/decide/", calendars.decide_calendar, name="calendar_decide"),
    path("calendars/<int:place>/year/", calendars.publish_calendar_year, name="calendar_year"),
    path("calendars/<int:place>/drop/", calendars.drop_calendar, name="calendar_drop"),
    path("calendars/<int:place>/versions/<int:number>/", calendars.calendar_version, name="calendar_version"),
    path("cases/<str:number>/clocks/", clocks.case_clocks, name="case_clocks"),
    path("cases/<str:number>/clocks/<int:pk>/extend/", clocks.extend_clock, name="clock_extend"),
]
