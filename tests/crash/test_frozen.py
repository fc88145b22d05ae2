"""An executor that sleeps past its lease, at any moment, and wakes when another one is done.

What it still may do is send the change, if it slept in the instant between the check and the
change: a target that deduplicates or reaches a state has one effect all the same, and to one that
promises nothing the other executor has sent nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.crash.cells import FACTORS, Cell
from tests.crash.executor import MOMENTS
from tests.crash.runs import Frozen, runs
from tests.crash.scene import Scene
from tests.crash.truths import Seen, violations
from tests.desk import Server
from tests.fakes.running import ROOT

ASLEEP_AT_MOST = quote("-c idle_in_transaction_session_timeout=1s")
"""As in the product, only sooner."""

HOLDING_A_LOCK = ("_attempt", "_wake_others")
"""The moments inside a transaction: the database must end it, or nobody else could go on."""

TOO_LATE_TO_NOTICE = "request:before"
"""The instant between the last look at the target and the change itself."""

CELLS = [
    Cell(moment, "-", "drop" if moment.startswith("delay") else "fine", shape, "still")
    for shape in FACTORS["shape"]
    for moment in MOMENTS
    # What cannot be asked is neither read back nor tried again.
    if not (shape == "blind" and moment.startswith(("read_back", "delay")))
]


@pytest.fixture(scope="module")
def frozen(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Cell, tuple[Frozen, Seen]]]:
    with runs(server, tmp_path_factory.mktemp("frozen")) as crew:
        database = f"{crew.on.desk.url('executor')}&options={ASLEEP_AT_MOST}"
        given = zip(CELLS, crew.authorized(len(CELLS)), strict=True)
        slept = crew.each(lambda lane, one: lane.freeze(*one, database=database), given)
        seen = crew.look([one.ran for one in slept])
        yield {one.ran.cell: (one, saw) for one, saw in zip(slept, seen, strict=True)}


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_who_slept_past_the_lease_changes_nothing_any_more(
    frozen: dict[Cell, tuple[Frozen, Seen]], cell: Cell
) -> None:
    slept, seen = frozen[cell]
    assert slept.reached
    assert slept.before and slept.after == slept.before
    in_transaction = cell.first.startswith(HOLDING_A_LOCK)
    assert slept.woken == (1 if in_transaction else 0)
    wrong = [one for one in violations(seen) if not (in_transaction and "executor failed" in one)]
    assert not wrong


@pytest.mark.parametrize("shape", FACTORS["shape"])
def test_who_slept_before_its_last_look_sends_nothing(
    frozen: dict[Cell, tuple[Frozen, Seen]], shape: str
) -> None:
    of_this = [(cell, seen.sent) for cell, (_, seen) in frozen.items() if cell.shape == shape]
    sent = {cell.first: number for cell, number in of_this if cell.wire == "fine"}
    late = {moment for moment, number in sent.items() if number == 2}
    assert late == (set() if shape == "blind" else {TOO_LATE_TO_NOTICE})


@pytest.mark.parametrize("process", ["web", "agent", "desk", "executor"])
def test_a_process_that_sleeps_inside_a_transaction_holds_nobody_up(
    on: Scene, process: str
) -> None:
    show = "SELECT current_setting('idle_in_transaction_session_timeout')"
    program = (
        "import django; django.setup(); from django.db import connection; c = connection.cursor();"
        f'c.execute("{show}"); print(c.fetchone()[0])'
    )
    env = {
        **os.environ,
        "HOLDSHORT_ROLE": process,
        f"HOLDSHORT_{process.upper()}_DATABASE_URL": on.desk.url(process),
    }
    said = subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, env=env, text=True)
    assert said.strip() == "15s"
