"""Before a vendor's money goes elsewhere, somebody calls the vendor."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0021_found")]
    operations: ClassVar = [schema.change("0022_vendors")]
