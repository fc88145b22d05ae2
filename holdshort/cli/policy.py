"""`holdshort policy`: the rules as data: those in force, and what another file would change."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from holdshort.cli import base, simulating
from holdshort.cli.files import read_or_fail

if TYPE_CHECKING:
    from holdshort.company.schema import Company
    from holdshort.records.db import Row

DIFFERS, TROUBLE = 1, 2
"""Exit codes of `policy diff`, as those of diff(1)."""


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "policy", "the rules as data")
    base.verb(verbs, "show", _show, "print the rules in force, and who adopted them")
    check = base.verb(verbs, "check", _check, "name every problem of a file's rules with its line")
    check.add_argument("file", type=Path)
    diff = base.verb(
        verbs, "diff", _diff, "what a file changes, and whether that loosens or tightens a control"
    )
    diff.add_argument("file", type=Path)
    simulating.add_to(verbs)


def _show(asked: argparse.Namespace) -> None:
    from holdshort.company.rules import as_yaml
    from holdshort.records import people

    found = _in_force(asked)
    who = people.people([found["author"], found["adopted_by"]])
    author, adopter = who[found["author"]].name, who[found["adopted_by"]].name
    head = (
        f"# Version {found['number']}, written by {author}, "
        f"adopted by {adopter} on {found['adopted_at']:%Y-%m-%d %H:%M %Z}."
    )
    company = _company(found)
    data = {name: found[name] for name in ("number", "author", "adopted_by", "adopted_at")}
    data["document"] = company.policy_document()
    base.show(asked, data, f"{head}\n{as_yaml(company)}".rstrip())


def _check(asked: argparse.Namespace) -> int:
    from holdshort.company.problems import ERROR
    from holdshort.company.read import check
    from holdshort.company.rules import of_the_rules
    from holdshort.connectors import wrong_settings

    company, problems = check(asked.file, [wrong_settings])
    ours = [problem for problem in problems if of_the_rules(problem)]
    for problem in ours:
        print(f"{asked.file}:{problem.line}: {problem.path}: {problem.text}")
    if any(problem.level == ERROR for problem in ours):
        return 1
    if company is None:
        raise base.CommandError(
            "Its rules alone have no error, but other sections have. "
            f"`holdshort company check {asked.file}` names them."
        )
    base.show(asked, {"problems": 0}, f"The rules in {asked.file} are fine.")
    return 0


def _diff(asked: argparse.Namespace) -> int:
    from holdshort.company.differences import differences

    new = read_or_fail(asked.file, TROUBLE)
    found = differences(_company(_in_force(asked, TROUBLE)), new)
    rows = [
        {"effect": str(one.effect), "change": f"{one.kind} {one.what}", "why": one.why}
        for one in found
    ]
    table = base.table(("effect", "change", "why"), (list(row.values()) for row in rows))
    base.show(asked, rows, table if rows else "It changes nothing.")
    return DIFFERS if rows else 0


def _in_force(asked: argparse.Namespace, code: int = 1) -> Row:
    """The version in force, with its file."""
    try:
        base.connect(asked, "web")
    except base.CommandError as error:
        raise base.CommandError(str(error), code) from None
    from holdshort.records import db

    adopted = (one for one in db.rows("policy_versions") if one["adopted_by"])
    found = next(adopted, None)
    if found is None:
        raise base.CommandError(
            "No rules are in force. Load them with `holdshort company apply`.", code
        )
    return found


def _company(version: Any) -> Company:
    from holdshort.company.schema import Company

    return Company.model_validate(version["file"])
