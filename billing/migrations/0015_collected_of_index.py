from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0014_ladder_beside_legal")]

    operations = [
        migrations.AddIndex(
            "bill",
            models.Index(
                condition=models.Q(("collected", True)),
                fields=["project", "id", "outstanding"],
                name="bill_collected_of",
            ),
        ),
        migrations.AddIndex(
            "arrearsbill",
            models.Index(
                condition=models.Q(("ended_at", None)),
                fields=["bill", "arrears"],
                name="arrears_bill_of",
            ),
        ),
    ]
