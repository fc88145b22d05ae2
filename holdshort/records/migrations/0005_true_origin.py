"""An action is of the ticket and the proposal that it names, and the agent sees its own tickets."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0002_safe_mode")]
    operations: ClassVar = [schema.change("0005_true_origin")]
