"""The register in the admin site."""

from datetime import date
from typing import Any

import pytest

from estate.admin import CAR_DAYS
from estate.models import Building, Unit, Vehicle
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


@pytest.mark.req("BIL-9")
def test_a_car_s_first_day_is_entered_in_the_site_and_put_right_in_a_sentence(cast: Cast, signed_in: Any) -> None:
    cast.admin.is_staff = True
    cast.admin.save()
    client, page = signed_in(cast.admin), "/admin/estate/vehicle/add/"
    assert client.get(page).context["adminform"].form.fields["started_on"].help_text == CAR_DAYS["started_on"]
    body = {"project": cast.project.pk, "plate": "浙A00001", "started_on": "2026-11-16"}
    for wrong, field in (({"ended_on": "2026-11-15"}, "ended_on"), ({"started_on": "2026-11-31"}, "started_on")):
        answer = client.post(page, body | wrong)
        assert answer.status_code == 200
        # Beside the field, in one sentence, and not a second time as a broken rule of the database.
        assert {name: len(said) for name, said in answer.context["adminform"].form.errors.items()} == {field: 1}
    assert not Vehicle.objects.exists()
    assert client.post(page, body).status_code == 302
    assert Vehicle.objects.get().started_on == date(2026, 11, 16)
