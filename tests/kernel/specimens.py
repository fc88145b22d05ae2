"""A row of every table, and for every role a row of it that the role may write.

From these the plain attacks are made: the same row with a column left empty, the same row by
another role, the same row changed or taken away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from psycopg import sql

from holdshort.records.roles import role_names
from tests.kernel.attacks import (
    actions,
    afterwards,
    alone,
    call_backs,
    emergencies,
    grants,
    overrides,
    rollbacks,
    sides,
    turns,
)
from tests.kernel.grant_table import ROLES
from tests.kernel.reach import SUPERUSER
from tests.kernel.rows import Kernel


def full(kernel: Kernel) -> None:
    """At least one row in every table of both schemas, and a row that each role may write."""
    for scene in (turns.by_hand, turns.reported, turns.settled, turns.ours_running, turns.stopped):
        scene(kernel)
    kernel.alone()
    grants.given(kernel)
    kernel.outcome(turns.ours_running(kernel), role="desk")
    made = kernel.decided(kernel.reviewed(kernel.assessed(needed=2)), "sven")
    kernel.authorized(kernel.decided(made, "nadia"))
    kernel.decided(kernel.reviewed(), "sven")
    kernel.asked(kernel.reviewed(), "ines")
    kernel.panel("ines")
    turns.reminded(kernel)
    alone.looked_at_already(kernel)
    kernel.insert("web", "takeback", delegation=kernel.delegated("petra", "leo")["id"])
    kernel.turned(kernel.staged(), "refused", "desk")
    kernel.insert("desk", "dependency", action=kernel.staged().id, needs=kernel.staged().id)
    overrides.looked(kernel)
    overrides.used(kernel)
    afterwards.reported(kernel)
    afterwards.looked(kernel)
    call_backs.confirmed(kernel)
    emergencies.looked(kernel)
    rollbacks.changed(kernel)
    sides.permitted(kernel)
    kernel.outcome(turns.seen_by_hand(kernel), **turns.ALONE)
    kernel.insert("web", "ending", action=made.id, why="ended", person="dana")
    kernel.insert("desk", "ending", action=made.id, why="gone")
    own = {"initiator": "holdshort", "initiator_kind": "service", "answers": None}
    kernel.proposed("desk", ticket=actions.noticed(kernel), **own)
    kernel.insert("desk", "staging", proposal=kernel.proposed(), result="actions")
    kernel.insert(
        "web", "adoption", policy_version=kernel.proposed_policy(), author="ines", person="sven"
    )
    for role, name in (
        ("agent", "proposal.offered"),
        ("executor", "execution.settled"),
        ("web", "decision.made"),
        ("desk", "action.staged"),
    ):
        kernel.event(made, role, name=name)
    kernel.logged(made)
    _around(kernel)


_AROUND = (
    # A state came back so long ago that it holds nothing that is here, and was reconciled.
    "INSERT INTO kernel.restoration (reason, position, seen, noticed_at) "
    "VALUES ('log', 0, 1, '2000-01-01')",
    "INSERT INTO kernel.reconciliation (restoration, person, account, channel, note) SELECT r.id, "
    "a.person, a.id, 'console', 'n' FROM kernel.restoration r, kernel.account a "
    "WHERE a.person = 'ines' AND a.ended_at IS NULL ORDER BY a.id LIMIT 1",
    "INSERT INTO kernel.settlement (action, restoration, person, account, result) SELECT x.id, "
    "r.restoration, r.person, r.account, 'done' FROM kernel.reconciliation r, kernel.action x "
    "WHERE NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = x.id) ORDER BY x.id LIMIT 1",
    "INSERT INTO kernel.sighting (action, now) SELECT id, '{}' FROM kernel.action LIMIT 1",
    # A switch that is off, over something that is not there.
    "INSERT INTO kernel.switch (scope, is_on, person, account, channel, reason) SELECT "
    "'connector:nowhere', false, person, id, 'console', '' FROM kernel.account "
    "WHERE person = 'ines' AND ended_at IS NULL ORDER BY id LIMIT 1",
    "INSERT INTO kernel.person (id, kind) VALUES ('newcomer', 'human'), ('latecomer', 'human')",
    "INSERT INTO profile (person, name, email) VALUES ('latecomer', 'L', 'late@example.org')",
    "INSERT INTO sealed (action, ticket, person, sealed, expires_at) SELECT gen_random_uuid(), "
    "number, 'dana', 'x', clock_timestamp() FROM ticket LIMIT 1",
    "INSERT INTO preview (about, inquiry, seen, shown, problem) "
    "VALUES (gen_random_uuid(), 'i', '{}', '{}', '')",
    "INSERT INTO notice (person, ticket, action, text) "
    "SELECT 'dana', a.ticket, a.id, 't' FROM kernel.action a ORDER BY a.staged_at LIMIT 1",
    "INSERT INTO delivery (channel, kind, key, person, urgent, next_at) "
    "VALUES ('mail', 'test', 'k', 'dana', true, now())",
    "INSERT INTO leaver (person, ended_on, ended_at, ticket) "
    "SELECT 'karl', '2025-06-30', '2025-07-01', number FROM ticket LIMIT 1",
    "INSERT INTO attachment (message, place, name, content) SELECT id, 1, 'a.txt', 'a' "
    "FROM message ORDER BY id DESC LIMIT 1",
    "INSERT INTO label (ticket, label) SELECT number, 'l' FROM ticket LIMIT 1",
    "INSERT INTO decision_note (decision, comment) SELECT id, 'c' FROM kernel.decision LIMIT 1",
    "INSERT INTO sign_in_link (digest, person, expires_at) VALUES ('d', 'dana', now())",
    "INSERT INTO sign_in_attempt (name, succeeded) VALUES ('dana', false)",
    "INSERT INTO api_token (digest, account, person, scopes, label) "
    "SELECT 't', id, person, '{}', 'l' FROM kernel.account WHERE person = 'dana' LIMIT 1",
    "INSERT INTO idempotency (person, key, request_digest) VALUES ('dana', 'k', 'd')",
    "INSERT INTO django_session (session_key, session_data, expire_date) VALUES ('k', 'd', now())",
    "INSERT INTO procrastinate_workers DEFAULT VALUES",
    "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('agent', 'propose'), "
    "('desk', 'stage'), ('executor', 'execute')",
    "INSERT INTO procrastinate_events (job_id, type) SELECT id, 'deferred' FROM procrastinate_jobs",
    "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp, job_id) "
    "SELECT 't', id, id FROM procrastinate_jobs LIMIT 1",
)


def _around(kernel: Kernel) -> None:
    for statement in _AROUND:
        kernel.run(SUPERUSER, statement)


_CAME_BACK_NOW = (
    "DELETE FROM kernel.reconciliation",
    "UPDATE kernel.restoration SET noticed_at = clock_timestamp()",
)
_SENT_NOW = ("UPDATE message SET sent_at = clock_timestamp()",)
_STOP_NOW = ("UPDATE kernel.switch SET scope = 'everything'",)
_LONG_AGO = (
    "UPDATE kernel.switch SET scope = 'everything', set_at = '2000-01-01'",
    "UPDATE kernel.\"authorization\" SET not_before = '2001-01-01', expires_at = '2001-01-02' "
    'WHERE action = (SELECT z.action FROM kernel."authorization" z WHERE NOT EXISTS ('
    "SELECT FROM kernel.execution x WHERE x.action = z.action) LIMIT 1)",
)
_ROOM = {
    "settlement": _CAME_BACK_NOW,
    "halted": _CAME_BACK_NOW,
    "attachment": _SENT_NOW,
    "stopped": _STOP_NOW,
    "held_up": _LONG_AGO,
}
"""What must be so, besides, for a row of a table or view to be there or to be written."""


def make_room(kernel: Kernel, table: str) -> None:
    """Inside a transaction that keeps nothing, bring about what its rows need."""
    for statement in _ROOM.get(table, ()):
        kernel.run(SUPERUSER, statement)


# ------------------------------------------------------------------ one row


@dataclass(frozen=True)
class Row:
    """A row that is there, its values as text; `where` finds it."""

    schema: str
    table: str
    values: dict[str, str | None]
    where: str

    @property
    def name(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.table)

    def written(self, kernel: Kernel, role: str, values: dict[str, str | None]) -> None:
        """The role writes these columns as a row."""
        statement = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
            self.name,
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(map(sql.Placeholder, values)),
        )
        kernel.run(role, statement, values)

    def taken_out(self, kernel: Kernel) -> None:
        """Make room for the row to be written again; what refers to it stays."""
        make_room(kernel, self.table)
        _unchecked(
            kernel,
            sql.SQL("DELETE FROM {} WHERE ctid = {}").format(self.name, sql.Literal(self.where)),
        )

    def alone(self, kernel: Kernel) -> None:
        """Leave the row alone in its table, with nothing that refers to it."""
        others = [
            sql.SQL("DELETE FROM {} WHERE ctid <> {}").format(self.name, sql.Literal(self.where))
        ]
        for schema, table in _referring(kernel, self):
            others.append(sql.SQL("DELETE FROM {}").format(sql.Identifier(schema, table)))
        _unchecked(kernel, *others)


def _unchecked(kernel: Kernel, *statements: sql.Composed) -> None:
    """Statements of the superuser that no trigger follows, foreign keys included."""
    kernel.run(SUPERUSER, "SET LOCAL session_replication_role = replica")
    for statement in statements:
        kernel.run(SUPERUSER, statement)
    kernel.run(SUPERUSER, "SET LOCAL session_replication_role = origin")


def _referring(kernel: Kernel, row: Row) -> list[tuple[str, str]]:
    return kernel.sql(
        "SELECT DISTINCT n.nspname::text, c.relname::text FROM pg_constraint t "
        "JOIN pg_class c ON c.oid = t.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE t.contype = 'f' AND t.conrelid <> t.confrelid AND t.confrelid = %s::regclass",
        f'{row.schema}."{row.table}"',
    )


def rows(kernel: Kernel, schema: str, table: str, most: int = 30) -> list[Row]:
    """The latest rows of a table."""
    columns = [
        name
        for (name,) in kernel.sql(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
            "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            f'{schema}."{table}"',
        )
    ]
    text = sql.SQL("SELECT ctid::text, {} FROM {} ORDER BY ctid DESC LIMIT {}").format(
        sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(one)) for one in columns),
        sql.Identifier(schema, table),
        sql.Literal(most),
    )
    return [
        Row(schema, table, dict(zip(columns, values, strict=True)), where)
        for where, *values in kernel.sql(text)
    ]


class Specimens:
    """The rows of every table, found once; tried inside a transaction that keeps nothing."""

    def __init__(self, kernel: Kernel, tried: Callable[[Callable[[], None]], bool]) -> None:
        """`tried` says whether the database accepts what it is given, and undoes it."""
        kernel.once(full)
        self._kernel = kernel
        self._tried = tried
        self._found: dict[str, list[Row]] = {}
        self._of: dict[tuple[str, str], Row] = {}

    def rows(self, schema: str, table: str) -> list[Row]:
        if table not in self._found:
            self._found[table] = rows(self._kernel, schema, table)
        return self._found[table]

    def any(self, schema: str, table: str) -> Row:
        """A row of the table. Raises LookupError if nobody made one."""
        found = self.rows(schema, table)
        if not found:
            raise LookupError(f"{table} has no row: add one to tests/kernel/specimens.py")
        return found[0]

    def of(self, role: str, schema: str, table: str) -> Row:
        """A row that the role may write again when it is gone. Raises LookupError."""
        if (role, table) not in self._of:
            columns = self.may_write(role, schema, table)
            for row in self.rows(schema, table):
                if self._tried(partial(self._again, role, row, columns)):
                    self._of[role, table] = row
                    break
            else:
                raise LookupError(
                    f"{table} has no row that {role} may write: add one to "
                    "tests/kernel/specimens.py"
                )
        return self._of[role, table]

    def writable(self, schema: str, table: str) -> Row:
        """A row that a login role may write again, or any row where none may."""
        may = [role for role in ROLES if self.may_write(role, schema, table)]
        return self.of(may[0], schema, table) if may else self.any(schema, table)

    def _again(self, role: str, row: Row, columns: set[str]) -> None:
        row.taken_out(self._kernel)
        values = {name: value for name, value in row.values.items() if name in columns}
        row.written(self._kernel, role, values)

    def may_write(self, role: str, schema: str, table: str) -> set[str]:
        """The columns of a table that a role may fill in."""
        found = self._kernel.sql(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
            "AND NOT attisdropped AND has_column_privilege(%s, attrelid, attnum, 'INSERT')",
            f'{schema}."{table}"',
            role_names()[role],
        )
        return {name for (name,) in found}

    def asked_about(self, schema: str, table: str) -> set[str]:
        """The columns of a table that its row policies ask about."""
        found = self._kernel.sql(
            "SELECT DISTINCT a.attname::text FROM pg_depend d JOIN pg_attribute a "
            "ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid "
            "WHERE d.classid = 'pg_policy'::regclass AND d.refobjid = %s::regclass",
            f'{schema}."{table}"',
        )
        return {name for (name,) in found}

    def type_of(self, schema: str, table: str, column: str) -> str:
        """The type of a column."""
        found = self._kernel.sql(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attname = %s",
            f'{schema}."{table}"',
            column,
        )
        return str(found[0][0])

    def forged(self, schema: str, table: str, column: str) -> str:
        """A value of the right type for a column that the database computes."""
        return "1" if self.type_of(schema, table, column) == "integer" else "forged"

    def primary_key(self, schema: str, table: str) -> list[tuple[str, str]]:
        """The columns of the primary key, with their types."""
        return [
            (str(name), str(kind))
            for name, kind in self._kernel.sql(
                "SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_index x "
                "JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = ANY(x.indkey) "
                "WHERE x.indisprimary AND x.indrelid = %s::regclass "
                "ORDER BY array_position(x.indkey::int2[], a.attnum)",
                f'{schema}."{table}"',
            )
        ]
