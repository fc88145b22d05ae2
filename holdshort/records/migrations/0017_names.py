"""Names of software, equipment, contracts and what is patched, for the agent."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0016_reviews")]
    operations: ClassVar = [schema.change("0017_names")]
