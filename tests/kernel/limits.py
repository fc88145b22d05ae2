"""The plain limits of every column, attacked: left empty, numbered by hand, referring to nothing.

They are read from the catalogues, so that a new column is attacked by itself. Whoever may write
the column tries it, or the owner where no login role may.
"""

from __future__ import annotations

from psycopg import sql

from holdshort.records.roles import OWNER
from tests.kernel.attack import Attack, nothing
from tests.kernel.grant_table import ROLES
from tests.kernel.mutants import SCHEMAS, Mutant
from tests.kernel.rows import Kernel
from tests.kernel.specimens import Row, Specimens


def limits(kernel: Kernel, specimens: Specimens, mutants: list[Mutant]) -> list[Attack]:
    """An attack on every limit that needs no scene of its own."""
    tables = dict(
        kernel.sql(
            "SELECT c.relname::text, n.nspname::text FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY(%s)",
            SCHEMAS,
        )
    )
    ways = {"not null": _left_empty, "computed": _forged, "numbered": _numbered}
    return [
        ways[one.kind](specimens, tables[one.table], one) for one in mutants if one.kind in ways
    ] + [
        *_pointing_nowhere(kernel, specimens),
        *_twice(kernel, specimens),
        *_around(specimens),
    ]


def _column(mutant: Mutant) -> str:
    return mutant.name.split(".")[1].split(" ")[0]


def _writer(specimens: Specimens, schema: str, table: str, column: str) -> str:
    """Who may write the column; the owner, whom no row policy asks, where one asks about it."""
    if column in specimens.asked_about(schema, table):
        return OWNER
    may = (role for role in ROLES if column in specimens.may_write(role, schema, table))
    return next(may, OWNER)


def _changed(
    specimens: Specimens, schema: str, table: str, column: str, value: str | None
) -> tuple[str, Row, dict[str, str | None]]:
    """Who may write a column, a row of theirs, and what they write with the column changed."""
    role = _writer(specimens, schema, table, column)
    row = specimens.of(role, schema, table)
    columns = specimens.may_write(role, schema, table)
    kept = {name: held for name, held in row.values.items() if name in columns}
    return role, row, kept | {column: value}


def _left_empty(specimens: Specimens, schema: str, mutant: Mutant) -> Attack:
    column = _column(mutant)
    role, row, values = _changed(specimens, schema, mutant.table, column, None)
    return Attack(
        f"the {role} leaves {mutant.table}.{column} empty",
        mutant.name,
        nothing,
        lambda k, _: row.written(k, role, values),
        lambda k, _: row.taken_out(k),
        "" if column in row.values else f"generated {column}",
    )


def _forged(specimens: Specimens, schema: str, mutant: Mutant) -> Attack:
    column = _column(mutant)
    row = specimens.of(OWNER, schema, mutant.table)
    value = specimens.forged(schema, mutant.table, column)
    return Attack(
        f"the owner says what {mutant.table}.{column} is",
        mutant.name,
        nothing,
        lambda k, _: row.written(k, OWNER, row.values | {column: value}),
        lambda k, _: row.taken_out(k),
        f"generated {column}",
    )


def _numbered(specimens: Specimens, schema: str, mutant: Mutant) -> Attack:
    """A number that the database has yet to give out: whoever gets it later is refused."""
    column = _column(mutant)
    row = specimens.of(OWNER, schema, mutant.table)
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        row.name,
        sql.SQL(", ").join(map(sql.Identifier, row.values)),
        sql.SQL(", ").join(map(sql.Placeholder, row.values)),
    )
    return Attack(
        f"the owner gives {mutant.table}.{column} a number",
        mutant.name,
        nothing,
        lambda k, _: k.run(OWNER, statement, row.values),
        lambda k, _: row.taken_out(k),
        f"generated {column}",
    )


# ------------------------------------------------------------------ around the kernel

_KEYS = """
SELECT c.relname::text, t.conname::text, t.contype::text, (
         SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(t.conkey)
                WITH ORDINALITY AS k (number, place)
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number),
       (SELECT count(*) FROM pg_index x WHERE x.indrelid = c.oid AND x.indisunique) = 1
  FROM pg_constraint t JOIN pg_class c ON c.oid = t.conrelid
 WHERE c.relnamespace = 'public'::regnamespace AND t.contype IN ('f', 'p') ORDER BY 1, 2
"""

NOWHERE = {"text": "nobody", "bigint": "999999999", "uuid": "0190a1b2-0000-7000-8000-000000000001"}


