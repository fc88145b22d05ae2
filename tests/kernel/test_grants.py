"""O20: what each login role may do to each kernel table, tried as that role."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

from holdshort.records.roles import role_names
from tests.desk import Desk
from tests.kernel.grant_table import INSERTS, READERS, ROLES
from tests.kernel.rows import Kernel

SNAPSHOT = Path(__file__).resolve().parent.parent / "snapshots" / "grants.txt"
TABLES = sorted(INSERTS)


def columns(kernel: Kernel, table: str) -> list[str]:
    found = kernel.sql(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = 'kernel' AND table_name = %s ORDER BY ordinal_position",
        table,
    )
    return [name for (name,) in found]


def denied(connection: psycopg.Connection, statement: sql.Composed) -> bool:
    """Whether the role may not even try; what it tries is never kept."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
    except errors.InsufficientPrivilege as error:
        return "permission denied" in str(error)
    except psycopg.Error:
        return False
    return False


def about(text: str, table: str, column: str = "") -> sql.Composed:
    return sql.SQL(text).format(
        table=sql.Identifier("kernel", table), column=sql.Identifier(column or "id")
    )


def test_the_table_of_grants_names_every_kernel_table(kernel: Kernel) -> None:
    found = kernel.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'kernel'")
    assert sorted(name for (name,) in found) == TABLES


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", TABLES)
def test_o20_no_role_changes_or_deletes_what_is_written(
    kernel: Kernel, table: str, role: str
) -> None:
    connection = kernel.as_role(role)
    for verb in ("DELETE FROM {table}", "TRUNCATE {table}", "TRUNCATE {table} CASCADE"):
        assert denied(connection, about(verb, table)), verb
    for column in columns(kernel, table):
        assert denied(connection, about("UPDATE {table} SET {column} = DEFAULT", table, column))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", TABLES)
def test_o20_a_role_fills_in_its_own_columns_and_no_others(
    kernel: Kernel, table: str, role: str
) -> None:
    connection, granted = kernel.as_role(role), INSERTS[table].get(role, "").split()
    assert set(granted) <= set(columns(kernel, table))
    for column in columns(kernel, table):
        statement = about("INSERT INTO {table} ({column}) VALUES (DEFAULT)", table, column)
        assert denied(connection, statement) == (column not in granted), column
    assert denied(connection, about("INSERT INTO {table} DEFAULT VALUES", table)) == (not granted)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", TABLES)
def test_the_agent_reads_no_kernel_table_and_nobody_locks_one(
    kernel: Kernel, table: str, role: str
) -> None:
    connection = kernel.as_role(role)
    for column in columns(kernel, table):
        statement = about("SELECT {column} FROM {table} LIMIT 1", table, column)
        assert denied(connection, statement) == (role not in READERS), column
    assert denied(connection, about("SELECT 1 FROM {table} LIMIT 1 FOR UPDATE", table))


@pytest.mark.parametrize("role", ROLES)
def test_what_the_database_fills_in_is_nobodys_to_write(kernel: Kernel, role: str) -> None:
    filled = kernel.sql(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'kernel' AND (column_default IS NOT NULL OR is_identity = 'YES' "
        "OR is_generated = 'ALWAYS') AND data_type <> 'text'"
    )
    filled += [("event", "login_role"), ("assessment", "category"), ("decision", "authority")]
    filled += [(table, "person_kind") for table in ("decision", "assignment", "adoption")]
    for table, column in filled:
        statement = about("INSERT INTO {table} ({column}) VALUES (DEFAULT)", table, column)
        assert denied(kernel.as_role(role), statement), (table, column)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE {owner}",
        "SET SESSION AUTHORIZATION {owner}",
        "SET session_replication_role = replica",
        "ALTER TABLE kernel.fate DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE kernel.decision DROP CONSTRAINT another_person",
        "ALTER TABLE kernel.decision DISABLE TRIGGER ALL",
        "DROP POLICY fate_web ON kernel.fate",
        "DROP TABLE kernel.fate CASCADE",
        "CREATE TABLE kernel.mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE another SUPERUSER",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "ALTER ROLE {me} BYPASSRLS",
    ],
)
def test_no_role_takes_a_control_away(kernel: Kernel, role: str, statement: str) -> None:
    names = role_names()
    text = statement.format(owner=names["owner"], me=names[role])
    with pytest.raises((errors.InsufficientPrivilege, errors.InvalidParameterValue)):
        kernel.as_role(role).execute(text)  # type: ignore[arg-type]


