"""A ticket has one open job, also where an older step took that rule along with an index on the same column."""

from typing import Any

from django.db import migrations


def stand_again(apps: Any, editor: Any) -> None:
    """Django drops a conditional rule of one column with that column's index (0004, PostgreSQL only)."""
    if editor.connection.vendor != "postgresql":
        return
    job = apps.get_model("tickets", "Job")
    [rule] = [one for one in job._meta.constraints if one.name == "one_open_job"]
    with editor.connection.cursor() as cursor:
        standing = editor.connection.introspection.get_constraints(cursor, job._meta.db_table)
    if rule.name not in standing:
        editor.add_constraint(job, rule)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0004_leaner_indexes")]

    operations = [migrations.RunPython(stand_again, migrations.RunPython.noop)]
