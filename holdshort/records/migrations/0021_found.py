"""What is asked at every page and every action is found without reading everything there is."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0020_gate")]
    operations: ClassVar = [schema.change("0021_found")]
