"""The tables as they stand, in one step for a new database."""

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from core.tables import CreateTables


class Migration(migrations.Migration):
    replaces = [("complaints", "0001_initial"), ("complaints", "0002_improvement_measures")]

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
                    name="GradeGuide",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        (
                            "grade",
                            models.CharField(
                                choices=[("major", "Major"), ("important", "Important"), ("minor", "Minor")],
                                max_length=10,
                                unique=True,
                                verbose_name="grade",
                            ),
                        ),
                        ("definition_zh", models.TextField(verbose_name="definition (Chinese)")),
                        ("definition_en", models.TextField(blank=True, verbose_name="definition (English)")),
                        ("words", models.JSONField(blank=True, default=list, verbose_name="words that suggest it")),
                        ("clause", models.CharField(blank=True, max_length=200, verbose_name="clause")),
                        ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                    ],
                    options={
                        "verbose_name": "grade of complaints",
                        "verbose_name_plural": "grades of complaints",
                        "ordering": ["order", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Topic",
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
                        ("words", models.JSONField(blank=True, default=list, verbose_name="words that suggest it")),
                        ("active", models.BooleanField(default=True, verbose_name="in use")),
                        ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                    ],
                    options={
                        "verbose_name": "topic of complaints",
                        "verbose_name_plural": "topics of complaints",
                        "ordering": ["order", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Complaint",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "received_at",
                            models.DateTimeField(help_text="every deadline counts from here", verbose_name="received"),
                        ),
                        ("description", models.TextField(verbose_name="course of events")),
                        ("occurred_at", models.DateTimeField(blank=True, null=True, verbose_name="when it happened")),
                        (
                            "about_words",
                            models.CharField(blank=True, max_length=100, verbose_name="who is complained of"),
                        ),
                        ("demand", models.TextField(blank=True, verbose_name="what the resident asks")),
                        ("wanted_by", models.DateTimeField(blank=True, null=True, verbose_name="wanted by")),
                        (
                            "reachable",
                            models.CharField(blank=True, max_length=100, verbose_name="when they can be reached"),
                        ),
                        ("harm_ongoing", models.BooleanField(default=False, verbose_name="harm is going on")),
                        ("harm_stopped_at", models.DateTimeField(blank=True, null=True, verbose_name="harm stopped")),
                        ("acknowledged_at", models.DateTimeField(blank=True, null=True, verbose_name="acknowledged")),
                        (
                            "contacted_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="resident first spoken with"),
                        ),
                        ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="clear answer given")),
                        ("cause", models.TextField(blank=True, verbose_name="root cause")),
                        ("apologised", models.BooleanField(default=False, verbose_name="apology made")),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("solved", "Solved"),
                                    ("explained", "Explained; cannot be solved by us"),
                                    ("unfounded", "Unfounded"),
                                ],
                                max_length=10,
                                verbose_name="outcome",
                            ),
                        ),
                        ("result", models.TextField(blank=True, verbose_name="result")),
                        ("agreed", models.BooleanField(blank=True, null=True, verbose_name="the resident agreed")),
                        ("resolved_at", models.DateTimeField(blank=True, null=True, verbose_name="result reached")),
                        ("informed_at", models.DateTimeField(blank=True, null=True, verbose_name="resident told")),
                        (
                            "informed_how",
                            models.CharField(
                                blank=True,
                                choices=[("phone", "by phone"), ("in_person", "in person")],
                                max_length=10,
                                verbose_name="how",
                            ),
                        ),
                        (
                            "confirmed",
                            models.BooleanField(blank=True, null=True, verbose_name="the resident confirmed"),
                        ),
                        (
                            "close_reason",
                            models.CharField(blank=True, max_length=500, verbose_name="why it was closed without"),
                        ),
                        (
                            "about_department",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.department",
                                verbose_name="department complained of",
                            ),
                        ),
                        (
                            "about_person",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="colleague complained of",
                            ),
                        ),
                        (
                            "acknowledged_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        (
                            "case",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="complaint",
                                to="cases.case",
                                verbose_name="case",
                            ),
                        ),
                        (
                            "replier",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="who replies",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "complaint",
                        "verbose_name_plural": "complaints",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("acknowledged_at", None), ("acknowledged_by", None)),
                                    models.Q(("acknowledged_at__isnull", False), ("acknowledged_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="complaint_acknowledged_by_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("outcome", ""), ("resolved_at", None)),
                                    models.Q(("resolved_at__isnull", False), models.Q(("outcome", ""), _negated=True)),
                                    _connector="OR",
                                ),
                                name="complaint_resolved_with_outcome",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("informed_at", None), ("informed_how", "")),
                                    models.Q(
                                        ("informed_at__isnull", False), models.Q(("informed_how", ""), _negated=True)
                                    ),
                                    _connector="OR",
                                ),
                                name="complaint_informed_somehow",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("confirmed", False), _negated=True),
                                    models.Q(("close_reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="complaint_closed_unconfirmed_with_reason",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Escalation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "to",
                            models.CharField(
                                choices=[
                                    ("private_room", "Private room"),
                                    ("supervisor", "Supervisor"),
                                    ("manager", "Manager"),
                                ],
                                max_length=14,
                                verbose_name="to",
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
                            "complaint",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="escalations",
                                to="complaints.complaint",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "escalation",
                        "verbose_name_plural": "escalations",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalGradeGuide",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        (
                            "grade",
                            models.CharField(
                                choices=[("major", "Major"), ("important", "Important"), ("minor", "Minor")],
                                db_index=True,
                                max_length=10,
                                verbose_name="grade",
                            ),
                        ),
                        ("definition_zh", models.TextField(verbose_name="definition (Chinese)")),
                        ("definition_en", models.TextField(blank=True, verbose_name="definition (English)")),
                        ("words", models.JSONField(blank=True, default=list, verbose_name="words that suggest it")),
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
                        "verbose_name": "historical grade of complaints",
                        "verbose_name_plural": "historical grades of complaints",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalTopic",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        ("code", models.SlugField(max_length=40, verbose_name="code")),
                        ("words", models.JSONField(blank=True, default=list, verbose_name="words that suggest it")),
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
                    ],
                    options={
                        "verbose_name": "historical topic of complaints",
                        "verbose_name_plural": "historical topics of complaints",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="Measure",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("what", models.TextField(verbose_name="what is to be done")),
                        ("due_on", models.DateField(verbose_name="to be done by")),
                        ("result", models.TextField(blank=True, verbose_name="what was done")),
                        (
                            "case",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="measure",
                                to="cases.case",
                                verbose_name="case",
                            ),
                        ),
                        (
                            "complaints",
                            models.ManyToManyField(
                                related_name="measures", to="complaints.complaint", verbose_name="complaints"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "improvement measure",
                        "verbose_name_plural": "improvement measures",
                    },
                ),
                migrations.CreateModel(
                    name="Remedy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("text", models.TextField(verbose_name="what")),
                        (
                            "cost",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=12,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="cost",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("proposed", "Proposed"), ("agreed", "Agreed"), ("declined", "Declined")],
                                default="proposed",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                        ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="agreed or declined")),
                        (
                            "complaint",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="remedies",
                                to="complaints.complaint",
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "remedy",
                        "verbose_name_plural": "remedies",
                        "ordering": ["pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("cost", None), ("cost__gte", 0), _connector="OR"),
                                name="remedy_cost_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("settled_at", None), ("state", "proposed")),
                                    models.Q(
                                        models.Q(("state", "proposed"), _negated=True), ("settled_at__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="remedy_settled_with_moment",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Responsibility",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "party",
                            models.CharField(
                                choices=[
                                    ("company", "The property company"),
                                    ("resident", "The resident"),
                                    ("neighbour", "A neighbour"),
                                    ("other", "Somebody else"),
                                ],
                                max_length=10,
                                verbose_name="who",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="for what")),
                        ("set_at", models.DateTimeField(verbose_name="since")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                        (
                            "complaint",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="responsibilities",
                                to="complaints.complaint",
                            ),
                        ),
                        (
                            "department",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.department",
                                verbose_name="department",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "responsibility",
                        "verbose_name_plural": "responsibilities",
                        "ordering": ["pk"],
                    },
                ),
            ]
        ),
    ]
