"""Every control is needed: without it an attack succeeds, or its reason is listed and holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from tests.desk import Desk, Server
from tests.kernel import mutation
from tests.kernel.mutants import Mutant, mutants
from tests.kernel.mutation import Run, stale
from tests.kernel.redundant import Redundant
from tests.kernel.rows import Kernel
from tests.kernel.test_grants import SNAPSHOT
from tests.records.catalogue import PARTS, RIGHTS, lines

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
    assert [name for name, count in Counter(names).items() if count > 1] == []


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


# ------------------------------------------------------------------ the run itself


def control(run: Run, name: str) -> Mutant:
    return next(one for one in run.mutants if one.name == name)


def test_a_control_that_no_attack_needs_is_found(run: Run, kernel: Kernel) -> None:
    made_up = "ALTER TABLE kernel.report ADD CONSTRAINT made_up CHECK (did <> 'slept')"
    kernel.sql(made_up)
    found = next(one for one in mutants(kernel) if one.name == "report.made_up")
    wrong = run.verdict(found).wrong
    kernel.sql("ALTER TABLE kernel.report DROP CONSTRAINT made_up")
    assert wrong == "nothing succeeds without it: no attack names it"


def test_a_control_that_another_one_repeats_is_found(run: Run) -> None:
    found = control(run, "decision.human")
    one_that_is_not_listed = replace(found, name="decision.not_listed")
    assert run.verdict(one_that_is_not_listed).wrong.startswith("nothing succeeds without it")


def test_a_control_that_cannot_be_taken_away_is_an_error(run: Run) -> None:
    gone = replace(control(run, "decision.asked"), changes=("DROP TABLE kernel.never_was",))
    with pytest.raises(psycopg.errors.UndefinedTable):
        run.verdict(gone)


def list_only(monkeypatch: pytest.MonkeyPatch, entry: Redundant) -> None:
    monkeypatch.setattr(mutation, "why", lambda mutant: entry if entry.fits(mutant) else None)


def test_a_control_that_is_listed_and_needed_is_found(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_only(monkeypatch, Redundant("decision.asked", "anybody may answer"))
    found = run.verdict(control(run, "decision.asked"))
    assert found.wrong == "is listed as redundant, and is needed"


@pytest.mark.parametrize("other", ["decision.in_time", "decision.another_person"])
def test_a_reason_that_does_not_hold_is_found(
    run: Run, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    list_only(monkeypatch, Redundant("decision.human", "the other refuses it as well", (other,)))
    found = run.verdict(control(run, "decision.human"))
    assert found.wrong.startswith(f"nothing needs it even without ['{other}']")


def test_a_reason_that_names_no_control_is_found(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    list_only(monkeypatch, Redundant("decision.human", "the other refuses it", ("never.was",)))
    found = run.verdict(control(run, "decision.human"))
    assert found.wrong == "no control is called ['never.was']"


def test_after_the_run_the_schema_is_as_it_was(office: Desk, server: Server) -> None:
    """The last test of the file: whatever was taken away is there again."""

    def fresh(statement: str) -> list[tuple[Any, ...]]:
        return server.admin(statement, database="template_of_tests")

    whole = {**PARTS, **RIGHTS}
    assert lines(office.sql, whole) == lines(fresh, whole)
