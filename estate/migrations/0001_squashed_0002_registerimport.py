"""The tables as they stand, in one step for a new database."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import records.models.kept
from core.tables import CreateTables


class Migration(migrations.Migration):
    replaces = [("estate", "0001_initial"), ("estate", "0002_registerimport")]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("records", "0001_squashed_0005_approval"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Building",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=40, verbose_name="number")),
                        ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                        ("floors", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="floors")),
                        ("has_lift", models.BooleanField(blank=True, null=True, verbose_name="lift")),
                        (
                            "project",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="buildings",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "building",
                        "verbose_name_plural": "buildings",
                        "ordering": ["project", "code"],
                        "constraints": [
                            models.UniqueConstraint(fields=("project", "code"), name="building_once_per_project")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalBuilding",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("code", models.CharField(max_length=40, verbose_name="number")),
                        ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                        ("floors", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="floors")),
                        ("has_lift", models.BooleanField(blank=True, null=True, verbose_name="lift")),
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
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical building",
                        "verbose_name_plural": "historical buildings",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalPerson",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("person", "Person"), ("organisation", "Organisation")],
                                default="person",
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        ("gender", models.CharField(blank=True, max_length=10, verbose_name="gender")),
                        (
                            "reference",
                            models.CharField(blank=True, max_length=40, verbose_name="number in the former system"),
                        ),
                        ("preferences", models.TextField(blank=True, verbose_name="preferences")),
                        (
                            "verified_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="identity verified at"),
                        ),
                        (
                            "reviewed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="contact data reviewed at"),
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
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="accounts.project",
                                verbose_name="project",
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
                                verbose_name="account",
                            ),
                        ),
                        (
                            "verified_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="verified by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical person",
                        "verbose_name_plural": "historical people",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalUnit",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("number", models.CharField(max_length=60, verbose_name="unit number")),
                        ("entrance", models.CharField(blank=True, max_length=20, verbose_name="entrance")),
                        ("room", models.CharField(max_length=40, verbose_name="room")),
                        ("floor", models.SmallIntegerField(blank=True, null=True, verbose_name="floor")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("home", "Home"),
                                    ("shop", "Shop"),
                                    ("office", "Office"),
                                    ("dormitory", "Dormitory"),
                                ],
                                default="home",
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        ("layout", models.CharField(blank=True, max_length=20, verbose_name="layout")),
                        (
                            "area",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=10, null=True, verbose_name="built area (m²)"
                            ),
                        ),
                        (
                            "inner_area",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=10, null=True, verbose_name="inner area (m²)"
                            ),
                        ),
                        (
                            "rent",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="rent"
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("unsold", "Unsold"),
                                    ("handed_over", "Handed over"),
                                    ("vacant", "Vacant"),
                                    ("occupied", "Occupied"),
                                    ("renovating", "Renovating"),
                                    ("renovated", "Renovated"),
                                    ("rented", "Rented out"),
                                    ("sold", "Sold"),
                                    ("idle", "Idle"),
                                ],
                                default="occupied",
                                max_length=12,
                                verbose_name="status",
                            ),
                        ),
                        ("completed_on", models.DateField(blank=True, null=True, verbose_name="completion acceptance")),
                        ("handed_over_on", models.DateField(blank=True, null=True, verbose_name="handover date")),
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
                            "building",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="estate.building",
                                verbose_name="building",
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
                        "verbose_name": "historical unit",
                        "verbose_name_plural": "historical units",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="Household",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("is_owner", models.BooleanField(default=True, verbose_name="the owner's")),
                        ("lives_here", models.BooleanField(default=True, verbose_name="lives here")),
                        ("started_on", models.DateField(blank=True, null=True, verbose_name="moved in")),
                        ("ended_on", models.DateField(blank=True, null=True, verbose_name="moved out")),
                        (
                            "project",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="households",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="households",
                                to="estate.unit",
                                verbose_name="unit",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "household",
                        "verbose_name_plural": "households",
                        "ordering": ["unit", "pk"],
                        "indexes": [
                            models.Index(condition=models.Q(("ended_on", None)), fields=["unit"], name="household_now")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Person",
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
                                choices=[("person", "Person"), ("organisation", "Organisation")],
                                default="person",
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        ("gender", models.CharField(blank=True, max_length=10, verbose_name="gender")),
                        (
                            "reference",
                            models.CharField(blank=True, max_length=40, verbose_name="number in the former system"),
                        ),
                        ("id_number_stored", models.CharField(blank=True, editable=False, max_length=300)),
                        ("preferences", models.TextField(blank=True, verbose_name="preferences")),
                        (
                            "verified_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="identity verified at"),
                        ),
                        (
                            "reviewed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="contact data reviewed at"),
                        ),
                        (
                            "project",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="people",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                        (
                            "user",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="person",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="account",
                            ),
                        ),
                        (
                            "verified_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="verified by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "person",
                        "verbose_name_plural": "people",
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("reference", ""), _negated=True),
                                fields=("project", "reference"),
                                name="person_reference_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ParkingSpace",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("lot", models.CharField(blank=True, max_length=20, verbose_name="car park")),
                        ("code", models.CharField(max_length=40, verbose_name="number")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("above", "Above ground"), ("below", "Underground")],
                                default="above",
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "area",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=10, null=True, verbose_name="area (m²)"
                            ),
                        ),
                        ("is_sold", models.BooleanField(blank=True, null=True, verbose_name="sold")),
                        ("started_on", models.DateField(blank=True, null=True, verbose_name="since")),
                        ("ended_on", models.DateField(blank=True, null=True, verbose_name="until")),
                        (
                            "project",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="spaces",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                        (
                            "holder",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="spaces",
                                to="estate.person",
                                verbose_name="holder",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "parking space",
                        "verbose_name_plural": "parking spaces",
                        "ordering": ["project", "lot", "code"],
                        "constraints": [
                            models.UniqueConstraint(fields=("project", "lot", "code"), name="space_once_per_project")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HouseholdMember",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "relation",
                            models.CharField(
                                choices=[
                                    ("owner", "Owner"),
                                    ("tenant", "Tenant"),
                                    ("family", "Family member"),
                                    ("temporary", "Temporary occupant"),
                                ],
                                default="owner",
                                max_length=12,
                                verbose_name="relation",
                            ),
                        ),
                        ("started_on", models.DateField(blank=True, null=True, verbose_name="since")),
                        ("ended_on", models.DateField(blank=True, null=True, verbose_name="until")),
                        (
                            "household",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="members",
                                to="estate.household",
                                verbose_name="household",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="places",
                                to="estate.person",
                                verbose_name="person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "household member",
                        "verbose_name_plural": "household members",
                        "ordering": ["household", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_on", None)),
                                fields=("household", "person"),
                                name="member_once_per_household",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalPersonPhone",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("number", models.CharField(db_index=True, max_length=20, verbose_name="phone")),
                        ("label", models.CharField(blank=True, max_length=20, verbose_name="label")),
                        ("is_primary", models.BooleanField(default=False, verbose_name="first choice")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
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
                            "person",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="estate.person",
                                verbose_name="person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical phone",
                        "verbose_name_plural": "historical phones",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalPersonDocument",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("title", models.CharField(max_length=100, verbose_name="title")),
                        (
                            "original_place",
                            models.CharField(blank=True, max_length=100, verbose_name="where the original is"),
                        ),
                        ("added_at", models.DateTimeField(verbose_name="added at")),
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
                            "file",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="records.storedfile",
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
                            "original_held_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="original kept by",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="estate.person",
                                verbose_name="person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical document",
                        "verbose_name_plural": "historical documents",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalParkingSpace",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("lot", models.CharField(blank=True, max_length=20, verbose_name="car park")),
                        ("code", models.CharField(max_length=40, verbose_name="number")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("above", "Above ground"), ("below", "Underground")],
                                default="above",
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "area",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=10, null=True, verbose_name="area (m²)"
                            ),
                        ),
                        ("is_sold", models.BooleanField(blank=True, null=True, verbose_name="sold")),
                        ("started_on", models.DateField(blank=True, null=True, verbose_name="since")),
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
                        (
                            "holder",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="estate.person",
                                verbose_name="holder",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical parking space",
                        "verbose_name_plural": "historical parking spaces",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalHouseholdMember",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        (
                            "relation",
                            models.CharField(
                                choices=[
                                    ("owner", "Owner"),
                                    ("tenant", "Tenant"),
                                    ("family", "Family member"),
                                    ("temporary", "Temporary occupant"),
                                ],
                                default="owner",
                                max_length=12,
                                verbose_name="relation",
                            ),
                        ),
                        ("started_on", models.DateField(blank=True, null=True, verbose_name="since")),
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
                            "household",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="estate.household",
                                verbose_name="household",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="estate.person",
                                verbose_name="person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical household member",
                        "verbose_name_plural": "historical household members",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="PersonDocument",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("title", models.CharField(max_length=100, verbose_name="title")),
                        (
                            "original_place",
                            models.CharField(blank=True, max_length=100, verbose_name="where the original is"),
                        ),
                        ("added_at", models.DateTimeField(verbose_name="added at")),
                        (
                            "file",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.storedfile",
                            ),
                        ),
                        (
                            "original_held_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="original kept by",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="documents",
                                to="estate.person",
                                verbose_name="person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "document",
                        "verbose_name_plural": "documents",
                        "ordering": ["-added_at"],
                    },
                ),
                migrations.CreateModel(
                    name="PersonPhone",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(db_index=True, max_length=20, verbose_name="phone")),
                        ("label", models.CharField(blank=True, max_length=20, verbose_name="label")),
                        ("is_primary", models.BooleanField(default=False, verbose_name="first choice")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="phones",
                                to="estate.person",
                                verbose_name="person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "phone",
                        "verbose_name_plural": "phones",
                        "ordering": ["-is_primary", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None)),
                                fields=("person", "number"),
                                name="phone_once_per_person",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RegisterImport",
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
                        ("created_at", models.DateTimeField(verbose_name="uploaded at")),
                        ("choices", models.JSONField(blank=True, default=dict)),
                        ("fixes_stored", models.TextField(blank=True, editable=False)),
                        ("rolled_back_at", models.DateTimeField(blank=True, null=True, verbose_name="taken back at")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        (
                            "file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.storedfile",
                                verbose_name="file",
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
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.longwork",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "import",
                        "verbose_name_plural": "imports",
                        "ordering": ["-created_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Unit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=60, verbose_name="unit number")),
                        ("entrance", models.CharField(blank=True, max_length=20, verbose_name="entrance")),
                        ("room", models.CharField(max_length=40, verbose_name="room")),
                        ("floor", models.SmallIntegerField(blank=True, null=True, verbose_name="floor")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("home", "Home"),
                                    ("shop", "Shop"),
                                    ("office", "Office"),
                                    ("dormitory", "Dormitory"),
                                ],
                                default="home",
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        ("layout", models.CharField(blank=True, max_length=20, verbose_name="layout")),
                        (
                            "area",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=10, null=True, verbose_name="built area (m²)"
                            ),
                        ),
                        (
                            "inner_area",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=10, null=True, verbose_name="inner area (m²)"
                            ),
                        ),
                        (
                            "rent",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="rent"
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("unsold", "Unsold"),
                                    ("handed_over", "Handed over"),
                                    ("vacant", "Vacant"),
                                    ("occupied", "Occupied"),
                                    ("renovating", "Renovating"),
                                    ("renovated", "Renovated"),
                                    ("rented", "Rented out"),
                                    ("sold", "Sold"),
                                    ("idle", "Idle"),
                                ],
                                default="occupied",
                                max_length=12,
                                verbose_name="status",
                            ),
                        ),
                        ("completed_on", models.DateField(blank=True, null=True, verbose_name="completion acceptance")),
                        ("handed_over_on", models.DateField(blank=True, null=True, verbose_name="handover date")),
                        (
                            "building",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="units",
                                to="estate.building",
                                verbose_name="building",
                            ),
                        ),
                        (
                            "project",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="units",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "unit",
                        "verbose_name_plural": "units",
                        "ordering": ["project", "number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("project", "number"), name="unit_once_per_project")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalVehicle",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("plate", models.CharField(max_length=20, verbose_name="plate")),
                        ("brand", models.CharField(blank=True, max_length=40, verbose_name="brand")),
                        ("color", models.CharField(blank=True, max_length=20, verbose_name="colour")),
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
                        (
                            "space",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="estate.parkingspace",
                                verbose_name="parking space",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="estate.person",
                                verbose_name="person",
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
                    ],
                    options={
                        "verbose_name": "historical vehicle",
                        "verbose_name_plural": "historical vehicles",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalHousehold",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("is_owner", models.BooleanField(default=True, verbose_name="the owner's")),
                        ("lives_here", models.BooleanField(default=True, verbose_name="lives here")),
                        ("started_on", models.DateField(blank=True, null=True, verbose_name="moved in")),
                        ("ended_on", models.DateField(blank=True, null=True, verbose_name="moved out")),
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
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="accounts.project",
                                verbose_name="project",
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
                    ],
                    options={
                        "verbose_name": "historical household",
                        "verbose_name_plural": "historical households",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="Vehicle",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("plate", models.CharField(max_length=20, verbose_name="plate")),
                        ("brand", models.CharField(blank=True, max_length=40, verbose_name="brand")),
                        ("color", models.CharField(blank=True, max_length=20, verbose_name="colour")),
                        ("ended_on", models.DateField(blank=True, null=True, verbose_name="until")),
                        (
                            "person",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="vehicles",
                                to="estate.person",
                                verbose_name="person",
                            ),
                        ),
                        (
                            "project",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="vehicles",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                        (
                            "space",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="vehicles",
                                to="estate.parkingspace",
                                verbose_name="parking space",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="vehicles",
                                to="estate.unit",
                                verbose_name="unit",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "vehicle",
                        "verbose_name_plural": "vehicles",
                        "ordering": ["project", "plate"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_on", None)),
                                fields=("project", "plate"),
                                name="plate_once_per_project",
                            )
                        ],
                    },
                ),
            ]
        ),
    ]
