"""Maintenance windows and blackouts: both edges, both clock changes, and nothing unreadable."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdshort.core.spans import DAYS, read_windows
from holdshort.core.templates import Unreadable
from holdshort.core.terms import PolicyVerdict
from holdshort.core.windows import closes_at, freeze, next_moment, window
from tests.core.examples import documents

PASSES, FAILS, NONE = PolicyVerdict.PASSES, PolicyVerdict.FAILS, PolicyVerdict.NONE
BERLIN = ZoneInfo("Europe/Berlin")
PATCHES: dict[str, Any] = {
    "id": "patches",
    "name": "Laptop patches",
    "kind": "maintenance",
    "timezone": "Europe/Berlin",
    "days": ["tue"],
    "from": "20:00",
    "to": "24:00",
    "targets": ["ring-1", "ring-2"],
}
FREEZE: dict[str, Any] = {
    "id": "freeze",
    "name": "Year-end freeze",
    "kind": "blackout",
    "timezone": "Europe/Berlin",
    "start": "2026-12-15T21:00:00+01:00",
    "end": "2027-01-04T00:00:00+01:00",
    "targets": ["ring-2", "prod-db-1"],
}
DOCUMENT = {"windows": [PATCHES, FREEZE]}


def night(**changes: Any) -> dict[str, Any]:
    """A window on Sundays, when the clocks change."""
    return {**PATCHES, "days": ["sun"], "targets": ["ring-1"], **changes}


def passes(document: Any, at: datetime, *targets: str) -> bool:
    return window(document, 1, targets or ("ring-1",), at).verdict is PASSES


def berlin(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=BERLIN, fold=fold).astimezone(UTC)  # type: ignore[arg-type,misc]


# ------------------------------------------------------------------ edges


@pytest.mark.parametrize(
    ("at", "open"),
    [
        (berlin(2026, 5, 5, 19, 59, 59), False),
        (berlin(2026, 5, 5, 20, 0), True),
        (berlin(2026, 5, 5, 23, 59, 59), True),
        (berlin(2026, 5, 6, 0, 0), False),
        (berlin(2026, 5, 6, 20, 0), False),
        (datetime(2026, 5, 5, 18, 0, tzinfo=UTC), True),
        (datetime(2026, 5, 5, 20, 0, tzinfo=ZoneInfo("America/New_York")), False),
        (datetime(2026, 5, 5, 14, 0, tzinfo=ZoneInfo("America/New_York")), True),
    ],
)
def test_the_start_belongs_to_a_window_and_the_end_does_not(at: datetime, open: bool) -> None:
    assert passes(DOCUMENT, at) is open


def test_what_passes_names_the_window_its_end_and_the_policy_version() -> None:
    reason = window(DOCUMENT, 7, ["ring-1"], berlin(2026, 5, 5, 21, 0)).reason
    assert reason is not None
    assert reason.text == (
        "Allowed in the maintenance window Laptop patches, until Wed 6 May 2026 00:00 "
        "(Europe/Berlin) (policy version 7)."
    )
    assert (reason.rule, reason.policy_version, reason.limit) == (
        "policy.window",
        7,
        "Laptop patches",
    )
    assert reason.observed == "Tue 5 May 2026 21:00 (Europe/Berlin)"


def test_outside_it_says_what_was_seen_and_the_next_moment_that_would_pass() -> None:
    result = window(DOCUMENT, 7, ["ring-1"], berlin(2026, 5, 5, 14, 0))
    assert result.verdict is FAILS and result.reason is not None
    assert result.reason.text == "Needs a person: Laptop patches is not open now."
    assert result.reason.observed == "Tue 5 May 2026 14:00 (Europe/Berlin)"
    assert result.reason.would_pass == "running it from Tue 5 May 2026 20:00 (Europe/Berlin)"


# ------------------------------------------------------------------ targets and blackouts


def test_one_window_must_name_every_target() -> None:
    at = berlin(2026, 5, 5, 21, 0)
    assert passes(DOCUMENT, at, "ring-1", "ring-2")
    result = window(DOCUMENT, 1, ["ring-1", "prod-db-1"], at)
    assert result.reason is not None
    assert result.reason.text == ("Needs a person: no maintenance window names prod-db-1, ring-1.")
    assert window(DOCUMENT, 1, [], at).verdict is FAILS


def test_two_windows_that_name_one_target_each_are_not_one_that_names_both() -> None:
    two = {"windows": [{**PATCHES, "targets": [target]} for target in ("ring-1", "ring-2")]}
    at = berlin(2026, 5, 5, 21, 0)
    assert passes(two, at, "ring-1") and passes(two, at, "ring-2")
    assert not passes(two, at, "ring-1", "ring-2")


def test_a_blackout_that_touches_any_target_closes_the_window_until_it_ends() -> None:
    at = berlin(2026, 12, 22, 21, 0)
    assert passes(DOCUMENT, at, "ring-1")
    result = window(DOCUMENT, 1, ["ring-1", "ring-2"], at)
    assert result.reason is not None
    assert "the blackout Year-end freeze is in force until Mon 4 Jan 2027" in result.reason.text
    # The Tuesdays between lie in the blackout.
    assert result.reason.would_pass == "running it from Tue 5 Jan 2027 20:00 (Europe/Berlin)"
    assert passes(DOCUMENT, berlin(2027, 1, 5, 20, 0), "ring-1", "ring-2")


def test_the_edges_of_a_blackout_are_those_of_a_window() -> None:
    start, end = berlin(2026, 12, 15, 21, 0), berlin(2027, 1, 4, 0, 0)
    second = timedelta(seconds=1)
    assert [freeze(DOCUMENT, ["ring-2"], at) is not None for at in (start - second, start)] == [
        False,
        True,
    ]
    assert [freeze(DOCUMENT, ["ring-2"], at) is not None for at in (end - second, end)] == [
        True,
        False,
    ]
    assert passes(DOCUMENT, start - second, "ring-2") and not passes(DOCUMENT, start, "ring-2")
    assert freeze(DOCUMENT, ["ring-1"], start) is None


def test_what_is_allowed_stops_where_the_window_ends_or_a_blackout_begins() -> None:
    at = berlin(2026, 12, 15, 20, 30)
    assert closes_at(DOCUMENT, ["ring-1"], at) == berlin(2026, 12, 16, 0, 0)
    assert closes_at(DOCUMENT, ["ring-2"], at) == berlin(2026, 12, 15, 21, 0)
    assert closes_at(DOCUMENT, ["ring-2"], berlin(2026, 12, 15, 21, 0)) is None
    assert closes_at(DOCUMENT, ["ring-1"], berlin(2026, 12, 15, 19, 0)) is None
    assert closes_at({"windows": 7}, ["ring-1"], at) is None


def test_a_window_that_closes_before_it_could_start_does_not_pass() -> None:
    minute, at = timedelta(minutes=1), berlin(2026, 12, 15, 20, 59, 30)
    assert window(DOCUMENT, 1, ["ring-1"], at, minute).verdict is PASSES
    result = window(DOCUMENT, 1, ["ring-2"], at, minute)
    assert result.verdict is FAILS and result.reason is not None
    assert result.reason.text == "Needs a person: Laptop patches closes before it could start."
    last = berlin(2026, 5, 5, 23, 59)
    assert window(DOCUMENT, 1, ["ring-1"], last, minute).verdict is FAILS
    assert window(DOCUMENT, 1, ["ring-1"], last - timedelta(seconds=1), minute).verdict is PASSES


def test_without_a_moment_in_sight_it_says_so() -> None:
    always = {**FREEZE, "start": "2020-01-01T00:00:00+00:00", "end": "2020-01-02T00:00:00+00:00"}
    past = {"windows": [{**always, "kind": "maintenance"}]}
    result = window(past, 1, ["ring-2"], berlin(2026, 5, 5, 21, 0))
    assert result.reason is not None and result.reason.would_pass == "another window"
    shut = {"windows": [PATCHES, {**PATCHES, "kind": "blackout", "days": list(DAYS)}]}
    result = window(shut, 1, ["ring-1"], berlin(2026, 5, 5, 21, 0))
    assert result.reason is not None and result.reason.would_pass == "another window"


# ------------------------------------------------------------------ the clocks change


def test_an_hour_that_the_clocks_skip_is_in_no_window() -> None:
    # On 29 March 2026 the clocks jump from 02:00 to 03:00, at 01:00 UTC.
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    skipped = {"windows": [night(**{"from": "02:00", "to": "03:00"})]}
    for minutes in range(-120, 180, 5):
        assert not passes(skipped, jump + timedelta(minutes=minutes))


def test_a_window_that_ends_in_a_skipped_hour_ends_at_the_jump() -> None:
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    document = {"windows": [night(**{"from": "01:00", "to": "02:30"})]}
    assert passes(document, jump - timedelta(seconds=1))
    assert not passes(document, jump)
    assert not passes(document, jump + timedelta(minutes=29))


def test_a_window_that_begins_in_a_skipped_hour_begins_at_the_jump() -> None:
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    document = {"windows": [night(**{"from": "02:30", "to": "04:00"})]}
    assert not passes(document, jump - timedelta(seconds=1))
    assert passes(document, jump)
    assert passes(document, berlin(2026, 3, 29, 3, 59)) and not passes(
        document, berlin(2026, 3, 29, 4, 0)
    )


def test_an_hour_that_exists_twice_ends_a_window_the_first_time_and_a_blackout_the_last() -> None:
    # On 25 October 2026 the clocks go back from 03:00 to 02:00, at 01:00 UTC.
    early, late = (berlin(2026, 10, 25, 2, 30, fold=fold) for fold in (0, 1))
    assert late - early == timedelta(hours=1)
    half = {"from": "01:00", "to": "02:45"}
    document = {"windows": [night(**half)]}
    assert passes(document, early) and not passes(document, late)
    frozen = {"windows": [night(**half, kind="blackout")]}
    assert freeze(frozen, ["ring-1"], early) and freeze(frozen, ["ring-1"], late)
    assert freeze(frozen, ["ring-1"], berlin(2026, 10, 25, 2, 44, fold=1))
    assert not freeze(frozen, ["ring-1"], berlin(2026, 10, 25, 2, 45, fold=1))


def test_a_window_across_the_hour_that_exists_twice_has_no_hole() -> None:
    document = {"windows": [night(**{"from": "01:00", "to": "04:00"})]}
    start = berlin(2026, 10, 25, 1, 0)
    moments = [start + timedelta(minutes=m) for m in range(4 * 60)]
    assert all(passes(document, at) for at in moments)
    assert not passes(document, start + timedelta(hours=4))


# ------------------------------------------------------------------ unreadable


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "maybe"},
        {"timezone": "Nowhere"},
        {"timezone": None},
        {"days": ["someday"]},
        {"days": [], "from": "20:00"},
        {"days": "tue"},
        {"from": "8pm"},
        {"from": None},
        {"to": "20:00"},
        {"to": 24},
        {"targets": []},
        {"targets": "ring-1"},
        {"targets": [7]},
        {"name": ""},
        {"start": "2026-01-01T00:00:00+01:00"},
    ],
    ids=str,
)
def test_one_row_that_cannot_be_read_closes_every_window(wrong: dict[str, Any]) -> None:
    document = {"windows": [PATCHES, {**PATCHES, "id": "other", **wrong}]}
    at = berlin(2026, 5, 5, 21, 0)
    result = window(document, 1, ["ring-1"], at)
    assert result.verdict is FAILS and result.reason is not None
    assert "the policy cannot be read: windows[1]" in result.reason.text
    raised = freeze(document, ["ring-1"], at)
    assert raised is not None and raised.rule == "raise.freeze"


@pytest.mark.parametrize(
    "wrong",
    [{"start": "2026-01-01"}, {"end": "soon"}, {"end": FREEZE["start"]}, {"start": None}],
    ids=str,
)
def test_a_moment_that_cannot_be_read_closes_every_window(wrong: dict[str, Any]) -> None:
    document = {"windows": [PATCHES, {**FREEZE, **wrong}]}
    with pytest.raises(Unreadable):
        read_windows(document)
    assert not passes(document, berlin(2026, 5, 5, 21, 0))


@pytest.mark.parametrize("document", [None, 7, [], {"windows": 7}, {"windows": [None]}])
def test_a_document_that_cannot_be_read_allows_nothing(document: Any) -> None:
    assert not passes(document, berlin(2026, 5, 5, 21, 0))
    assert freeze(document, ["ring-1"], berlin(2026, 5, 5, 21, 0)) is not None


def test_without_a_policy_in_force_there_is_no_rule() -> None:
    assert window(DOCUMENT, None, ["ring-1"], berlin(2026, 5, 5, 21, 0)).verdict is NONE


# ------------------------------------------------------------------ properties

moments = st.datetimes(
    datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(ZoneInfo("UTC"))
)
clocks = st.tuples(st.integers(0, 23), st.sampled_from([0, 15, 30, 45])).map(
    lambda parts: f"{parts[0]:02}:{parts[1]:02}"
)
hours = st.lists(clocks | st.just("24:00"), min_size=2, max_size=2, unique=True).map(sorted)
zones = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
rows = st.builds(
    lambda between, **other: {**PATCHES, "from": between[0], "to": between[1], **other},
    between=hours,
    kind=st.sampled_from(["maintenance", "blackout"]),
    timezone=zones,
    days=st.lists(st.sampled_from(DAYS), min_size=1, unique=True),
    targets=st.lists(st.sampled_from(["ring-1", "ring-2", "db"]), min_size=1, unique=True),
)
policies = st.lists(rows, max_size=4).map(lambda windows: {"windows": windows})
targets = st.lists(st.sampled_from(["ring-1", "ring-2", "db"]), max_size=3, unique=True)


@given(policies, targets, moments)
def test_more_targets_never_open_a_window(
    document: dict[str, Any], asked: list[str], at: datetime
) -> None:
    if passes(document, at, "ring-1", *asked):
        assert passes(document, at, "ring-1")


@given(policies, rows, targets, moments)
def test_a_further_blackout_never_opens_and_a_further_window_never_closes(
    document: dict[str, Any], row: dict[str, Any], asked: list[str], at: datetime
) -> None:
    more = {"windows": [*document["windows"], row]}
    before, after = (window(one, 1, asked, at).verdict is PASSES for one in (document, more))
    assert before >= after if row["kind"] == "blackout" else before <= after


@given(policies, targets, moments)
def test_the_next_moment_passes_and_none_is_promised_for_now(
    document: dict[str, Any], asked: list[str], at: datetime
) -> None:
    opens = next_moment(read_windows(document), asked, at)
    open_now = window(document, 1, asked, at).verdict is PASSES
    assert (opens == at) is open_now
    if opens is not None:
        assert window(document, 1, asked, opens).verdict is PASSES


@given(policies, targets, moments)
def test_it_passes_until_it_is_said_to_close_and_not_then(
    document: dict[str, Any], asked: list[str], at: datetime
) -> None:
    closes = closes_at(document, asked, at)
    assert (closes is not None) is (window(document, 1, asked, at).verdict is PASSES)
    if closes is not None:
        last = closes - timedelta(seconds=1)
        assert last < at or window(document, 1, asked, last).verdict is PASSES


@given(st.one_of(documents, st.fixed_dictionaries({"windows": documents})), targets, moments)
def test_no_document_whatever_breaks_the_rule(
    document: Any, asked: list[str], at: datetime
) -> None:
    assert window(document, 1, asked, at).verdict is not PASSES
    freeze(document, asked, at)
