"""What the documents say can be run, is there, and leads somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from holdshort.cli import build_parser
from holdshort.records.audit import EVENTS

ROOT = Path(__file__).resolve().parent.parent
DOCS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = {path: path.read_text("utf-8") for path in DOCS}


def quoted(pattern: str) -> list[tuple[Path, str]]:
    """Whatever stands in code marks, or behind a `$`, and fits the pattern."""
    code = r"`((?:[A-Z_]+=\S+ )*PATTERN[^`\n]*)`|^\$ (PATTERN.*)$".replace("PATTERN", pattern)
    return [
        (path, first or second)
        for path, text in TEXT.items()
        for first, second in re.findall(code, text, re.M)
    ]


COMMANDS = quoted("holdshort ")


@pytest.mark.parametrize(("path", "line"), COMMANDS, ids=[line for _, line in COMMANDS])
def test_every_command_in_the_documents_is_one(path: Path, line: str) -> None:
    words = shlex.split(re.sub(r"^(?:[A-Z_]+=\S+ )+", "", line))[1:]
    if words == ["--help"]:
        return
    parser = build_parser()
    known, unknown = parser.parse_known_args([word for word in words if word != "…"])
    assert hasattr(known, "run") and not unknown


@pytest.mark.parametrize(("path", "line"), quoted("make "), ids=lambda value: str(value)[-24:])
def test_every_make_target_in_the_documents_is_there(path: Path, line: str) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(rf"^{line.split()[1]}:", makefile, re.M)


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", TEXT[path]):
        assert (path.parent / target).exists(), target


def test_the_kernel_page_names_every_table() -> None:
    files = sorted((ROOT / "holdshort/records/kernel").glob("*.sql"))
    sql = "\n".join(path.read_text("utf-8") for path in files)
    page = TEXT[ROOT / "docs/adr/0001-kernel.md"]
    tables = re.findall(r'CREATE TABLE kernel\."?(\w+)', sql)
    assert len(tables) > 15
    assert [name for name in tables if not re.search(rf"\b{name}\b", page)] == []


def test_every_event_is_recorded_somewhere() -> None:
    product = "\n".join(
        path.read_text("utf-8")
        for path in (ROOT / "holdshort").rglob("*.py")
        if path.name != "audit.py"
    )
    assert [name for name in sorted(EVENTS) if f'"{name}"' not in product] == []
