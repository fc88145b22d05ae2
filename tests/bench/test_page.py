"""The benchmark's document says what came out, whatever that is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import page
from bench.figures import Figure, Part

ROOT = Path(__file__).resolve().parents[2]
ABOUT = {"at": " on a day", "machine": "a machine", "waiting": "10", "settled": "20"}


def told(*figures: Figure) -> str:
    return page.document([Part("Some part", "How.", list(figures))], ABOUT)


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        (
            Figure("a page", 4.2, "ms", at_most=5),
            "| Some part: a page | 4.2 ms | at most 5 ms | reached |",
        ),
        (
            Figure("a page", 12.5, "ms", at_most=5),
            "| Some part: a page | 12.5 ms | at most 5 ms | missed, 2.5 times that |",
        ),
        (
            Figure("cycles", 90, "1/s", at_least=60),
            "| Some part: cycles | 90 1/s | at least 60 1/s | reached |",
        ),
        (
            Figure("cycles", 30, "1/s", at_least=60),
            "| Some part: cycles | 30 1/s | at least 60 1/s | missed, 0.5 times that |",
        ),
        (
            Figure("memory", 3, "bytes", at_most=0),
            "| Some part: memory | 3 bytes | at most 0 bytes | missed |",
        ),
    ],
)
def test_a_target_is_said_to_be_reached_or_missed_by_the_figure(figure: Figure, line: str) -> None:
    assert line in told(figure).splitlines()
    assert page.table([Part("", "", [figure])]).endswith(line.split("| ")[-1].rstrip(" |"))


def test_a_figure_without_a_target_is_no_promise() -> None:
    text = told(Figure("a plain one", 1234.5, "ms", floor=1.5, ratio=823))
    assert "| a plain one | 1,234 ms | 1.5 ms (ratio 823) |  |" in text.splitlines()
    assert text.count("a plain one") == 1


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], str]:
    """The figures and the document of a very short run."""
    into = tmp_path_factory.mktemp("bench")
    words = (sys.executable, "-m", "bench", "--quick", "--into", str(into))
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads((into / "results.json").read_text()), (into / "performance.md").read_text()


def test_a_run_tells_every_figure_with_its_target(run: tuple[list[dict[str, Any]], str]) -> None:
    figures, text = run
    lines = text.splitlines()
    for one in figures:
        # Two parts may have a figure of one name, so the value belongs to what is looked for.
        begins = f"| {one['name']} | {page.measured(one['value'], one['unit'])} |"
        mine = [line for line in lines if line.startswith(begins)]
        assert mine, one["name"]
        limit = one["at_most"] if one["at_most"] is not None else one["at_least"]
        if limit is not None:
            verdict = "reached" if one["reached"] else "missed"
            assert all(
                verdict in line and page.measured(limit, one["unit"]) in line for line in mine
            ), mine


def test_a_run_measures_what_is_promised(run: tuple[list[dict[str, Any]], str]) -> None:
    aimed = {one["name"] for one in run[0] if one["reached"] is not None}
    assert aimed >= {
        "a paused action, beside its audit events",
        "a page of their queue, p50",
        "web answers: added by what waits",
        "agent, desk and executor work: added by what waits",
        "memory for each paused action after the start",
    }
