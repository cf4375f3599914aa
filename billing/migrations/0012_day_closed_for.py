import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from records.append_only import protect_again


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("billing", "0011_reversals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="dayclose",
            name="closed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="closed by",
            ),
        ),
        migrations.AddField(
            model_name="dayclose",
            name="reason",
            field=models.CharField(blank=True, max_length=500, verbose_name="reason"),
        ),
        migrations.AddConstraint(
            model_name="dayclose",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_by", None), ("reason", "")),
                    models.Q(
                        ("closed_by__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                        models.Q(("closed_by", models.F("cashier")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="day_closed_by_another_with_a_reason",
            ),
        ),
        protect_again(["billing_dayclose"]),
    ]
