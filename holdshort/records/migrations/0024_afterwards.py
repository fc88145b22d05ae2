"""What somebody changed by hand before anybody permitted it is recorded afterwards."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0023_systems")]
    operations: ClassVar = [schema.change("0024_afterwards")]
