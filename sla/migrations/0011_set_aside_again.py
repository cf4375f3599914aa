"""Deadlines that were set aside for good before are tried again."""

from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone


def look_again(apps, schema_editor):
    """Clocks that were set aside for good before are tried again; paused ones go on when they are resumed."""
    clocks = apps.get_model("sla", "Clock").objects.exclude(parked_error="")
    clocks.filter(next_at=None, ended_at=None, paused_at=None).update(next_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("sla", "0010_days_after_months")]

    operations = [
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(fields=["case"], name="clock_set_aside", condition=~Q(parked_error="")),
        ),
        migrations.RunPython(look_again, migrations.RunPython.noop),
    ]
