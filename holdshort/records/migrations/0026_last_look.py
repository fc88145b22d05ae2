"""An assessment keeps who had left, so that a last look sees when that has turned."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from holdshort.records import schema


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0025_attachments")]
    operations: ClassVar = [schema.change("0026_last_look")]
