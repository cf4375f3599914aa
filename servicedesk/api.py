"""The API's collections, gathered from the apps."""

from rest_framework.routers import DefaultRouter

from billing.api import BillViewSet, PaymentViewSet, ReceiptViewSet, RefundViewSet
from billing.api_arrears import ArrearsViewSet
from billing.api_dayclose import DayCloseViewSet
from billing.api_deposits import DepositViewSet
from billing.api_online import OnlineOrderViewSet
from cases.api import CaseViewSet
from estate.api import PersonViewSet, ProjectViewSet, UnitViewSet, VehicleViewSet
from reception.api import ContactViewSet, DeskComplaintViewSet, DeskTicketViewSet
from records.api_approvals import ApprovalViewSet
from sla.api import ClockViewSet
from visits.api import CallbackViewSet, HomeVisitViewSet

router = DefaultRouter()
router.include_root_view = False
router.include_format_suffixes = False  # JSON is the only one
router.register("cases", CaseViewSet, basename="case")
router.register("contacts", ContactViewSet, basename="contact")
router.register("tickets", DeskTicketViewSet, basename="ticket")
router.register("complaints", DeskComplaintViewSet, basename="complaint")
router.register("callbacks", CallbackViewSet, basename="callback")
router.register("home-visits", HomeVisitViewSet, basename="homevisit")
router.register("approvals", ApprovalViewSet, basename="approval")
router.register("clocks", ClockViewSet, basename="clock")
router.register("bills", BillViewSet, basename="bill")
router.register("payments", PaymentViewSet, basename="payment")
router.register("receipts", ReceiptViewSet, basename="receipt")
router.register("refunds", RefundViewSet, basename="refund")
router.register("deposits", DepositViewSet, basename="deposit")
router.register("day-closes", DayCloseViewSet, basename="dayclose")
router.register("online-orders", OnlineOrderViewSet, basename="onlineorder")
router.register("arrears", ArrearsViewSet, basename="arrears")
router.register("projects", ProjectViewSet, basename="project")
router.register("units", UnitViewSet, basename="unit")
router.register("people", PersonViewSet, basename="person")
router.register("vehicles", VehicleViewSet, basename="vehicle")
