import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("billing", "0012_day_closed_for"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="entry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("billed", "Billed"),
                    ("charged_once", "Charged once"),
                    ("paid", "Paid"),
                    ("credit_used", "Credit used"),
                    ("reversed", "Reversed"),
                    ("voided", "Voided"),
                    ("waived", "Waived"),
                    ("refunded", "Refunded"),
                    ("deposit_taken", "Deposit taken"),
                    ("deposit_returned", "Deposit returned"),
                    ("deposit_kept", "Deposit kept"),
                    ("handed_in", "Handed in"),
                    ("online_refunded", "Given back online"),
                    ("online_kept", "Not given back online: paid in advance"),
                    ("opening", "Opening balance"),
                    ("office_booked", "Office cost booked"),
                    ("office_paid", "Office cost paid"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="OnlineRefund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "To be asked for"),
                            ("asked", "The provider works on it"),
                            ("unknown", "No answer yet"),
                            ("done", "Given back"),
                            ("refused", "Refused by the provider"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="asked")),
                ("next_at", models.DateTimeField(null=True)),
                ("first_asked_at", models.DateTimeField(null=True)),
                ("last_asked_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("reference", models.CharField(blank=True, max_length=64, verbose_name="transaction number")),
                ("said", models.CharField(blank=True, max_length=200)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.entry"
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refund", to="billing.onlinepayment"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.project",
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "refund asked of a provider",
                "verbose_name_plural": "refunds asked of providers",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="online_refund_due"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="online_refund_of_something"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("next_at", None),
                                ("state__in", ["done", "refused"]),
                                ("ended_at__isnull", False),
                                ("entry__isnull", False),
                            ),
                            models.Q(
                                models.Q(("state__in", ["done", "refused"]), _negated=True),
                                ("ended_at", None),
                                ("entry", None),
                                ("next_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="online_refund_ends_booked",
                    ),
                ],
            },
        ),
    ]
