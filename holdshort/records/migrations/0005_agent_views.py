"""The agent's view of tickets leaves out what is not the agent's before it asks conditions."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.db import migrations

FILE = Path(__file__).resolve().parent.parent / "kernel" / "0005_agent_views.sql"


def run_sql(apps: object, schema_editor: object) -> None:
    """Run the file; it names no role."""
    schema_editor.execute(FILE.read_text("utf-8"), params=None)  # type: ignore[attr-defined]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(run_sql, elidable=False)]
