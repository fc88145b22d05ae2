"""Wake-ups without a history of their own, told to one process."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0003_waiting")]
    operations: ClassVar = [schema.change("0004_wake_ups")]
