from typing import Any

from django.db import migrations, models
from django.db.models.functions import Coalesce


def say(apps: Any, editor: Any) -> None:
    """Since when they know of a bill, and which cases were excused, as far as it was kept."""
    arrears = apps.get_model("billing", "Arrears")
    links = apps.get_model("billing", "ArrearsBill").objects
    for told in arrears.objects.filter(notified_at__isnull=False).iterator():
        links.filter(arrears=told, added_at__lte=told.notified_at).update(told_at=told.notified_at)
    arrears.objects.filter(case__state="excused").update(excused_at=models.F("ended_at"))


class Migration(migrations.Migration):
    dependencies = [("billing", "0013_online_refunds")]

    operations = [
        migrations.RemoveConstraint("arrears", "arrears_once_household"),
        migrations.RemoveConstraint("arrears", "arrears_once_unit"),
        migrations.RemoveConstraint("arrearsletter", "letter_one_on_its_way"),
        migrations.AddField("arrears", "excused_at", models.DateTimeField(null=True, verbose_name="excused")),
        migrations.AddField(
            "arrearsbill",
            "told_at",
            models.DateTimeField(help_text="first reached by phone or in person about it", null=True),
        ),
        migrations.AddField(
            "arrearsletter", "settled_at", models.DateTimeField(null=True, verbose_name="settled meanwhile")
        ),
        migrations.RunPython(say, migrations.RunPython.noop),
        migrations.AddConstraint(
            "arrears",
            models.UniqueConstraint(
                models.F("household"),
                Coalesce("debtor", 0),
                condition=models.Q(("ended_at", None), ("filed_at", None), ("household__isnull", False)),
                name="arrears_climbing_household",
            ),
        ),
        migrations.AddConstraint(
            "arrears",
            models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("filed_at", None), ("household", None)),
                fields=("unit",),
                name="arrears_climbing_unit",
            ),
        ),
        migrations.AddConstraint(
            "arrearsletter",
            models.UniqueConstraint(
                condition=models.Q(("delivered_on", None), ("returned_at", None), ("settled_at", None)),
                fields=("arrears",),
                name="arrears_letter_one_on_its_way",
            ),
        ),
    ]
