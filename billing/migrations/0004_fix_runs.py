"""Meters, their readings and what of them was charged; common costs shared out; lines under another tariff."""

from decimal import Decimal

import django.core.validators
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
            name="Meter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.CharField(blank=True, max_length=100, verbose_name="where it hangs")),
                (
                    "kind",
                    models.CharField(
                        choices=[("water", "Water"), ("power", "Power"), ("gas", "Gas"), ("heat", "Heat")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="number")),
                (
                    "multiplier",
                    models.DecimalField(
                        decimal_places=3,
                        default=1,
                        max_digits=8,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.001"))],
                        verbose_name="multiplier",
                    ),
                ),
                (
                    "digits",
                    models.PositiveSmallIntegerField(
                        default=6,
                        validators=[
                            django.core.validators.MinValueValidator(3),
                            django.core.validators.MaxValueValidator(9),
                        ],
                        verbose_name="digits before the point",
                    ),
                ),
                ("ended_on", models.DateField(null=True, verbose_name="until")),
            ],
            options={
                "verbose_name": "meter",
                "verbose_name_plural": "meters",
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("value", models.DecimalField(decimal_places=3, max_digits=13)),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("plain", "The same meter went on"),
                            ("changed", "The meter was changed"),
                            ("wrapped", "It went past its last number and began again"),
                        ],
                        default="plain",
                        max_length=10,
                    ),
                ),
                ("old_final", models.DecimalField(decimal_places=3, max_digits=13, null=True)),
                ("new_start", models.DecimalField(decimal_places=3, max_digits=13, null=True)),
                ("confirmed", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "reading",
                "verbose_name_plural": "readings",
            },
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("weight", models.DecimalField(decimal_places=4, max_digits=16)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
            ],
            options={
                "verbose_name": "share of a cost",
                "verbose_name_plural": "shares of costs",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="SharedCost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(max_length=100, verbose_name="what it is for")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                ("period_start", models.DateField(verbose_name="from")),
                ("period_end", models.DateField(verbose_name="until")),
                (
                    "by",
                    models.CharField(
                        choices=[("area", "By area"), ("meter", "By meter"), ("head", "By head")],
                        max_length=10,
                        verbose_name="shared by",
                    ),
                ),
                (
                    "meter_kind",
                    models.CharField(
                        blank=True,
                        choices=[("water", "Water"), ("power", "Power"), ("gas", "Gas"), ("heat", "Heat")],
                        max_length=10,
                        verbose_name="kind of meter",
                    ),
                ),
                ("due_on", models.DateField(verbose_name="due on")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Being reckoned"),
                            ("previewed", "Ready to raise"),
                            ("raised", "Raised"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="previewed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("found", models.JSONField(default=dict, help_text="which units have no share")),
                ("made_at", models.DateTimeField()),
                ("raised_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "shared cost",
                "verbose_name_plural": "shared costs",
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Usage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("opening", models.DecimalField(decimal_places=3, max_digits=13)),
                ("closing", models.DecimalField(decimal_places=3, max_digits=13)),
                ("quantity", models.DecimalField(decimal_places=4, max_digits=16)),
            ],
            options={
                "verbose_name": "use of a meter",
                "verbose_name_plural": "uses of meters",
            },
        ),
        migrations.AddField(
            model_name="billline",
            name="tariff",
            field=models.ForeignKey(
                db_index=False,
                help_text="where it is another than the bill's: the price changed within its time",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.tariff",
            ),
        ),
        migrations.AddIndex(
            model_name="billline",
            index=models.Index(
                condition=models.Q(("tariff__isnull", False)), fields=["tariff"], name="bill_line_tariff"
            ),
        ),
        migrations.AddField(
            model_name="meter",
            name="item",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.chargeitem",
                verbose_name="charge item",
            ),
        ),
        migrations.AddField(
            model_name="meter",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.project",
                verbose_name="project",
            ),
        ),
        migrations.AddField(
            model_name="meter",
            name="unit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="meters",
                to="estate.unit",
                verbose_name="unit",
            ),
        ),
        migrations.AddField(
            model_name="reading",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reading",
            name="meter",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="readings", to="billing.meter"
            ),
        ),
        migrations.AddField(
            model_name="reading",
            name="replaces",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="replaced_by", to="billing.reading"
            ),
        ),
        migrations.AddField(
            model_name="share",
            name="bill",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="share", to="billing.bill"
            ),
        ),
        migrations.AddField(
            model_name="share",
            name="unit",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="estate.unit"),
        ),
        migrations.AddField(
            model_name="sharedcost",
            name="building",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="estate.building",
                verbose_name="building",
            ),
        ),
        migrations.AddField(
            model_name="sharedcost",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.chargeitem",
                verbose_name="charge item",
            ),
        ),
        migrations.AddField(
            model_name="sharedcost",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="sharedcost",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.project",
                verbose_name="project",
            ),
        ),
        migrations.AddField(
            model_name="sharedcost",
            name="work",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.longwork"
            ),
        ),
        migrations.AddField(
            model_name="share",
            name="cost",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="billing.sharedcost"
            ),
        ),
        migrations.AddField(
            model_name="usage",
            name="bill",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="usages", to="billing.bill"
            ),
        ),
        migrations.AddField(
            model_name="usage",
            name="meter",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="usages", to="billing.meter"
            ),
        ),
        migrations.AddConstraint(
            model_name="meter",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", ""), _negated=True),
                fields=("project", "kind", "number"),
                name="meter_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="meter",
            constraint=models.CheckConstraint(
                condition=models.Q(("multiplier__gt", 0)), name="meter_multiplies_by_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="meter",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit__isnull", False), models.Q(("place", ""), _negated=True), _connector="OR"),
                name="meter_is_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.CheckConstraint(condition=models.Q(("value__gte", 0)), name="reading_not_negative"),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("how", "changed"), ("new_start__isnull", False), ("old_final__isnull", False)),
                    models.Q(models.Q(("how", "changed"), _negated=True), ("new_start", None), ("old_final", None)),
                    _connector="OR",
                ),
                name="reading_of_a_changed_meter_has_both_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaces", None)), fields=("meter", "day"), name="reading_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="sharedcost",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="shared_cost_of_something"),
        ),
        migrations.AddConstraint(
            model_name="sharedcost",
            constraint=models.CheckConstraint(
                condition=models.Q(("period_end__gte", models.F("period_start"))),
                name="shared_cost_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="sharedcost",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("by", "meter"), _negated=True),
                    models.Q(("meter_kind", ""), _negated=True),
                    _connector="OR",
                ),
                name="shared_by_which_meter",
            ),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.UniqueConstraint(fields=("cost", "unit"), name="share_once_per_unit"),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("weight__gt", 0)), name="share_of_a_weight"
            ),
        ),
        migrations.AddConstraint(
            model_name="usage",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("since"))), name="usage_ends_after_it_starts"
            ),
        ),
        migrations.AddConstraint(
            model_name="usage",
            constraint=models.UniqueConstraint(fields=("bill", "meter"), name="usage_once_per_bill"),
        ),
        protect(["billing_reading", "billing_usage"]),
    ]
