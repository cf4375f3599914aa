"""The tables as they stand, in one step for a new database."""

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
from core.tables import CreateTables
from records.append_only import protect


class Migration(migrations.Migration):
    replaces = [("billing", "0001_initial"), ("billing", "0002_money")]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("cases", "0001_squashed_0012_proof_of_delivery"),
        ("estate", "0001_squashed_0002_registerimport"),
        ("records", "0001_squashed_0005_approval"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Account",
                    fields=[
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        (
                            "code",
                            models.CharField(max_length=10, primary_key=True, serialize=False, verbose_name="code"),
                        ),
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
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        (
                            "dispute_reason",
                            models.CharField(blank=True, max_length=500, verbose_name="disputed because"),
                        ),
                        ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                        (
                            "case",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="arrears",
                                to="cases.case",
                                verbose_name="case",
                            ),
                        ),
                        (
                            "debtor",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
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
                                related_name="+",
                                to="estate.household",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="estate.unit",
                                verbose_name="unit",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "arrears",
                        "verbose_name_plural": "arrears",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("promise_ends_at__isnull", False)),
                                fields=["promise_ends_at"],
                                name="arrears_promise",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None), ("household__isnull", False)),
                                fields=("household",),
                                name="arrears_once_household",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None), ("household", None)),
                                fields=("unit",),
                                name="arrears_once_unit",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ArrearsBatch",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("made_at", models.DateTimeField()),
                        ("count", models.PositiveIntegerField()),
                        (
                            "file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.storedfile"
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
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
                        "verbose_name": "batch of demand letters",
                        "verbose_name_plural": "batches of demand letters",
                    },
                ),
                migrations.CreateModel(
                    name="ArrearsLetter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
                        ("recipient", models.CharField(blank=True, max_length=100, verbose_name="to")),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                        ("pay_by", models.DateField(verbose_name="to be paid by")),
                        (
                            "tracking_number",
                            models.CharField(blank=True, max_length=60, verbose_name="courier's number"),
                        ),
                        ("sent_at", models.DateTimeField(verbose_name="sent")),
                        ("delivered_on", models.DateField(null=True, verbose_name="delivered on")),
                        ("returned_at", models.DateTimeField(null=True, verbose_name="came back")),
                        ("returned_reason", models.CharField(blank=True, max_length=500)),
                        (
                            "arrears",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="letters",
                                to="billing.arrears",
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="letters",
                                to="billing.arrearsbatch",
                            ),
                        ),
                        (
                            "proof",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="cases.attachment",
                            ),
                        ),
                        (
                            "sent_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "demand letter",
                        "verbose_name_plural": "demand letters",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("tracking_number", ""), _negated=True),
                                fields=("tracking_number",),
                                name="letter_tracking_once",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("delivered_on", None), ("returned_at", None)),
                                fields=("arrears",),
                                name="letter_one_on_its_way",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("delivered_on", None), ("returned_at", None), _connector="OR"),
                                name="letter_delivered_or_returned",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ArrearsNotice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "how",
                            models.CharField(
                                choices=[("phone", "by phone"), ("sms", "by SMS"), ("visit", "in person")],
                                max_length=10,
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
                        (
                            "arrears",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="notices",
                                to="billing.arrears",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
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
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField()),
                        ("finished_at", models.DateTimeField(null=True)),
                        (
                            "project",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.project"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("project", "day"), name="arrears_round_once_a_day")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ArrearsTerms",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        "verbose_name": "terms of collecting",
                        "verbose_name_plural": "terms of collecting",
                    },
                ),
                migrations.CreateModel(
                    name="ArrearsVisit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("report", models.CharField(max_length=2000)),
                        (
                            "arrears",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="billing.arrears"
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
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
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
                        ("period_start", models.DateField(null=True, verbose_name="from")),
                        ("period_end", models.DateField(null=True, verbose_name="until")),
                        (
                            "words",
                            models.CharField(
                                blank=True, help_text="what a charge without a period is for", max_length=200
                            ),
                        ),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                        (
                            "outstanding",
                            models.DecimalField(decimal_places=2, max_digits=14, verbose_name="outstanding"),
                        ),
                        (
                            "waived",
                            models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name="waived"),
                        ),
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
                        (
                            "item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.chargeitem",
                                verbose_name="charge item",
                            ),
                        ),
                        (
                            "tariff",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.tariff",
                            ),
                        ),
                        (
                            "charge",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bills",
                                to="billing.unitcharge",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "bill",
                        "verbose_name_plural": "bills",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("outstanding__gt", 0)),
                                fields=["unit", "due_on"],
                                name="bill_unit_open",
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
                            models.Index(
                                condition=models.Q(("case__isnull", False)), fields=["case"], name="bill_case"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gt", 0), ("outstanding__gte", 0), ("outstanding__lte", models.F("amount"))
                                ),
                                name="bill_owes_at_most_its_amount",
                            ),
                            models.CheckConstraint(
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
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("voided_at", None), models.Q(("outstanding", 0), ("waived", 0)), _connector="OR"
                                ),
                                name="bill_void_owes_nothing",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("period_end", None), ("period_start", None)),
                                    models.Q(
                                        ("period_end__gte", models.F("period_start")), ("period_start__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="bill_period_whole",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("charge__isnull", False), ("space", None), ("vehicle", None), ("voided_at", None)
                                ),
                                fields=("charge", "period_start"),
                                name="bill_once_per_charge",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("vehicle__isnull", False), ("voided_at", None)),
                                fields=("tariff", "vehicle", "period_start"),
                                name="bill_once_per_vehicle",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("space__isnull", False), ("voided_at", None)),
                                fields=("tariff", "space", "period_start"),
                                name="bill_once_per_space",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ArrearsLetterBill",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                        (
                            "letter",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="billing.arrearsletter",
                            ),
                        ),
                        (
                            "bill",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.bill",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("letter", "bill"), name="letter_line_once_per_bill")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ArrearsBill",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("added_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "arrears",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="links", to="billing.arrears"
                            ),
                        ),
                        (
                            "bill",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.bill",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "bill in arrears",
                        "verbose_name_plural": "bills in arrears",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None)), fields=("bill",), name="arrears_bill_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BillingRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        (
                            "found",
                            models.JSONField(default=dict, help_text="the first rows, and what is left out and why"),
                        ),
                        ("made_at", models.DateTimeField()),
                        ("raised_at", models.DateTimeField(null=True)),
                        ("cancelled_at", models.DateTimeField(null=True)),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.longwork",
                            ),
                        ),
                        (
                            "items",
                            models.ManyToManyField(
                                related_name="+", to="billing.chargeitem", verbose_name="charge items"
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
                    name="ChargeItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                migrations.CreateModel(
                    name="ClosedMonth",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("month", models.DateField()),
                        ("closed_at", models.DateTimeField()),
                        (
                            "closed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
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
                    name="DayClose",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("nth", models.PositiveSmallIntegerField(default=1)),
                        ("closed_at", models.DateTimeField(verbose_name="closed at")),
                        ("handed_to", models.CharField(max_length=100, verbose_name="handed over to")),
                        ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                        (
                            "cashier",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="cashier",
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
                        "verbose_name": "day close",
                        "verbose_name_plural": "day closes",
                        "ordering": ["-day", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("project", "day", "cashier", "nth"), name="day_closed_once_each_time"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DayCloseLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        (
                            "close",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="billing.dayclose"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "line of a day close",
                        "verbose_name_plural": "lines of day closes",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("close", "method"), name="day_close_line_once_a_method")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DayReopen",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("reason", models.CharField(max_length=500, verbose_name="reason")),
                        ("at", models.DateTimeField()),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "close",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reopened",
                                to="billing.dayclose",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "day opened again",
                        "verbose_name_plural": "days opened again",
                    },
                ),
                migrations.CreateModel(
                    name="Deposit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
                        ("purpose", models.CharField(max_length=100, verbose_name="what for")),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                        ("held", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="still held")),
                        (
                            "household",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
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
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deposits",
                                to="estate.unit",
                                verbose_name="unit",
                            ),
                        ),
                        (
                            "payment",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deposit",
                                to="billing.payment",
                                verbose_name="payment",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "deposit",
                        "verbose_name_plural": "deposits",
                        "ordering": ["-pk"],
                        "indexes": [
                            models.Index(fields=["project", "-id"], name="deposit_project_newest"),
                            models.Index(
                                condition=models.Q(("held__gt", 0)),
                                fields=["project", "-id"],
                                name="deposit_project_held",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gt", 0), ("held__gte", 0), ("held__lte", models.F("amount"))
                                ),
                                name="deposit_holds_at_most_its_amount",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                    name="DepositMove",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        (
                            "approval",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.approval",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "deposit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="billing.deposit"
                            ),
                        ),
                        (
                            "entry",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.entry"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "movement of a deposit",
                        "verbose_name_plural": "movements of deposits",
                        "ordering": ["pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount__gt", 0)), name="deposit_move_of_something"
                            ),
                            models.CheckConstraint(
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
                        ],
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
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                        "verbose_name": "historical terms of collecting",
                        "verbose_name_plural": "historical terms of collecting",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
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
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                            ),
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
                        (
                            "reference",
                            models.CharField(blank=True, max_length=40, verbose_name="number in the former system"),
                        ),
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
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                    name="Meter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        (
                            "item",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.chargeitem",
                                verbose_name="charge item",
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
                            "unit",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="meters",
                                to="estate.unit",
                                verbose_name="unit",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "meter",
                        "verbose_name_plural": "meters",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("number", ""), _negated=True),
                                fields=("project", "kind", "number"),
                                name="meter_number_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("multiplier__gt", 0)), name="meter_multiplies_by_something"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("unit__isnull", False), models.Q(("place", ""), _negated=True), _connector="OR"
                                ),
                                name="meter_is_somewhere",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Payment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                            models.DateTimeField(
                                help_text="when whoever was out of signal says it was taken", null=True
                            ),
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="estate.household",
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
                    name="PaymentLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                        (
                            "bill",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="payment_lines",
                                to="billing.bill",
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
                            models.CheckConstraint(
                                condition=models.Q(("amount__gt", 0)), name="payment_line_of_something"
                            ),
                            models.UniqueConstraint(fields=("payment", "bill"), name="payment_line_once_per_bill"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Posting",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                            models.Index(
                                condition=models.Q(("bill__isnull", False)), fields=["bill"], name="posting_bill"
                            ),
                            models.Index(
                                condition=models.Q(("unit__isnull", False)),
                                fields=["unit", "day"],
                                name="posting_unit_day",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount__gt", 0)), name="posting_moves_something"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("debit", models.F("credit")), _negated=True),
                                name="posting_between_two_accounts",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reading",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "meter",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="readings", to="billing.meter"
                            ),
                        ),
                        (
                            "replaces",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replaced_by",
                                to="billing.reading",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "reading",
                        "verbose_name_plural": "readings",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("value__gte", 0)), name="reading_not_negative"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("how", "changed"), ("new_start__isnull", False), ("old_final__isnull", False)
                                    ),
                                    models.Q(
                                        models.Q(("how", "changed"), _negated=True),
                                        ("new_start", None),
                                        ("old_final", None),
                                    ),
                                    _connector="OR",
                                ),
                                name="reading_of_a_changed_meter_has_both_ends",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("replaces", None)),
                                fields=("meter", "day"),
                                name="reading_once_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Receipt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=60, unique=True, verbose_name="number")),
                        (
                            "token",
                            models.CharField(
                                default=records.models.kept.new_token, editable=False, max_length=32, unique=True
                            ),
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.entry",
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
                    name="DayCloseRemark",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("words", models.CharField(max_length=200)),
                        (
                            "close",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="remarks",
                                to="billing.dayclose",
                            ),
                        ),
                        (
                            "receipt",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.receipt"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("close", "receipt"), name="day_close_remark_once_a_receipt")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReceiptPrint",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("nth", models.PositiveSmallIntegerField()),
                        ("at", models.DateTimeField()),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
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
                        "constraints": [
                            models.UniqueConstraint(fields=("receipt", "nth"), name="receipt_print_once_each")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReceiptSeries",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        "constraints": [
                            models.UniqueConstraint(fields=("project", "year"), name="receipt_series_once_a_year")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Refund",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="refund", to="billing.entry"
                            ),
                        ),
                        (
                            "household",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
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
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="refunds",
                                to="estate.unit",
                                verbose_name="unit",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "refund",
                        "verbose_name_plural": "refunds",
                        "ordering": ["-pk"],
                        "indexes": [
                            models.Index(fields=["project", "-id"], name="refund_project_newest"),
                            models.Index(fields=["project", "day"], name="refund_project_day"),
                        ],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="refund_of_something"),
                            models.CheckConstraint(
                                condition=models.Q(("by", models.F("asked_by")), _negated=True),
                                name="refund_by_two_people",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RefundPaper",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.storedfile"
                            ),
                        ),
                        (
                            "refund",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="paper", to="billing.refund"
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="SharedCost",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        (
                            "building",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="estate.building",
                                verbose_name="building",
                            ),
                        ),
                        (
                            "item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.chargeitem",
                                verbose_name="charge item",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.longwork",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "shared cost",
                        "verbose_name_plural": "shared costs",
                        "ordering": ["-made_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount__gt", 0)), name="shared_cost_of_something"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("period_end__gte", models.F("period_start"))),
                                name="shared_cost_ends_after_it_starts",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("by", "meter"), _negated=True),
                                    models.Q(("meter_kind", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="shared_by_which_meter",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Share",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("weight", models.DecimalField(decimal_places=4, max_digits=16)),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                        (
                            "bill",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="share",
                                to="billing.bill",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="estate.unit"
                            ),
                        ),
                        (
                            "cost",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="shares",
                                to="billing.sharedcost",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "share of a cost",
                        "verbose_name_plural": "shares of costs",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("cost", "unit"), name="share_once_per_unit"),
                            models.CheckConstraint(
                                condition=models.Q(("amount__gte", 0), ("weight__gt", 0)), name="share_of_a_weight"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Tariff",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "reference",
                            models.CharField(blank=True, max_length=40, verbose_name="number in the former system"),
                        ),
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
                                condition=models.Q(
                                    ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                                ),
                                name="tariff_ends_after_it_starts",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("fixed_amount__gte", 0), ("unit_price__gte", 0)),
                                name="tariff_not_negative",
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
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                migrations.CreateModel(
                    name="BillLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        (
                            "tariff",
                            models.ForeignKey(
                                db_index=False,
                                help_text="where it is another than the bill's: the price changed within its time",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.tariff",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "line of a bill",
                        "verbose_name_plural": "lines of bills",
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("tariff__isnull", False)),
                                fields=["tariff"],
                                name="bill_line_tariff",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UnitCharge",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                                condition=models.Q(("ended_on", None)),
                                fields=("unit", "tariff"),
                                name="tariff_once_per_unit",
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
                migrations.CreateModel(
                    name="Usage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("since", models.DateField()),
                        ("until", models.DateField()),
                        ("opening", models.DecimalField(decimal_places=3, max_digits=13)),
                        ("closing", models.DecimalField(decimal_places=3, max_digits=13)),
                        ("quantity", models.DecimalField(decimal_places=4, max_digits=16)),
                        (
                            "bill",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="usages", to="billing.bill"
                            ),
                        ),
                        (
                            "meter",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="usages", to="billing.meter"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "use of a meter",
                        "verbose_name_plural": "uses of meters",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("until__gt", models.F("since"))), name="usage_ends_after_it_starts"
                            ),
                            models.UniqueConstraint(fields=("bill", "meter"), name="usage_once_per_bill"),
                        ],
                    },
                ),
            ]
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
