"""Zones of a badge for a time."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0015_leavers")]
    operations: ClassVar = [schema.change("0016_reviews")]
