"""The file that a desk is started with: read, or the one behind the rules in force instead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from holdshort.machine.folders import write_private

if TYPE_CHECKING:
    from holdshort.company.problems import CompanyErrors
    from holdshort.company.schema import Company


def read(file: Path | None) -> tuple[Company | None, CompanyErrors | None]:
    """The company, or what is wrong with its file."""
    from holdshort.company.read import CompanyErrors
    from holdshort.company.read import read as company_of
    from holdshort.connectors import wrong_settings

    try:
        return (company_of(file, [wrong_settings]) if file else None), None
    except CompanyErrors as errors:
        return None, errors


def last_good(
    errors: CompanyErrors, file: Path, data: Path, *, say: Callable[[str], None]
) -> tuple[Company, Path]:
    """The company whose rules are in force, and a copy of its file, where the given one is broken.

    Raises CompanyErrors where no rules are in force yet.
    """
    from holdshort.records import rules_file

    kept = rules_file.last_good()
    if kept is None:
        raise errors
    rules_file.cannot_be_read(errors)
    broken = rules_file.unreadable()
    say(f"{file}\n{errors}\n{broken.text if broken else ''}")
    copy = data / "company-in-force.json"
    write_private(copy, kept.model_dump_json(by_alias=True, exclude_unset=True).encode())
    return kept, copy
