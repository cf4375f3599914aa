"""What was booked, paid and printed is never rewritten."""

from django.db import migrations

from records.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_money")]

    operations = [
        protect(
            [
                "billing_entry",
                "billing_posting",
                "billing_closedmonth",
                "billing_billline",
                "billing_payment",
                "billing_paymentline",
                "billing_receiptprint",
            ]
        )
    ]
