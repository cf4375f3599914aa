from typing import Any

from django.db import migrations, models


def mark(apps: Any, editor: Any) -> None:
    """Bills that are collected in arrears that go on."""
    links = apps.get_model("billing", "ArrearsBill").objects.filter(ended_at=None, arrears__ended_at=None)
    bills = apps.get_model("billing", "Bill").objects.filter(pk__in=links.values("bill_id"))
    bills.update(collected=True)


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_office")]

    operations = [
        migrations.AddField(
            "bill",
            "collected",
            models.BooleanField(default=False, help_text="collected in arrears that go on"),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.AddIndex(
            "bill",
            models.Index(
                fields=["project", "due_on", "outstanding"],
                name="bill_collected",
                condition=models.Q(("collected", True)),
            ),
        ),
        migrations.AddIndex(
            "bill",
            models.Index(fields=["debtor"], name="bill_debtor_open", condition=models.Q(("outstanding__gt", 0))),
        ),
    ]
