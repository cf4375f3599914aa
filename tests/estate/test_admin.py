"""The register in the admin site."""

from typing import Any

import pytest

from estate.models import Building, Unit
from records.queries import find
from tests.cast import Cast


@pytest.mark.req("DSK-2")
def test_what_is_added_in_the_site_is_found(cast: Cast, signed_in: Any) -> None:
    cast.admin.is_staff = True
    cast.admin.save()
    building = Building.objects.get(project=cast.project, code="3")
    body = {"project": cast.project.pk, "building": building.pk, "number": "3-9-901", "entrance": "9", "room": "901",
            "floor": 9, "kind": "home", "status": "vacant"}  # fmt: skip
    answer = signed_in(cast.admin).post("/admin/estate/unit/add/", body)
    assert answer.status_code == 302, answer.content.decode()
    unit = Unit.objects.get(number="3-9-901")
    assert find(query="3-9-901", projects=[cast.project.pk], kind="unit") == [unit.pk]
