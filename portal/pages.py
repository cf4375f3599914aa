"""What the residents' pages share."""

from django.http import Http404, HttpRequest

from estate.models import Unit
from portal.queries import homes_of
from records.http import project_of, user_of


def own_homes(request: HttpRequest) -> list[Unit]:
    """The person's homes in the project at hand. Raises `Http404` for somebody who has none."""
    project = project_of(request)
    homes = [unit for unit in homes_of(user_of(request)) if unit.project_id == project.pk]
    if not homes:
        raise Http404
    return homes
