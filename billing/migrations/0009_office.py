"""Office costs: shared bills, reimbursements, what was booked and paid of them; their terms."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from records.append_only import protect


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("billing", "0008_doors"),
        ("records", "0001_squashed_0005_approval"),
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
                    ("opening", "Opening balance"),
                    ("office_booked", "Office cost booked"),
                    ("office_paid", "Office cost paid"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="HistoricalOfficeTerms",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "limit",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("2000.00"),
                        help_text="Above it the general manager approves.",
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                        verbose_name="up to which amount a supervisor approves",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty: for every project without terms of its own.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.project",
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical terms of office costs",
                "verbose_name_plural": "historical terms of office costs",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="OfficeCost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[("shared", "Share of a supplier's bill"), ("reimbursed", "Reimbursement")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("words", models.CharField(max_length=200, verbose_name="what it is for")),
                ("supplier", models.CharField(blank=True, max_length=100, verbose_name="supplier")),
                ("period_start", models.DateField(null=True, verbose_name="from")),
                ("period_end", models.DateField(null=True, verbose_name="until")),
                (
                    "whole",
                    models.DecimalField(
                        decimal_places=2, max_digits=14, null=True, verbose_name="amount of the supplier's bill"
                    ),
                ),
                (
                    "share_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("area", "By area"),
                            ("head", "By head"),
                            ("meter", "By meter"),
                            ("percent", "By a fixed percentage"),
                        ],
                        max_length=10,
                        verbose_name="shared by",
                    ),
                ),
                (
                    "weight",
                    models.DecimalField(decimal_places=4, max_digits=16, null=True, verbose_name="the office's"),
                ),
                (
                    "weight_all",
                    models.DecimalField(decimal_places=4, max_digits=16, null=True, verbose_name="all together"),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                (
                    "approval",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="office_cost", to="records.approval"
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "claimant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who is paid back",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.project",
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "office cost",
                "verbose_name_plural": "office costs",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="OfficeBooking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("at", models.DateTimeField(verbose_name="approved at")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="office_booking", to="billing.entry"
                    ),
                ),
                (
                    "cost",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="booking", to="billing.officecost"
                    ),
                ),
            ],
            options={
                "verbose_name": "booking of an office cost",
                "verbose_name_plural": "bookings of office costs",
            },
        ),
        migrations.CreateModel(
            name="OfficeFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "cost",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="billing.officecost"
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.storedfile"
                    ),
                ),
            ],
            options={
                "verbose_name": "voucher of an office cost",
                "verbose_name_plural": "vouchers of office costs",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="OfficePayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("cash", "Cash"),
                            ("transfer", "Bank transfer"),
                            ("wechat", "WeChat"),
                            ("alipay", "Alipay"),
                            ("card", "Card"),
                            ("online", "Online"),
                        ],
                        max_length=10,
                        verbose_name="how",
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=100, verbose_name="transaction number")),
                ("received_by", models.CharField(max_length=100, verbose_name="received by")),
                ("day", models.DateField(verbose_name="day")),
                ("at", models.DateTimeField(verbose_name="paid at")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="paid by",
                    ),
                ),
                (
                    "cost",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payment", to="billing.officecost"
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="office_payment", to="billing.entry"
                    ),
                ),
            ],
            options={
                "verbose_name": "payment of an office cost",
                "verbose_name_plural": "payments of office costs",
            },
        ),
        migrations.CreateModel(
            name="OfficeReversal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("day", models.DateField(verbose_name="day")),
                ("at", models.DateTimeField(verbose_name="reversed")),
                (
                    "approval",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.approval"
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "booking_entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="office_unbooked", to="billing.entry"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "cost",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reversal", to="billing.officecost"
                    ),
                ),
                (
                    "payment_entry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="office_unpaid",
                        to="billing.entry",
                    ),
                ),
            ],
            options={
                "verbose_name": "reversal of an office cost",
                "verbose_name_plural": "reversals of office costs",
            },
        ),
        migrations.CreateModel(
            name="OfficeTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "limit",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("2000.00"),
                        help_text="Above it the general manager approves.",
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                        verbose_name="up to which amount a supervisor approves",
                    ),
                ),
                (
                    "project",
                    models.OneToOneField(
                        blank=True,
                        help_text="Empty: for every project without terms of its own.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.project",
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "terms of office costs",
                "verbose_name_plural": "terms of office costs",
            },
        ),
        migrations.AddIndex(
            model_name="officecost",
            index=models.Index(fields=["project", "-id"], name="office_project_newest"),
        ),
        migrations.AddConstraint(
            model_name="officecost",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="office_cost_of_something"),
        ),
        migrations.AddConstraint(
            model_name="officecost",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("claimant", None),
                        ("kind", "shared"),
                        ("period_end__gte", models.F("period_start")),
                        ("period_start__isnull", False),
                        ("weight__gt", 0),
                        ("weight_all__gte", models.F("weight")),
                        ("whole__gte", models.F("amount")),
                        models.Q(("share_by", ""), _negated=True),
                        models.Q(("supplier", ""), _negated=True),
                    ),
                    models.Q(
                        ("claimant__isnull", False),
                        ("kind", "reimbursed"),
                        ("period_end", None),
                        ("period_start", None),
                        ("share_by", ""),
                        ("weight", None),
                        ("weight_all", None),
                        ("whole", None),
                    ),
                    _connector="OR",
                ),
                name="office_cost_shared_or_paid_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="officepayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("received_by", ""), _negated=True), name="office_paid_to_somebody"
            ),
        ),
        migrations.AddConstraint(
            model_name="officereversal",
            constraint=models.CheckConstraint(
                condition=models.Q(("by", models.F("asked_by")), _negated=True), name="office_reversal_by_two_people"
            ),
        ),
        migrations.AddConstraint(
            model_name="officereversal",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="office_reversal_with_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="officeterms",
            constraint=models.CheckConstraint(
                condition=models.Q(("limit__gte", 0)), name="office_limit_not_below_nothing"
            ),
        ),
        protect(
            [
                "billing_officecost",
                "billing_officefile",
                "billing_officebooking",
                "billing_officepayment",
                "billing_officereversal",
            ]
        ),
    ]
