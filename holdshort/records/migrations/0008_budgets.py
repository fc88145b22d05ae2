"""Whom changes reached lately, found without reading all of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0007_previews")]
    operations: ClassVar = [schema.change("0008_budgets")]
