"""Many rows out of few: copies of what the real road wrote, with ids, times and bytes of their own.

A copied action has its own bytes and their own digest, and every CHECK of the kernel looks at it.
For what waits the foreign keys look as well. Only for a history of settled actions are they off,
because comparing millions of rows with each other takes longer than all the rest of a run.
"""

from __future__ import annotations

from bench.ground import Ground
from holdshort import flow
from holdshort.records import actions
from holdshort.stops.deciding import Answer

STEP = 1_000_000
"""How far apart the numbers of one copy and the next lie; the real road of one run writes fewer."""

FIRST_NUMBER = 4_000_000_000_000
"""Where numbers begin, so that a history has room below them."""

PREPARED = """
CREATE OR REPLACE FUNCTION pg_temp.other_id(id uuid, ahead interval) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex(('x' || left(digits, 12))::bit(48)::bigint
               + (extract(epoch FROM ahead) * 1000)::bigint), 12, '0')
          || right(digits, 20))::uuid FROM (SELECT replace(id::text, '-', '') AS digits) AS of $$;
DROP TABLE IF EXISTS copy;
"""
"""An id of version 7 is made of a time and moves with it, so that ids stay in order."""

COPIES = """
CREATE TEMP TABLE copy AS
WITH source AS (
    SELECT a.id AS action, a.ticket, a.proposal, r.number AS review, x.id AS execution,
           encode(a.digest, 'hex') AS source_digest, convert_from(a.canonical, 'UTF8') AS words
      FROM kernel.action a
      JOIN kernel.review r ON r.action = a.id
      LEFT JOIN kernel.execution x ON x.action = a.id
     WHERE a.id = ANY(%(actions)s::uuid[])),
made AS (
    SELECT source.*, steps, later, ahead, convert_to(replace(replace(words,
               action::text, pg_temp.other_id(action, ahead)::text),
               format('"ticket":%%s,', ticket),
               format('"ticket":%%s,', ticket + steps * %(step)s)), 'UTF8') AS bytes
      FROM source
     CROSS JOIN generate_series(%(first)s::bigint, %(last)s::bigint) AS steps
     CROSS JOIN LATERAL (SELECT (steps - %(now)s) * %(apart)s::interval AS later,
                                steps * %(apart)s::interval AS ahead) AS moved)
SELECT made.*, sha256(bytes) AS digest FROM made ORDER BY steps, action
"""

KEYS = {
    "public.ticket": "number = copy.ticket",
    "public.message": "ticket = copy.ticket",
    "public.turn": "ticket = copy.ticket",
    "kernel.proposal": "id = copy.proposal",
    "kernel.staging": "proposal = copy.proposal",
    "kernel.action": "id = copy.action",
    "kernel.assessment": "action = copy.action",
    "kernel.review": "action = copy.action",
    "kernel.assignment": "review = copy.review",
    "kernel.decision": "action = copy.action",
    "kernel.event": "ticket = copy.ticket",
    'kernel."authorization"': "action = copy.action",
    "kernel.fate": "action = copy.action",
    "kernel.execution": "action = copy.action",
    "kernel.attempt": "execution = copy.execution",
    "kernel.outcome": "action = copy.action",
}
"""The tables in an order that their foreign keys allow, and which of their rows a copy takes."""

LOG = """
INSERT INTO kernel.log (position, event)
SELECT (SELECT max(position) FROM kernel.log) + row_number() OVER (ORDER BY e.id), e.id
  FROM kernel.event e WHERE NOT EXISTS (SELECT FROM kernel.log l WHERE l.event = e.id)
"""

DETAIL = f"""
replace(replace(replace(s.detail::text, copy.source_digest, encode(copy.digest, 'hex')),
    copy.proposal::text, pg_temp.other_id(copy.proposal, copy.ahead)::text),
    format('"review": %s', copy.review),
    format('"review": %s', copy.review + copy.steps * {STEP}))::jsonb
"""
POSITION = f"(SELECT l.position FROM kernel.log l WHERE l.event = s.event + copy.steps * {STEP})"
OTHERWISE = {"digest": "copy.digest", "canonical": "copy.bytes", "detail": DETAIL}
NUMBERS = {"number", "ticket", "answers", "review", "event", "id"}
"""Columns that hold a number of a copied row wherever they are a bigint."""

DAY = 86_400


