"""The tables as they stand, in one step for a new database."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.tables import CreateTables
from records.append_only import protect


class Migration(migrations.Migration):
    replaces = [
        ("cases", "0001_initial"),
        ("cases", "0002_append_only"),
        ("cases", "0003_building_and_reference"),
        ("cases", "0004_unique_on_both_databases"),
        ("cases", "0005_faster_lists"),
        ("cases", "0006_leaner_indexes"),
        ("cases", "0007_presence_and_what_somebody_did"),
        ("cases", "0008_case_reserved_for"),
        ("cases", "0009_open_by_category"),
        ("cases", "0010_awaited"),
        ("cases", "0011_reserved_for_the_manager"),
        ("cases", "0012_proof_of_delivery"),
    ]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("estate", "0001_squashed_0002_registerimport"),
        ("records", "0001_squashed_0005_approval"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Case",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
                        ("kind", models.CharField(max_length=20, verbose_name="kind")),
                        ("state", models.CharField(max_length=20, verbose_name="state")),
                        (
                            "phase",
                            models.CharField(
                                choices=[("open", "Open"), ("waiting", "Waiting"), ("closed", "Closed")],
                                default="open",
                                max_length=10,
                                verbose_name="phase",
                            ),
                        ),
                        ("title", models.CharField(max_length=200, verbose_name="title")),
                        ("category", models.CharField(blank=True, max_length=40, verbose_name="category")),
                        ("grade", models.CharField(blank=True, max_length=20, verbose_name="grade")),
                        (
                            "urgency",
                            models.CharField(
                                choices=[("normal", "Normal"), ("urgent", "Urgent")],
                                default="normal",
                                max_length=10,
                                verbose_name="urgency",
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("phone", "Phone call"),
                                    ("walk_in", "Walk-in"),
                                    ("letter", "Letter"),
                                    ("email", "E-mail"),
                                    ("wechat", "WeChat"),
                                    ("online", "Online"),
                                    ("patrol", "Patrol"),
                                    ("staff", "Staff"),
                                ],
                                default="phone",
                                max_length=10,
                                verbose_name="channel",
                            ),
                        ),
                        ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                        ("contact_name", models.CharField(blank=True, max_length=100, verbose_name="contact")),
                        ("contact_phone", models.CharField(blank=True, max_length=20, verbose_name="contact phone")),
                        ("promised_at", models.DateTimeField(blank=True, null=True, verbose_name="promised for")),
                        (
                            "due_at",
                            models.DateTimeField(
                                blank=True, help_text="earliest clock still running", null=True, verbose_name="due"
                            ),
                        ),
                        ("opened_at", models.DateTimeField(verbose_name="opened")),
                        ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "reserved_for",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("leaders", "supervisors and those above"),
                                    ("managers", "the general manager and those above"),
                                    ("manager", "the general manager alone"),
                                    ("quality", "the quality department"),
                                ],
                                default="",
                                max_length=10,
                                verbose_name="seen by",
                            ),
                        ),
                        ("is_history", models.BooleanField(default=False, verbose_name="taken over")),
                        (
                            "reference",
                            models.CharField(blank=True, max_length=40, verbose_name="number in the former system"),
                        ),
                        (
                            "building",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cases",
                                to="estate.building",
                                verbose_name="building",
                            ),
                        ),
                        (
                            "department",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cases",
                                to="accounts.department",
                                verbose_name="department",
                            ),
                        ),
                        (
                            "handler",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="handled_cases",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="handler",
                            ),
                        ),
                        (
                            "household",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cases",
                                to="estate.household",
                                verbose_name="household",
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="children",
                                to="cases.case",
                                verbose_name="parent case",
                            ),
                        ),
                        (
                            "project",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cases",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                        (
                            "taken_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="taken_cases",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="taken by",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cases",
                                to="estate.unit",
                                verbose_name="unit",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "case",
                        "verbose_name_plural": "cases",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("phase", "closed"), _negated=True),
                                fields=["project", "kind", "due_at"],
                                name="case_open_due",
                            ),
                            models.Index(
                                condition=models.Q(("phase", "closed"), _negated=True),
                                fields=["project", "due_at", "id"],
                                name="case_open_by_due",
                            ),
                            models.Index(
                                condition=models.Q(("phase", "closed"), _negated=True),
                                fields=["project", "category"],
                                name="case_open_category",
                            ),
                            models.Index(
                                condition=models.Q(("phase", "closed"), _negated=True),
                                fields=["handler", "due_at"],
                                name="case_handler_due",
                            ),
                            models.Index(
                                condition=models.Q(("phase", "closed"), _negated=True),
                                fields=["department", "due_at"],
                                name="case_department_due",
                            ),
                            models.Index(fields=["project", "kind", "-opened_at"], name="case_project_opened"),
                            models.Index(fields=["project", "-opened_at", "-id"], name="case_project_newest"),
                            models.Index(fields=["project", "category", "-opened_at"], name="case_category_opened"),
                            models.Index(fields=["unit", "-opened_at"], name="case_unit_opened"),
                            models.Index(fields=["building", "-opened_at"], name="case_building_opened"),
                            models.Index(fields=["household", "-opened_at"], name="case_household_opened"),
                            models.Index(
                                condition=models.Q(("parent__isnull", False)), fields=["parent"], name="case_parent"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("closed_at__isnull", False), ("phase", "closed")),
                                    models.Q(models.Q(("phase", "closed"), _negated=True), ("closed_at", None)),
                                    _connector="OR",
                                ),
                                name="case_closed_at_with_phase",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("reference", ""), _negated=True),
                                fields=("project", "reference"),
                                name="case_reference_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Awaited",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("since", models.DateTimeField()),
                        (
                            "set_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "by_case",
                            models.ForeignKey(
                                help_text="the one that waits for it",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="awaits",
                                to="cases.case",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                help_text="the one that goes on",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="cases.case",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("case", "by_case"), name="awaited_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Attachment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "label",
                            models.CharField(
                                choices=[
                                    ("intake", "As reported"),
                                    ("before", "Before the work"),
                                    ("after", "After the work"),
                                    ("signature", "Customer's signature"),
                                    ("paper", "Form"),
                                    ("proof", "Proof of delivery"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("for_resident", models.BooleanField(default=True)),
                        ("added_at", models.DateTimeField()),
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
                            "file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.storedfile"
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="cases.case"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="CaseAccess",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("granted_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="access", to="cases.case"
                            ),
                        ),
                        (
                            "department",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.department",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("ended_at", None)), fields=["user", "case"], name="access_user"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None), ("user__isnull", False)),
                                fields=("case", "user"),
                                name="access_once_per_user",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("department__isnull", False), ("ended_at", None)),
                                fields=("case", "department"),
                                name="access_once_per_department",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("user__isnull", False), ("department__isnull", False), _connector="XOR"
                                ),
                                name="access_of_a_person_or_a_department",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Counter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("prefix", models.CharField(max_length=8)),
                        ("day", models.DateField()),
                        ("last", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("prefix", "day"), name="counter_once_per_day")],
                    },
                ),
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=50)),
                        ("at", models.DateTimeField()),
                        ("recorded_at", models.DateTimeField()),
                        (
                            "claimed_at",
                            models.DateTimeField(help_text="when a phone out of signal says it happened", null=True),
                        ),
                        ("data", models.JSONField(default=dict)),
                        ("text", models.TextField(blank=True)),
                        ("for_resident", models.BooleanField(default=False)),
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
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="events", to="cases.case"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "case event",
                        "verbose_name_plural": "case events",
                        "ordering": ["at", "pk"],
                        "indexes": [
                            models.Index(fields=["case", "at"], name="event_case_at"),
                            models.Index(
                                condition=models.Q(("by__isnull", False)), fields=["by", "-at"], name="event_by_at"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Presence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("doing", models.CharField(help_text="the form, in the words of its button", max_length=60)),
                        ("seen_at", models.DateTimeField()),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("case", "user"), name="presence_once")],
                    },
                ),
            ]
        ),
        protect(["cases_event"]),
    ]
