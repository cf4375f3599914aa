"""The admin site and the API's page run under the same security policy as the desk: nothing inline is asked for."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from sla.models import Policy
from tests.browser.conftest import Opener
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.req("SEC-1")]


def test_pages_of_the_admin_site_break_no_policy(stage: Cast, open_as: Opener) -> None:
    """`open_as` fails the test on any refusal of the browser."""
    chief = stage.admin
    chief.is_staff = chief.is_superuser = True
    chief.save()
    policy, unit = Policy.objects.get(key="ticket.respond"), stage.units["3-2-1501"]
    for path in (
        reverse("admin:index"),
        reverse("admin:sla_policy_changelist"),
        reverse("admin:sla_policy_change", args=[policy.pk]),
        reverse("admin:estate_unit_changelist"),
        reverse("admin:estate_unit_change", args=[unit.pk]),
        reverse("admin:estate_unit_history", args=[unit.pk]),
        reverse("admin:estate_household_add"),
        reverse("admin:accounts_user_change", args=[stage.frontdesk.pk]),
        reverse("admin:accounts_membership_add"),
        reverse("admin:records_auditentry_changelist"),
    ):
        page = open_as(chief, path)
        expect(page.locator("#content"), path).to_have_count(1)


def test_the_apis_page_shows_its_verbs(stage: Cast, open_as: Opener) -> None:
    page = open_as(stage.frontdesk, reverse("api_docs"))
    page.wait_for_selector(".opblock-summary-path", timeout=20_000)
