"""Holdshort against the battery, and the page that tells the result."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.battery.__main__ import PAGE
from tests.battery.cases import CASES, audit_cut, audit_edited
from tests.battery.holdshort_system import Holdshort
from tests.battery.system import Case, Outcome, run
from tests.desk import Server
from tests.fakes.running import Target, running_target

NOT_COVERED = (audit_edited, audit_cut)
"""Until the log is signed."""

Running = tuple[Holdshort, Target]


@pytest.fixture(scope="module")
def running(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("battery")
    with running_target(folder / "effects") as target:
        system = Holdshort(server, folder)
        try:
            system.start(target)
            yield system, target
        finally:
            system.stop()


def expected(case: Case) -> Outcome:
    return Outcome.NOT_COVERED if case.run in NOT_COVERED else Outcome.HELD


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_holdshort(case: Case, running: Running) -> None:
    result = run(case, *running)
    assert result.outcome is expected(case), result.evidence


def test_the_page_tells_the_result_of_every_case() -> None:
    rows = [line.split(" | ") for line in PAGE.read_text("utf-8").splitlines() if line[:2] == "| "]
    told = [(row[0].removeprefix("| "), row[1]) for row in rows[2:]]
    assert told == [(case.title, expected(case).value) for case in CASES]
