"""`holdshort migrate`: roles and tables, and what it says where it may not create roles."""

from __future__ import annotations

import psycopg
import pytest

from holdshort.records.install import NeedsAdministrator, create_roles
from holdshort.records.roles import role_names
from tests.desk import PASSWORDS, Desk, Server


def test_each_process_has_a_login_role_and_the_owner_has_none(server: Server) -> None:
    found = dict(server.admin("SELECT rolname, rolcanlogin FROM pg_roles"))
    names = role_names()
    assert [found[names[name]] for name in ("web", "agent", "desk", "executor")] == [True] * 4
    assert found[names["owner"]] is False


def test_creating_the_roles_again_changes_nothing_and_keeps_passwords(desk: Desk) -> None:
    create_roles(desk.url(), {})
    with desk.role("web"):
        from holdshort.records import db

        assert db.value("now") is not None


def test_a_wrong_password_is_refused(desk: Desk) -> None:
    wrong = desk.url("web").replace(PASSWORDS["web"], "not-it")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(wrong)


def test_without_the_right_to_create_roles_it_prints_the_sql_and_stops(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sql("DROP ROLE IF EXISTS plain_account")
    desk.sql("CREATE ROLE plain_account LOGIN PASSWORD 'plain'")
    url = desk.url("web").replace(role_names()["web"], "plain_account")
    url = url.replace(PASSWORDS["web"], "plain")
    monkeypatch.setenv("HOLDSHORT_ROLE_PREFIX", "elsewhere")
    with pytest.raises(NeedsAdministrator) as stopped:
        create_roles(url, dict.fromkeys(PASSWORDS, "a-password-that-must-not-show"))
    assert 'CREATE ROLE "elsewhere_owner" NOLOGIN;' in stopped.value.statements
    assert 'CREATE ROLE "elsewhere_web" LOGIN;' in stopped.value.statements
    assert 'GRANT "elsewhere_owner" TO "plain_account";' in stopped.value.statements
    assert "must-not-show" not in str(stopped.value)
    assert desk.sql("SELECT 1 FROM pg_roles WHERE rolname LIKE 'elsewhere%'") == []
    desk.sql("DROP ROLE plain_account")


def test_a_prefix_that_is_no_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDSHORT_ROLE_PREFIX", "x; DROP ROLE postgres")
    with pytest.raises(ValueError, match="letters, digits and underscores"):
        role_names()
