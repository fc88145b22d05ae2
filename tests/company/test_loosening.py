"""Which change loosens a control, printed as a table, so that a change of a rule shows."""

import os
from pathlib import Path

from holdshort.company import loosening
from holdshort.company.compared import SECTIONS
from holdshort.company.comparison import Compared

TABLE = Path(__file__).parent.parent / "snapshots" / "loosening.txt"
NAMES = {id(rule): name.lower() for name, rule in vars(loosening).items() if callable(rule)}


def printed() -> str:
    return "\n".join(line for section in SECTIONS for line in lines_of(section)) + "\n"


def lines_of(section: Compared) -> list[str]:
    head = f"{section.noun}: added {NAMES[id(section.added)]}, removed {NAMES[id(section.removed)]}"
    return [head, *(f"    {field}: {NAMES[id(rule)]}" for field, rule in section.fields.items())]


def test_the_rules_of_loosening_are_those_of_the_snapshot():
    if os.environ.get("UPDATE_SNAPSHOTS"):
        TABLE.write_text(printed(), encoding="utf-8")
    assert printed() == TABLE.read_text(encoding="utf-8")
