"""What is switched off does not start; the claim itself refuses it."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0009_office")]
    operations: ClassVar = [schema.change("0010_switches")]
