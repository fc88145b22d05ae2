"""The shape of the code: what may import what, and how long a function may be."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = sorted((ROOT / "holdshort").rglob("*.py")) + sorted((ROOT / "demo").rglob("*.py"))
CORE = sorted((ROOT / "holdshort" / "core").glob("*.py"))
LINES_OF_A_FUNCTION = 40
LINES_OF_A_FILE = {"core": 200, "elsewhere": 300}

CORE_MAY_IMPORT = {"holdshort", "rfc8785"}
"""Besides the standard library; rfc8785 is the one canonical form of JSON."""

LONG_FILES = {
    "holdshort/core/terms.py": "the nouns, in one place",
    "holdshort/flow.py": "the road on one page",
    "holdshort/stops/execution.py": "one protocol, read from top to bottom",
}
"""Files over the limit, each with its reason."""


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_is_longer_than_forty_lines(path: Path) -> None:
    assert not [name for name, lines in functions(path) if lines > LINES_OF_A_FUNCTION]


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_long_file_has_a_reason(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    limit = LINES_OF_A_FILE["core" if path in CORE else "elsewhere"]
    length = len(path.read_text("utf-8").splitlines())
    assert length <= limit or name in LONG_FILES, f"{name} has {length} lines"


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_the_core_imports_the_standard_library_only(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        for name in names:
            top = name.split(".")[0]
            assert top in sys.stdlib_module_names or top in CORE_MAY_IMPORT, name
            assert top != "holdshort" or name.startswith("holdshort.core"), name


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_the_core_asks_no_clock(path: Path) -> None:
    asked = re.findall(r"\b(?:datetime\.now|date\.today|time\.time|utcnow)\b", path.read_text())
    assert not asked


def test_connectors_are_reached_only_through_the_gate() -> None:
    """`apply` is called in one place: after a claim, by the executor's protocol."""
    callers = [
        str(path.relative_to(ROOT))
        for path in PRODUCT
        if re.search(r"connector\.apply\(", path.read_text("utf-8"))
    ]
    assert callers == ["holdshort/stops/execution.py"]


def test_every_statement_is_used_and_every_use_is_a_statement() -> None:
    from holdshort.records.db import statements

    text = "\n".join(path.read_text("utf-8") for path in PRODUCT)
    used = set(re.findall(r'db\.(?:rows|row|value|run|write)\(\s*"(\w+)"', text))
    assert used <= set(statements())
    spoken = {name for name in statements() if re.search(rf'"{name}"', text)}
    assert set(statements()) - spoken == set()
