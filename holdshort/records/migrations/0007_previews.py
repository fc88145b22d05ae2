"""What a connected app said that a change would do, kept until it is staged."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0006_lighter")]
    operations: ClassVar = [schema.change("0007_previews")]
