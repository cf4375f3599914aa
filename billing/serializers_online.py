"""Orders to pay online as JSON."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from billing.models import Bill, OnlineOrder
from billing.online.providers import the_provider
from billing.permissions import can_pay_online
from billing.serializers import MOST_BILLS
from billing.states import OrderState
from core.errors import NotAllowed
from records.http import now


class OnlineOrderSerializer(serializers.ModelSerializer[OnlineOrder]):
    """Bills of one home to be paid online. `pay_url` is where it is paid, empty once it waits no longer.

    `receipts` are the numbers of what was paid for it.
    """

    project = serializers.CharField(source="project.code")
    unit = serializers.CharField(source="unit.number")
    bills = serializers.SerializerMethodField()
    receipts = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    pay_url = serializers.SerializerMethodField()

    class Meta:
        model = OnlineOrder
        fields = ["number", "project", "unit", "bills", "amount", "state", "at", "expires_at", "receipts", "pay_url"]

    @extend_schema_field(serializers.ChoiceField(OrderState.choices))
    def get_state(self, order: OnlineOrder) -> str:
        """Where it stands now: one whose time is over has expired."""
        return order.state_at(now()).value

    def get_bills(self, order: OnlineOrder) -> list[str]:
        """The numbers of its bills."""
        return [line.bill.number for line in order.lines.all()]

    def get_receipts(self, order: OnlineOrder) -> list[str]:
        """The numbers of its receipts."""
        return [made.payment.receipt.number for made in order.payments.all()]

    def get_pay_url(self, order: OnlineOrder) -> str:
        """The provider's page."""
        provider = the_provider()
        if provider is None or provider.key != order.provider or order.state_at(now()) != OrderState.WAITING:
            return ""
        return str(self.context["request"].build_absolute_uri(provider.pay_url(order)))


class NewOnlineOrderInput(serializers.Serializer[Any]):
    """Bills of one's own home, by their numbers; all that is owed of them is to be paid."""

    project = serializers.CharField(max_length=30)
    bills = serializers.ListField(child=serializers.CharField(max_length=30), min_length=1, max_length=MOST_BILLS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Find the bills, for who lives there. A project that one does not belong to is 404."""
        user: User = self.context["request"].user
        project = next((one for one in user.projects if one.code == attrs["project"]), None)
        if project is None:
            raise Http404
        if not can_pay_online(user, project):
            raise NotAllowed(_("You pay online for your own home only."))
        numbers = list(dict.fromkeys(attrs["bills"]))
        found = Bill.objects.visible_to(user).filter(project=project, number__in=numbers)
        bills = list(found.select_related("project", "unit").order_by("pk"))
        if len(bills) != len(numbers):
            raise serializers.ValidationError({"bills": [_("There is none of that number or code here.")]})
        return {"bills": bills}
