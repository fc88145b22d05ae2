"""In an emergency one human permits one change; another looks at it afterwards."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0013_grants")]
    operations: ClassVar = [schema.change("0014_overrides")]
