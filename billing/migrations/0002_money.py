"""Bills, payments and the ledger; what was booked, paid and printed is never rewritten."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import billing.models.tariffs
import records.models.kept
from records.append_only import protect


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_export_alone"),
        ("billing", "0001_initial"),
        ("cases", "0012_proof_of_delivery"),
        ("estate", "0002_registerimport"),
        ("records", "0005_approval"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                ("code", models.CharField(max_length=10, primary_key=True, serialize=False, verbose_name="code")),
                (
                    "side",
                    models.CharField(
                        choices=[
                            ("asset", "Asset"),
                            ("liability", "Liability"),
                            ("income", "Income"),
                            ("expense", "Expense"),
                        ],
                        max_length=10,
                        verbose_name="side",
                    ),
                ),
            ],
            options={
                "verbose_name": "account of the ledger",
                "verbose_name_plural": "accounts of the ledger",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Arrears",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("forgot", "Forgot, or did not know"),
                            ("away", "Away, not to be reached"),
                            ("empty", "Home stands empty"),
                            ("hardship", "Cannot pay now"),
                            ("service", "Not content with the service"),
                            ("repair", "A repair or construction fault is open"),
                            ("amount", "Doubts the amount"),
                            ("refuses", "Refuses without a reason"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                        verbose_name="why",
                    ),
                ),
                ("cause_note", models.CharField(blank=True, max_length=500, verbose_name="in their words")),
                ("notified_at", models.DateTimeField(null=True, verbose_name="reached by phone")),
                ("delivered_at", models.DateTimeField(null=True, verbose_name="letter delivered")),
                ("filed_at", models.DateTimeField(null=True, verbose_name="filed")),
                ("visit_decided_at", models.DateTimeField(null=True, verbose_name="visit decided")),
                ("promise_ends_at", models.DateTimeField(null=True, verbose_name="promise ends")),
                ("dispute_reason", models.CharField(blank=True, max_length=500, verbose_name="disputed because")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
            ],
            options={
                "verbose_name": "arrears",
                "verbose_name_plural": "arrears",
            },
        ),
        migrations.CreateModel(
            name="ArrearsBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name": "batch of demand letters",
                "verbose_name_plural": "batches of demand letters",
            },
        ),
        migrations.CreateModel(
            name="ArrearsBill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("added_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "bill in arrears",
                "verbose_name_plural": "bills in arrears",
            },
        ),
        migrations.CreateModel(
            name="ArrearsLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
                ("recipient", models.CharField(blank=True, max_length=100, verbose_name="to")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                ("pay_by", models.DateField(verbose_name="to be paid by")),
                ("tracking_number", models.CharField(blank=True, max_length=60, verbose_name="courier's number")),
                ("sent_at", models.DateTimeField(verbose_name="sent")),
                ("delivered_on", models.DateField(null=True, verbose_name="delivered on")),
                ("returned_at", models.DateTimeField(null=True, verbose_name="came back")),
                ("returned_reason", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "verbose_name": "demand letter",
                "verbose_name_plural": "demand letters",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ArrearsLetterBill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ArrearsNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "how",
                    models.CharField(
                        choices=[("phone", "by phone"), ("sms", "by SMS"), ("visit", "in person")], max_length=10
                    ),
                ),
                ("reached", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("count", models.PositiveIntegerField()),
                ("period_start", models.DateField(null=True)),
                ("period_end", models.DateField(null=True)),
                ("pay_by", models.DateField()),
                ("note", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "verbose_name": "reminder",
                "verbose_name_plural": "reminders",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ArrearsRound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ArrearsTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "grace_days",
                    models.PositiveSmallIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(90)],
                        verbose_name="days of grace after a bill is due",
                    ),
                ),
                (
                    "pay_within_days",
                    models.PositiveSmallIntegerField(
                        default=15,
                        validators=[django.core.validators.MaxValueValidator(90)],
                        verbose_name="days that a notice or letter gives to pay",
                    ),
                ),
                (
                    "sms_at_once",
                    models.BooleanField(default=True, verbose_name="an SMS goes as soon as a bill is overdue"),
                ),
            ],
            options={
                "verbose_name": "terms of collecting",
                "verbose_name_plural": "terms of collecting",
            },
        ),
        migrations.CreateModel(
            name="ArrearsVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("report", models.CharField(max_length=2000)),
            ],
            options={
                "verbose_name": "visit to collect",
                "verbose_name_plural": "visits to collect",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Bill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
                ("period_start", models.DateField(null=True, verbose_name="from")),
                ("period_end", models.DateField(null=True, verbose_name="until")),
                (
                    "words",
                    models.CharField(blank=True, help_text="what a charge without a period is for", max_length=200),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                ("outstanding", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="outstanding")),
                ("waived", models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name="waived")),
                ("due_on", models.DateField(verbose_name="due on")),
                ("issued_at", models.DateTimeField(verbose_name="issued")),
                ("voided_at", models.DateTimeField(null=True, verbose_name="made void")),
                ("voided_reason", models.CharField(blank=True, max_length=500)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name": "bill",
                "verbose_name_plural": "bills",
            },
        ),
        migrations.CreateModel(
            name="BillingRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period_start", models.DateField(verbose_name="from")),
                ("period_end", models.DateField(verbose_name="until")),
                ("due_on", models.DateField(verbose_name="due on")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Being reckoned"),
                            ("previewed", "Ready to raise"),
                            ("raised", "Raised"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("count", models.PositiveIntegerField(default=0, help_text="bills: to be raised, then raised")),
                ("total", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                ("found", models.JSONField(default=dict, help_text="the first rows, and what is left out and why")),
                ("made_at", models.DateTimeField()),
                ("raised_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "billing run",
                "verbose_name_plural": "billing runs",
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="BillLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period_start", models.DateField(null=True)),
                ("period_end", models.DateField(null=True)),
                ("quantity", models.DecimalField(decimal_places=4, max_digits=16)),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=14)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("words", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "verbose_name": "line of a bill",
                "verbose_name_plural": "lines of bills",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ClosedMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("closed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "closed month",
                "verbose_name_plural": "closed months",
            },
        ),
        migrations.CreateModel(
            name="Credit",
            fields=[
                (
                    "unit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="credit",
                        serialize=False,
                        to="estate.unit",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
            ],
            options={
                "verbose_name": "credit",
                "verbose_name_plural": "credits",
            },
        ),
        migrations.CreateModel(
            name="DayClose",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("nth", models.PositiveSmallIntegerField(default=1)),
                ("closed_at", models.DateTimeField(verbose_name="closed at")),
                ("handed_to", models.CharField(max_length=100, verbose_name="handed over to")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
            ],
            options={
                "verbose_name": "day close",
                "verbose_name_plural": "day closes",
                "ordering": ["-day", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="DayCloseLine",
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
                ("recorded", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="recorded")),
                ("counted", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="counted")),
                ("explanation", models.CharField(blank=True, max_length=500, verbose_name="explanation")),
                ("pieces", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "line of a day close",
                "verbose_name_plural": "lines of day closes",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="DayCloseRemark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(max_length=200)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="DayReopen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "day opened again",
                "verbose_name_plural": "days opened again",
            },
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
                ("purpose", models.CharField(max_length=100, verbose_name="what for")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                ("held", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="still held")),
            ],
            options={
                "verbose_name": "deposit",
                "verbose_name_plural": "deposits",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="DepositMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                (
                    "method",
                    models.CharField(
                        blank=True,
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
                ("received_by", models.CharField(blank=True, max_length=100, verbose_name="received by")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "movement of a deposit",
                "verbose_name_plural": "movements of deposits",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
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
                            ("opening", "Opening balance"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("day", models.DateField(help_text="the local day it counts for")),
                ("text", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "verbose_name": "entry",
                "verbose_name_plural": "entries",
            },
        ),
        migrations.CreateModel(
            name="HistoricalArrearsTerms",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "grace_days",
                    models.PositiveSmallIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(90)],
                        verbose_name="days of grace after a bill is due",
                    ),
                ),
                (
                    "pay_within_days",
                    models.PositiveSmallIntegerField(
                        default=15,
                        validators=[django.core.validators.MaxValueValidator(90)],
                        verbose_name="days that a notice or letter gives to pay",
                    ),
                ),
                (
                    "sms_at_once",
                    models.BooleanField(default=True, verbose_name="an SMS goes as soon as a bill is overdue"),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
            ],
            options={
                "verbose_name": "historical terms of collecting",
                "verbose_name_plural": "historical terms of collecting",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Meter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.CharField(blank=True, max_length=100, verbose_name="where it hangs")),
                (
                    "kind",
                    models.CharField(
                        choices=[("water", "Water"), ("power", "Power"), ("gas", "Gas"), ("heat", "Heat")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="number")),
                (
                    "multiplier",
                    models.DecimalField(
                        decimal_places=3,
                        default=1,
                        max_digits=8,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.001"))],
                        verbose_name="multiplier",
                    ),
                ),
                (
                    "digits",
                    models.PositiveSmallIntegerField(
                        default=6,
                        validators=[
                            django.core.validators.MinValueValidator(3),
                            django.core.validators.MaxValueValidator(9),
                        ],
                        verbose_name="digits before the point",
                    ),
                ),
                ("ended_on", models.DateField(null=True, verbose_name="until")),
            ],
            options={
                "verbose_name": "meter",
                "verbose_name_plural": "meters",
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
                ("payer", models.CharField(blank=True, max_length=100, verbose_name="paid by")),
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
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                ("reference", models.CharField(blank=True, max_length=100, verbose_name="reference")),
                ("at", models.DateTimeField(verbose_name="taken")),
                (
                    "claimed_at",
                    models.DateTimeField(help_text="when whoever was out of signal says it was taken", null=True),
                ),
                ("day", models.DateField(verbose_name="day")),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="PaymentLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
            ],
            options={
                "verbose_name": "line of a payment",
                "verbose_name_plural": "lines of payments",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
            ],
            options={
                "verbose_name": "posting",
                "verbose_name_plural": "postings",
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("value", models.DecimalField(decimal_places=3, max_digits=13)),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("plain", "The same meter went on"),
                            ("changed", "The meter was changed"),
                            ("wrapped", "It went past its last number and began again"),
                        ],
                        default="plain",
                        max_length=10,
                    ),
                ),
                ("old_final", models.DecimalField(decimal_places=3, max_digits=13, null=True)),
                ("new_start", models.DecimalField(decimal_places=3, max_digits=13, null=True)),
                ("confirmed", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "reading",
                "verbose_name_plural": "readings",
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=60, unique=True, verbose_name="number")),
                (
                    "token",
                    models.CharField(default=records.models.kept.new_token, editable=False, max_length=32, unique=True),
                ),
                ("reversed_at", models.DateTimeField(null=True, verbose_name="reversed")),
                ("reversed_reason", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "verbose_name": "receipt",
                "verbose_name_plural": "receipts",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="ReceiptPrint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nth", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["nth"],
            },
        ),
        migrations.CreateModel(
            name="ReceiptSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
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
                ("payee", models.CharField(max_length=100, verbose_name="to whom")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("at", models.DateTimeField(verbose_name="approved at")),
                ("day", models.DateField(verbose_name="day")),
            ],
            options={
                "verbose_name": "refund",
                "verbose_name_plural": "refunds",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="RefundPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("weight", models.DecimalField(decimal_places=4, max_digits=16)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
            ],
            options={
                "verbose_name": "share of a cost",
                "verbose_name_plural": "shares of costs",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="SharedCost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(max_length=100, verbose_name="what it is for")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                ("period_start", models.DateField(verbose_name="from")),
                ("period_end", models.DateField(verbose_name="until")),
                (
                    "by",
                    models.CharField(
                        choices=[("area", "By area"), ("meter", "By meter"), ("head", "By head")],
                        max_length=10,
                        verbose_name="shared by",
                    ),
                ),
                (
                    "meter_kind",
                    models.CharField(
                        blank=True,
                        choices=[("water", "Water"), ("power", "Power"), ("gas", "Gas"), ("heat", "Heat")],
                        max_length=10,
                        verbose_name="kind of meter",
                    ),
                ),
                ("due_on", models.DateField(verbose_name="due on")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Being reckoned"),
                            ("previewed", "Ready to raise"),
                            ("raised", "Raised"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="previewed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("found", models.JSONField(default=dict, help_text="which units have no share")),
                ("made_at", models.DateTimeField()),
                ("raised_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "shared cost",
                "verbose_name_plural": "shared costs",
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Usage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("opening", models.DecimalField(decimal_places=3, max_digits=13)),
                ("closing", models.DecimalField(decimal_places=3, max_digits=13)),
                ("quantity", models.DecimalField(decimal_places=4, max_digits=16)),
            ],
            options={
                "verbose_name": "use of a meter",
                "verbose_name_plural": "uses of meters",
            },
        ),
        migrations.AddField(
            model_name="historicaltariff",
            name="formula",
            field=models.CharField(
                blank=True,
                help_text="for “a formula of its own”, such as: max(area * price, 50)",
                max_length=200,
                validators=[billing.models.tariffs.check_formula],
                verbose_name="formula of its own",
            ),
        ),
        migrations.AddField(
            model_name="tariff",
            name="formula",
            field=models.CharField(
                blank=True,
                help_text="for “a formula of its own”, such as: max(area * price, 50)",
                max_length=200,
                validators=[billing.models.tariffs.check_formula],
                verbose_name="formula of its own",
            ),
        ),
        migrations.AlterField(
            model_name="historicaltariff",
            name="basis",
            field=models.CharField(
                choices=[
                    ("area", "Area × unit price + fixed amount"),
                    ("fixed", "Fixed amount"),
                    ("unit", "Per unit + fixed amount"),
                    ("reading", "Meter reading × unit price + fixed amount"),
                    ("vehicle", "Vehicles × unit price + fixed amount"),
                    ("space", "Parking spaces × unit price + fixed amount"),
                    ("formula", "A formula of its own"),
                ],
                max_length=10,
                verbose_name="formula",
            ),
        ),
        migrations.AlterField(
            model_name="tariff",
            name="basis",
            field=models.CharField(
                choices=[
                    ("area", "Area × unit price + fixed amount"),
                    ("fixed", "Fixed amount"),
                    ("unit", "Per unit + fixed amount"),
                    ("reading", "Meter reading × unit price + fixed amount"),
                    ("vehicle", "Vehicles × unit price + fixed amount"),
                    ("space", "Parking spaces × unit price + fixed amount"),
                    ("formula", "A formula of its own"),
                ],
                max_length=10,
                verbose_name="formula",
            ),
        ),
        migrations.AddConstraint(
            model_name="tariff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("basis", "formula"), _negated=True),
                    models.Q(("formula", ""), _negated=True),
                    _connector="OR",
                ),
                name="tariff_of_its_own_has_a_formula",
            ),
        ),
        migrations.AddField(
            model_name="chargeitem",
            name="account",
            field=models.ForeignKey(
                blank=True,
                help_text="where its income is booked; empty: income from services",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.account",
                verbose_name="account",
            ),
        ),
        migrations.AddField(
            model_name="historicalchargeitem",
            name="account",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                help_text="where its income is booked; empty: income from services",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="billing.account",
                verbose_name="account",
            ),
        ),
        migrations.AddField(
            model_name="arrears",
            name="case",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="arrears",
                to="cases.case",
                verbose_name="case",
            ),
        ),
        migrations.AddField(
            model_name="arrears",
            name="debtor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="estate.person",
                verbose_name="liable",
            ),
        ),
        migrations.AddField(
            model_name="arrears",
            name="household",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="estate.household",
            ),
        ),
        migrations.AddField(
            model_name="arrears",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="estate.unit", verbose_name="unit"
            ),
        ),
        migrations.AddField(
            model_name="arrearsbatch",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.storedfile"
            ),
        ),
        migrations.AddField(
            model_name="arrearsbatch",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="arrearsbatch",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.project"
            ),
        ),
        migrations.AddField(
            model_name="arrearsbill",
            name="arrears",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="links", to="billing.arrears"
            ),
        ),
        migrations.AddField(
            model_name="arrearsletter",
            name="arrears",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="billing.arrears"
            ),
        ),
        migrations.AddField(
            model_name="arrearsletter",
            name="batch",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="letters",
                to="billing.arrearsbatch",
            ),
        ),
        migrations.AddField(
            model_name="arrearsletter",
            name="proof",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.attachment"
            ),
        ),
        migrations.AddField(
            model_name="arrearsletter",
            name="sent_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="arrearsletterbill",
            name="letter",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="billing.arrearsletter"
            ),
        ),
        migrations.AddField(
            model_name="arrearsnotice",
            name="arrears",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="billing.arrears"
            ),
        ),
        migrations.AddField(
            model_name="arrearsnotice",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="arrearsround",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.project"
            ),
        ),
        migrations.AddField(
            model_name="arrearsterms",
            name="project",
            field=models.OneToOneField(
                blank=True,
                help_text="Empty: for every project without terms of its own.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.project",
                verbose_name="project",
            ),
        ),
        migrations.AddField(
            model_name="arrearsvisit",
            name="arrears",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="billing.arrears"
            ),
        ),
        migrations.AddField(
            model_name="arrearsvisit",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bills",
                to="cases.case",
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="charge",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bills",
                to="billing.unitcharge",
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="debtor",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bills",
                to="estate.person",
                verbose_name="liable",
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="household",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bills",
                to="estate.household",
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.chargeitem",
                verbose_name="charge item",
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.project",
                verbose_name="project",
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="space",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="estate.parkingspace",
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="tariff",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.tariff",
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bills",
                to="estate.unit",
                verbose_name="unit",
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="vehicle",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="estate.vehicle",
            ),
        ),
        migrations.AddField(
            model_name="arrearsletterbill",
            name="bill",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.bill"
            ),
        ),
        migrations.AddField(
            model_name="arrearsbill",
            name="bill",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.bill"
            ),
        ),
        migrations.AddField(
            model_name="billingrun",
            name="items",
            field=models.ManyToManyField(related_name="+", to="billing.chargeitem", verbose_name="charge items"),
        ),
        migrations.AddField(
            model_name="billingrun",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="billingrun",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.project",
                verbose_name="project",
            ),
        ),
        migrations.AddField(
            model_name="billingrun",
            name="work",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.longwork"
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="run",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bills",
                to="billing.billingrun",
            ),
        ),
        migrations.AddField(
            model_name="billline",
            name="bill",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="billing.bill"
            ),
        ),
        migrations.AddField(
            model_name="billline",
            name="tariff",
            field=models.ForeignKey(
                db_index=False,
                help_text="where it is another than the bill's: the price changed within its time",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.tariff",
            ),
        ),
        migrations.AddField(
            model_name="closedmonth",
            name="closed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="closedmonth",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.project"
            ),
        ),
        migrations.AddField(
            model_name="credit",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.project"
            ),
        ),
        migrations.AddField(
            model_name="dayclose",
            name="cashier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="cashier",
            ),
        ),
        migrations.AddField(
            model_name="dayclose",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.project",
                verbose_name="project",
            ),
        ),
        migrations.AddField(
            model_name="daycloseline",
            name="close",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="billing.dayclose"
            ),
        ),
        migrations.AddField(
            model_name="daycloseremark",
            name="close",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="remarks", to="billing.dayclose"
            ),
        ),
        migrations.AddField(
            model_name="dayreopen",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="dayreopen",
            name="close",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="reopened", to="billing.dayclose"
            ),
        ),
        migrations.AddField(
            model_name="deposit",
            name="household",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="estate.household"
            ),
        ),
        migrations.AddField(
            model_name="deposit",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.project",
                verbose_name="project",
            ),
        ),
        migrations.AddField(
            model_name="deposit",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deposits",
                to="estate.unit",
                verbose_name="unit",
            ),
        ),
        migrations.AddField(
            model_name="depositmove",
            name="approval",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.approval"
            ),
        ),
        migrations.AddField(
            model_name="depositmove",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="depositmove",
            name="deposit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="billing.deposit"
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="project",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.project"
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="reverses",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="reversed_by", to="billing.entry"
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="run",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="billing.billingrun"
            ),
        ),
        migrations.AddField(
            model_name="depositmove",
            name="entry",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.entry"
            ),
        ),
        migrations.AddField(
            model_name="historicalarrearsterms",
            name="history_user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="historicalarrearsterms",
            name="project",
            field=models.ForeignKey(
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
        migrations.AddField(
            model_name="meter",
            name="item",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.chargeitem",
                verbose_name="charge item",
            ),
        ),
        migrations.AddField(
            model_name="meter",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.project",
                verbose_name="project",
            ),
        ),
        migrations.AddField(
            model_name="meter",
            name="unit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="meters",
                to="estate.unit",
                verbose_name="unit",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="cashier",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="household",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="estate.household"
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="person",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="estate.person",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.project",
                verbose_name="project",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="estate.unit",
                verbose_name="unit",
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="payment",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="billing.payment"
            ),
        ),
        migrations.AddField(
            model_name="deposit",
            name="payment",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deposit",
                to="billing.payment",
                verbose_name="payment",
            ),
        ),
        migrations.AddField(
            model_name="paymentline",
            name="bill",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="payment_lines", to="billing.bill"
            ),
        ),
        migrations.AddField(
            model_name="paymentline",
            name="payment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="billing.payment"
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="bill",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="postings",
                to="billing.bill",
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="credit",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.account"
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="debit",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.account"
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="postings", to="billing.entry"
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="project",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.project"
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="reverses",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="reversed_by", to="billing.posting"
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="estate.unit",
            ),
        ),
        migrations.AddField(
            model_name="reading",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reading",
            name="meter",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="readings", to="billing.meter"
            ),
        ),
        migrations.AddField(
            model_name="reading",
            name="replaces",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="replaced_by", to="billing.reading"
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="file",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.storedfile"
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="payment",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipt",
                to="billing.payment",
                verbose_name="payment",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="reversed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="reversed_entry",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.entry"
            ),
        ),
        migrations.AddField(
            model_name="daycloseremark",
            name="receipt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.receipt"
            ),
        ),
        migrations.AddField(
            model_name="receiptprint",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="receiptprint",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.storedfile"
            ),
        ),
        migrations.AddField(
            model_name="receiptprint",
            name="receipt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="prints", to="billing.receipt"
            ),
        ),
        migrations.AddField(
            model_name="receiptseries",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.project"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="approval",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.approval"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked by",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="approved by",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="entry",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="refund", to="billing.entry"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="household",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="estate.household"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.project",
                verbose_name="project",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="estate.unit",
                verbose_name="unit",
            ),
        ),
        migrations.AddField(
            model_name="refundpaper",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="refundpaper",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.storedfile"
            ),
        ),
        migrations.AddField(
            model_name="refundpaper",
            name="refund",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="paper", to="billing.refund"
            ),
        ),
        migrations.AddField(
            model_name="share",
            name="bill",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="share", to="billing.bill"
            ),
        ),
        migrations.AddField(
            model_name="share",
            name="unit",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="estate.unit"),
        ),
        migrations.AddField(
            model_name="sharedcost",
            name="building",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="estate.building",
                verbose_name="building",
            ),
        ),
        migrations.AddField(
            model_name="sharedcost",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.chargeitem",
                verbose_name="charge item",
            ),
        ),
        migrations.AddField(
            model_name="sharedcost",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="sharedcost",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.project",
                verbose_name="project",
            ),
        ),
        migrations.AddField(
            model_name="sharedcost",
            name="work",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.longwork"
            ),
        ),
        migrations.AddField(
            model_name="share",
            name="cost",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="billing.sharedcost"
            ),
        ),
        migrations.AddField(
            model_name="usage",
            name="bill",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="usages", to="billing.bill"
            ),
        ),
        migrations.AddField(
            model_name="usage",
            name="meter",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="usages", to="billing.meter"
            ),
        ),
        migrations.AddIndex(
            model_name="arrears",
            index=models.Index(
                condition=models.Q(("promise_ends_at__isnull", False)),
                fields=["promise_ends_at"],
                name="arrears_promise",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrears",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("household__isnull", False)),
                fields=("household",),
                name="arrears_once_household",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrears",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("household", None)), fields=("unit",), name="arrears_once_unit"
            ),
        ),
        migrations.AddConstraint(
            model_name="arrearsletter",
            constraint=models.UniqueConstraint(
                condition=models.Q(("tracking_number", ""), _negated=True),
                fields=("tracking_number",),
                name="letter_tracking_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrearsletter",
            constraint=models.UniqueConstraint(
                condition=models.Q(("delivered_on", None), ("returned_at", None)),
                fields=("arrears",),
                name="letter_one_on_its_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrearsletter",
            constraint=models.CheckConstraint(
                condition=models.Q(("delivered_on", None), ("returned_at", None), _connector="OR"),
                name="letter_delivered_or_returned",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrearsround",
            constraint=models.UniqueConstraint(fields=("project", "day"), name="arrears_round_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="arrearsletterbill",
            constraint=models.UniqueConstraint(fields=("letter", "bill"), name="letter_line_once_per_bill"),
        ),
        migrations.AddConstraint(
            model_name="arrearsbill",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("bill",), name="arrears_bill_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="billingrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("period_end__gte", models.F("period_start"))), name="run_ends_after_it_starts"
            ),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(
                condition=models.Q(("outstanding__gt", 0)), fields=["unit", "due_on"], name="bill_unit_open"
            ),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(
                condition=models.Q(("outstanding__gt", 0)), fields=["project", "due_on"], name="bill_project_open"
            ),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["unit", "-issued_at"], name="bill_unit_newest"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["project", "-id"], name="bill_project_newest"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["household", "-issued_at"], name="bill_household_newest"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(condition=models.Q(("run__isnull", False)), fields=["run"], name="bill_run"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(condition=models.Q(("case__isnull", False)), fields=["case"], name="bill_case"),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0), ("outstanding__gte", 0), ("outstanding__lte", models.F("amount"))
                ),
                name="bill_owes_at_most_its_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "outstanding__lte",
                        django.db.models.functions.math.Round(
                            django.db.models.expressions.CombinedExpression(
                                models.F("amount"), "-", models.F("waived")
                            ),
                            precision=2,
                        ),
                    ),
                    ("waived__gte", 0),
                ),
                name="bill_waives_at_most_its_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(("voided_at", None), models.Q(("outstanding", 0), ("waived", 0)), _connector="OR"),
                name="bill_void_owes_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("period_end", None), ("period_start", None)),
                    models.Q(("period_end__gte", models.F("period_start")), ("period_start__isnull", False)),
                    _connector="OR",
                ),
                name="bill_period_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(
                condition=models.Q(("charge__isnull", False), ("space", None), ("vehicle", None), ("voided_at", None)),
                fields=("charge", "period_start"),
                name="bill_once_per_charge",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(
                condition=models.Q(("vehicle__isnull", False), ("voided_at", None)),
                fields=("tariff", "vehicle", "period_start"),
                name="bill_once_per_vehicle",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(
                condition=models.Q(("space__isnull", False), ("voided_at", None)),
                fields=("tariff", "space", "period_start"),
                name="bill_once_per_space",
            ),
        ),
        migrations.AddIndex(
            model_name="billline",
            index=models.Index(
                condition=models.Q(("tariff__isnull", False)), fields=["tariff"], name="bill_line_tariff"
            ),
        ),
        migrations.AddConstraint(
            model_name="closedmonth",
            constraint=models.UniqueConstraint(fields=("project", "month"), name="month_closed_once"),
        ),
        migrations.AddConstraint(
            model_name="credit",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="credit_not_negative"),
        ),
        migrations.AddConstraint(
            model_name="dayclose",
            constraint=models.UniqueConstraint(
                fields=("project", "day", "cashier", "nth"), name="day_closed_once_each_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="daycloseline",
            constraint=models.UniqueConstraint(fields=("close", "method"), name="day_close_line_once_a_method"),
        ),
        migrations.AddConstraint(
            model_name="depositmove",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="deposit_move_of_something"),
        ),
        migrations.AddConstraint(
            model_name="depositmove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approval", None),
                        models.Q(("method", ""), _negated=True),
                        models.Q(("received_by", ""), _negated=True),
                    ),
                    models.Q(
                        ("approval__isnull", False),
                        ("method", ""),
                        ("received_by", ""),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="deposit_move_returned_or_kept",
            ),
        ),
        migrations.AddConstraint(
            model_name="meter",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", ""), _negated=True),
                fields=("project", "kind", "number"),
                name="meter_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="meter",
            constraint=models.CheckConstraint(
                condition=models.Q(("multiplier__gt", 0)), name="meter_multiplies_by_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="meter",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit__isnull", False), models.Q(("place", ""), _negated=True), _connector="OR"),
                name="meter_is_somewhere",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["project", "day"], name="payment_project_day"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["unit", "-at"], name="payment_unit_at"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payment_of_something"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["project", "day"], name="entry_project_day"),
        ),
        migrations.AddIndex(
            model_name="deposit",
            index=models.Index(fields=["project", "-id"], name="deposit_project_newest"),
        ),
        migrations.AddIndex(
            model_name="deposit",
            index=models.Index(
                condition=models.Q(("held__gt", 0)), fields=["project", "-id"], name="deposit_project_held"
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("held__gte", 0), ("held__lte", models.F("amount"))),
                name="deposit_holds_at_most_its_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentline",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payment_line_of_something"),
        ),
        migrations.AddConstraint(
            model_name="paymentline",
            constraint=models.UniqueConstraint(fields=("payment", "bill"), name="payment_line_once_per_bill"),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(fields=["project", "debit", "day"], name="posting_debit_day"),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(fields=["project", "credit", "day"], name="posting_credit_day"),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(condition=models.Q(("bill__isnull", False)), fields=["bill"], name="posting_bill"),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                condition=models.Q(("unit__isnull", False)), fields=["unit", "day"], name="posting_unit_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="posting_moves_something"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("debit", models.F("credit")), _negated=True), name="posting_between_two_accounts"
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.CheckConstraint(condition=models.Q(("value__gte", 0)), name="reading_not_negative"),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("how", "changed"), ("new_start__isnull", False), ("old_final__isnull", False)),
                    models.Q(models.Q(("how", "changed"), _negated=True), ("new_start", None), ("old_final", None)),
                    _connector="OR",
                ),
                name="reading_of_a_changed_meter_has_both_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaces", None)), fields=("meter", "day"), name="reading_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reversed_at", None), ("reversed_by", None), ("reversed_entry", None)),
                    models.Q(
                        ("reversed_at__isnull", False),
                        ("reversed_by__isnull", False),
                        ("reversed_entry__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="receipt_reversed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="daycloseremark",
            constraint=models.UniqueConstraint(fields=("close", "receipt"), name="day_close_remark_once_a_receipt"),
        ),
        migrations.AddConstraint(
            model_name="receiptprint",
            constraint=models.UniqueConstraint(fields=("receipt", "nth"), name="receipt_print_once_each"),
        ),
        migrations.AddConstraint(
            model_name="receiptseries",
            constraint=models.UniqueConstraint(fields=("project", "year"), name="receipt_series_once_a_year"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["project", "-id"], name="refund_project_newest"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["project", "day"], name="refund_project_day"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="refund_of_something"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("by", models.F("asked_by")), _negated=True), name="refund_by_two_people"
            ),
        ),
        migrations.AddConstraint(
            model_name="sharedcost",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="shared_cost_of_something"),
        ),
        migrations.AddConstraint(
            model_name="sharedcost",
            constraint=models.CheckConstraint(
                condition=models.Q(("period_end__gte", models.F("period_start"))),
                name="shared_cost_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="sharedcost",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("by", "meter"), _negated=True),
                    models.Q(("meter_kind", ""), _negated=True),
                    _connector="OR",
                ),
                name="shared_by_which_meter",
            ),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.UniqueConstraint(fields=("cost", "unit"), name="share_once_per_unit"),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("weight__gt", 0)), name="share_of_a_weight"
            ),
        ),
        migrations.AddConstraint(
            model_name="usage",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("since"))), name="usage_ends_after_it_starts"
            ),
        ),
        migrations.AddConstraint(
            model_name="usage",
            constraint=models.UniqueConstraint(fields=("bill", "meter"), name="usage_once_per_bill"),
        ),
        protect(
            [
                "billing_entry",
                "billing_posting",
                "billing_closedmonth",
                "billing_billline",
                "billing_payment",
                "billing_paymentline",
                "billing_receiptprint",
                "billing_arrearsnotice",
                "billing_arrearsletterbill",
                "billing_arrearsvisit",
                "billing_dayclose",
                "billing_daycloseline",
                "billing_daycloseremark",
                "billing_dayreopen",
                "billing_depositmove",
                "billing_reading",
                "billing_usage",
                "billing_refund",
                "billing_refundpaper",
            ]
        ),
    ]
