"""Which entry of a directory belongs to whom, those that we created included."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0011_duties")]
    operations: ClassVar = [schema.change("0012_bundles")]
