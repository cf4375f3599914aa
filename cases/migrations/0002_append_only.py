"""What happened is never rewritten."""

from django.db import migrations

from records.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [protect(["cases_event"])]
