"""The matrix is complete where it says so, and it notices an executor that breaks a rule."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from holdshort.stops import execution
from tests.crash.cells import (
    FACTORS,
    Cell,
    all_meetings,
    chosen_cells,
    every_cell,
    met,
    parse,
)
from tests.crash.executor import MOMENTS, STEPS
from tests.crash.matrix import command, table
from tests.crash.runs import runs
from tests.crash.truths import violations
from tests.desk import Server
from tests.fakes.running import ROOT

NOT_A_STEP = {
    "complete": "fills in an id that was read back and writes nothing; test_bundles kills there",
    "carry_out": "spans observe, apply and read_back",
    "drifted": "compares two states and does nothing",
    "met_drift": "looks at what is written and does nothing",
    "ask_anew": "is a wake-up after everything is written; test_drift tries it lost",
    "tell": "writes rows inside settle, as _wake_others does after it",
}


def test_every_step_of_the_protocol_has_its_moments() -> None:
    public = {
        name
        for name, one in inspect.getmembers(execution, inspect.isfunction)
        if one.__module__ == execution.__name__ and not name.startswith("_")
    }
    assert public - set(NOT_A_STEP) == set(STEPS)
    assert {moment.partition(":")[0] for moment in MOMENTS} >= set(STEPS)


@pytest.mark.parametrize(("strength", "least"), [(2, 300), (3, 1000)])
def test_in_the_chosen_cells_every_two_or_three_values_meet(strength: int, least: int) -> None:
    cells = chosen_cells(strength)
    assert met(cells, strength) == all_meetings(strength)
    assert len(set(cells)) == len(cells) >= least


def test_every_trouble_is_also_tried_alone() -> None:
    chosen = set(chosen_cells())
    for shape in FACTORS["shape"]:
        assert all(Cell(moment, "-", "fine", shape, "still") in chosen for moment in MOMENTS)
        assert all(Cell("-", "-", wire, shape, "still") in chosen for wire in FACTORS["wire"])


def test_the_choice_is_the_same_every_time() -> None:
    assert chosen_cells() == chosen_cells()


def test_a_cell_is_read_as_it_is_written() -> None:
    cells = every_cell()
    assert [parse(str(cell)) for cell in cells] == cells


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("apply:after", "A cell has 5 values: first, second, wire, shape, world."),
        ("-,-,smoke,set,still", "'smoke' is no wire; there are: fine, drop"),
    ],
)
def test_a_cell_that_does_not_exist_is_told(text: str, trouble: str) -> None:
    with pytest.raises(ValueError, match=trouble):
        parse(text)


@pytest.mark.parametrize(
    ("breach", "cell", "noticed"),
    [
        ("forgets_what_was_sent", "request:after,-,fine,blind,still", "was sent 2 changes"),
        ("forgets_what_was_sent", "request:after,-,fine,set,still", "it ended ('not_applied'"),
        ("believes_without_looking", "request:before,-,fine,set,still", "0 effects instead of"),
        ("never_says_how_it_ended", "-,-,fine,keyed,still", "no outcome after 4 attempts"),
        ("writes_secrets_down", "-,-,fail_after,set,still", "a secret was written down"),
    ],
)
def test_an_executor_that_breaks_a_rule_is_noticed(
    server: Server, tmp_path: Path, breach: str, cell: str, noticed: str
) -> None:
    with runs(server, tmp_path, lanes=1) as crew:
        [seen] = crew.run([parse(cell)], breach=breach)
    assert noticed in " ".join(violations(seen))


def test_the_factors_are_the_ones_of_a_cell() -> None:
    assert list(FACTORS) == list(Cell.__dataclass_fields__)


def test_one_cell_is_run_alone_by_its_name() -> None:
    words = command(parse("apply:after,settle:before,drop_after,keyed,still")).split()
    words = [sys.executable, *(word.strip('"') for word in words[1:])]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (ran.returncode, "1 cells, 0 violations" in ran.stdout) == (0, True), ran.stderr


def test_the_table_counts_cells_and_violations() -> None:
    good, bad = parse("-,-,drop,set,still"), parse("-,-,drop,set,drift")
    line = table({good: ([], 1.0), bad: (["2 effects instead of one"], 2.0)}).splitlines()[3]
    assert line.split()[:4] == ["drop", "2", "1", "3.0"]
