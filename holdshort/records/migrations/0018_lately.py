"""What was staged in the last day is found without reading what was staged before."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0017_names")]
    operations: ClassVar = [schema.change("0018_lately")]