def _pointing_nowhere(kernel: Kernel, specimens: Specimens) -> list[Attack]:
    """The foreign keys of the desk's own tables; those of the kernel are attacked by hand."""
    made = []
    for table, name, kind, columns, _ in kernel.sql(_KEYS):
        if kind == "f":
            column = columns[0]
            typed = specimens.type_of("public", table, column)
            role, row, values = _changed(specimens, "public", table, column, NOWHERE[typed])
            made.append(
                _again(f"the {role} writes a {table} of nothing", table, name, role, row, values)
            )
    return made


def _twice(kernel: Kernel, specimens: Specimens) -> list[Attack]:
    """A row of the desk's own tables is written twice, where the table has one key only."""
    made = []
    for table, name, kind, _, alone in kernel.sql(_KEYS):
        if kind == "p" and alone:
            row = specimens.any("public", table)
            made.append(
                Attack(
                    f"the same {table} twice",
                    f"{table}.{name}",
                    nothing,
                    lambda k, _, row=row: row.written(k, OWNER, row.values),
                )
            )
    return made


TAKEN = "another row"
CHANGED = "the same row"

_AROUND: tuple[tuple[str, str, str, dict[str, str | None]], ...] = (
    (
        "an absence that ends before it starts",
        "absence.absence_check",
        CHANGED,
        {"ends": "2000-01-01"},
    ),
    ("another token takes the number of one", "api_token.api_token_pkey", TAKEN, {"digest": "x"}),
    ("two tokens of one secret", "api_token.api_token_digest_key", TAKEN, {"id": "999"}),
    (
        "a comment too long to read",
        "decision_note.decision_note_comment_check",
        CHANGED,
        {"comment": "x" * 4001},
    ),
    ("a delivery in no state", "delivery.delivery_state_check", CHANGED, {"state": "x"}),
    ("another delivery takes the number of one", "delivery.delivery_pkey", TAKEN, {"key": "x"}),
    ("somebody is to hear the same twice", "delivery.told_once", TAKEN, {"id": "999"}),
    (
        "another group takes the id of one",
        "directory_group.directory_group_pkey",
        TAKEN,
        {"slug": "x"},
    ),
    (
        "two groups of one name",
        "directory_group.directory_group_slug_key",
        TAKEN,
        {"external_id": "x"},
    ),
    ("a request without a key", "idempotency.idempotency_key_check", CHANGED, {"key": ""}),
    (
        "a request with a key too long",
        "idempotency.idempotency_key_check",
        CHANGED,
        {"key": "k" * 256},
    ),
    (
        "a service signs in",
        "login.login_kind_check",
        CHANGED,
        {"person": "holdshort", "kind": "service"},
    ),
    ("somebody takes the sign-in of another", "login.login_pkey", TAKEN, {"person": "newcomer"}),
    ("somebody has two sign-ins", "login.login_person_key", TAKEN, {"id": "999"}),
    (
        "a member of no kind",
        "membership.membership_member_kind_check",
        CHANGED,
        {"member_kind": "x"},
    ),
    ("a message of no kind", "message.message_kind_check", CHANGED, {"kind": "x"}),
    ("another message takes the number of one", "message.message_pkey", TAKEN, {"ticket": "2"}),
    ("a notice of nothing", "notice.notice_text_check", CHANGED, {"text": ""}),
    ("a notice too long to read", "notice.notice_text_check", CHANGED, {"text": "x" * 2001}),
    ("another notice takes the number of one", "notice.notice_pkey", TAKEN, {"person": "erik"}),
    ("somebody is told twice", "notice.notice_action_person_key", TAKEN, {"id": "999"}),
    ("somebody has two profiles", "profile.profile_pkey", TAKEN, {"email": "x@example.org"}),
    ("two people have one address", "profile.profile_email", TAKEN, {"person": "newcomer"}),
    ("another ticket takes the number of one", "ticket.ticket_pkey", TAKEN, {"requester": "erik"}),
    ("more assurance than there is", "ticket.ticket_assurance_check", CHANGED, {"assurance": "3"}),
    ("a turn of no kind", "turn.turn_kind_check", CHANGED, {"kind": "x"}),
)
"""What is attacked, its control, and how a row of its table is changed."""


def _around(specimens: Specimens) -> list[Attack]:
    made = []
    for words, control, how, change in _AROUND:
        row = specimens.any("public", control.split(".")[0])
        make_room = (lambda k, _, row=row: row.taken_out(k)) if how == CHANGED else None
        made.append(
            Attack(
                words,
                control,
                nothing,
                lambda k, _, row=row, change=change: row.written(k, OWNER, row.values | change),
                make_room,
            )
        )
    return made


def _again(
    words: str, table: str, name: str, role: str, row: Row, values: dict[str, str | None]
) -> Attack:
    return Attack(
        words,
        f"{table}.{name}",
        nothing,
        lambda k, _: row.written(k, role, values),
        lambda k, _: row.taken_out(k),
    )