def make_room(ground: Ground, first: int = FIRST_NUMBER) -> None:
    """Let the next numbers start there; high, before the first row is written."""
    numbered = {
        "public.ticket": "number",
        "public.message": "id",
        "public.turn": "id",
        "kernel.review": "number",
        "kernel.event": "id",
    }
    for table, column in numbered.items():
        ground.desk.sql(f"ALTER TABLE {table} ALTER {column} RESTART WITH {first}")


def waiting(ground: Ground, sources: list[str], number: int) -> None:
    """Have about `number` more actions wait, each like one of these.

    They are written in the order of their ids and of their ends, as on a desk, where an index
    therefore fills its pages. What has happened to them lies behind.
    """
    rounds = -(-number // len(sources))
    lasted = ground.number(
        "SELECT ceil(extract(epoch FROM max(staged_at) - min(staged_at))) + 1 FROM kernel.action"
    )
    _copy(ground, sources, 1, rounds, apart=lasted, now=rounds + 1)
    make_room(ground, FIRST_NUMBER + (rounds + 1) * STEP)


def settled(ground: Ground, sources: list[str], number: int) -> None:
    """A history of about `number` actions over two years, the latest of them five days ago."""
    rounds = -(-number // len(sources))
    apart = max(1, 2 * 365 * DAY // rounds)
    gap = 5 * DAY // apart + 1
    _plain(ground, "SET session_replication_role = replica")
    _copy(ground, sources, -rounds - gap, -1 - gap, apart=apart)
    _plain(ground, "SET session_replication_role = origin")


def prove(ground: Ground, number: int = 3) -> None:
    """Copies are true rows: the latest of those that wait can be approved and carried out."""
    found = ground.desk.sql(
        "SELECT s.action::text FROM kernel.action_state s JOIN kernel.action a ON a.id = s.action "
        f"WHERE s.state = 'waiting' ORDER BY a.id DESC LIMIT {number}"
    )
    for (action,) in found:
        ground.as_role("desk")
        story = actions.story(action)
        assert story is not None and story.review is not None
        sender = ground.sender(story.assignments[0]["person"])
        ground.as_role("web")
        flow.decide(
            story.review["number"], Answer("approve", story.digest, "0" * 64), sender=sender
        )
        ground.as_role("desk")
        flow.authorize(action)
        flow.sequence()
        ground.as_role("executor")
        flow.execute(action, connectors={"directory": ground.app}, worker="bench", seal=str.encode)
        after = actions.story(action)
        assert after is not None and after.state == "executed", "a copy is not a true row"


def _copy(
    ground: Ground, sources: list[str], first: int, last: int, *, apart: int, now: int = 0
) -> None:
    """Copies numbered `first` to `last` of these actions, `apart` seconds from one to the next.

    A copy numbered `now` would have the times of its source, but for its end.
    """
    given = {"actions": sources, "first": first, "last": last, "step": STEP, "now": now}
    with ground.plain.cursor() as cursor:
        cursor.execute(PREPARED)
        cursor.execute(COPIES, {**given, "apart": f"{apart} seconds"})
        for table, key in KEYS.items():
            cursor.execute(_statement(ground, table, key))
            if table == "kernel.event":
                cursor.execute(LOG)
    _plain(ground, "VACUUM (ANALYZE)")


def _plain(ground: Ground, statement: str) -> None:
    with ground.plain.cursor() as cursor:
        cursor.execute(statement)


def _statement(ground: Ground, table: str, key: str) -> str:
    columns = ground.desk.sql(
        "SELECT attname, atttypid::regtype::text FROM pg_attribute "
        f"WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped "
        "AND attgenerated = '' ORDER BY attnum"
    )
    names = ", ".join(f'"{name}"' for name, _ in columns)
    values = ", ".join(_value(table, name, kind) for name, kind in columns)
    return (
        f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE "
        f"SELECT {values} FROM copy JOIN {table} s ON s.{key} ORDER BY copy.steps, copy.action"
    )


def _value(table: str, name: str, kind: str) -> str:
    """How a column of a copy follows from the same column of its source."""
    if (table, name) == ("kernel.execution", "position"):
        return POSITION
    if name in OTHERWISE:
        return OTHERWISE[name]
    if kind == "uuid":
        return f'pg_temp.other_id(s."{name}", copy.ahead)'
    if kind == "bigint" and name in NUMBERS:
        return f's."{name}" + copy.steps * {STEP}'
    if name == "expires_at":
        return f's."{name}" + copy.ahead'
    if kind == "timestamp with time zone":
        return f's."{name}" + copy.later'
    return f's."{name}"'
