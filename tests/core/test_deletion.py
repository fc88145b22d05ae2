"""Holds and own files: what a path covers, and that nothing unreadable lets anything go."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from holdshort.core import deletion
from holdshort.core.terms import PolicyVerdict

PASSES, FAILS, NONE = PolicyVerdict.PASSES, PolicyVerdict.FAILS, PolicyVerdict.NONE
HOLD: dict[str, Any] = {
    "id": "h1",
    "name": "A dispute",
    "people": ["karl"],
    "assets": ["db"],
    "paths": ["/legal/karl"],
    "owner": "leo",
}


def rule(document: Any, **about: Any) -> str:
    found = deletion.held(document, **about)
    return found.rule if found else ""


@pytest.mark.parametrize(
    "about",
    [
        {"people": ["karl"]},
        {"assets": ["db"]},
        {"path": "/legal/karl"},
        {"path": "/legal/karl/2025/a.pdf"},
        {"path": "/legal"},
        {"path": "/Legal/KARL"},
    ],
)
def test_a_hold_covers_people_assets_and_everything_in_and_around_its_folders(about: Any) -> None:
    found = deletion.held({"holds": [HOLD]}, **about)
    assert found is not None and found.rule == deletion.HOLD
    assert found.limit == "hold h1" and "leo" in found.would_pass


@pytest.mark.parametrize(
    "about",
    [{}, {"people": ["dana"]}, {"path": "/legal/karla"}, {"path": "/legal2"}, {"assets": ["db2"]}],
)
def test_it_covers_nothing_else(about: Any) -> None:
    assert rule({"holds": [HOLD]}, **about) == ""
    assert rule({}, **about) == ""


@pytest.mark.parametrize(
    "holds",
    [
        "none",
        [None],
        [{"id": "h"}],
        [{"id": "h", "people": "karl"}],
        [{"people": ["karl"]}],
        [HOLD, {"id": "h", "paths": ["not a path"]}],
    ],
)
def test_holds_that_cannot_be_read_hold_everything(holds: Any) -> None:
    assert rule({"holds": holds}, path="/home/dana") == deletion.HOLD


@pytest.mark.parametrize(
    "path",
    ["home", "", "/", "/a//b", "/a/../b", "/a/./b", "/a/", "/a\\b", "/a/ /b", "/a\u202eb", "/a\nb"],
)
def test_a_path_that_says_no_single_place_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        deletion.parts(path)


@pytest.mark.parametrize(
    ("own", "permanent", "days", "verdict"),
    [
        (True, False, 30, PASSES),
        (True, False, 29, FAILS),
        (True, False, None, FAILS),
        (True, True, 30, FAILS),
        (False, False, 30, FAILS),
    ],
)
def test_only_own_files_that_can_be_restored_long_enough_pass(
    own: bool, permanent: bool, days: int | None, verdict: PolicyVerdict
) -> None:
    found = deletion.own_files(4, own=own, permanent=permanent, bin_days=days)
    assert found.verdict is verdict
    assert found.reason is not None and found.reason.policy_version == 4
    none = deletion.own_files(None, own=own, permanent=permanent, bin_days=days)
    assert none.verdict is NONE


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 5, 4), date(2026, 6, 4)),
        (date(2026, 12, 15), date(2027, 1, 15)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 30), date(2028, 2, 29)),
        (date(2026, 3, 31), date(2026, 4, 30)),
    ],
)
def test_an_erasure_is_due_a_month_later(day: date, due: date) -> None:
    assert deletion.month_after(day) == due
