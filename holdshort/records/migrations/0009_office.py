"""Purchases, notices and private tickets."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0008_budgets")]
    operations: ClassVar = [schema.change("0009_office")]
