"""Addresses of the inbox, of who was told what, of who is away and who is on call."""

from django.urls import path

from notifications.views import absences, inbox, on_call, told

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.read_all, name="inbox_read_all"),
    path("inbox/<int:pk>/", inbox.open_message, name="inbox_open"),
    path("inbox/<int:pk>/read/", inbox.read_one, name="inbox_read"),
    path("told/", told.told, name="told"),
    path("told/<int:pk>/", told.told_settle, name="told_settle"),
    path("absences/", absences.absences, name="absences"),
    path("absences/<int:pk>/call-off/", absences.absence_call_off, name="absence_call_off"),
    path("on-call/", on_call.on_call, name="on_call"),
    path("on-call/<int:pk>/call-off/", on_call.on_call_off, name="on_call_off"),
]
