"""Collecting at the door: visits, receipts carried there, and what is handed in."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import records.models.kept
from records.append_only import protect


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("accounts", "__first__"),
        ("billing", "0007_proofs"),
        ("estate", "0001_squashed_0002_registerimport"),
        ("records", "0001_squashed_0005_approval"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="receiptseries",
            name="receipt_series_once_a_year",
        ),
        migrations.AddField(
            model_name="receiptseries",
            name="kind",
            field=models.CharField(
                choices=[("desk", "At the counter"), ("door", "At the door")], default="desk", max_length=10
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptseries",
            constraint=models.UniqueConstraint(fields=("project", "year", "kind"), name="receipt_series_once_a_year"),
        ),
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
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="HandIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
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
                    "collector",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who collects",
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="counted by",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="handed in")),
                ("day", models.DateField(verbose_name="day")),
                ("recorded", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="recorded")),
                ("counted", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="counted")),
                ("explanation", models.CharField(blank=True, max_length=500, verbose_name="explanation")),
                (
                    "entry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_in",
                        to="billing.entry",
                    ),
                ),
            ],
            options={
                "verbose_name": "cash handed in",
                "verbose_name_plural": "cash handed in",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("counted__gte", 0), ("recorded__gte", 0)),
                        name="hand_in_of_no_less_than_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("entry", None), ("recorded", 0)),
                            models.Q(("entry__isnull", False), ("recorded__gt", 0)),
                            _connector="OR",
                        ),
                        name="hand_in_books_what_is_recorded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("counted", models.F("recorded")),
                            models.Q(("explanation", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="hand_in_explains_a_difference",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("collector", models.F("received_by")), _negated=True),
                        name="hand_in_between_two_people",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DoorVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
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
                        related_name="door_visits",
                        to="estate.unit",
                        verbose_name="unit",
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
                ("payer", models.CharField(max_length=100, verbose_name="asked for by")),
                ("window_start", models.DateTimeField(verbose_name="from")),
                ("window_end", models.DateTimeField(verbose_name="until")),
                (
                    "collector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who collects",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked for"),
                            ("confirmed", "Confirmed"),
                            ("prepared", "Receipt prepared"),
                            ("collected", "Collected"),
                            ("handed_in", "Handed in"),
                            ("missed", "Not collected"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("asked_at", models.DateTimeField(verbose_name="asked for")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("spoke_to", models.CharField(blank=True, max_length=100, verbose_name="spoken to")),
                ("said", models.CharField(blank=True, max_length=500, verbose_name="what was said")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="confirmed")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="door_visit",
                        to="billing.payment",
                    ),
                ),
                ("ended_at", models.DateTimeField(help_text="when it was missed or cancelled", null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "missed",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("nobody", "Nobody was home"),
                            ("refused", "They would not pay"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ended_reason", models.CharField(blank=True, max_length=500)),
                (
                    "hand_in",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="billing.handin",
                    ),
                ),
            ],
            options={
                "verbose_name": "visit to the door",
                "verbose_name_plural": "visits to the door",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["project", "-id"], name="door_visit_project_newest"),
                    models.Index(
                        condition=models.Q(("state__in", ("asked", "confirmed", "prepared"))),
                        fields=["project", "window_start"],
                        name="door_visit_open",
                    ),
                    models.Index(
                        condition=models.Q(("state", "collected")), fields=["project"], name="door_visit_to_hand_in"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="door_visit_of_something"),
                    models.CheckConstraint(
                        condition=models.Q(("window_end__gt", models.F("window_start"))),
                        name="door_visit_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("payment__isnull", False), ("state__in", ["collected", "handed_in"])),
                            models.Q(
                                models.Q(("state__in", ["collected", "handed_in"]), _negated=True), ("payment", None)
                            ),
                            _connector="OR",
                        ),
                        name="door_visit_collected_by_a_payment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("hand_in__isnull", False), ("state", "handed_in")),
                            models.Q(models.Q(("state", "handed_in"), _negated=True), ("hand_in", None)),
                            _connector="OR",
                        ),
                        name="door_visit_handed_in_with_others",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "missed"), models.Q(("missed", ""), _negated=True)),
                            models.Q(
                                ("missed", ""), ("state", "cancelled"), models.Q(("ended_reason", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("state__in", ["missed", "cancelled"]), _negated=True),
                                ("ended_reason", ""),
                                ("missed", ""),
                            ),
                            _connector="OR",
                        ),
                        name="door_visit_ended_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                                ("state__in", ["missed", "cancelled"]),
                            ),
                            models.Q(
                                models.Q(("state__in", ["missed", "cancelled"]), _negated=True),
                                ("ended_at", None),
                                ("ended_by", None),
                            ),
                            _connector="OR",
                        ),
                        name="door_visit_ended_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("confirmed_by", None)),
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="door_visit_confirmed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DoorBill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="billing.doorvisit"
                    ),
                ),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="door_lines", to="billing.bill"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="door_bill_of_something"),
                    models.UniqueConstraint(fields=("visit", "bill"), name="door_bill_once_a_visit"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PreparedReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="billing.doorvisit"
                    ),
                ),
                ("number", models.CharField(max_length=60, unique=True, verbose_name="number")),
                (
                    "series",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.receiptseries",
                    ),
                ),
                ("nth", models.PositiveIntegerField()),
                (
                    "token",
                    models.CharField(default=records.models.kept.new_token, editable=False, max_length=32, unique=True),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.storedfile"
                    ),
                ),
                ("prepared_at", models.DateTimeField(verbose_name="prepared")),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "used_payment",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prepared",
                        to="billing.payment",
                    ),
                ),
                ("voided_at", models.DateTimeField(null=True, verbose_name="made void")),
                (
                    "voided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "voided_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("anew", "confirmed anew"),
                            ("missed", "nothing was collected"),
                            ("cancelled", "the visit was cancelled"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "handed_back",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="billing.handin",
                    ),
                ),
            ],
            options={
                "verbose_name": "prepared receipt",
                "verbose_name_plural": "prepared receipts",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("series", "nth"), name="prepared_receipt_once_a_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("voided_at", None)),
                        fields=("visit",),
                        name="prepared_receipt_stands_once_a_visit",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="prepared_receipt_of_something"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("handed_back", None), ("voided_at", None), ("voided_by", None), ("voided_reason", "")
                            ),
                            models.Q(
                                ("used_payment", None),
                                ("voided_at__isnull", False),
                                ("voided_by__isnull", False),
                                models.Q(("voided_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="prepared_receipt_used_or_void",
                    ),
                ],
            },
        ),
        protect(["billing_handin"]),
    ]
