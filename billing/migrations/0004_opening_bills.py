"""Bills taken over from a former system are found by their unit, whatever its other bills: each run asks for them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_credit_of_households")]

    operations = [
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(
                fields=["unit"],
                name="bill_opening",
                condition=models.Q(("case", None), ("charge", None), ("period_start__isnull", False), ("run", None)),
            ),
        ),
    ]
