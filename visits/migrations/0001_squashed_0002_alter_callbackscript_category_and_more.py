"""The tables as they stand, in one step for a new database."""

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from core.tables import CreateTables


class Migration(migrations.Migration):
    replaces = [("visits", "0001_initial"), ("visits", "0002_alter_callbackscript_category_and_more")]

    initial = True

    dependencies = [
        ("cases", "0001_squashed_0012_proof_of_delivery"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="CallbackScript",
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
                            "category",
                            models.CharField(
                                choices=[
                                    ("safety", "Safety facility"),
                                    ("leak", "Leak"),
                                    ("other", "Other"),
                                    ("complaint", "Complaint"),
                                ],
                                max_length=10,
                                unique=True,
                                verbose_name="category",
                            ),
                        ),
                        ("opening_zh", models.TextField(verbose_name="opening (Chinese)")),
                        ("opening_en", models.TextField(blank=True, verbose_name="opening (English)")),
                        ("questions_zh", models.TextField(help_text="one a line", verbose_name="questions (Chinese)")),
                        (
                            "questions_en",
                            models.TextField(blank=True, help_text="one a line", verbose_name="questions (English)"),
                        ),
                        ("closing_zh", models.TextField(verbose_name="closing (Chinese)")),
                        ("closing_en", models.TextField(blank=True, verbose_name="closing (English)")),
                    ],
                    options={
                        "verbose_name": "callback script",
                        "verbose_name_plural": "callback scripts",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalCallbackScript",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        (
                            "category",
                            models.CharField(
                                choices=[
                                    ("safety", "Safety facility"),
                                    ("leak", "Leak"),
                                    ("other", "Other"),
                                    ("complaint", "Complaint"),
                                ],
                                db_index=True,
                                max_length=10,
                                verbose_name="category",
                            ),
                        ),
                        ("opening_zh", models.TextField(verbose_name="opening (Chinese)")),
                        ("opening_en", models.TextField(blank=True, verbose_name="opening (English)")),
                        ("questions_zh", models.TextField(help_text="one a line", verbose_name="questions (Chinese)")),
                        (
                            "questions_en",
                            models.TextField(blank=True, help_text="one a line", verbose_name="questions (English)"),
                        ),
                        ("closing_zh", models.TextField(verbose_name="closing (Chinese)")),
                        ("closing_en", models.TextField(blank=True, verbose_name="closing (English)")),
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
                        "verbose_name": "historical callback script",
                        "verbose_name_plural": "historical callback scripts",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="Callback",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "result",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("satisfied", "Satisfied"),
                                    ("dissatisfied", "Dissatisfied"),
                                    ("unreachable", "Not reached"),
                                ],
                                max_length=14,
                                verbose_name="result",
                            ),
                        ),
                        (
                            "score",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(5),
                                ],
                                verbose_name="score",
                            ),
                        ),
                        ("text", models.TextField(blank=True, verbose_name="what was said")),
                        (
                            "how",
                            models.CharField(
                                blank=True,
                                choices=[("phone", "by phone"), ("visit", "in person")],
                                max_length=10,
                                verbose_name="how",
                            ),
                        ),
                        ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                        ("next_attempt_at", models.DateTimeField(blank=True, null=True, verbose_name="next attempt")),
                        ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done at")),
                        (
                            "caller",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="callbacks",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="caller",
                            ),
                        ),
                        (
                            "case",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="callback",
                                to="cases.case",
                                verbose_name="case",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "callback",
                        "verbose_name_plural": "callbacks",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("score", None), models.Q(("score__gte", 1), ("score__lte", 5)), _connector="OR"
                                ),
                                name="callback_score_one_to_five",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("done_at__isnull", False), ("result__in", ["satisfied", "dissatisfied"])),
                                    models.Q(("result__in", ["", "unreachable"]), ("done_at", None)),
                                    _connector="OR",
                                ),
                                name="callback_done_with_result",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("result", "dissatisfied"), _negated=True),
                                    models.Q(("text", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="callback_problem_is_told",
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
