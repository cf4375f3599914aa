"""The tables as they stand, in one step for a new database."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from core.tables import CreateTables


class Migration(migrations.Migration):
    replaces = [
        ("tickets", "0001_initial"),
        ("tickets", "0002_price_once_on_both_databases"),
        ("tickets", "0003_faster_lists"),
        ("tickets", "0004_leaner_indexes"),
        ("tickets", "0005_one_open_job_again"),
    ]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("cases", "0001_squashed_0012_proof_of_delivery"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Category",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("repair", "Repair"),
                                    ("service", "Service"),
                                    ("enquiry", "Enquiry"),
                                    ("suggestion", "Suggestion"),
                                ],
                                default="repair",
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        ("keywords", models.JSONField(blank=True, default=list, verbose_name="words that suggest it")),
                        ("urgent", models.BooleanField(default=False, verbose_name="always urgent")),
                        (
                            "urgent_words",
                            models.JSONField(blank=True, default=list, verbose_name="words that make it urgent"),
                        ),
                        (
                            "department_kind",
                            models.CharField(
                                choices=[
                                    ("service", "Customer service"),
                                    ("maintenance", "Maintenance"),
                                    ("cleaning", "Cleaning"),
                                    ("security", "Security"),
                                    ("finance", "Finance"),
                                    ("contractor", "Contractor"),
                                ],
                                default="maintenance",
                                max_length=20,
                                verbose_name="department",
                            ),
                        ),
                        (
                            "charging",
                            models.CharField(
                                choices=[
                                    ("warranty", "By the warranty of its part of the building"),
                                    ("free", "Always free"),
                                    ("paid", "Always paid"),
                                ],
                                default="warranty",
                                max_length=10,
                                verbose_name="who pays",
                            ),
                        ),
                        ("is_leak", models.BooleanField(default=False, verbose_name="leak: ends with a leak test")),
                        ("is_safety", models.BooleanField(default=False, verbose_name="safety facility")),
                        ("is_public_area", models.BooleanField(default=False, verbose_name="common parts")),
                        ("active", models.BooleanField(default=True, verbose_name="in use")),
                        ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                        (
                            "warranty_part",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="categories",
                                to="tickets.warrantypart",
                                verbose_name="part of the building",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "ticket category",
                        "verbose_name_plural": "ticket categories",
                        "ordering": ["order", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="WarrantyPart",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                        (
                            "period",
                            models.CharField(
                                choices=[
                                    ("years", "Years"),
                                    ("design_life", "Design life of the building"),
                                    ("heating_seasons", "Heating seasons"),
                                ],
                                default="years",
                                max_length=16,
                                verbose_name="lasts",
                            ),
                        ),
                        (
                            "length",
                            models.PositiveSmallIntegerField(
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="how many years or seasons",
                            ),
                        ),
                        (
                            "season_starts",
                            models.CharField(
                                default="11-15",
                                max_length=5,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$", "Write month and day as 11-15."
                                    )
                                ],
                                verbose_name="heating season starts",
                            ),
                        ),
                        (
                            "season_ends",
                            models.CharField(
                                default="03-15",
                                max_length=5,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$", "Write month and day as 11-15."
                                    )
                                ],
                                verbose_name="heating season ends",
                            ),
                        ),
                        (
                            "counts_from",
                            models.CharField(
                                choices=[
                                    ("handover", "Handover to the owner"),
                                    ("acceptance", "Completion acceptance"),
                                ],
                                default="handover",
                                max_length=12,
                                verbose_name="counted from",
                            ),
                        ),
                        ("clause", models.CharField(blank=True, max_length=200, verbose_name="clause")),
                        ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                    ],
                    options={
                        "verbose_name": "warranty of a part",
                        "verbose_name_plural": "warranties of parts",
                        "ordering": ["order", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalPriceItem",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        ("code", models.SlugField(max_length=40, verbose_name="code")),
                        ("unit", models.CharField(max_length=20, verbose_name="unit of measure")),
                        (
                            "price",
                            models.DecimalField(
                                decimal_places=2,
                                max_digits=10,
                                validators=[django.core.validators.MinValueValidator(Decimal("0.00"))],
                                verbose_name="price",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("labour", "Labour"), ("material", "Material")],
                                default="material",
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "is_hourly",
                            models.BooleanField(default=False, verbose_name="hours of work are charged by it"),
                        ),
                        ("active", models.BooleanField(default=True, verbose_name="in use")),
                        ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
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
                                help_text="empty: every project",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical price list line",
                        "verbose_name_plural": "historical price list",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalTechnicianSkill",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
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
                            "category",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="tickets.category",
                                verbose_name="category",
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
                            "user",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="technician",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical technician's skill",
                        "verbose_name_plural": "historical technicians' skills",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalWarrantyPart",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        ("code", models.SlugField(max_length=40, verbose_name="code")),
                        (
                            "period",
                            models.CharField(
                                choices=[
                                    ("years", "Years"),
                                    ("design_life", "Design life of the building"),
                                    ("heating_seasons", "Heating seasons"),
                                ],
                                default="years",
                                max_length=16,
                                verbose_name="lasts",
                            ),
                        ),
                        (
                            "length",
                            models.PositiveSmallIntegerField(
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="how many years or seasons",
                            ),
                        ),
                        (
                            "season_starts",
                            models.CharField(
                                default="11-15",
                                max_length=5,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$", "Write month and day as 11-15."
                                    )
                                ],
                                verbose_name="heating season starts",
                            ),
                        ),
                        (
                            "season_ends",
                            models.CharField(
                                default="03-15",
                                max_length=5,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$", "Write month and day as 11-15."
                                    )
                                ],
                                verbose_name="heating season ends",
                            ),
                        ),
                        (
                            "counts_from",
                            models.CharField(
                                choices=[
                                    ("handover", "Handover to the owner"),
                                    ("acceptance", "Completion acceptance"),
                                ],
                                default="handover",
                                max_length=12,
                                verbose_name="counted from",
                            ),
                        ),
                        ("clause", models.CharField(blank=True, max_length=200, verbose_name="clause")),
                        ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
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
                    ],
                    options={
                        "verbose_name": "historical warranty of a part",
                        "verbose_name_plural": "historical warranties of parts",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="PriceItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        ("code", models.SlugField(max_length=40, verbose_name="code")),
                        ("unit", models.CharField(max_length=20, verbose_name="unit of measure")),
                        (
                            "price",
                            models.DecimalField(
                                decimal_places=2,
                                max_digits=10,
                                validators=[django.core.validators.MinValueValidator(Decimal("0.00"))],
                                verbose_name="price",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("labour", "Labour"), ("material", "Material")],
                                default="material",
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "is_hourly",
                            models.BooleanField(default=False, verbose_name="hours of work are charged by it"),
                        ),
                        ("active", models.BooleanField(default=True, verbose_name="in use")),
                        ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                        (
                            "project",
                            models.ForeignKey(
                                blank=True,
                                help_text="empty: every project",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="price_items",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "price list line",
                        "verbose_name_plural": "price list",
                        "ordering": ["order", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("project__isnull", False)),
                                fields=("project", "code"),
                                name="price_once_per_project",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("project", None)),
                                fields=("code",),
                                name="price_once_for_all_projects",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TechnicianSkill",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "category",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="skilled",
                                to="tickets.category",
                                verbose_name="category",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="skills",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="technician",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "technician's skill",
                        "verbose_name_plural": "technicians' skills",
                        "constraints": [models.UniqueConstraint(fields=("user", "category"), name="skill_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Ticket",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("description", models.TextField(blank=True, verbose_name="description")),
                        ("preferred_from", models.DateTimeField(blank=True, null=True, verbose_name="convenient from")),
                        ("preferred_to", models.DateTimeField(blank=True, null=True, verbose_name="convenient until")),
                        (
                            "charge",
                            models.CharField(
                                choices=[
                                    ("free", "Free service"),
                                    ("paid", "Paid service"),
                                    ("undecided", "Not decided yet"),
                                ],
                                default="undecided",
                                max_length=10,
                                verbose_name="who pays",
                            ),
                        ),
                        ("charge_reason", models.JSONField(blank=True, default=dict, verbose_name="why")),
                        (
                            "charge_overridden_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="overridden at"),
                        ),
                        (
                            "charge_override_reason",
                            models.CharField(blank=True, max_length=500, verbose_name="reason for overriding"),
                        ),
                        (
                            "quote",
                            models.CharField(
                                choices=[("none", "No quote"), ("offered", "Quoted"), ("accepted", "Quote accepted")],
                                default="none",
                                max_length=10,
                                verbose_name="quote",
                            ),
                        ),
                        (
                            "quote_accepted_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="quote accepted at"),
                        ),
                        (
                            "quote_accepted_how",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("signature", "by signature"),
                                    ("phone", "by phone"),
                                    ("in_person", "in person"),
                                ],
                                max_length=10,
                                verbose_name="quote accepted",
                            ),
                        ),
                        (
                            "leak_test_begun_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="leak test began"),
                        ),
                        (
                            "leak_test_ended_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="leak test ended"),
                        ),
                        ("completed_at", models.DateTimeField(blank=True, null=True, verbose_name="completed at")),
                        ("report", models.TextField(blank=True, verbose_name="what was done")),
                        (
                            "hours",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=6, null=True, verbose_name="hours of work"
                            ),
                        ),
                        (
                            "case",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="ticket",
                                to="cases.case",
                                verbose_name="case",
                            ),
                        ),
                        (
                            "category",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tickets",
                                to="tickets.category",
                                verbose_name="category",
                            ),
                        ),
                        (
                            "charge_overridden_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="overridden by",
                            ),
                        ),
                        (
                            "joined_to",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="duplicates",
                                to="tickets.ticket",
                                verbose_name="joined to",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "ticket",
                        "verbose_name_plural": "tickets",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("leak_test_begun_at__isnull", False), ("leak_test_ended_at", None)),
                                fields=["leak_test_begun_at"],
                                name="ticket_leak_test_runs",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("charge_overridden_at__isnull", True),
                                        ("charge_overridden_by__isnull", True),
                                        ("charge_override_reason", ""),
                                    ),
                                    models.Q(
                                        ("charge_overridden_at__isnull", False),
                                        ("charge_overridden_by__isnull", False),
                                        models.Q(("charge_override_reason", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="charge_override_is_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("quote", "accepted"), ("quote_accepted_at__isnull", False)),
                                    models.Q(
                                        models.Q(("quote", "accepted"), _negated=True),
                                        ("quote_accepted_at", None),
                                        ("quote_accepted_how", ""),
                                    ),
                                    _connector="OR",
                                ),
                                name="quote_accepted_with_moment",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("leak_test_ended_at", None), ("leak_test_begun_at__isnull", False), _connector="OR"
                                ),
                                name="leak_test_ends_after_it_began",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Job",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="visit")),
                        ("window_from", models.DateTimeField(blank=True, null=True, verbose_name="agreed from")),
                        ("window_to", models.DateTimeField(blank=True, null=True, verbose_name="agreed until")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("dispatched", "Dispatched"),
                                    ("accepted", "Accepted"),
                                    ("arrived", "On site"),
                                    ("finished", "Finished"),
                                    ("returned", "Returned"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="dispatched",
                                max_length=12,
                                verbose_name="state",
                            ),
                        ),
                        ("dispatched_at", models.DateTimeField(verbose_name="dispatched at")),
                        ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="accepted at")),
                        ("arrived_at", models.DateTimeField(blank=True, null=True, verbose_name="arrived at")),
                        ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                        (
                            "ended_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="returned or cancelled at"),
                        ),
                        ("ended_reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                        (
                            "dispatched_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="dispatched by",
                            ),
                        ),
                        (
                            "technician",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="jobs",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="technician",
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="jobs",
                                to="tickets.ticket",
                                verbose_name="ticket",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "job",
                        "verbose_name_plural": "jobs",
                        "ordering": ["ticket", "number"],
                        "indexes": [
                            models.Index(fields=["technician", "window_from"], name="job_technician_day"),
                            models.Index(
                                condition=models.Q(("state__in", ["dispatched", "accepted", "arrived"])),
                                fields=["technician", "window_from"],
                                name="job_technician_open",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("ticket", "number"), name="job_number_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["dispatched", "accepted", "arrived"])),
                                fields=("ticket",),
                                name="one_open_job",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("window_from", None), ("window_to", None)),
                                    models.Q(
                                        ("window_from__isnull", False), ("window_to__gt", models.F("window_from"))
                                    ),
                                    _connector="OR",
                                ),
                                name="job_window_is_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalCategory",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        ("code", models.SlugField(max_length=40, verbose_name="code")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("repair", "Repair"),
                                    ("service", "Service"),
                                    ("enquiry", "Enquiry"),
                                    ("suggestion", "Suggestion"),
                                ],
                                default="repair",
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        ("keywords", models.JSONField(blank=True, default=list, verbose_name="words that suggest it")),
                        ("urgent", models.BooleanField(default=False, verbose_name="always urgent")),
                        (
                            "urgent_words",
                            models.JSONField(blank=True, default=list, verbose_name="words that make it urgent"),
                        ),
                        (
                            "department_kind",
                            models.CharField(
                                choices=[
                                    ("service", "Customer service"),
                                    ("maintenance", "Maintenance"),
                                    ("cleaning", "Cleaning"),
                                    ("security", "Security"),
                                    ("finance", "Finance"),
                                    ("contractor", "Contractor"),
                                ],
                                default="maintenance",
                                max_length=20,
                                verbose_name="department",
                            ),
                        ),
                        (
                            "charging",
                            models.CharField(
                                choices=[
                                    ("warranty", "By the warranty of its part of the building"),
                                    ("free", "Always free"),
                                    ("paid", "Always paid"),
                                ],
                                default="warranty",
                                max_length=10,
                                verbose_name="who pays",
                            ),
                        ),
                        ("is_leak", models.BooleanField(default=False, verbose_name="leak: ends with a leak test")),
                        ("is_safety", models.BooleanField(default=False, verbose_name="safety facility")),
                        ("is_public_area", models.BooleanField(default=False, verbose_name="common parts")),
                        ("active", models.BooleanField(default=True, verbose_name="in use")),
                        ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
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
                            "warranty_part",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="tickets.warrantypart",
                                verbose_name="part of the building",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical ticket category",
                        "verbose_name_plural": "historical ticket categories",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="WorkLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("labour", "Labour"), ("material", "Material")],
                                default="material",
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("unit", models.CharField(blank=True, max_length=20, verbose_name="unit of measure")),
                        ("quantity", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="quantity")),
                        ("unit_price", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="price")),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="amount")),
                        ("is_quote", models.BooleanField(default=False, verbose_name="quoted")),
                        ("added_at", models.DateTimeField(verbose_name="added at")),
                        ("replaced_at", models.DateTimeField(blank=True, null=True, verbose_name="replaced at")),
                        (
                            "added_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "job",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="tickets.job",
                                verbose_name="job",
                            ),
                        ),
                        (
                            "price_item",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="tickets.priceitem",
                                verbose_name="price list line",
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="tickets.ticket",
                                verbose_name="ticket",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "line",
                        "verbose_name_plural": "lines",
                        "ordering": ["pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("quantity__gt", 0), ("unit_price__gte", 0)),
                                name="line_counts_something",
                            )
                        ],
                    },
                ),
            ]
        ),
    ]
