"""The skeleton stands."""

from sla.models import PolicyVersion
from tests.cast import Cast


def test_defaults_put_policies_in_force(cast: Cast) -> None:
    assert PolicyVersion.objects.in_force().filter(policy__key="ticket.respond").get().goal_seconds == 600
