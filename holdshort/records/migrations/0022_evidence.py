"""What a yes to a vendor's new account rests on, and what work by hand is seen by."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0021_found")]
    operations: ClassVar = [schema.change("0022_evidence")]
