"""What waits weighs less: the people who are asked are written once for all reviews they share."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0005_true_origin")]
    operations: ClassVar = [schema.change("0006_lighter")]
