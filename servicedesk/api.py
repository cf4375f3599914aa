"""The API's collections, gathered from the apps."""

from rest_framework.routers import DefaultRouter

from cases.api import CaseViewSet
from estate.api import PersonViewSet, ProjectViewSet, UnitViewSet, VehicleViewSet
from sla.api import ClockViewSet
from tickets.api import TicketViewSet
from visits.api import CallbackViewSet

router = DefaultRouter()
router.include_root_view = False
router.register("cases", CaseViewSet, basename="case")
router.register("tickets", TicketViewSet, basename="ticket")
router.register("callbacks", CallbackViewSet, basename="callback")
router.register("clocks", ClockViewSet, basename="clock")
router.register("projects", ProjectViewSet, basename="project")
router.register("units", UnitViewSet, basename="unit")
router.register("people", PersonViewSet, basename="person")
router.register("vehicles", VehicleViewSet, basename="vehicle")
