"""A permission and a wake-up cost less."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0027_listed")]
    operations: ClassVar = [schema.change("0028_cheaper")]
