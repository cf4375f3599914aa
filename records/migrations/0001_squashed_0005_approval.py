"""The tables as they stand, in one step for a new database."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import records.models.kept
from core.tables import CreateTables
from records.append_only import protect


class Migration(migrations.Migration):
    replaces = [
        ("records", "0001_initial"),
        ("records", "0002_append_only"),
        ("records", "0003_leaner_indexes"),
        ("records", "0004_draft"),
        ("records", "0005_approval"),
    ]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="StoredFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "token",
                            models.CharField(
                                default=records.models.kept.new_token, editable=False, max_length=32, unique=True
                            ),
                        ),
                        ("file", models.FileField(upload_to="%Y/%m/")),
                        ("name", models.CharField(max_length=200)),
                        ("content_type", models.CharField(max_length=100)),
                        ("size", models.PositiveIntegerField(help_text="bytes")),
                        ("sha256", models.CharField(max_length=64)),
                        ("uploaded_at", models.DateTimeField()),
                        (
                            "project",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.project"
                            ),
                        ),
                        (
                            "uploaded_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Approval",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40, verbose_name="kind")),
                        ("subject", models.CharField(max_length=100, verbose_name="about")),
                        ("data", models.JSONField(default=dict)),
                        ("reason", models.CharField(max_length=500, verbose_name="reason")),
                        ("asked_at", models.DateTimeField(verbose_name="asked at")),
                        (
                            "decision",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waits for a decision"),
                                    ("approved", "Approved"),
                                    ("refused", "Refused"),
                                    ("withdrawn", "Taken back"),
                                ],
                                default="waiting",
                                max_length=10,
                                verbose_name="decision",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                        (
                            "decision_reason",
                            models.CharField(blank=True, max_length=500, verbose_name="reason of the decision"),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="asked by",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="decided by",
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
                        "verbose_name": "approval by a second person",
                        "verbose_name_plural": "approvals by a second person",
                        "indexes": [
                            models.Index(fields=["project", "-id"], name="approval_project_newest"),
                            models.Index(fields=["asked_by", "-id"], name="approval_asked_newest"),
                            models.Index(
                                condition=models.Q(("decision", "waiting")), fields=["project"], name="approval_waiting"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("decision", "waiting")),
                                fields=("project", "kind", "subject"),
                                name="approval_once_while_waiting",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at", None), ("decided_by", None), ("decision", "waiting")),
                                    models.Q(
                                        models.Q(("decision", "waiting"), _negated=True),
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="approval_decided_by_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decision__in", ["approved", "refused"]), _negated=True),
                                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="approval_by_a_second_person",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decision", "withdrawn"), _negated=True),
                                    ("decided_by", models.F("asked_by")),
                                    _connector="OR",
                                ),
                                name="approval_withdrawn_by_who_asked",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuditEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="at")),
                        ("action", models.CharField(max_length=60, verbose_name="action")),
                        ("target", models.CharField(blank=True, max_length=100, verbose_name="target")),
                        ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                        ("data", models.JSONField(blank=True, default=dict, verbose_name="details")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        (
                            "project",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "audit entry",
                        "verbose_name_plural": "audit trail",
                        "ordering": ["-at", "-pk"],
                        "indexes": [
                            models.Index(fields=["project", "-at"], name="audit_project_at"),
                            models.Index(fields=["target", "-at"], name="audit_target_at"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Draft",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=40)),
                        ("form", models.CharField(max_length=40)),
                        ("page", models.CharField(help_text="where the form stands", max_length=300)),
                        ("title", models.CharField(blank=True, max_length=100)),
                        ("data", models.JSONField(default=dict, help_text="per field what was typed")),
                        ("saved_at", models.DateTimeField(db_index=True)),
                        ("sent_at", models.DateTimeField(null=True)),
                        (
                            "project",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.project"
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
                        "verbose_name": "draft",
                        "verbose_name_plural": "drafts",
                        "constraints": [models.UniqueConstraint(fields=("user", "key"), name="draft_once_each")],
                    },
                ),
                migrations.CreateModel(
                    name="IdempotencyRecord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("scope", models.CharField(max_length=200)),
                        ("key", models.CharField(max_length=200)),
                        ("body_hash", models.CharField(max_length=64)),
                        ("status", models.PositiveSmallIntegerField()),
                        ("answer", models.JSONField()),
                        ("at", models.DateTimeField()),
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
                        "constraints": [
                            models.UniqueConstraint(fields=("user", "scope", "key"), name="idempotency_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SearchToken",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=20)),
                        ("object_id", models.BigIntegerField()),
                        ("token", models.CharField(max_length=40)),
                        ("rank", models.BigIntegerField(default=0)),
                        (
                            "project",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.project",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["token", "project", "kind", "-rank"], name="search_token_hits")
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("kind", "object_id", "token"), name="search_token_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LongWork",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waiting"),
                                    ("running", "Running"),
                                    ("done", "Done"),
                                    ("failed", "Failed"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="waiting",
                                max_length=10,
                            ),
                        ),
                        ("payload", models.JSONField(default=dict)),
                        ("result", models.JSONField(default=dict)),
                        ("done", models.PositiveIntegerField(default=0)),
                        ("total", models.PositiveIntegerField(default=0)),
                        ("error", models.TextField(blank=True)),
                        ("created_at", models.DateTimeField()),
                        ("leased_until", models.DateTimeField(null=True)),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("cancel_asked", models.BooleanField(default=False)),
                        (
                            "by",
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
                        (
                            "source",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.storedfile",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ["waiting", "running"])),
                                fields=["created_at"],
                                name="longwork_open",
                            )
                        ],
                    },
                ),
            ]
        ),
        protect(["records_auditentry"]),
    ]
