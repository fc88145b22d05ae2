"""Ten thousand waiting actions beside a long history: indexes that lead to what is open."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0002_safe_mode")]
    operations: ClassVar = [schema.change("0003_waiting")]
