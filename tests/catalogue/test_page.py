"""docs/catalogue.md says what the registry says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from holdshort import catalogue
from holdshort.catalogue import ActionType
from holdshort.catalogue.page import document
from holdshort.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/catalogue.md").read_text("utf-8")
every_type = pytest.mark.parametrize("kind", catalogue.REGISTRY.values(), ids=lambda kind: kind.id)


def line_of(kind: ActionType[Any], page: str) -> str:
    [line] = [line for line in page.splitlines() if line.startswith(f"| `{kind.id}` |")]
    return line


def test_the_page_in_docs_is_what_the_registry_says() -> None:
    assert document(catalogue.REGISTRY.values()) == PAGE, "run `make catalogue`"


def test_the_command_prints_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalogue", "page"]) == 0
    assert capsys.readouterr().out == PAGE


def test_the_list_names_every_type_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalogue", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == list(catalogue.REGISTRY)


@every_type
def test_every_type_stands_there_once_with_all_it_declares(kind: ActionType[Any]) -> None:
    line = line_of(kind, PAGE)
    assert kind.doc in line and all(fact in line for fact in kind.facts)
    undone = kind.undo_possible or kind.is_bundle
    assert f"| {'' if undone else 'none: '}{kind.undo_words} |" in line
    assert line.count(" | ") == 7


def test_a_change_of_the_registry_changes_the_page() -> None:
    kind = replace(catalogue.find("idp.unlock"), permanent=True, policy_rule="a|b")
    line = line_of(kind, document([kind]))
    assert line.endswith("| `a&#124;b` | 1 | directory | yes |")
