"""The tables as they stand, in one step for a new database."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

from core.tables import CreateTables
from records.append_only import protect


class Migration(migrations.Migration):
    replaces = [
        ("sla", "0001_initial"),
        ("sla", "0002_append_only"),
        ("sla", "0003_leaner_indexes"),
        ("sla", "0004_clocks_restored"),
        ("sla", "0005_alter_policyversion_case_kinds"),
        ("sla", "0006_proposals"),
        ("sla", "0007_working_calendars"),
        ("sla", "0008_calendar_proposals"),
        ("sla", "0009_rule_applications"),
        ("sla", "0010_days_after_months"),
        ("sla", "0011_set_aside_again"),
    ]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("cases", "0001_squashed_0012_proof_of_delivery"),
        ("records", "0001_squashed_0005_approval"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Heartbeat",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=30, unique=True)),
                        ("at", models.DateTimeField()),
                        ("data", models.JSONField(default=dict)),
                    ],
                ),
                migrations.CreateModel(
                    name="Policy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        ("key", models.CharField(max_length=40, unique=True, verbose_name="key")),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("standard", "The service standard"),
                                    ("standard_our_value", "The service standard; the value is ours"),
                                    ("ours", "Ours"),
                                    ("law", "Law"),
                                ],
                                max_length=20,
                                verbose_name="source",
                            ),
                        ),
                        ("clause", models.CharField(blank=True, max_length=200, verbose_name="clause")),
                    ],
                    options={
                        "verbose_name": "service-level policy",
                        "verbose_name_plural": "service-level policies",
                        "ordering": ["key"],
                    },
                ),
                migrations.CreateModel(
                    name="Calendar",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "project",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="calendars",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "working calendar",
                        "verbose_name_plural": "working calendars",
                        "ordering": [models.OrderBy(models.F("project"), nulls_first=True)],
                        "constraints": [
                            models.UniqueConstraint(
                                django.db.models.functions.comparison.Coalesce("project", 0),
                                name="one_calendar_per_project",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CalendarVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField(verbose_name="version")),
                        ("reason", models.CharField(blank=True, max_length=500, verbose_name="why it is proposed")),
                        ("created_at", models.DateTimeField(verbose_name="proposed at")),
                        ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="approved at")),
                        ("replaced_at", models.DateTimeField(blank=True, null=True, verbose_name="replaced at")),
                        ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn at")),
                        ("refused_at", models.DateTimeField(blank=True, null=True, verbose_name="refused at")),
                        ("refusal", models.CharField(blank=True, max_length=500, verbose_name="why it was refused")),
                        ("week", models.JSONField(default=dict, verbose_name="week")),
                        ("days", models.JSONField(default=dict, verbose_name="days")),
                        (
                            "provisional_years",
                            models.JSONField(blank=True, default=list, verbose_name="provisional years"),
                        ),
                        (
                            "follows_company",
                            models.BooleanField(default=False, verbose_name="follows the company's calendar"),
                        ),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="approved by",
                            ),
                        ),
                        (
                            "calendar",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="sla.calendar"
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="proposed by",
                            ),
                        ),
                        (
                            "refused_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "withdrawn_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "calendar version",
                        "verbose_name_plural": "calendar versions",
                        "ordering": ["calendar", "-number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("calendar", "number"), name="calendar_version_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("approved_at__isnull", False), ("replaced_at", None)),
                                fields=("calendar",),
                                name="one_calendar_version_in_force",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("approved_at", None), ("refused_at", None), ("withdrawn_at", None)),
                                fields=("calendar",),
                                name="one_calendar_proposal_waiting",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Clock",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=40)),
                        ("subject", models.CharField(blank=True, max_length=40)),
                        ("cycle", models.PositiveSmallIntegerField(default=1)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("running", "Running"),
                                    ("paused", "Paused"),
                                    ("met", "Met"),
                                    ("missed", "Missed"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="running",
                                max_length=10,
                            ),
                        ),
                        ("started_at", models.DateTimeField()),
                        ("due_at", models.DateTimeField()),
                        (
                            "goal_seconds",
                            models.FloatField(
                                help_text="from start to due when it started, of working time on a calendar"
                            ),
                        ),
                        ("next_at", models.DateTimeField(help_text="when the sweep must look at it next", null=True)),
                        ("steps_done", models.JSONField(default=list)),
                        ("paused_at", models.DateTimeField(null=True)),
                        ("breached_at", models.DateTimeField(null=True)),
                        ("breach_found_at", models.DateTimeField(null=True)),
                        ("met_at", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(help_text="met or cancelled", null=True)),
                        ("parked_error", models.CharField(blank=True, max_length=500)),
                        (
                            "calendar",
                            models.ForeignKey(
                                db_index=False,
                                help_text="on which a clock in working time is counted; empty where time is natural",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="clocks",
                                to="sla.calendarversion",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="clocks",
                                to="cases.case",
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="clocks",
                                to="sla.policyversion",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "clock",
                        "verbose_name_plural": "clocks",
                        "ordering": ["due_at", "pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="clock_next"
                            ),
                            models.Index(
                                condition=models.Q(("ended_at", None)), fields=["key", "due_at"], name="clock_live_due"
                            ),
                            models.Index(
                                condition=models.Q(("parked_error", ""), _negated=True),
                                fields=["case"],
                                name="clock_set_aside",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("case", "key", "subject", "cycle"), name="clock_once_per_cycle"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None)),
                                fields=("case", "key", "subject"),
                                name="one_live_clock_per_promise",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClockEvent",
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
                                    ("started", "Started"),
                                    ("paused", "Paused"),
                                    ("resumed", "Resumed"),
                                    ("moved", "Moved to a changed rule"),
                                    ("extended", "Extended"),
                                    ("warned", "Told"),
                                    ("skipped", "Passed over after an outage"),
                                    ("breached", "Overdue"),
                                    ("met", "Met"),
                                    ("stopped", "Stopped after it was overdue"),
                                    ("cancelled", "Cancelled"),
                                    ("parked", "Set aside after an error"),
                                    ("restored", "Runs again: what ended it was undone"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("at", models.DateTimeField(help_text="when it was true")),
                        ("recorded_at", models.DateTimeField(help_text="when it was found")),
                        ("data", models.JSONField(default=dict)),
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
                            "clock",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="events", to="sla.clock"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "clock event",
                        "verbose_name_plural": "clock events",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="FiredStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("step", models.PositiveSmallIntegerField()),
                        (
                            "due_at",
                            models.DateTimeField(
                                help_text="the clock's due time then; an extension opens the steps again"
                            ),
                        ),
                        ("fired_at", models.DateTimeField()),
                        ("skipped", models.BooleanField(default=False)),
                        (
                            "clock",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="fired", to="sla.clock"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("clock", "step", "due_at"), name="step_fires_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PolicyVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField(verbose_name="version")),
                        ("reason", models.CharField(blank=True, max_length=500, verbose_name="why it is proposed")),
                        ("created_at", models.DateTimeField(verbose_name="proposed at")),
                        ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="approved at")),
                        ("replaced_at", models.DateTimeField(blank=True, null=True, verbose_name="replaced at")),
                        ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn at")),
                        ("refused_at", models.DateTimeField(blank=True, null=True, verbose_name="refused at")),
                        ("refusal", models.CharField(blank=True, max_length=500, verbose_name="why it was refused")),
                        (
                            "case_kinds",
                            models.JSONField(
                                default=list,
                                help_text="“repair”, or “callback:leak” for one category or grade",
                                verbose_name="kinds of case",
                            ),
                        ),
                        ("starts", models.JSONField(default=list, verbose_name="events that start it")),
                        ("stops", models.JSONField(default=list, verbose_name="events that meet it")),
                        ("pauses", models.JSONField(blank=True, default=list, verbose_name="events that pause it")),
                        ("resumes", models.JSONField(blank=True, default=list, verbose_name="events that resume it")),
                        ("cancels", models.JSONField(blank=True, default=list, verbose_name="events that cancel it")),
                        (
                            "goal",
                            models.CharField(
                                choices=[
                                    ("duration", "A length of time"),
                                    ("end_of_day", "End of the local day"),
                                    ("months", "Calendar months"),
                                    ("field", "A promised time of the matter"),
                                    ("working_days", "Working days"),
                                ],
                                default="duration",
                                max_length=12,
                                verbose_name="goal",
                            ),
                        ),
                        ("goal_seconds", models.PositiveIntegerField(default=0, verbose_name="seconds")),
                        ("goal_months", models.PositiveSmallIntegerField(default=0, verbose_name="months")),
                        (
                            "goal_more_days",
                            models.PositiveSmallIntegerField(
                                default=0,
                                help_text="what falls due after the months is done within so many days",
                                verbose_name="days after those months",
                            ),
                        ),
                        ("goal_days", models.PositiveSmallIntegerField(default=0, verbose_name="working days")),
                        (
                            "counts",
                            models.CharField(
                                choices=[("natural", "Natural time"), ("working", "Working time")],
                                default="natural",
                                help_text="what time a length of time is; working days are always those of the calendar",
                                max_length=8,
                                verbose_name="counts",
                            ),
                        ),
                        (
                            "goal_field",
                            models.CharField(
                                blank=True,
                                help_text="a field of the case, or “event.until” for a moment that the starting event names",
                                max_length=40,
                                verbose_name="promised time, where there is one",
                            ),
                        ),
                        (
                            "goal_urgent_seconds",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="seconds when urgent"),
                        ),
                        (
                            "goal_by_category",
                            models.JSONField(blank=True, default=dict, verbose_name="seconds by category"),
                        ),
                        ("restarts", models.BooleanField(default=False, verbose_name="a repeated start sets it anew")),
                        ("steps", models.JSONField(blank=True, default=list, verbose_name="who is told when")),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="approved by",
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="proposed by",
                            ),
                        ),
                        (
                            "policy",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="sla.policy"
                            ),
                        ),
                        (
                            "refused_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "withdrawn_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "policy version",
                        "verbose_name_plural": "policy versions",
                        "ordering": ["policy", "-number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("policy", "number"), name="policy_version_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("approved_at__isnull", False), ("replaced_at", None)),
                                fields=("policy",),
                                name="one_policy_version_in_force",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("approved_at", None), ("refused_at", None), ("withdrawn_at", None)),
                                fields=("policy",),
                                name="one_policy_proposal_waiting",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RuleApplication",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("reason", models.CharField(max_length=500, verbose_name="reason")),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="applications",
                                to="sla.policyversion",
                            ),
                        ),
                        (
                            "work",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.longwork"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rule applied to running deadlines",
                        "verbose_name_plural": "rules applied to running deadlines",
                        "ordering": ["-pk"],
                    },
                ),
            ]
        ),
        protect(["sla_clockevent", "sla_firedstep"]),
    ]
