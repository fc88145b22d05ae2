"""An action is of the ticket and the proposal that it names, and the agent sees its own tickets."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0004_wake_ups")]
    operations: ClassVar = [schema.change("0005_true_origin")]
