from django.db import migrations

from records.append_only import protect_but

REVERSED = ("reversed_at", "reversed_by_id", "reversed_reason", "reversed_entry_id")


class Migration(migrations.Migration):
    dependencies = [("billing", "0016_proven_letters_and_planned_visits"), ("records", "0001_squashed_0005_approval")]

    operations = [
        protect_but(
            "billing_receipt",
            never=("id", "number", "payment_id", "token"),
            once={"file_id": ("file_id",), "reversed_at": REVERSED},
        ),
    ]
