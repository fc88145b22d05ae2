"""Both sides say yes, and rights that are on their way to somebody are found by that person."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0019_deliveries")]
    operations: ClassVar = [schema.change("0020_gate")]