def test_the_login_roles_are_ordinary_and_own_nothing(kernel: Kernel) -> None:
    names = [role_names()[role] for role in ROLES]
    odd = kernel.sql(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND (rolsuper OR rolbypassrls "
        "OR rolcreaterole OR rolcreatedb OR rolreplication)",
        names,
    )
    owned = kernel.sql(
        "SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = ANY(%s)", names
    )
    member = kernel.sql(
        "SELECT 1 FROM pg_auth_members WHERE member::regrole::text = ANY(%s)", names
    )
    assert (odd, owned, member) == ([], [], [])


def test_no_function_of_ours_runs_with_its_owners_rights(kernel: Kernel) -> None:
    assert not kernel.sql(
        "SELECT proname FROM pg_proc WHERE prosecdef "
        "AND pronamespace IN ('kernel'::regnamespace, 'public'::regnamespace)"
    )


def test_the_grants_are_those_of_the_snapshot(office: Desk, kernel: Kernel) -> None:
    found = _grants(kernel)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(found)
    assert found == SNAPSHOT.read_text(), "rights changed: read them, then UPDATE_SNAPSHOTS=1"


# ------------------------------------------------------------------ the snapshot


def _grants(kernel: Kernel) -> str:
    lines = ["TABLES (role: verb, with the columns where not all)", ""]
    for schema, table in kernel.sql(
        "SELECT table_schema, table_name FROM information_schema.tables "
        "WHERE table_schema IN ('kernel', 'public') ORDER BY 1, 2"
    ):
        lines += _of_table(kernel, schema, table)
    return "\n".join([*lines, "", "ROWS (policies)", "", *_policies(kernel), ""])


def _of_table(kernel: Kernel, schema: str, table: str) -> list[str]:
    rights = kernel.sql(
        "SELECT grantee, privilege_type, string_agg(column_name, ' ' ORDER BY column_name), "
        "count(*) = (SELECT count(*) FROM information_schema.columns c "
        "WHERE c.table_schema = %(schema)s AND c.table_name = %(table)s) "
        "FROM information_schema.column_privileges WHERE table_schema = %(schema)s "
        "AND table_name = %(table)s AND privilege_type <> 'REFERENCES' GROUP BY 1, 2 UNION ALL "
        "SELECT grantee, privilege_type, '', true FROM information_schema.table_privileges "
        "WHERE table_schema = %(schema)s AND table_name = %(table)s "
        "AND privilege_type IN ('DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER') ORDER BY 1, 2",
        {"schema": schema, "table": table},
    )
    names = {name: role for role, name in role_names().items() if role != "owner"}
    mine = [row for row in rights if row[0] in names or row[0] == "PUBLIC"]
    return [
        f"{schema}.{table}",
        *(
            f"    {names.get(who, who)}: {verb}{'' if whole else f' ({some})'}"
            for who, verb, some, whole in mine
        ),
    ]


def _policies(kernel: Kernel) -> list[str]:
    names = {name: role for role, name in role_names().items()}
    return [
        f"{table} {name} {'' if kind == 'PERMISSIVE' else 'and '}"
        f"{','.join(sorted(names.get(role, role) for role in roles))} {verb}\n"
        + "".join(
            f"    {word} {' '.join(text.split())}\n"
            for word, text in (("using", using), ("check", check))
            if text
        ).rstrip("\n")
        for table, name, kind, roles, verb, using, check in kernel.sql(
            "SELECT tablename, policyname, permissive, roles, cmd, qual, with_check "
            "FROM pg_policies ORDER BY 1, 2"
        )
    ]
