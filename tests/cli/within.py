"""Commands in this very process, for tests of many of them: a new process each takes its time."""

from __future__ import annotations

import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from unittest.mock import patch

from holdshort.cli import main
from tests.desk import Desk


@dataclass(frozen=True)
class Done:
    """What came of a command."""

    returncode: int
    stdout: str
    stderr: str


def command(desk: Desk, *words: str) -> Done:
    """One `holdshort` command as the role of the console, on this desk's database."""
    out, err = StringIO(), StringIO()
    environment = patch.dict(os.environ, {"HOLDSHORT_WEB_DATABASE_URL": desk.url("web")})
    with desk.role("web"), environment, redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(words)
        except SystemExit as end:
            code = int(end.code or 0)
    return Done(code, out.getvalue(), err.getvalue())
