"""The tables as they stand, in one step for a new database."""

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import accounts.models
from core.tables import CreateTables


class Migration(migrations.Migration):
    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_unique_on_both_databases"),
        ("accounts", "0003_takeover_since"),
        ("accounts", "0004_absence"),
        ("accounts", "0005_export_alone"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Department",
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
                            "kind",
                            models.CharField(
                                choices=[
                                    ("service", "Customer service"),
                                    ("maintenance", "Maintenance"),
                                    ("cleaning", "Cleaning"),
                                    ("security", "Security"),
                                    ("finance", "Finance"),
                                    ("contractor", "Contractor"),
                                ],
                                max_length=20,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "project",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="departments",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "department",
                        "verbose_name_plural": "departments",
                        "ordering": ["project", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("project", "name_zh"), name="department_once_per_project")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Project",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                        (
                            "time_zone",
                            models.CharField(
                                default="Asia/Shanghai",
                                max_length=50,
                                validators=[accounts.models.check_time_zone],
                                verbose_name="time zone",
                            ),
                        ),
                        ("address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                        ("phone", models.CharField(blank=True, max_length=30, verbose_name="service phone")),
                        ("is_demo", models.BooleanField(default=False, verbose_name="demo")),
                        (
                            "export_alone",
                            models.PositiveIntegerField(
                                default=1000,
                                help_text="an export of more rows is approved by a second person",
                                verbose_name="rows one person takes out alone",
                            ),
                        ),
                        (
                            "takeover_since",
                            models.DateTimeField(
                                editable=False,
                                help_text="past requests are being taken over; empty once all of them are",
                                null=True,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "project",
                        "verbose_name_plural": "projects",
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="User",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        (
                            "username",
                            models.CharField(
                                error_messages={"unique": "A user with that username already exists."},
                                help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                                max_length=150,
                                unique=True,
                                validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                                verbose_name="username",
                            ),
                        ),
                        ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                        ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                        ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                        (
                            "is_staff",
                            models.BooleanField(
                                default=False,
                                help_text="Designates whether the user can log into this admin site.",
                                verbose_name="staff status",
                            ),
                        ),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True,
                                help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                                verbose_name="active",
                            ),
                        ),
                        (
                            "date_joined",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined"),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                        (
                            "language",
                            models.CharField(
                                blank=True,
                                choices=[("zh-hans", "Simplified Chinese"), ("en", "English")],
                                max_length=10,
                                verbose_name="language",
                            ),
                        ),
                        ("shortcuts_off", models.BooleanField(default=False, verbose_name="single-key shortcuts off")),
                        ("is_demo", models.BooleanField(default=False, verbose_name="demo account")),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                        (
                            "user_permissions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Specific permissions for this user.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.permission",
                                verbose_name="user permissions",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "user",
                        "verbose_name_plural": "users",
                    },
                    managers=[
                        ("objects", django.contrib.auth.models.UserManager()),
                    ],
                ),
                migrations.CreateModel(
                    name="HistoricalProject",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        ("code", models.SlugField(max_length=30, verbose_name="code")),
                        (
                            "time_zone",
                            models.CharField(
                                default="Asia/Shanghai",
                                max_length=50,
                                validators=[accounts.models.check_time_zone],
                                verbose_name="time zone",
                            ),
                        ),
                        ("address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                        ("phone", models.CharField(blank=True, max_length=30, verbose_name="service phone")),
                        ("is_demo", models.BooleanField(default=False, verbose_name="demo")),
                        (
                            "export_alone",
                            models.PositiveIntegerField(
                                default=1000,
                                help_text="an export of more rows is approved by a second person",
                                verbose_name="rows one person takes out alone",
                            ),
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
                    ],
                    options={
                        "verbose_name": "historical project",
                        "verbose_name_plural": "historical projects",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalMembership",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("frontdesk", "Front desk"),
                                    ("cashier", "Cashier"),
                                    ("technician", "Technician"),
                                    ("head", "Department head"),
                                    ("supervisor", "Customer-service supervisor"),
                                    ("gm", "Project general manager"),
                                    ("guard", "Gate guard"),
                                    ("quality", "Quality department"),
                                    ("admin", "Administrator"),
                                    ("resident", "Resident"),
                                ],
                                max_length=20,
                                verbose_name="role",
                            ),
                        ),
                        ("started_at", models.DateTimeField(blank=True, editable=False, verbose_name="since")),
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
                            "department",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="accounts.department",
                                verbose_name="department",
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
                                verbose_name="user",
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
                        "verbose_name": "historical membership",
                        "verbose_name_plural": "historical memberships",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalDepartment",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("service", "Customer service"),
                                    ("maintenance", "Maintenance"),
                                    ("cleaning", "Cleaning"),
                                    ("security", "Security"),
                                    ("finance", "Finance"),
                                    ("contractor", "Contractor"),
                                ],
                                max_length=20,
                                verbose_name="kind",
                            ),
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
                    ],
                    options={
                        "verbose_name": "historical department",
                        "verbose_name_plural": "historical departments",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="Absence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("starts_at", models.DateTimeField(verbose_name="from")),
                        ("ends_at", models.DateTimeField(verbose_name="to")),
                        ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                        ("made_at", models.DateTimeField(verbose_name="entered")),
                        ("called_off_at", models.DateTimeField(null=True)),
                        (
                            "called_off_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="entered by",
                            ),
                        ),
                        (
                            "substitute",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="stand-in",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="absences",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="who is away",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "absence",
                        "verbose_name_plural": "absences",
                        "ordering": ["starts_at", "pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("called_off_at", None)), fields=["ends_at"], name="absence_not_over"
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                                name="absence_ends_after_it_starts",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("substitute", None),
                                    models.Q(("substitute", models.F("user")), _negated=True),
                                    _connector="OR",
                                ),
                                name="nobody_stands_in_for_oneself",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("called_off_at", None), ("called_off_by", None)),
                                    models.Q(("called_off_at__isnull", False), ("called_off_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="absence_called_off_by_somebody",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Membership",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("frontdesk", "Front desk"),
                                    ("cashier", "Cashier"),
                                    ("technician", "Technician"),
                                    ("head", "Department head"),
                                    ("supervisor", "Customer-service supervisor"),
                                    ("gm", "Project general manager"),
                                    ("guard", "Gate guard"),
                                    ("quality", "Quality department"),
                                    ("admin", "Administrator"),
                                    ("resident", "Resident"),
                                ],
                                max_length=20,
                                verbose_name="role",
                            ),
                        ),
                        ("started_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                        (
                            "department",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="memberships",
                                to="accounts.department",
                                verbose_name="department",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="memberships",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                        (
                            "project",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="memberships",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "membership",
                        "verbose_name_plural": "memberships",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None)),
                                fields=("user", "project", "role"),
                                name="membership_once_while_active",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None), ("project", None)),
                                fields=("user", "role"),
                                name="company_membership_once_while_active",
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
