"""Reading a company's file for a command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from holdshort.cli import base

if TYPE_CHECKING:
    from holdshort.company.schema import Company


def read_or_fail(file: Path, code: int = 1) -> Company:
    """The company in a file. Raises CommandError that names every wrong line."""
    from holdshort.company.problems import CompanyErrors
    from holdshort.company.read import read
    from holdshort.connectors import wrong_settings

    try:
        return read(file, [wrong_settings])
    except CompanyErrors as errors:
        raise base.CommandError(f"{file} cannot be used:\n{errors}", code) from None
