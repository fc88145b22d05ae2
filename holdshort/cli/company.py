"""`holdshort company`: the organisation as data."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from holdshort.cli import base


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "company", "load an organisation as data")
    check = base.verb(verbs, "check", _check, "name every problem of a file with its line")
    check.add_argument("file", type=Path)
    apply = base.verb(verbs, "apply", _apply, "load a file; applying it twice changes nothing")
    apply.add_argument("file", type=Path)
    apply.add_argument("--as", dest="person", metavar="PERSON", help="who applies it")
    base.verb(
        verbs,
        "groups",
        _groups,
        "print the groups of the directory that the file does not list",
    )
    base.verb(verbs, "schema", _schema, "print the JSON Schema of company.yaml")


def _check(asked: argparse.Namespace) -> int:
    from holdshort.company.read import check
    from holdshort.connectors import wrong_settings

    company, problems = check(asked.file, [wrong_settings])
    for problem in problems:
        print(f"{asked.file}:{problem.line}: {problem.path}: {problem.text}")
    if company is None:
        return 1
    base.show(asked, {"problems": 0}, f"{asked.file} is fine.")
    return 0


def _apply(asked: argparse.Namespace) -> int:
    from holdshort.company.read import read
    from holdshort.connectors import wrong_settings

    company = read(asked.file, [wrong_settings])
    base.connect(asked, "owner")
    from holdshort.records.company import apply
    from holdshort.stops import adopting

    applied = apply(company, operator=asked.person)
    for difference in applied.differences:
        print(("loosens: " if difference.loosens else "") + difference.what)
    if applied.in_force:
        text = f"Rules version {applied.version} is in force."
    else:
        text = (
            f"Rules version {applied.version} loosens a control, so it waits. "
            f"{adopting.how_it_ends(applied.author)} Then apply the file again."
        )
    base.show(asked, {"version": applied.version, "in_force": applied.in_force}, text)
    return 0 if applied.in_force else 3


def _groups(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort.company import unlisted
    from holdshort.records import db

    rows = db.rows("unlisted_groups")
    systems = db.value("company_section", section="systems") or []
    base.show(asked, rows, unlisted.as_yaml(rows, systems))


def _schema(asked: argparse.Namespace) -> None:
    from holdshort.company.schema import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
