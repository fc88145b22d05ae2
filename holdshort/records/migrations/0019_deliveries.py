"""What is told outside the console."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0018_lately")]
    operations: ClassVar = [schema.change("0019_deliveries")]
