"""Who may say yes: how far an authority reaches."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0010_switches")]
    operations: ClassVar = [schema.change("0011_duties")]
