from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("estate", "0001_squashed_0002_registerimport"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalvehicle",
            name="started_on",
            field=models.DateField(blank=True, null=True, verbose_name="parking fee since"),
        ),
        migrations.AddField(
            model_name="vehicle",
            name="started_on",
            field=models.DateField(blank=True, null=True, verbose_name="parking fee since"),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("started_on", None), ("ended_on", None), ("ended_on__gte", models.F("started_on")), _connector="OR"
                ),
                name="vehicle_ends_after_it_starts",
            ),
        ),
    ]
