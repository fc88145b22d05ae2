"""What somebody is in GitHub ends there."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0022_evidence")]
    operations: ClassVar = [schema.change("0023_systems")]
