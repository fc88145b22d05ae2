"""The crash matrix against a target that deduplicates by key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash.cells import Cell, chosen_cells
from tests.crash.matrix import command
from tests.crash.runs import runs
from tests.crash.truths import violations
from tests.desk import Server

CELLS = [cell for cell in chosen_cells() if cell.shape == "keyed"]


@pytest.fixture(scope="module")
def broken(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Cell, list[str]]]:
    with runs(server, tmp_path_factory.mktemp("runs")) as crew:
        yield {seen.cell: violations(seen) for seen in crew.run(CELLS)}


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_every_promise_holds(broken: dict[Cell, list[str]], cell: Cell) -> None:
    assert not broken[cell], command(cell)
