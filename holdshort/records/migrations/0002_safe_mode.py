"""An older state that came back halts the desk until a person has reconciled."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0001_initial")]
    operations: ClassVar = [schema.change("0002_safe_mode")]
