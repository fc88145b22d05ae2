"""The desk notices by itself that somebody has left, and asks in its own name."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0014_overrides")]
    operations: ClassVar = [schema.change("0015_leavers")]
