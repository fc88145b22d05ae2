"""Migrations: the first one is frozen, the whole is written down, and programs fit their tables."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import psycopg
import pytest

from holdshort.records import health, install, schema
from tests.desk import Desk
from tests.records.catalogue import PARTS, lines

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOTS = ROOT / "tests" / "snapshots"


def test_migrations_that_databases_have_had_never_change() -> None:
    for line in (SNAPSHOTS / "frozen.txt").read_text().splitlines():
        digest, name = line.split()
        found = hashlib.sha256((ROOT / name).read_bytes()).hexdigest()
        assert found == digest, f"{name} is frozen: write a new migration instead"


def test_the_schema_is_that_of_the_snapshot(desk: Desk) -> None:
    found = "\n".join(lines(desk.sql, PARTS)) + "\n"
    snapshot = SNAPSHOTS / "schema.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.write_text(found)
    assert found == snapshot.read_text(), "the schema changed: read it, then UPDATE_SNAPSHOTS=1"


def test_every_change_is_a_file_of_the_name_of_its_migration() -> None:
    for name in schema.known()[1:]:
        assert (schema.KERNEL / f"{name}.sql").read_text().startswith(f"-- {name[:4]}. ")


@pytest.mark.parametrize("role", ["web", "agent", "desk", "executor"])
def test_a_process_fits_the_tables_it_was_written_for(desk: Desk, role: str) -> None:
    with desk.role(role):
        assert schema.applied() == schema.known()
        schema.require_fit()


@pytest.mark.parametrize("role", ["web", "agent", "desk", "executor"])
def test_a_process_refuses_tables_that_are_older(desk: Desk, role: str) -> None:
    desk.sql(f"DELETE FROM django_migrations WHERE name = '{schema.known()[-1]}'")
    with desk.role(role), pytest.raises(schema.Unfit, match="run `holdshort migrate`"):
        schema.require_fit()


def test_where_nobody_may_read_the_migrations_they_are_older(desk: Desk) -> None:
    desk.sql('REVOKE SELECT ON django_migrations FROM "holdshort_web"')
    with desk.role("web"):
        assert schema.applied() == ()
        with pytest.raises(schema.Unfit, match=schema.known()[-1]):
            schema.require_fit()


@pytest.mark.parametrize("role", ["web", "agent", "desk", "executor"])
def test_a_process_refuses_tables_that_are_newer(desk: Desk, role: str) -> None:
    newer(desk)
    with desk.role(role), pytest.raises(schema.Unfit, match=r"newer than this program.*9999_later"):
        schema.require_fit()


def test_a_newer_database_is_not_migrated_back(desk: Desk) -> None:
    newer(desk)
    with desk.role(None), pytest.raises(schema.Unfit, match="Install the newer Holdshort"):
        install.migrate()


def test_doctor_says_that_the_tables_do_not_fit(desk: Desk) -> None:
    with desk.role("web"):
        assert found()["schema"].well
    newer(desk)
    with desk.role("web"):
        check = found()["schema"]
    assert not check.well and "newer than this program" in check.text


def newer(desk: Desk) -> None:
    desk.sql(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('records', '9999_later', now())"
    )


def found() -> dict[str, health.Check]:
    return {check.name: check for check in health.checks()}


def test_tables_are_not_changed_under_a_process_that_works_on_them(desk: Desk) -> None:
    desk.sql(f"DELETE FROM django_migrations WHERE name = '{schema.known()[-1]}'")
    connected = pytest.raises(schema.Unfit, match="Still connected to this database: web")
    with psycopg.connect(desk.url("web")), desk.role(None), connected:
        install.migrate()


def test_with_nothing_to_migrate_nobody_has_to_stop(desk: Desk) -> None:
    with psycopg.connect(desk.url("web")), desk.role(None):
        install.migrate()
