"""The tables as they stand, in one step for a new database."""

import datetime

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from core.tables import CreateTables


class Migration(migrations.Migration):
    replaces = [
        ("notifications", "0001_initial"),
        ("notifications", "0002_delivered_label"),
        ("notifications", "0003_leaner_indexes"),
        ("notifications", "0004_telling"),
        ("notifications", "0005_on_call"),
        ("notifications", "0006_channel_tests"),
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
                    name="Channel",
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
                                    ("mail", "E-mail"),
                                    ("sms", "SMS"),
                                    ("sms_log", "SMS written to the log (trial)"),
                                    ("wecom", "WeCom group robot"),
                                    ("dingtalk", "DingTalk group robot"),
                                    ("feishu", "Feishu group robot"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "endpoint",
                            models.CharField(
                                blank=True,
                                help_text="E-mail: smtp.example.com:465. SMS: https://… of the gateway.",
                                max_length=300,
                                verbose_name="server",
                            ),
                        ),
                        (
                            "account",
                            models.CharField(
                                blank=True,
                                help_text="User of the mail server or gateway.",
                                max_length=200,
                                verbose_name="account",
                            ),
                        ),
                        (
                            "sender",
                            models.CharField(
                                blank=True,
                                help_text="E-mail: the address it comes from. SMS: the signature.",
                                max_length=200,
                                verbose_name="sender",
                            ),
                        ),
                        ("secret_stored", models.TextField(blank=True, editable=False)),
                        ("token_stored", models.TextField(blank=True, editable=False)),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                        (
                            "project",
                            models.ForeignKey(
                                blank=True,
                                help_text="Empty: for the whole company.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "channel",
                        "verbose_name_plural": "channels",
                        "ordering": ["project", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalChannel",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("name_zh", models.CharField(max_length=100, verbose_name="Chinese name")),
                        ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("mail", "E-mail"),
                                    ("sms", "SMS"),
                                    ("sms_log", "SMS written to the log (trial)"),
                                    ("wecom", "WeCom group robot"),
                                    ("dingtalk", "DingTalk group robot"),
                                    ("feishu", "Feishu group robot"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "endpoint",
                            models.CharField(
                                blank=True,
                                help_text="E-mail: smtp.example.com:465. SMS: https://… of the gateway.",
                                max_length=300,
                                verbose_name="server",
                            ),
                        ),
                        (
                            "account",
                            models.CharField(
                                blank=True,
                                help_text="User of the mail server or gateway.",
                                max_length=200,
                                verbose_name="account",
                            ),
                        ),
                        (
                            "sender",
                            models.CharField(
                                blank=True,
                                help_text="E-mail: the address it comes from. SMS: the signature.",
                                max_length=200,
                                verbose_name="sender",
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
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
                                help_text="Empty: for the whole company.",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical channel",
                        "verbose_name_plural": "historical channels",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalMessageTemplate",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("key", models.CharField(max_length=60, verbose_name="message")),
                        (
                            "medium",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "Everywhere"),
                                    ("in_app", "Inbox"),
                                    ("mail", "E-mail"),
                                    ("sms", "SMS"),
                                    ("robot", "Group robot"),
                                ],
                                default="",
                                max_length=10,
                                verbose_name="used for",
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[("zh-hans", "Simplified Chinese"), ("en", "English")],
                                max_length=10,
                                verbose_name="language",
                            ),
                        ),
                        (
                            "subject",
                            models.CharField(
                                blank=True, help_text="For e-mail alone.", max_length=120, verbose_name="subject"
                            ),
                        ),
                        ("body", models.TextField(max_length=1000, verbose_name="text")),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
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
                        "verbose_name": "historical message template",
                        "verbose_name_plural": "historical message templates",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalTellingRule",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("quiet_from", models.TimeField(default=datetime.time(22, 0), verbose_name="quiet from")),
                        (
                            "quiet_until",
                            models.TimeField(
                                default=datetime.time(8, 0),
                                help_text="In the project's own time. The same time twice: no quiet hours.",
                                verbose_name="quiet until",
                            ),
                        ),
                        (
                            "escalations_wait",
                            models.BooleanField(
                                default=False,
                                help_text="Otherwise they go at once, at night as well.",
                                verbose_name="escalations wait too",
                            ),
                        ),
                        (
                            "gather_minutes",
                            models.PositiveSmallIntegerField(
                                default=0,
                                help_text="Information and warnings wait so long for others, and go to each person as one message.",
                                validators=[django.core.validators.MaxValueValidator(720)],
                                verbose_name="gather for minutes",
                            ),
                        ),
                        (
                            "on_call_instead",
                            models.BooleanField(
                                default=False,
                                help_text="Otherwise who is on call is told too. Where nobody is on call, everyone is told.",
                                verbose_name="outside working hours tell who is on call instead of everyone in the role",
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
                                help_text="Empty: for every project without a rule of its own.",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical rule for telling",
                        "verbose_name_plural": "historical rules for telling",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="MessageTemplate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=60, verbose_name="message")),
                        (
                            "medium",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "Everywhere"),
                                    ("in_app", "Inbox"),
                                    ("mail", "E-mail"),
                                    ("sms", "SMS"),
                                    ("robot", "Group robot"),
                                ],
                                default="",
                                max_length=10,
                                verbose_name="used for",
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[("zh-hans", "Simplified Chinese"), ("en", "English")],
                                max_length=10,
                                verbose_name="language",
                            ),
                        ),
                        (
                            "subject",
                            models.CharField(
                                blank=True, help_text="For e-mail alone.", max_length=120, verbose_name="subject"
                            ),
                        ),
                        ("body", models.TextField(max_length=1000, verbose_name="text")),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                        ("broken_at", models.DateTimeField(editable=False, null=True, verbose_name="found broken")),
                        ("broken_why", models.CharField(blank=True, editable=False, max_length=200)),
                    ],
                    options={
                        "verbose_name": "message template",
                        "verbose_name_plural": "message templates",
                        "ordering": ["key", "medium", "language"],
                        "constraints": [
                            models.UniqueConstraint(fields=("key", "medium", "language"), name="template_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TellingRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("quiet_from", models.TimeField(default=datetime.time(22, 0), verbose_name="quiet from")),
                        (
                            "quiet_until",
                            models.TimeField(
                                default=datetime.time(8, 0),
                                help_text="In the project's own time. The same time twice: no quiet hours.",
                                verbose_name="quiet until",
                            ),
                        ),
                        (
                            "escalations_wait",
                            models.BooleanField(
                                default=False,
                                help_text="Otherwise they go at once, at night as well.",
                                verbose_name="escalations wait too",
                            ),
                        ),
                        (
                            "gather_minutes",
                            models.PositiveSmallIntegerField(
                                default=0,
                                help_text="Information and warnings wait so long for others, and go to each person as one message.",
                                validators=[django.core.validators.MaxValueValidator(720)],
                                verbose_name="gather for minutes",
                            ),
                        ),
                        (
                            "on_call_instead",
                            models.BooleanField(
                                default=False,
                                help_text="Otherwise who is on call is told too. Where nobody is on call, everyone is told.",
                                verbose_name="outside working hours tell who is on call instead of everyone in the role",
                            ),
                        ),
                        (
                            "escalation_over",
                            models.ManyToManyField(
                                blank=True,
                                related_name="+",
                                to="notifications.channel",
                                verbose_name="escalations over",
                            ),
                        ),
                        (
                            "info_over",
                            models.ManyToManyField(
                                blank=True,
                                related_name="+",
                                to="notifications.channel",
                                verbose_name="information over",
                            ),
                        ),
                        (
                            "project",
                            models.OneToOneField(
                                blank=True,
                                help_text="Empty: for every project without a rule of its own.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="telling",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                        (
                            "warning_over",
                            models.ManyToManyField(
                                blank=True, related_name="+", to="notifications.channel", verbose_name="warnings over"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rule for telling",
                        "verbose_name_plural": "rules for telling",
                        "ordering": ["project"],
                        "constraints": [
                            models.UniqueConstraint(
                                django.db.models.functions.comparison.Coalesce("project", 0), name="telling_rule_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalTellingRule_warning_over",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
                        (
                            "channel",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_tablespace="",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="notifications.channel",
                            ),
                        ),
                        (
                            "history",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                to="notifications.historicaltellingrule",
                            ),
                        ),
                        (
                            "tellingrule",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_tablespace="",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="notifications.tellingrule",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "HistoricalTellingRule_warning_over",
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalTellingRule_info_over",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
                        (
                            "channel",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_tablespace="",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="notifications.channel",
                            ),
                        ),
                        (
                            "history",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                to="notifications.historicaltellingrule",
                            ),
                        ),
                        (
                            "tellingrule",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_tablespace="",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="notifications.tellingrule",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "HistoricalTellingRule_info_over",
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalTellingRule_escalation_over",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
                        (
                            "channel",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_tablespace="",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="notifications.channel",
                            ),
                        ),
                        (
                            "history",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                to="notifications.historicaltellingrule",
                            ),
                        ),
                        (
                            "tellingrule",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_tablespace="",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="notifications.tellingrule",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "HistoricalTellingRule_escalation_over",
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="ChannelTest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                        ("at", models.DateTimeField(verbose_name="sent at")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("pending", "Waiting"),
                                    ("sending", "Being sent"),
                                    ("sent", "Delivered"),
                                    ("failed", "Failed"),
                                    ("unknown", "Unknown"),
                                ],
                                default="pending",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("error", models.CharField(blank=True, max_length=500)),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="sent by",
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tests",
                                to="notifications.channel",
                                verbose_name="channel",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "test of a channel",
                        "verbose_name_plural": "tests of channels",
                        "ordering": ["-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "pending")), fields=["id"], name="channel_test_waiting"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=150, unique=True)),
                        ("channel", models.CharField(max_length=20, verbose_name="channel")),
                        ("address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                        ("template", models.CharField(max_length=60)),
                        ("data", models.JSONField(default=dict)),
                        (
                            "level",
                            models.CharField(
                                choices=[("info", "Information"), ("warning", "Warning"), ("escalation", "Escalation")],
                                default="info",
                                max_length=12,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("pending", "Waiting"),
                                    ("sending", "Being sent"),
                                    ("sent", "Delivered"),
                                    ("failed", "Failed"),
                                    ("unknown", "Unknown"),
                                ],
                                default="pending",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("created_at", models.DateTimeField(verbose_name="written at")),
                        ("to_plan", models.BooleanField(default=False)),
                        (
                            "not_before",
                            models.DateTimeField(
                                help_text="end of quiet hours or of the time to gather",
                                null=True,
                                verbose_name="not before",
                            ),
                        ),
                        ("attempt", models.PositiveSmallIntegerField(default=1)),
                        ("leased_until", models.DateTimeField(null=True)),
                        ("sent_at", models.DateTimeField(null=True, verbose_name="sent at")),
                        ("read_at", models.DateTimeField(null=True, verbose_name="read at")),
                        ("error", models.CharField(blank=True, max_length=500)),
                        (
                            "case",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="cases.case",
                                verbose_name="case",
                            ),
                        ),
                        (
                            "on_behalf_of",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="for",
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
                        (
                            "told_with",
                            models.ForeignKey(
                                db_index=False,
                                help_text="the first of its digest",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="digest",
                                to="notifications.message",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="to",
                            ),
                        ),
                        (
                            "via",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="notifications.channel",
                                verbose_name="over",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "message",
                        "verbose_name_plural": "messages",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ["pending", "sending"])),
                                fields=["created_at"],
                                name="message_open",
                            ),
                            models.Index(
                                condition=models.Q(("channel", "in_app")),
                                fields=["user", "-created_at"],
                                name="message_inbox",
                            ),
                            models.Index(
                                condition=models.Q(("channel", "in_app"), ("read_at__isnull", True)),
                                fields=["user"],
                                name="message_unread",
                            ),
                            models.Index(fields=["case"], name="message_case"),
                            models.Index(condition=models.Q(("to_plan", True)), fields=["id"], name="message_to_plan"),
                            models.Index(fields=["project", "-created_at", "-id"], name="message_project_newest"),
                            models.Index(
                                condition=models.Q(("told_with__isnull", False)),
                                fields=["told_with"],
                                name="message_told_with",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OnCall",
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
                                blank=True,
                                choices=[
                                    ("frontdesk", "Front desk"),
                                    ("supervisor", "Customer-service supervisor"),
                                    ("gm", "Project general manager"),
                                    ("quality", "Quality department"),
                                ],
                                max_length=20,
                                verbose_name="role",
                            ),
                        ),
                        ("starts_at", models.DateTimeField(verbose_name="from")),
                        ("ends_at", models.DateTimeField(verbose_name="to")),
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
                            "project",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.project",
                                verbose_name="project",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="who is on call",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "on-call duty",
                        "verbose_name_plural": "on-call duties",
                        "ordering": ["starts_at", "pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("called_off_at", None)),
                                fields=["project", "ends_at"],
                                name="on_call_not_over",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                                name="on_call_ends_after_it_starts",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("department__isnull", False), ("role", "")),
                                    models.Q(models.Q(("role", ""), _negated=True), ("department", None)),
                                    _connector="OR",
                                ),
                                name="on_call_for_a_role_or_a_department",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("called_off_at", None), ("called_off_by", None)),
                                    models.Q(("called_off_at__isnull", False), ("called_off_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="on_call_called_off_by_somebody",
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
