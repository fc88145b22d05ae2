"""The demo company's own databases: made by `up --demo` beside the desk's, and changed by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from holdshort import wiring
from holdshort.cli.demo_databases import Made, demo_databases
from holdshort.company.read import read
from holdshort.connectors import build
from holdshort.machine.database_url import renamed
from tests.conftest import COMPANY
from tests.databases.served import PASSWORD, Served
from tests.desk import Desk, Server

DSNS = {"dev-db": "HOLDSHORT_DEV_DB_DSN", "prod-db-1": "HOLDSHORT_PROD_DB_1_DSN"}


@pytest.fixture(scope="module")
def made(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The databases, on the server that is the desk's own."""
    return demo_databases(server.url, tmp_path_factory.mktemp("data"), read(COMPANY))


@pytest.fixture(scope="module")
def template(server: Server, made: Made, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of the desk with the company as it is then: people have accounts in them."""
    said = made.company.model_dump(mode="json", by_alias=True, exclude_unset=True)
    file = tmp_path_factory.mktemp("company") / "company.yaml"
    file.write_text(yaml.safe_dump(said))
    server.make_template(file, "template_demo_databases")
    return "template_demo_databases"


@pytest.fixture
def desk(
    server: Server, template: str, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """A desk of the demo company, with the connected apps as its file declares them."""
    for name, value in made.named.items():
        monkeypatch.setenv(name, value)
    one = Desk(server, tmp_path, template)
    with one.role("executor"):
        connected = wiring.connected()
    one.connectors = {name: connected[name] for name in DSNS}
    yield one
    one.close()


def ask(desk: Desk, type: str, **params: Any) -> Any:
    desk.agent.will(type, **params)
    ticket = desk.ask("erik", "please")
    assert desk.actions(ticket), desk.said(ticket)
    return desk.action(ticket)


def held(server: Server, database: str, statement: str) -> list[tuple[Any, ...]]:
    return server.admin(statement, database=database)


def test_an_order_is_corrected_as_its_preview_showed(desk: Desk, server: Server) -> None:
    look = "SELECT status FROM public.orders WHERE id = 1002"
    paid = {"table": "orders", "set": {"status": "paid"}, "where": {"id": 1002}, "rows": 1}
    for database, copy, tier in (
        ("dev-db", "holdshort_dev_db", 2),
        ("prod-db-1", "holdshort_prod_db_1", 3),
    ):
        story = ask(desk, "db.change", database=database, **paid)
        findings = story.assessment["findings"]
        assert (story.assessment["tier"], story.assessment["mode"]) == (tier, "HITL")
        assert findings["after"] == ["id 1002: status = ‘paid’."]
        assert held(server, copy, look) == [("open",)]
        desk.decide(story.action.id, "lukas", "approve")
        ended = desk.story(story.action.id)
        assert (ended.state, ended.outcome["kind"]) == ("executed", "verified")
        assert held(server, copy, look) == [("paid",)]


def test_a_role_is_given_and_one_that_only_looks_harmless_needs_security(
    desk: Desk, server: Server
) -> None:
    reading = ask(desk, "db.grant_role", person="erik", database="dev-db", role="dev-db-reading")
    assert reading.assessment["tier"] == 2
    desk.decide(reading.action.id, "lukas", "approve")
    assert desk.story(reading.action.id).outcome["kind"] == "verified"
    member = "SELECT pg_has_role('erik@dev-db', 'dev-db-reading', 'MEMBER')"
    assert server.admin(member) == [(True,)]

    support = ask(desk, "db.grant_role", person="erik", database="dev-db", role="dev-db-support")
    assert support.assessment["tier"] == 3
    after = "\n".join(support.assessment["findings"]["after"])
    assert "dev-db-archive (owns tables)" in after and "through dev-db-support" in after


def test_the_account_of_the_desk_has_the_least_rights_and_none_at_the_desk_itself(
    made: Made, server: Server
) -> None:
    for env in DSNS.values():
        with psycopg.connect(made.named[env]) as login:
            assert login.execute(
                "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolinherit FROM pg_roles "
                "WHERE rolname = current_user"
            ).fetchone() == (False,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                login.execute("UPDATE public.orders SET amount = 0")
    with (
        psycopg.connect(renamed(made.named[env], "template_of_tests")) as login,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        login.execute("SELECT count(*) FROM kernel.person")


# ------------------------------------------------------------------ somebody else's server


@pytest.fixture
def administrator(postgres: Served) -> Iterator[str]:
    """The address of an administrator of databases who is no superuser."""
    postgres.run(f"CREATE ROLE landlord LOGIN CREATEDB CREATEROLE PASSWORD '{PASSWORD}'")
    yield f"postgresql://landlord:{PASSWORD}@127.0.0.1:{postgres.server.port}/postgres"
    postgres.run("ALTER ROLE landlord NOLOGIN")


def test_somebody_elses_server_gets_them_too_once(administrator: str, tmp_path: Path) -> None:
    first = demo_databases(administrator, tmp_path, read(COMPANY))
    again = demo_databases(f"{administrator}?application_name=up", tmp_path, read(COMPANY))
    assert first.problem == again.problem == ""
    assert first.named.keys() == set(DSNS.values())
    assert first.company.digest() == again.company.digest() != read(COMPANY).digest()
    (tmp_path / "dsn").write_text(again.named[DSNS["dev-db"]])
    settings = {"dsn": f"file:{tmp_path / 'dsn'}", "allow_internal": True}
    probed = build("dev-db", "sql", settings).probe()
    assert "notes can be read" in probed and "superuser" not in probed


def test_who_may_not_make_databases_is_told_what_is_needed_and_goes_on_without(
    server: Server, tmp_path: Path
) -> None:
    before = read(COMPANY)
    without = demo_databases(server.url_of("postgres", "web"), tmp_path, before)
    assert without.company == before and without.named == {}
    assert "dev-db and prod-db-1 are left out" in without.problem
    assert 'ALTER ROLE "holdshort_web" CREATEDB CREATEROLE' in without.problem


def test_a_company_without_such_databases_gets_none(server: Server, tmp_path: Path) -> None:
    small = read(COMPANY.with_name("small.yaml"))
    assert demo_databases(server.url, tmp_path, small) == Made(small)
    assert list(tmp_path.iterdir()) == []
