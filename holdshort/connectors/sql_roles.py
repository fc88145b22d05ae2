"""Membership of the roles of a PostgreSQL server, and what power a role carries, nested or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg import sql

from holdshort.connectors.directory import refuse_drift
from holdshort.connectors.sql_wire import Session
from holdshort.ports import Receipt, RefusedByTarget

MEMBER = {"db.grant_role": True, "db.revoke_role": False}
"""Whether the account is in the role afterwards."""

Words = Mapping[str, Any]

_MEMBERSHIP = """
SELECT l.oid::text, l.rolname, l.rolcanlogin, r.oid::text, r.rolname,
       EXISTS (SELECT FROM pg_catalog.pg_auth_members m
                WHERE m.roleid = r.oid AND m.member = l.oid),
       EXISTS (SELECT FROM pg_catalog.pg_auth_members m
                WHERE m.roleid = r.oid AND m.member = l.oid AND m.admin_option)
  FROM (SELECT) x LEFT JOIN pg_catalog.pg_roles l ON l.oid::text = %(account)s
                  LEFT JOIN pg_catalog.pg_roles r ON r.rolname = %(role)s
"""

_CARRIED = r"""
WITH RECURSIVE carried (oid) AS (
  SELECT %(role)s::oid
   UNION
  SELECT m.roleid FROM pg_catalog.pg_auth_members m JOIN carried c ON m.member = c.oid)
SELECT r.rolname, array_remove(ARRAY[
         CASE WHEN r.rolsuper THEN 'superuser' END,
         CASE WHEN r.rolcreaterole THEN 'may create roles' END,
         CASE WHEN r.rolcreatedb THEN 'may create databases' END,
         CASE WHEN r.rolreplication THEN 'may copy the whole server' END,
         CASE WHEN r.rolbypassrls THEN 'sees rows that are hidden from others' END,
         CASE WHEN r.rolname LIKE 'pg\_%%' THEN 'administration of the server' END,
         CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_database d
                            WHERE d.datname = current_database() AND d.datdba = r.oid)
              THEN 'owns the database' END,
         CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_class t WHERE t.relowner = r.oid
                              AND t.relkind IN ('r', 'p', 'v', 'm')) THEN 'owns tables' END], NULL)
  FROM carried c JOIN pg_catalog.pg_roles r ON r.oid = c.oid ORDER BY r.rolname
"""
"""Attributes are not inherited, but whoever is in a role can become it."""


def observed(session: Session, words: Words) -> dict[str, Any]:
    """The relevant state now. Keys that start with `_` inform. Raises RefusedByTarget."""
    found = session.execute(_MEMBERSHIP, {k: words[k] for k in ("account", "role")}).fetchone()
    assert found is not None, "outer joins of one row give one row"
    account, login, active, role, _, member, admin = found
    if account is None:
        raise RefusedByTarget("The database has no such account any more.")
    if role is None:
        raise RefusedByTarget(f"The database has no role ‘{words['role']}’.")
    return {
        "account": account,
        "active": active,
        "group": role,
        "member": member,
        "containers": [_said(*one) for one in session.execute(_CARRIED, {"role": role})],
        "_login": login,
        "_admin": admin,
    }


def _said(name: str, powers: list[str]) -> str:
    return f"{name}: {', '.join(powers)}" if powers else name


def tried(session: Session, type: str, words: Words) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make the change and take it back: the state that matters, and what people are to see."""
    state = observed(session, words)
    if state["member"] is not MEMBER[type]:
        _write(session, type, words, state)
    session.rollback()
    shown = {"login": state["_login"], "carries": state["containers"]}
    return {name: one for name, one in state.items() if name[0] != "_"}, shown


def applied_now(
    session: Session, type: str, words: Words, *, key: str, seen: Mapping[str, Any]
) -> Receipt:
    """Make the change if the state is still as seen, and commit."""
    # Two changes of one role's members come one after the other.
    lock = "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('holdshort'), %s::oid::int)"
    session.execute(lock, [_oid(seen)])
    state = observed(session, words)
    refuse_drift(seen, state, "The database")
    _write(session, type, words, state)
    session.commit()
    return Receipt(
        {"role": state["group"], "condition": "read in the same transaction", "key": key}
    )


def _oid(seen: Mapping[str, Any]) -> str:
    return str(seen["group"])


def _write(session: Session, type: str, words: Words, state: Mapping[str, Any]) -> None:
    if state["_admin"] and not MEMBER[type]:
        raise RefusedByTarget(
            "This membership includes the right to give the role to others, which giving it back "
            "would not restore. A database administrator takes it away."
        )
    statement = "GRANT {} TO {}" if MEMBER[type] else "REVOKE {} FROM {}"
    names = sql.Identifier(words["role"]), sql.Identifier(state["_login"])
    session.execute(sql.SQL(statement).format(*names))
