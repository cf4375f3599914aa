"""Orders to pay online over the API: what the residents' programs pay by."""

from typing import cast

import django_filters
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from billing.actions.online import order_online
from billing.api import NUMBER
from billing.models import OnlineOrder, OnlineOrderBill, OnlinePayment
from billing.serializers_online import NewOnlineOrderInput, OnlineOrderSerializer
from billing.states import OrderState
from records.api import answer_once
from records.http import now


class OnlineOrderFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of orders."""

    project = django_filters.CharFilter(field_name="project__code")
    unit = django_filters.CharFilter(field_name="unit__number")
    state = django_filters.ChoiceFilter(choices=OrderState.choices)

    class Meta:
        model = OnlineOrder
        fields = ()


class OnlineOrderViewSet(viewsets.ReadOnlyModelViewSet[OnlineOrder]):
    """Orders to pay online, newest first."""

    queryset = OnlineOrder.objects.none()
    serializer_class = OnlineOrderSerializer
    filterset_class = OnlineOrderFilter
    lookup_field = "number"
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[OnlineOrder]:
        """Orders that the person may see; a resident's own household's."""
        found = OnlineOrder.objects.visible_to(cast(User, self.request.user))
        lines = Prefetch("lines", OnlineOrderBill.objects.select_related("bill"))
        payments = Prefetch("payments", OnlinePayment.objects.select_related("payment__receipt"))
        return found.select_related("project", "unit").prefetch_related(lines, payments)

    @extend_schema(request=NewOnlineOrderInput, responses={201: OnlineOrderSerializer})
    def create(self, request: Request) -> Response:
        """Ask to pay bills of the own home online; `pay_url` says where. It waits for half an hour."""

        def acted() -> Response:
            given = NewOnlineOrderInput(data=request.data, context=self.get_serializer_context())
            given.is_valid(raise_exception=True)
            made = order_online(by=cast(User, request.user), at=now(), **given.validated_data)
            document = self.get_serializer(self.get_queryset().get(pk=made.pk)).data
            return Response(document, status=status.HTTP_201_CREATED)

        return answer_once(request, acted)
