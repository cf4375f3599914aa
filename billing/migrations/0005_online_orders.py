"""Orders to pay online; a payment that no cashier took."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from records.append_only import protect, protect_again


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("billing", "0004_opening_bills"),
        ("estate", "0001_squashed_0002_registerimport"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OnlineOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
                ("provider", models.CharField(max_length=30)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for the payment"),
                            ("paid", "Paid"),
                            ("failed", "Payment failed"),
                            ("expired", "Expired"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="asked")),
                ("expires_at", models.DateTimeField(verbose_name="to be paid by")),
            ],
            options={
                "verbose_name": "order to pay online",
                "verbose_name_plural": "orders to pay online",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="OnlineOrderBill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="OnlinePayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=30)),
                ("transaction", models.CharField(max_length=64, verbose_name="transaction number")),
                (
                    "late",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("expired", "the order had expired"),
                            ("not_owed", "less was owed by then"),
                            ("twice", "the order was paid before"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "payment made online",
                "verbose_name_plural": "payments made online",
                "ordering": ["pk"],
            },
        ),
        migrations.AlterField(
            model_name="payment",
            name="by",
            field=models.ForeignKey(
                help_text="nobody where it was paid online: it is in no cashier's till",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="cashier",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("by__isnull", False), ("method", "online"), _connector="OR"),
                name="payment_by_a_cashier_or_online",
            ),
        ),
        migrations.AddField(
            model_name="onlineorder",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked by",
            ),
        ),
        migrations.AddField(
            model_name="onlineorder",
            name="household",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="estate.household"
            ),
        ),
        migrations.AddField(
            model_name="onlineorder",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.project",
                verbose_name="project",
            ),
        ),
        migrations.AddField(
            model_name="onlineorder",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="estate.unit", verbose_name="unit"
            ),
        ),
        migrations.AddField(
            model_name="onlineorderbill",
            name="bill",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.bill"),
        ),
        migrations.AddField(
            model_name="onlineorderbill",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="billing.onlineorder"
            ),
        ),
        migrations.AddField(
            model_name="onlinepayment",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="billing.onlineorder"
            ),
        ),
        migrations.AddField(
            model_name="onlinepayment",
            name="payment",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="online", to="billing.payment"
            ),
        ),
        migrations.AddIndex(
            model_name="onlineorder",
            index=models.Index(fields=["household", "-at"], name="online_order_household"),
        ),
        migrations.AddIndex(
            model_name="onlineorder",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["expires_at"], name="online_order_waits"
            ),
        ),
        migrations.AddConstraint(
            model_name="onlineorder",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="online_order_of_something"),
        ),
        migrations.AddConstraint(
            model_name="onlineorderbill",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="online_order_line_of_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="onlineorderbill",
            constraint=models.UniqueConstraint(fields=("order", "bill"), name="online_order_line_once_per_bill"),
        ),
        migrations.AddConstraint(
            model_name="onlinepayment",
            constraint=models.UniqueConstraint(fields=("provider", "transaction"), name="online_payment_once"),
        ),
        protect(["billing_onlineorderbill", "billing_onlinepayment"]),
        protect_again(["billing_payment"]),
    ]
