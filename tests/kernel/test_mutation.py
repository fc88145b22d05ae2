"""Every control is needed: without it an attack succeeds, or its reason is listed and holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.kernel.mutation import Run, stale
from tests.kernel.rows import Kernel
from tests.kernel.test_grants import SNAPSHOT

TABLES = sorted(re.findall(r"^(?:kernel|public)\.(\w+)$", SNAPSHOT.read_text(), re.MULTILINE))


@pytest.fixture(scope="module")
def run(kernel: Kernel) -> Iterator[Run]:
    one = Run(kernel)
    yield one
    one.close()


@pytest.mark.parametrize("table", [*TABLES, "roles"])
def test_every_control_of_a_table_is_needed(run: Run, table: str) -> None:
    verdicts = [run.verdict(one) for one in run.mutants if one.table == table]
    assert {one.mutant.name: one.wrong for one in verdicts if one.wrong} == {}


def test_no_control_is_left_out(run: Run) -> None:
    assert {one.table for one in run.mutants} <= {*TABLES, "roles"}
    names = [one.name for one in run.mutants]
    assert len(names) == len(set(names))


def test_whatever_is_listed_as_redundant_is_there(run: Run) -> None:
    assert stale(run) == []


def test_whoever_becomes_a_role_is_refused_as_if_they_had_signed_in(run: Run) -> None:
    """The run becomes each role inside one transaction; `test_attacks.py` signs in as it."""
    different = {
        attack.words: (attack.refused_by, run.refusal(attack))
        for attack in run.attacks
        if run.refusal(attack) != attack.refused_by
    }
    assert different == {}


def test_the_schema_is_as_it_was_after_the_run(run: Run, kernel: Kernel) -> None:
    """The last test of the file: what every mutant took away is there again."""
    assert [one.name for one in Run(kernel).mutants] == [one.name for one in run.mutants]
