"""The tables as they stand, in one step for a new database."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.tables import CreateTables


class Migration(migrations.Migration):
    replaces = [
        ("reception", "0001_initial"),
        ("reception", "0002_draft"),
        ("reception", "0003_drafts_for_every_room"),
        ("reception", "0004_alter_contact_outcome"),
        ("reception", "0005_questions_and_suggestions"),
        ("reception", "0006_passed_on_for_an_answer"),
    ]

    initial = True

    dependencies = [
        ("cases", "0001_squashed_0012_proof_of_delivery"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Contact",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("enquiry", "Enquiry"),
                                    ("suggestion", "Suggestion"),
                                    ("repair", "Repair"),
                                    ("complaint", "Complaint"),
                                    ("payment", "Payment"),
                                    ("official", "Official business"),
                                    ("other", "Other"),
                                ],
                                default="enquiry",
                                max_length=10,
                                verbose_name="purpose",
                            ),
                        ),
                        ("is_resident", models.BooleanField(default=False, verbose_name="resident")),
                        ("said", models.TextField(blank=True, verbose_name="what was said")),
                        ("done", models.TextField(blank=True, verbose_name="what was done")),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("answered", "Answered at once"),
                                    ("ticket", "Became a ticket"),
                                    ("asked", "Passed on for an answer"),
                                    ("complaint", "Became a complaint"),
                                    ("promised", "Reply promised"),
                                    ("handed", "Handed to a colleague"),
                                    ("left", "Left before being served"),
                                ],
                                max_length=10,
                                verbose_name="outcome",
                            ),
                        ),
                        (
                            "asked_for",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "Whoever is free"),
                                    ("colleague", "Somebody else"),
                                    ("supervisor", "The supervisor"),
                                ],
                                default="",
                                max_length=10,
                                verbose_name="asked for",
                            ),
                        ),
                        ("queued_at", models.DateTimeField(blank=True, null=True, verbose_name="joined the line")),
                        ("served_at", models.DateTimeField(blank=True, null=True, verbose_name="served")),
                        ("held_at", models.DateTimeField(blank=True, null=True, verbose_name="put on hold")),
                        ("held_seconds", models.PositiveIntegerField(default=0, verbose_name="seconds on hold")),
                        ("question", models.TextField(blank=True, verbose_name="question")),
                        (
                            "case",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="contact",
                                to="cases.case",
                                verbose_name="case",
                            ),
                        ),
                        (
                            "handed_to",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="handed to",
                            ),
                        ),
                        (
                            "promised_to",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="specialist",
                            ),
                        ),
                        (
                            "served_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="served by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "contact",
                        "verbose_name_plural": "contacts",
                    },
                ),
            ]
        ),
    ]
