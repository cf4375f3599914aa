"""Proofs of the books, kept."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from records.append_only import protect


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("billing", "0006_tax_invoices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BooksProof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("at", models.DateTimeField(verbose_name="proved")),
                ("holds", models.BooleanField(verbose_name="in order")),
                ("differing", models.PositiveIntegerField(default=0)),
                ("checks", models.JSONField(default=list)),
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
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "proof of the books",
                "verbose_name_plural": "proofs of the books",
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["project", "-at"], name="books_proof_project_at")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("by", None)), fields=("project", "day"), name="books_proof_once_a_night"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("differing", 0), ("holds", True)),
                            models.Q(("differing__gt", 0), ("holds", False)),
                            _connector="OR",
                        ),
                        name="books_proof_says_how_many",
                    ),
                ],
            },
        ),
        protect(["billing_booksproof"]),
    ]
