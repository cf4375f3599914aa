"""Credit belongs to a household, and postings of it say which. What was kept by unit stays as that of nobody named."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def to_households(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What a unit had stands as that of nobody in particular: its postings name no household either."""
    kept = apps.get_model("billing", "UnitCredit").objects.exclude(amount=0)
    credit = apps.get_model("billing", "Credit")
    credit.objects.bulk_create(
        [credit(unit_id=one.unit_id, project_id=one.project_id, amount=one.amount) for one in kept], batch_size=1000
    )


class Migration(migrations.Migration):
    """See above."""

    dependencies = [("billing", "0001_squashed_0002_money"), ("estate", "0001_squashed_0002_registerimport")]

    operations = [
        migrations.RenameModel("Credit", "UnitCredit"),
        migrations.CreateModel(
            name="Credit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credits",
                        to="estate.unit",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="estate.household",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.project",
                    ),
                ),
            ],
            options={
                "verbose_name": "credit",
                "verbose_name_plural": "credits",
                "indexes": [models.Index(fields=["project"], name="credit_project")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="credit_never_negative"),
                    models.UniqueConstraint(fields=("unit", "household"), name="credit_once_a_household"),
                    models.UniqueConstraint(
                        condition=models.Q(("household", None)),
                        fields=("unit",),
                        name="credit_once_where_nobody_is_registered",
                    ),
                ],
            },
        ),
        migrations.RunPython(to_households, migrations.RunPython.noop),
        migrations.DeleteModel("UnitCredit"),
        migrations.AddField(
            model_name="posting",
            name="household",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="estate.household",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                condition=models.Q(("household__isnull", False)),
                fields=["household", "day"],
                name="posting_household_day",
            ),
        ),
    ]
