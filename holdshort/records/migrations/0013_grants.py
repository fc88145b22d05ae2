"""Access for a time ends by itself, through the inverse that was approved with it."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0012_bundles")]
    operations: ClassVar = [schema.change("0013_grants")]
