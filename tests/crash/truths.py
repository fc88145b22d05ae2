"""What may be true of an action at the end of a run, whatever happened on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.crash.cells import Cell

ATTEMPTS = 4
"""Two killed executors, one whose change fails on its way, and one that ends it."""

ATTEMPTS_WHEN_SLOW = 6
"""Where executors wait for a fraction of a second only, a busy machine may cost some more."""


@dataclass(frozen=True)
class Seen:
    """What the rows, the target itself and the logs say about the action of a cell."""

    cell: Cell
    exits: tuple[int, ...]
    """How each executor ended: 0, or -9 when it was killed."""

    row: Mapping[str, Any]
    """The rows of the action, as `runs.RECORDS` reads them."""

    effects: tuple[Mapping[str, Any], ...]
    """What happened at the target, by its own count."""

    sent: int
    """How many changes executors sent, by the target's own count."""

    log: str
    """What the executors wrote into their log."""

    leaked: tuple[str, ...]
    """Secrets that were found in the log or in rows."""

    seconds: float


def violations(seen: Seen) -> list[str]:
    """Every promise that was broken, as a sentence; empty when all is well."""
    return [*_of_the_rows(seen), *_of_the_words(seen), *_of_the_shape(seen)]


def _of_the_rows(seen: Seen) -> Iterator[str]:
    row, outcome = seen.row, seen.row["outcome"]
    if outcome is None:
        yield f"no outcome after {len(seen.exits)} attempts"
        return
    if row["fate"] != "claimed":
        yield f"the fate is {row['fate']}"
    if row["fences"] != list(range(1, len(row["fences"]) + 1)):
        yield f"the attempts are numbered {row['fences']}"
    if outcome["fence"] != max(row["fences"]):
        yield f"the outcome is of attempt {outcome['fence']}, and {row['fences']} were made"
    counted = row["events"]
    for name, times in (
        ("authorization.granted", 1),
        ("execution.started", 1),
        ("execution.settled", 1),
        ("execution.resumed", len(row["fences"]) - 1),
    ):
        if counted.get(name, 0) != times:
            yield f"{name} is recorded {counted.get(name, 0)} times instead of {times}"
    for effect in seen.effects:
        if row["logged_at"] is None or effect["at"] < row["logged_at"]:
            yield "an effect is older than its permission in the log"
        if effect["key"] != row["execution"]:
            yield "an effect does not bear the key of the execution"


def _of_the_words(seen: Seen) -> Iterator[str]:
    for secret in seen.leaked:
        yield f"a secret was written down: {secret[:4]}…"
    if "Traceback" in seen.log:
        yield f"an executor failed: {seen.log.strip().splitlines()[-1]}"
    if any(code not in (0, -9) for code in seen.exits):
        yield f"the executors ended with {seen.exits}"


def _of_the_shape(seen: Seen) -> Iterator[str]:
    if seen.cell.shape == "blind":
        yield from _at_most_once(seen)
    elif seen.cell.world == "drift" and not seen.effects:
        yield from _asked_anew(seen)
    else:
        yield from _exactly_once(seen)


def _exactly_once(seen: Seen) -> Iterator[str]:
    if len(seen.effects) != 1:
        yield f"{len(seen.effects)} effects instead of one"
    yield from _ended(seen, "executed", "verified", "closed", "We checked it in the target")


def _asked_anew(seen: Seen) -> Iterator[str]:
    yield from _ended(seen, "not_applied", "not_applied", "staged", "Something changed before")
    if seen.row["next_state"] not in ("waiting", "authorized"):
        yield f"the next version is {seen.row['next_state']}, and no gate answered anew"


def _at_most_once(seen: Seen) -> Iterator[str]:
    copies = 2 if seen.cell.wire == "duplicate" else 1
    if seen.sent > 1:
        yield f"a target that cannot be asked was sent {seen.sent} changes"
    if len(seen.effects) > seen.sent * copies:
        yield f"{len(seen.effects)} effects of {seen.sent} changes"
    yield from _ended(seen, "unknown", "unknown", "with_person", "We could not confirm")


def _ended(seen: Seen, state: str, outcome: str, stands: str, words: str) -> Iterator[str]:
    row = seen.row
    found = (row["state"], (row["outcome"] or {}).get("kind"), row["stands"])
    if found != (state, outcome, stands):
        yield f"it ended {found} instead of {(state, outcome, stands)}"
    told = sum(words in said for said in row["told"])
    if told != 1:
        yield f"the requester read ‘{words} …’ {told} times"
