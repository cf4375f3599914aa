"""Days that cashiers close, and deposits."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from records.append_only import protect


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("billing", "0001_squashed_0003_append_only"),
        ("estate", "0001_squashed_0002_registerimport"),
        ("records", "0001_squashed_0005_approval"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DayClose",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("nth", models.PositiveSmallIntegerField(default=1)),
                ("closed_at", models.DateTimeField(verbose_name="closed at")),
                ("handed_to", models.CharField(max_length=100, verbose_name="handed over to")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                (
                    "cashier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="cashier",
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
                "verbose_name": "day close",
                "verbose_name_plural": "day closes",
                "ordering": ["-day", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="DayCloseLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("cash", "Cash"),
                            ("transfer", "Bank transfer"),
                            ("wechat", "WeChat"),
                            ("alipay", "Alipay"),
                            ("card", "Card"),
                            ("online", "Online"),
                        ],
                        max_length=10,
                        verbose_name="how",
                    ),
                ),
                ("recorded", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="recorded")),
                ("counted", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="counted")),
                ("explanation", models.CharField(blank=True, max_length=500, verbose_name="explanation")),
                ("pieces", models.JSONField(default=dict)),
                (
                    "close",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="billing.dayclose"
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a day close",
                "verbose_name_plural": "lines of day closes",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="DayCloseRemark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(max_length=200)),
                (
                    "close",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="remarks", to="billing.dayclose"
                    ),
                ),
                (
                    "receipt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.receipt"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="DayReopen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "close",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reopened", to="billing.dayclose"
                    ),
                ),
            ],
            options={
                "verbose_name": "day opened again",
                "verbose_name_plural": "days opened again",
            },
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
                ("purpose", models.CharField(max_length=100, verbose_name="what for")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                ("held", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="still held")),
                (
                    "household",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="estate.household"
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deposit",
                        to="billing.payment",
                        verbose_name="payment",
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
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deposits",
                        to="estate.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "deposit",
                "verbose_name_plural": "deposits",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="DepositMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                (
                    "method",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("cash", "Cash"),
                            ("transfer", "Bank transfer"),
                            ("wechat", "WeChat"),
                            ("alipay", "Alipay"),
                            ("card", "Card"),
                            ("online", "Online"),
                        ],
                        max_length=10,
                        verbose_name="how",
                    ),
                ),
                ("received_by", models.CharField(blank=True, max_length=100, verbose_name="received by")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("at", models.DateTimeField()),
                (
                    "approval",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.approval"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "deposit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="billing.deposit"
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.entry"
                    ),
                ),
            ],
            options={
                "verbose_name": "movement of a deposit",
                "verbose_name_plural": "movements of deposits",
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="dayclose",
            constraint=models.UniqueConstraint(
                fields=("project", "day", "cashier", "nth"), name="day_closed_once_each_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="daycloseline",
            constraint=models.UniqueConstraint(fields=("close", "method"), name="day_close_line_once_a_method"),
        ),
        migrations.AddConstraint(
            model_name="daycloseremark",
            constraint=models.UniqueConstraint(fields=("close", "receipt"), name="day_close_remark_once_a_receipt"),
        ),
        migrations.AddIndex(
            model_name="deposit",
            index=models.Index(fields=["project", "-id"], name="deposit_project_newest"),
        ),
        migrations.AddIndex(
            model_name="deposit",
            index=models.Index(
                condition=models.Q(("held__gt", 0)), fields=["project", "-id"], name="deposit_project_held"
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("held__gte", 0), ("held__lte", models.F("amount"))),
                name="deposit_holds_at_most_its_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="depositmove",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="deposit_move_of_something"),
        ),
        migrations.AddConstraint(
            model_name="depositmove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approval", None),
                        models.Q(("method", ""), _negated=True),
                        models.Q(("received_by", ""), _negated=True),
                    ),
                    models.Q(
                        ("approval__isnull", False),
                        ("method", ""),
                        ("received_by", ""),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="deposit_move_returned_or_kept",
            ),
        ),
        protect(
            [
                "billing_dayclose",
                "billing_daycloseline",
                "billing_daycloseremark",
                "billing_dayreopen",
                "billing_depositmove",
            ]
        ),
    ]
