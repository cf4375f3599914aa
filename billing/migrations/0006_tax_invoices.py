"""The register of tax invoices."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from records.append_only import protect


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_squashed_0005_export_alone"),
        ("billing", "0005_online_orders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TaxInvoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(blank=True, max_length=12, verbose_name="invoice code")),
                ("number", models.CharField(max_length=20, verbose_name="invoice number")),
                ("title", models.CharField(max_length=100, verbose_name="buyer's title")),
                ("tax_number", models.CharField(blank=True, max_length=20, verbose_name="buyer's tax number")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                ("day", models.DateField(verbose_name="issued on")),
                ("at", models.DateTimeField(verbose_name="registered")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="registered by",
                    ),
                ),
                (
                    "original",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="red",
                        to="billing.taxinvoice",
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
                "verbose_name": "tax invoice",
                "verbose_name_plural": "tax invoices",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="TaxInvoiceLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="billing.taxinvoice"
                    ),
                ),
                (
                    "receipt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invoice_lines", to="billing.receipt"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddIndex(
            model_name="taxinvoice",
            index=models.Index(fields=["project", "day"], name="tax_invoice_project_day"),
        ),
        migrations.AddConstraint(
            model_name="taxinvoice",
            constraint=models.UniqueConstraint(fields=("code", "number"), name="tax_invoice_once"),
        ),
        migrations.AddConstraint(
            model_name="taxinvoice",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="tax_invoice_of_something"),
        ),
        migrations.AddConstraint(
            model_name="taxinvoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="tax_invoice_line_of_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="taxinvoiceline",
            constraint=models.UniqueConstraint(fields=("invoice", "receipt"), name="tax_invoice_line_once_per_receipt"),
        ),
        protect(["billing_taxinvoice", "billing_taxinvoiceline"]),
    ]
