from django.db import migrations

from records.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("billing", "0020_visits_as_cases")]

    operations = [
        migrations.RemoveField("arrears", "visit_decided_at"),
        migrations.RemoveField("arrears", "visit_half"),
        migrations.RemoveField("arrears", "visit_on"),
        migrations.RemoveField("arrears", "visitor"),
        # Backwards the table comes back as it was: its rows are never changed.
        migrations.RunPython(migrations.RunPython.noop, protect(["billing_arrearsvisit"]).code),
        migrations.DeleteModel("ArrearsVisit"),
    ]
