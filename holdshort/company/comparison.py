"""What it takes to compare a section of a company.yaml with an earlier one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from holdshort.company import loosening as loose
from holdshort.company.loosening import Rows, Weakens
from holdshort.company.schema import Company

RowWeakens = Callable[[Company, Any], bool]
"""Whether adding or removing this whole row weakens a control, given the earlier company."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How one section is compared: its rows, its fields with their rules, and whole rows."""

    noun: str
    rows: Rows
    fields: Mapping[str, Weakens] = field(default_factory=dict)
    added: RowWeakens = loose.no
    removed: RowWeakens = loose.no
    apart: tuple[str, ...] = ()
    """Fields that another section compares row by row."""
