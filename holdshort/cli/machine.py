"""`holdshort up` and its parts: the database, the four processes, and whether all is well."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from holdshort.cli import base

PROCESSES = {
    "web": "the portal, the console and the API",
    "agent": "the assistant that reads tickets",
    "desk": "the gate, the log and the clock",
    "executor": "the part that changes connected apps",
}


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    up = base.verb(nouns, "up", _up, "run everything on this machine")
    up.add_argument("--demo", action="store_true", help="with the demo company and its directory")
    up.add_argument("--company", type=Path, metavar="FILE", help="load this organisation first")
    up.add_argument("--host", default="127.0.0.1")
    up.add_argument("--port", type=int, default=8000)
    for name, help in PROCESSES.items():
        parser = base.verb(nouns, name, _process, f"run only {help}")
        parser.set_defaults(process=name)
        if name == "web":
            parser.add_argument("--host", default="127.0.0.1")
            parser.add_argument("--port", type=int, default=8000)
            parser.add_argument("--workers", type=int, default=1)
    base.verb(nouns, "migrate", _migrate, "create or upgrade roles and tables (DATABASE_URL)")
    base.verb(nouns, "doctor", _doctor, "say what is well and what is not")


def _up(asked: argparse.Namespace) -> None:
    from holdshort.cli.up import up

    up(
        data=asked.data,
        host=asked.host,
        port=asked.port,
        company=asked.company,
        demo=asked.demo,
        as_json=asked.json,
    )


def _process(asked: argparse.Namespace) -> None:
    base.connect(asked, asked.process)
    from holdshort.records import schema

    schema.require_fit()
    if asked.process == "web":
        from holdshort.cli.serve import serve

        serve(asked.host, asked.port, asked.workers)
    else:
        from holdshort import jobs

        jobs.work(asked.process)


def _migrate(asked: argparse.Namespace) -> None:
    from holdshort.machine import keys

    if not os.environ.get("DATABASE_URL"):
        base.connect(asked, "owner")
    from holdshort.records import install

    install.create_roles(os.environ["DATABASE_URL"], keys.role_passwords(asked.data))
    base.connect(asked, "owner")
    install.migrate()
    base.show(asked, {"migrated": True}, "Roles and tables are up to date.")


def _doctor(asked: argparse.Namespace) -> int:
    base.connect(asked, "web")
    from holdshort.records import health

    checks = health.checks()
    lines = [(("well" if one.well else "NOT WELL"), one.name, one.text) for one in checks]
    base.show(
        asked,
        [{"name": one.name, "well": one.well, "text": one.text} for one in checks],
        "\n".join(f"{state:<8}  {name}: {text}" for state, name, text in lines),
    )
    return 0 if all(one.well for one in checks) else 1
