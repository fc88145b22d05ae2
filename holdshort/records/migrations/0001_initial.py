"""The first schema: people, desk, kernel, the agent's views, and who may write what."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.db import migrations, models

from holdshort.records.roles import role_names

KERNEL = Path(__file__).resolve().parent.parent / "kernel"


def run_sql(apps: object, schema_editor: object) -> None:
    """Run the kernel's SQL files in their order."""
    for name in ("people", "desk", "kernel", "agent_views", "grants"):
        text = (KERNEL / f"{name}.sql").read_text("utf-8")
        if name == "grants":
            text = text.format(**role_names())
        schema_editor.execute(text, params=None)  # type: ignore[attr-defined]


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = [
        ("sessions", "0001_initial"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations: ClassVar = [
        migrations.RunPython(run_sql, elidable=False),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Login",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("person", models.TextField(unique=True)),
                        ("password", models.CharField(max_length=128)),
                        ("last_login", models.DateTimeField(null=True)),
                    ],
                    options={"db_table": "login", "managed": False},
                ),
            ],
        ),
    ]
