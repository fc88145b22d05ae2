"""Where the SQL connector may connect to, with what, and what it says when it cannot."""

from __future__ import annotations

import socket

import pytest

from holdshort.connectors import build, safety
from holdshort.connectors.safety import Forbidden
from holdshort.connectors.sql import Sql
from holdshort.core.terms import Inquiry
from holdshort.ports import ConnectorError, RefusedByTarget, Unreachable
from tests.databases.served import PASSWORD, Served


def connector(monkeypatch: pytest.MonkeyPatch, dsn: str, **more: object) -> Sql:
    monkeypatch.setenv("TEST_DSN", dsn)
    built = build("dev-db", "sql", {"dsn": "env:TEST_DSN", **more})
    assert isinstance(built, Sql)
    return built


@pytest.fixture(autouse=True)
def no_connection(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail when something is connected to that must not be."""
    if "postgres" in request.fixturenames:
        return

    def never(*_: object, **__: object) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr("holdshort.connectors.sql_wire.Session.connect", never)


@pytest.mark.parametrize(
    ("dsn", "said"),
    [
        ("postgresql://u:p@127.0.0.1/d", "internal address"),
        ("postgresql://u:p@10.1.2.3/d", "internal address"),
        ("postgresql://u:p@169.254.169.254/d", "no connector may connect to"),
        ("postgresql://u:p@/d?host=/var/run/postgresql", "socket of this machine"),
        ("postgresql://u:p@8.8.8.8/d?sslmode=require", "sslmode=verify-full"),
        ("postgresql://u:p@a.example,b.example/d", "one host only"),
        ("postgresql://u:p@8.8.8.8/d?options=-cfoo", "must not say options"),
        ("postgresql://u:p@8.8.8.8/d?service=x", "must not say service"),
        ("postgresql://u:p@8.8.8.8/d?hostaddr=127.0.0.1", "must not say hostaddr"),
        ("postgresql://u:p@/d", "must name a host"),
        ("postgresql://:p@8.8.8.8/d", "must name a host, a database, a user"),
        ("mysql://u:p@8.8.8.8/d", "does not hold an address"),
    ],
)
def test_an_address_that_may_not_be_used_is_refused_before_any_connection(
    monkeypatch: pytest.MonkeyPatch, dsn: str, said: str
) -> None:
    with pytest.raises(RefusedByTarget, match=said) as no:
        connector(monkeypatch, dsn).probe()
    assert ":p@" not in str(no.value)


def test_link_local_and_weak_encryption_to_a_public_address_stay_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for dsn in ("postgresql://u:p@169.254.1.1/d", "postgresql://u:p@8.8.8.8/d?sslmode=disable"):
        with pytest.raises(Forbidden):
            connector(monkeypatch, dsn, allow_internal=True).probe()


def test_a_checked_address_is_the_one_that_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, object] = {}

    def connect(**where: object) -> None:
        told.update(where)
        raise Unreachable("stop here")

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 5432))]
    monkeypatch.setattr(safety.socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr("holdshort.connectors.sql_wire.Session.connect", connect)
    with pytest.raises(Unreachable):
        connector(monkeypatch, "postgresql://u:p@db.example/d").probe()
    assert (told["host"], told["hostaddr"]) == ("db.example", "8.8.8.8")
    assert (told["sslmode"], told["sslrootcert"]) == ("verify-full", "system")
    assert "statement_timeout=9" in str(told["options"])


@pytest.mark.parametrize("setting", ["dsn: secret", "postgresql://u:hunter2@h/d"])
def test_an_address_instead_of_a_reference_is_not_taken_and_not_repeated(setting: str) -> None:
    with pytest.raises(ConnectorError, match="write a reference") as no:
        build("dev-db", "sql", {"dsn": setting})
    assert "hunter2" not in str(no.value)


def test_what_libpq_reads_from_the_environment_leads_nowhere_else(
    postgres: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOSTADDR", "192.0.2.1")
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=0 -c default_transaction_read_only=on")
    monkeypatch.setenv("PGUSER", "somebody")
    assert "to holdshort" in postgres.connector().probe()


def test_a_probe_says_who_it_is_and_changes_nothing(postgres: Served) -> None:
    said = postgres.connector().probe()
    assert said.endswith("answered, not encrypted, to holdshort; the notes can be read.")
    postgres.run("ALTER ROLE holdshort SUPERUSER")
    try:
        assert "more than the desk needs" in postgres.connector().probe()
    finally:
        postgres.run("ALTER ROLE holdshort NOSUPERUSER")


@pytest.mark.parametrize(
    ("more", "password", "said"),
    [
        ("", "wrong-one", "refused the sign-in"),
        ("?sslmode=require", PASSWORD, "certificate is not to be trusted, or it does not encrypt"),
    ],
)
def test_a_sign_in_that_fails_names_the_reference_and_no_secret(
    postgres: Served, monkeypatch: pytest.MonkeyPatch, more: str, password: str, said: str
) -> None:
    port = postgres.server.port
    dsn = f"postgresql://holdshort:{password}@127.0.0.1:{port}/holdshort{more}"
    with pytest.raises(RefusedByTarget, match=said) as no:
        connector(monkeypatch, dsn, allow_internal=True).probe()
    assert "env:TEST_DSN" in str(no.value)
    assert password not in str(no.value)


def test_a_database_that_does_not_exist_is_a_refusal(
    postgres: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = f"postgresql://holdshort:{PASSWORD}@127.0.0.1:{postgres.server.port}/nothing"
    with pytest.raises(RefusedByTarget, match="name of the database"):
        connector(monkeypatch, dsn, allow_internal=True).probe()


def test_a_rotated_address_needs_no_restart(postgres: Served) -> None:
    app = postgres.connector()
    postgres.write_dsn(password="not-any-more")
    with pytest.raises(RefusedByTarget):
        app.probe()
    postgres.write_dsn()
    assert "answered" in app.probe()


def test_what_it_does_not_serve_is_refused_without_a_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(RefusedByTarget, match=r"does not carry out db\.restart"):
        connector(monkeypatch, "postgresql://u:p@8.8.8.8/d").preview(
            Inquiry("dev-db", "db.restart", {})
        )


def test_a_silent_server_is_not_waited_for_longer_than_allowed(
    monkeypatch: pytest.MonkeyPatch, postgres: Served
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        dsn = f"postgresql://u:p@127.0.0.1:{silent.getsockname()[1]}/d"
        with pytest.raises(Unreachable, match="in time"):
            connector(monkeypatch, dsn, allow_internal=True, timeout=0.2).probe()
