"""Addresses of collecting at the door."""

from django.urls import path

from billing.views import doors, handing_in

urlpatterns = [
    path("doors/", doors.doors, name="doors"),
    path("doors/hand-in/", handing_in.door_hand_in, name="door_hand_in"),
    path("doors/hand-in/<str:number>/", handing_in.door_handed_in, name="door_handed_in"),
    path("doors/new/<slug:code>/<path:number>/", doors.door_new, name="door_new"),
    path("doors/<str:number>/", doors.door, name="door"),
    path("doors/<str:number>/do/<slug:verb>/", doors.door_step, name="door_step"),
    path("doors/<str:number>/papers/<str:receipt>/", doors.door_paper, name="door_paper"),
]
