from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def mark(apps: Any, editor: Any) -> None:
    """In which case that goes on each bill is collected."""
    links = apps.get_model("billing", "ArrearsBill").objects.filter(ended_at=None, arrears__ended_at=None)
    bills = apps.get_model("billing", "Bill").objects.filter(pk__in=links.values("bill_id"))
    bills.update(collected_in=models.Subquery(links.filter(bill=models.OuterRef("pk")).values("arrears")))
    editor.connection.check_constraints()  # now, as the table changes once more


def unmark(apps: Any, editor: Any) -> None:
    """That each of them is collected, without saying in which case."""
    apps.get_model("billing", "Bill").objects.filter(collected_in__isnull=False).update(collected=True)
    editor.connection.check_constraints()


class Migration(migrations.Migration):
    dependencies = [("billing", "0018_billed_until_index")]

    operations = [
        migrations.RemoveIndex("arrearsbill", "arrears_bill_of"),
        migrations.RemoveIndex("bill", "bill_collected_of"),
        migrations.RemoveIndex("bill", "bill_collected"),
        migrations.AddField(
            "bill",
            "collected_in",
            models.ForeignKey(
                db_index=False,
                help_text="which arrears that go on collect it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.arrears",
            ),
        ),
        migrations.RunPython(mark, unmark),
        migrations.RemoveField("bill", "collected"),
        migrations.AddIndex(
            "bill",
            models.Index(
                fields=["project", "due_on", "outstanding"],
                name="bill_collected",
                condition=models.Q(("collected_in__isnull", False)),
            ),
        ),
        migrations.AddIndex(
            "bill",
            models.Index(
                fields=["project", "collected_in", "outstanding"],
                name="bill_collected_in",
                condition=models.Q(("collected_in__isnull", False)),
            ),
        ),
    ]
