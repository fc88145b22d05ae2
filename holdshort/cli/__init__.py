"""The command line: `holdshort <noun> <verb>`. Parse, call, print; no decision is made here."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from holdshort import __version__
from holdshort.cli import (
    access,
    actions,
    backups,
    catalogue,
    company,
    delegations,
    machine,
    notices,
    overrides,
    people,
    policy,
    reviews,
    safe_mode,
    switches,
    tickets,
    work,
)
from holdshort.cli.base import CommandError

GROUPS = (
    *(machine, backups, catalogue, company, policy, tickets, reviews, actions, people),
    *(delegations, safe_mode, switches, access, overrides, work, notices),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it worked, else a clear line on stderr and a non-zero code."""
    parser = build_parser()
    asked = parser.parse_args(arguments)
    if not hasattr(asked, "run"):
        parser.print_help()
        return 2
    try:
        code: int | None = asked.run(asked)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("HOLDSHORT_TRACEBACK") == "1":
            raise
        return _failed(error)
    return code or 0


def build_parser() -> argparse.ArgumentParser:
    """All commands, each group from its own file."""
    parser = argparse.ArgumentParser(
        prog="holdshort",
        description="A service desk whose AI acts only as far as the consequence allows.",
    )
    parser.add_argument("--version", action="version", version=f"holdshort {__version__}")
    nouns = parser.add_subparsers(title="commands", metavar="COMMAND")
    for group in GROUPS:
        group.add_to(nouns)
    return parser


def _failed(error: Exception) -> int:
    """One line for a person; where the failure is ours, how to see more of it."""
    if type(error).__module__.startswith("holdshort."):
        print(f"holdshort: {error}", file=sys.stderr)
        return error.code if isinstance(error, CommandError) else 1
    print(f"holdshort: {_plain(error)}", file=sys.stderr)
    print("Set HOLDSHORT_TRACEBACK=1 to see where it happened.", file=sys.stderr)
    return 1


def _plain(error: Exception) -> str:
    name = type(error).__name__
    if name == "OperationalError":
        # PostgreSQL's own text can quote the address with its password.
        return "The database does not answer, or refuses the password. Is the desk running?"
    return f"Something unexpected went wrong ({name})."
