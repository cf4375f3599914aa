"""The navigation of somebody with several roles."""

from accounts.models import Membership, User
from accounts.states import Role
from servicedesk.navigation import Entry, entries_for
from servicedesk.places import PLACES
from tests.cast import Cast


def test_two_roles_have_each_place_once_where_the_first_of_them_has_it(cast: Cast) -> None:
    Membership.objects.create(user=cast.frontdesk, role=Role.SUPERVISOR, project=cast.project)
    both = User.objects.get(pk=cast.frontdesk.pk)
    urls = [entry.url for entry in entries_for(PLACES, both, cast.project, "/desk/", {})]
    assert len(urls) == len(set(urls))
    desk, chief = frozenset({Role.FRONTDESK}), frozenset({Role.SUPERVISOR})
    places = [Entry("a", "desk", "x", desk, 1), Entry("b", "inbox", "x", desk, 2), Entry("c", "desk", "x", chief, 3)]
    assert [entry.label for entry in entries_for(places, both, cast.project, "/", {})] == ["a", "b"]
