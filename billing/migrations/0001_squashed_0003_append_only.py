"""The tables as they stand, in one step for a new database."""

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import billing.models.tariffs
import records.models.kept
from records.append_only import protect


class Migration(migrations.Migration):
    replaces = [("billing", "0001_initial"), ("billing", "0002_money"), ("billing", "0003_append_only")]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("cases", "0001_squashed_0010_awaited"),
        ("estate", "0001_squashed_0002_registerimport"),
        ("records", "0001_squashed_0005_approval"),
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
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                (
                    "work",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.longwork"
                    ),
                ),
            ],
            options={
                "verbose_name": "billing run",
                "verbose_name_plural": "billing runs",
                "ordering": ["-made_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("period_end__gte", models.F("period_start"))),
                        name="run_ends_after_it_starts",
                    )
                ],
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
                ("due_on", models.DateField(verbose_name="due on")),
                ("issued_at", models.DateTimeField(verbose_name="issued")),
                ("voided_at", models.DateTimeField(null=True, verbose_name="made void")),
                ("voided_reason", models.CharField(blank=True, max_length=500)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="cases.case",
                    ),
                ),
                (
                    "debtor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="estate.person",
                        verbose_name="liable",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="estate.household",
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
                (
                    "space",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="estate.parkingspace",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="estate.unit",
                        verbose_name="unit",
                    ),
                ),
                (
                    "vehicle",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="estate.vehicle",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="billing.billingrun",
                    ),
                ),
            ],
            options={
                "verbose_name": "bill",
                "verbose_name_plural": "bills",
                "indexes": [
                    models.Index(
                        condition=models.Q(("outstanding__gt", 0)), fields=["unit", "due_on"], name="bill_unit_open"
                    ),
                    models.Index(
                        condition=models.Q(("outstanding__gt", 0)),
                        fields=["project", "due_on"],
                        name="bill_project_open",
                    ),
                    models.Index(fields=["unit", "-issued_at"], name="bill_unit_newest"),
                    models.Index(fields=["project", "-id"], name="bill_project_newest"),
                    models.Index(fields=["household", "-issued_at"], name="bill_household_newest"),
                    models.Index(condition=models.Q(("run__isnull", False)), fields=["run"], name="bill_run"),
                    models.Index(condition=models.Q(("case__isnull", False)), fields=["case"], name="bill_case"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0), ("outstanding__gte", 0), ("outstanding__lte", models.F("amount"))
                        ),
                        name="bill_owes_at_most_its_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("voided_at", None), ("outstanding", 0), _connector="OR"),
                        name="bill_void_owes_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("period_end", None), ("period_start", None)),
                            models.Q(("period_end__gte", models.F("period_start")), ("period_start__isnull", False)),
                            _connector="OR",
                        ),
                        name="bill_period_whole",
                    ),
                ],
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
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="billing.bill"
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a bill",
                "verbose_name_plural": "lines of bills",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ChargeItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("category", models.CharField(blank=True, max_length=40, verbose_name="kind of charge")),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        help_text="where its income is booked; empty: income from services",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.account",
                        verbose_name="account",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charge_items",
                        to="accounts.project",
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "charge item",
                "verbose_name_plural": "charge items",
                "ordering": ["project", "name"],
                "constraints": [
                    models.UniqueConstraint(fields=("project", "name"), name="charge_item_once_per_project")
                ],
            },
        ),
        migrations.AddField(
            model_name="billingrun",
            name="items",
            field=models.ManyToManyField(related_name="+", to="billing.chargeitem", verbose_name="charge items"),
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
        migrations.CreateModel(
            name="ClosedMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("closed_at", models.DateTimeField()),
                (
                    "closed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.project"
                    ),
                ),
            ],
            options={
                "verbose_name": "closed month",
                "verbose_name_plural": "closed months",
                "constraints": [models.UniqueConstraint(fields=("project", "month"), name="month_closed_once")],
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
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.project"
                    ),
                ),
            ],
            options={
                "verbose_name": "credit",
                "verbose_name_plural": "credits",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="credit_not_negative")
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalChargeItem",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("category", models.CharField(blank=True, max_length=40, verbose_name="kind of charge")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "account",
                    models.ForeignKey(
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
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.project",
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical charge item",
                "verbose_name_plural": "historical charge items",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalTariff",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("reference", models.CharField(blank=True, max_length=40, verbose_name="number in the former system")),
                (
                    "basis",
                    models.CharField(
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
                (
                    "formula",
                    models.CharField(
                        blank=True,
                        help_text="for “a formula of its own”, such as: max(area * price, 50)",
                        max_length=200,
                        validators=[billing.models.tariffs.check_formula],
                        verbose_name="formula of its own",
                    ),
                ),
                (
                    "rhythm",
                    models.CharField(
                        choices=[("recurring", "Every period"), ("once", "Once")],
                        default="recurring",
                        max_length=10,
                        verbose_name="how often",
                    ),
                ),
                (
                    "unit_price",
                    models.DecimalField(
                        decimal_places=4,
                        default=0,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="unit price",
                    ),
                ),
                (
                    "fixed_amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="fixed amount",
                    ),
                ),
                (
                    "period_months",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="months per period",
                    ),
                ),
                ("prepaid", models.BooleanField(blank=True, null=True, verbose_name="paid in advance")),
                ("issuing", models.CharField(blank=True, max_length=40, verbose_name="billing day")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="until")),
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
                    "item",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.chargeitem",
                        verbose_name="charge item",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.project",
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical tariff",
                "verbose_name_plural": "historical tariffs",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
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
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="cashier",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="estate.household"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="estate.person",
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
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="estate.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["project", "day"], name="payment_project_day"),
                    models.Index(fields=["unit", "-at"], name="payment_unit_at"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payment_of_something")
                ],
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
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.project",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="billing.entry",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="billing.billingrun",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="billing.payment",
                    ),
                ),
            ],
            options={
                "verbose_name": "entry",
                "verbose_name_plural": "entries",
                "indexes": [models.Index(fields=["project", "day"], name="entry_project_day")],
            },
        ),
        migrations.CreateModel(
            name="PaymentLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payment_lines", to="billing.bill"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="billing.payment"
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a payment",
                "verbose_name_plural": "lines of payments",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payment_line_of_something"),
                    models.UniqueConstraint(fields=("payment", "bill"), name="payment_line_once_per_bill"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "bill",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="billing.bill",
                    ),
                ),
                (
                    "credit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.account",
                    ),
                ),
                (
                    "debit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.account",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="postings", to="billing.entry"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.project",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="billing.posting",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="estate.unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "posting",
                "verbose_name_plural": "postings",
                "indexes": [
                    models.Index(fields=["project", "debit", "day"], name="posting_debit_day"),
                    models.Index(fields=["project", "credit", "day"], name="posting_credit_day"),
                    models.Index(condition=models.Q(("bill__isnull", False)), fields=["bill"], name="posting_bill"),
                    models.Index(
                        condition=models.Q(("unit__isnull", False)), fields=["unit", "day"], name="posting_unit_day"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="posting_moves_something"),
                    models.CheckConstraint(
                        condition=models.Q(("debit", models.F("credit")), _negated=True),
                        name="posting_between_two_accounts",
                    ),
                ],
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
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.storedfile",
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipt",
                        to="billing.payment",
                        verbose_name="payment",
                    ),
                ),
                (
                    "reversed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reversed_entry",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.entry"
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt",
                "verbose_name_plural": "receipts",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
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
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptPrint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nth", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.storedfile"
                    ),
                ),
                (
                    "receipt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="prints", to="billing.receipt"
                    ),
                ),
            ],
            options={
                "ordering": ["nth"],
                "constraints": [models.UniqueConstraint(fields=("receipt", "nth"), name="receipt_print_once_each")],
            },
        ),
        migrations.CreateModel(
            name="ReceiptSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.project"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("project", "year"), name="receipt_series_once_a_year")],
            },
        ),
        migrations.CreateModel(
            name="Tariff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(blank=True, max_length=40, verbose_name="number in the former system")),
                (
                    "basis",
                    models.CharField(
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
                (
                    "formula",
                    models.CharField(
                        blank=True,
                        help_text="for “a formula of its own”, such as: max(area * price, 50)",
                        max_length=200,
                        validators=[billing.models.tariffs.check_formula],
                        verbose_name="formula of its own",
                    ),
                ),
                (
                    "rhythm",
                    models.CharField(
                        choices=[("recurring", "Every period"), ("once", "Once")],
                        default="recurring",
                        max_length=10,
                        verbose_name="how often",
                    ),
                ),
                (
                    "unit_price",
                    models.DecimalField(
                        decimal_places=4,
                        default=0,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="unit price",
                    ),
                ),
                (
                    "fixed_amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="fixed amount",
                    ),
                ),
                (
                    "period_months",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="months per period",
                    ),
                ),
                ("prepaid", models.BooleanField(blank=True, null=True, verbose_name="paid in advance")),
                ("issuing", models.CharField(blank=True, max_length=40, verbose_name="billing day")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tariffs",
                        to="billing.chargeitem",
                        verbose_name="charge item",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tariffs",
                        to="accounts.project",
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "tariff",
                "verbose_name_plural": "tariffs",
                "ordering": ["project", "item", "starts_on"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("reference", ""), _negated=True),
                        fields=("project", "reference"),
                        name="tariff_reference_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="tariff_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fixed_amount__gte", 0), ("unit_price__gte", 0)), name="tariff_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", "formula"), _negated=True),
                            models.Q(("formula", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="tariff_of_its_own_has_a_formula",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period_months__gte", 1)), name="tariff_period_at_least_a_month"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalUnitCharge",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="until")),
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
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="estate.unit",
                        verbose_name="unit",
                    ),
                ),
                (
                    "tariff",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.tariff",
                        verbose_name="tariff",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical charge on a unit",
                "verbose_name_plural": "historical charges on units",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
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
        migrations.CreateModel(
            name="UnitCharge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "tariff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unit_charges",
                        to="billing.tariff",
                        verbose_name="tariff",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charges",
                        to="estate.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "charge on a unit",
                "verbose_name_plural": "charges on units",
                "ordering": ["unit", "tariff"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on", None)), fields=("unit", "tariff"), name="tariff_once_per_unit"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on", None), ("ended_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="unit_charge_ends_after_it_starts",
                    ),
                ],
            },
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
        ),
    ]
