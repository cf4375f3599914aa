"""The database holds every rule that the models declare, however its migrations came there."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

pytestmark = pytest.mark.django_db


def _declared(model: type[Model]) -> set[str]:
    return {one.name for one in [*model._meta.constraints, *model._meta.indexes]}


@pytest.mark.parametrize("model", [m for m in apps.get_models() if _declared(m)], ids=lambda m: m._meta.label)
def test_constraints_and_indexes_stand(model: type[Model]) -> None:
    with connection.cursor() as cursor:
        standing = connection.introspection.get_constraints(cursor, model._meta.db_table)
    assert _declared(model) <= set(standing)
