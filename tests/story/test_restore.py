"""A desk is backed up while it works, rolled back by accident, and restored somewhere else."""

from __future__ import annotations

from pathlib import Path

import psycopg

from holdshort.machine.postgres import embedded_postgres
from tests.running import Running, holdshort, running_desk, wait_for


def safe_mode(desk: Running) -> str:
    """What /ready says about safe mode; nothing when all is well."""
    checks = {one["name"]: one for one in desk.call("owner", "GET", "/ready").json()["checks"]}
    return "" if checks["safe_mode"]["ok"] else str(checks["safe_mode"]["detail"])


def sql(data: Path, statement: str) -> list[tuple[object, ...]]:
    """One statement on the database of a folder on which no desk runs."""
    postgres = embedded_postgres(data)
    try:
        with psycopg.connect(postgres.start(), autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []
    finally:
        postgres.stop()


def test_backup_rollback_and_restore(tmp_path: Path) -> None:
    data, elsewhere, file = tmp_path / "data", tmp_path / "elsewhere", tmp_path / "desk.backup"
    with running_desk(data) as desk:
        asked = desk.call("requester", "POST", "/tickets", body="please add me to build-tools")
        action = desk.action_of("owner", asked.json()["number"], "waiting")
        saved = desk.command("backup", str(file))
        assert saved.returncode == 0, saved.stderr
        assert safe_mode(desk) == ""

    # The machine is put back to an earlier moment; only the files beside the database know.
    sql(data, "DELETE FROM kernel.log WHERE position = (SELECT max(position) FROM kernel.log)")
    with running_desk(data) as desk:
        assert "its log ends at" in safe_mode(desk)
        doctor = desk.command("doctor")
        assert (doctor.returncode, "NOT WELL  safe mode" in doctor.stdout) == (1, True)
        shown = wait_for(
            lambda: _looked(desk.command("safe-mode", "show").stdout), "a look at the target"
        )
        assert action["id"] in shown and "Add Dana Fischer to Build Tools" in shown
        assert "Go on with: holdshort safe-mode end --as" in shown
        wrong = desk.command("safe-mode", "end", "--as", "ines", "--note", "x", stdin="yes\n")
        assert wrong.returncode == 1 and safe_mode(desk)
        end = ("safe-mode", "end", "--as", "ines", "--note", "I looked.")
        ended = desk.command(*end, stdin="reconciled\n")
        assert "1 change that was not settled is asked anew" in ended.stdout
        assert safe_mode(desk) == ""

    done = holdshort("restore", str(file), "--data", str(elsewhere))
    assert done.returncode == 0, done.stderr
    assert "is in safe mode" in done.stdout
    assert sql(elsewhere, "SELECT reason FROM kernel.restoration") == [("backup",)]


def _looked(shown: str) -> str | None:
    return shown if "  no  " in shown else None
