from django.db import migrations, models

from records.append_only import protect_again


class Migration(migrations.Migration):
    dependencies = [("billing", "0021_visits_to_collect_go")]

    operations = [
        migrations.AddField(
            model_name="usage",
            name="multiplier",
            field=models.DecimalField(decimal_places=3, max_digits=8, null=True),
        ),
        protect_again(["billing_usage"]),
    ]
