"""What was waived of a bill, and refunds of what was paid in advance."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
from django.conf import settings
from django.db import migrations, models

from records.append_only import protect


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("billing", "0001_squashed_0003_append_only"),
        ("cases", "0001_squashed_0010_awaited"),
        ("estate", "0001_squashed_0002_registerimport"),
        ("records", "0001_squashed_0005_approval"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True, verbose_name="number")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
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
                ("payee", models.CharField(max_length=100, verbose_name="to whom")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("at", models.DateTimeField(verbose_name="approved at")),
                ("day", models.DateField(verbose_name="day")),
            ],
            options={
                "verbose_name": "refund",
                "verbose_name_plural": "refunds",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="RefundPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="bill",
            name="bill_void_owes_nothing",
        ),
        migrations.AddField(
            model_name="bill",
            name="waived",
            field=models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name="waived"),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "outstanding__lte",
                        django.db.models.functions.math.Round(
                            django.db.models.expressions.CombinedExpression(
                                models.F("amount"), "-", models.F("waived")
                            ),
                            precision=2,
                        ),
                    ),
                    ("waived__gte", 0),
                ),
                name="bill_waives_at_most_its_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(("voided_at", None), models.Q(("outstanding", 0), ("waived", 0)), _connector="OR"),
                name="bill_void_owes_nothing",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="approval",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.approval"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked by",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="approved by",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="entry",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.entry"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="household",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="estate.household"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.project",
                verbose_name="project",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="estate.unit",
                verbose_name="unit",
            ),
        ),
        migrations.AddField(
            model_name="refundpaper",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="refundpaper",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.storedfile"
            ),
        ),
        migrations.AddField(
            model_name="refundpaper",
            name="refund",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="paper", to="billing.refund"
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["project", "-id"], name="refund_project_newest"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["project", "day"], name="refund_project_day"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="refund_of_something"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("by", models.F("asked_by")), _negated=True), name="refund_by_two_people"
            ),
        ),
        protect(["billing_refund", "billing_refundpaper"]),
    ]
