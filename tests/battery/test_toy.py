"""The battery can fail: a toy that is careful holds every case, and each mistake breaks one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.battery import cases
from tests.battery.cases import CASES
from tests.battery.system import Case, Outcome, Result, run
from tests.battery.toy_store import Mistake
from tests.battery.toy_system import Toy
from tests.fakes.running import Target, running_target

BREAKS = {
    Mistake.RUNS_THE_ROW_AS_IT_IS: cases.payload_edited,
    Mistake.BELIEVES_ANY_ROW: cases.forged_approval,
    Mistake.CHECKS_THEN_ACTS: cases.fifty_at_once,
    Mistake.ANYBODY_APPROVES: cases.initiator_approves,
    Mistake.NO_CLOCK: cases.after_expiry,
    Mistake.LAST_ANSWER_WINS: cases.approve_after_reject,
    Mistake.SAYS_DONE_FIRST: cases.killed_before,
    Mistake.SENDS_AGAIN: cases.killed_during,
    Mistake.REMEMBERS_A_YES: cases.identical_later,
    Mistake.ONLY_NOTES_A_STOP: cases.stop_after_approval,
    Mistake.AUDIT_IS_A_TABLE: cases.audit_by_processes,
    Mistake.UNSIGNED_AUDIT: cases.audit_edited,
}
"""Which case each mistake is about; an unsigned audit breaks the last case too."""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with running_target(tmp_path_factory.mktemp("target") / "effects") as one:
        yield one


def tried(case: Case, target: Target, folder: Path, mistake: Mistake | None = None) -> Result:
    toy = Toy(folder, mistake)
    toy.start(target)
    try:
        return run(case, toy, target)
    finally:
        toy.stop()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_careful_toy_holds(case: Case, target: Target, tmp_path: Path) -> None:
    result = tried(case, target, tmp_path)
    assert result.outcome is Outcome.HELD, result.evidence


@pytest.mark.parametrize("mistake", Mistake)
def test_a_mistake_is_found_by_the_case_about_it(
    mistake: Mistake, target: Target, tmp_path: Path
) -> None:
    case = next(case for case in CASES if case.run is BREAKS[mistake])
    result = tried(case, target, tmp_path, mistake)
    assert result.outcome is Outcome.BROKEN, result.evidence


def test_an_audit_that_was_cut_is_broken_too(target: Target, tmp_path: Path) -> None:
    case = next(case for case in CASES if case.run is cases.audit_cut)
    assert tried(case, target, tmp_path, Mistake.UNSIGNED_AUDIT).outcome is Outcome.BROKEN


def test_every_case_has_a_mistake_that_breaks_it() -> None:
    assert {*BREAKS.values(), cases.audit_cut} == {case.run for case in CASES}
