"""What waits on disk: bytes of every table and index, before and after many more actions wait."""

from __future__ import annotations

from bench import many
from bench.figures import Figure
from bench.ground import Ground

BYTES_OF_A_PAUSED_ACTION = 1500
"""The target: rows and indexes of a paused action, beside its audit events."""

RECORD = ("action", "assessment", "dependency")
"""What an action leaves whether or not it pauses: its bytes, the gate's answer."""

ASKING = ("review", "panel", "seat", "assignment")
"""What pausing adds: the question, and who is asked."""

PAUSED = (*RECORD, *ASKING)

EVENTS = ("event", "log")
AROUND = ("ticket", "message", "turn", "proposal", "staging")
"""What a ticket leaves whether or not anything waits."""

SIZES = """
SELECT c.relname, pg_table_size(c.oid), pg_indexes_size(c.oid) FROM pg_class c WHERE c.relkind = 'r'
   AND c.relnamespace IN ('kernel'::regnamespace, 'public'::regnamespace)
"""
INDEXES = """
SELECT c.relname, t.relname, pg_relation_size(c.oid) FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
 WHERE t.relnamespace = 'kernel'::regnamespace ORDER BY 2, 1
"""
Sizes = dict[str, tuple[float, float]]


def weigh(ground: Ground, sources: list[str], number: int) -> list[Figure]:
    """Have `number` more actions wait, and tell what each of them weighs."""
    before, indexes, actions = _sizes(ground), _indexes(ground), _count(ground)
    many.waiting(ground, sources, number)
    added = _count(ground) - actions
    each = {
        table: ((rows - before[table][0]) / added, (keys - before[table][1]) / added)
        for table, (rows, keys) in _sizes(ground).items()
    }
    keys = {
        index: (size - indexes[index][1]) / added
        for index, (table, size) in _indexes(ground).items()
        if table in PAUSED
    }
    asked = ground.number("SELECT count(*) FROM kernel.asked") / _count(ground)
    paused = Figure(
        "a paused action, beside its audit events",
        round(_sum(each, PAUSED)),
        "bytes",
        at_most=BYTES_OF_A_PAUSED_ACTION,
    )
    return [
        Figure("people asked about each", round(asked, 1), "people"),
        paused,
        Figure("of this, its own record, paused or not", round(_sum(each, RECORD)), "bytes"),
        Figure("of this, what pausing adds", round(_sum(each, ASKING)), "bytes"),
        *(Figure(f"· rows of {table}", round(each[table][0]), "bytes") for table in PAUSED),
        *(Figure(f"· index {index}", round(size), "bytes") for index, size in keys.items() if size),
        Figure("its audit events and their places in the log", round(_sum(each, EVENTS)), "bytes"),
        Figure("ticket, messages, turns, proposal, staging", round(_sum(each, AROUND)), "bytes"),
        Figure(
            "everything from the ticket to the queue",
            round(_sum(each, (*PAUSED, *EVENTS, *AROUND))),
            "bytes",
        ),
    ]


def _sum(each: Sizes, tables: tuple[str, ...]) -> float:
    return sum(sum(each[table]) for table in tables)


def _sizes(ground: Ground) -> Sizes:
    return {name: (rows, keys) for name, rows, keys in ground.desk.sql(SIZES)}


def _indexes(ground: Ground) -> dict[str, tuple[str, int]]:
    return {index: (table, size) for index, table, size in ground.desk.sql(INDEXES)}


def _count(ground: Ground) -> int:
    return ground.number("SELECT count(*) FROM kernel.action")
