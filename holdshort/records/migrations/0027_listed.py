"""Groups that the company's file lists are known as such."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0026_last_look")]
    operations: ClassVar = [schema.change("0027_listed")]
