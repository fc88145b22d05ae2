"""O20: what each login role may do to each kernel table, tried as that role."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import errors, sql

from holdshort.records.roles import role_names
from tests.desk import Desk
from tests.kernel.grant_table import INSERTS, READERS, ROLES
from tests.kernel.mutation import Run
from tests.kernel.rows import Kernel, not_granted
from tests.kernel.test_attacks import refusal

SNAPSHOT = Path(__file__).resolve().parent.parent / "snapshots" / "grants.txt"
TABLES = sorted(INSERTS)


def columns(kernel: Kernel, table: str) -> list[str]:
    found = kernel.sql(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = 'kernel' AND table_name = %s ORDER BY ordinal_position",
        table,
    )
    return [name for (name,) in found]


def test_the_table_of_grants_names_every_kernel_table(kernel: Kernel) -> None:
    found = kernel.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'kernel'")
    assert sorted(name for (name,) in found) == TABLES


@pytest.fixture(scope="module")
def run(kernel: Kernel) -> Iterator[Run]:
    one = Run(kernel)
    yield one
    one.close()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", TABLES)
def test_o20_a_role_reads_and_fills_in_what_is_its_own_and_changes_nothing(
    kernel: Kernel, run: Run, table: str, role: str
) -> None:
    lacks = {
        (one.verb, one.column) for one in run.missing if (one.role, one.table) == (role, table)
    }
    there, granted = columns(kernel, table), INSERTS[table].get(role, "").split()
    wanted = {("SELECT", one) for one in there if role not in READERS}
    wanted |= {("INSERT", one) for one in there if one not in granted} if granted else set()
    wanted |= {("UPDATE", one) for one in there}
    whole = {"DELETE", "TRUNCATE", "TRIGGER", "REFERENCES", *(() if granted else ("INSERT",))}
    # A right that PostgreSQL 17 brought.
    whole |= {"MAINTAIN"} if int(kernel.sql("SHOW server_version_num")[0][0]) >= 170000 else set()
    assert set(granted) <= set(there)
    assert lacks == wanted | {(verb, "") for verb in whole}


@pytest.mark.parametrize("role", ROLES)
def test_o20_what_is_not_granted_is_refused_to_whoever_signs_in(
    kernel: Kernel, run: Run, role: str
) -> None:
    tried = [one for one in run.on_rights if one.words.startswith(f"{role} ")]
    assert len(tried) > 100
    found = {one.words: (one.refused_by, refusal(kernel, one)) for one in tried}
    assert {words: both for words, both in found.items() if both[0] != both[1]} == {}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", TABLES)
def test_nobody_locks_a_row_of_the_kernel(kernel: Kernel, table: str, role: str) -> None:
    locks = sql.SQL("SELECT 1 FROM {} LIMIT 1 FOR UPDATE")
    with not_granted():
        kernel.run(role, locks.format(sql.Identifier("kernel", table)))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "statement",
    [
        "SET SESSION AUTHORIZATION {owner}",
        "SET session_replication_role = replica",
        "ALTER TABLE kernel.decision DROP CONSTRAINT another_person",
        "ALTER TABLE kernel.decision DISABLE TRIGGER ALL",
        "DROP POLICY fate_web ON kernel.fate",
        "DROP TABLE kernel.fate CASCADE",
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
