"""`holdshort backup` and `holdshort restore`: the whole desk in one file, and back in safe mode."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from holdshort.records import backup, safe_mode, schema
from tests.backup.conftest import Operator, rows
from tests.desk import Desk
from tests.kernel import scenes

Empty = Callable[[], Desk]


@pytest.fixture
def file(operator: Operator) -> Path:
    return operator.folder / "desk.backup"


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """A desk with something in every table that matters here."""
    scenes.grave(desk)
    scenes.approved_but_not_run(desk)
    scenes.held(desk)
    desk.sql(
        "INSERT INTO public.sign_in_link (digest, person, expires_at) VALUES ('d', 'dana', now())"
    )
    desk.sql(
        "INSERT INTO public.sealed (action, ticket, person, sealed, expires_at) "
        "VALUES (gen_random_uuid(), 1, 'dana', '\\x00', now())"
    )
    desk.sql("INSERT INTO public.django_session VALUES ('k', 'd', now())")
    # Every byte there is, three megabytes of them, under a name that COPY must escape.
    desk.sql(
        "INSERT INTO public.attachment (message, place, name, content) SELECT min(id), 1, "
        "E'a\"b c.pdf', decode(repeat(string_agg(lpad(to_hex(n), 2, '0'), ''), 12000), 'hex') "
        "FROM public.message, generate_series(0, 255) n WHERE public.message.id = "
        "(SELECT min(id) FROM public.message)"
    )
    return desk


def written(operator: Operator, desk: Desk, file: Path, *options: str) -> dict[str, Any]:
    code, out, err = operator.run(desk.url(), "backup", file, "--json", *options)
    assert code == 0, err
    return dict(json.loads(out))


def restored(operator: Operator, desk: Desk, file: Path, **more: Any) -> str:
    code, out, err = operator.run(desk.url(), "restore", file, **more)
    assert code == 0, err
    return out


# ------------------------------------------------------------------ there and back


def test_every_row_comes_back_and_the_desk_is_in_safe_mode(
    operator: Operator, busy: Desk, file: Path, empty: Empty
) -> None:
    told = written(operator, busy, file)
    new = empty()
    said = restored(operator, new, file)
    assert "in safe mode" in said
    with psycopg.connect(busy.url()) as connection:
        tables = [table.name for table in backup._tables(connection)]
    assert len(tables) > 35
    for table in tables:
        if table not in ("kernel.restoration", "kernel.event"):
            assert rows(new, table) == rows(busy, table), table
    with new.role("web"):
        halt = safe_mode.halt()
    assert halt is not None
    assert (halt.reason, halt.backup) == ("backup", told["fingerprint"])
    assert (halt.position, halt.kept_at.isoformat()) == (told["position"], told["made_at"])  # type: ignore[union-attr]
    assert new.events("execution.halted") == 1


def test_what_lives_for_minutes_is_left_out(
    operator: Operator, busy: Desk, file: Path, empty: Empty
) -> None:
    written(operator, busy, file)
    new = empty()
    restored(operator, new, file)
    for table in ("sealed", "sign_in_link", "django_session", "procrastinate_jobs"):
        assert rows(new, f"public.{table}") == [], table
        assert rows(busy, f"public.{table}") != [], table


def test_the_restored_desk_goes_on_where_it_was(
    operator: Operator, busy: Desk, file: Path, empty: Empty
) -> None:
    from holdshort import flow

    written(operator, busy, file)
    new = empty()
    restored(operator, new, file)
    new.agent, new.connectors = busy.agent, {}
    number = scenes.held(new, who="erik")
    assert new.story(number).action.ticket == 4
    who = new.sender("ines")
    with new.role("web"):
        assert flow.reconcile("I looked.", sender=who) == 3
    new.run()
    new.sweep()
    again = new.story(number).next_version
    assert scenes.state_of(new, again) == "authorized"
    replaced = new.sql("SELECT count(*) FROM kernel.action_state WHERE state = 'superseded'")
    assert replaced == [(4,)]


def test_a_working_desk_is_written_down_as_of_one_moment(
    operator: Operator, busy: Desk, file: Path, empty: Empty, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_out = backup.copy_out

    def meanwhile(url: str, add: Any, say: Any) -> Any:
        def and_then(line: str) -> None:
            if line.startswith("1 of"):
                scenes.grave(busy, who="erik")
            say(line)

        return copy_out(url, add, and_then)

    monkeypatch.setattr(backup, "copy_out", meanwhile)
    written(operator, busy, file)
    new = empty()
    restored(operator, new, file)
    assert len(rows(busy, "public.ticket")) == 4
    assert len(rows(new, "public.ticket")) == len(rows(new, "kernel.action")) == 3


def test_it_comes_back_under_other_role_names_too(
    operator: Operator, busy: Desk, file: Path, empty: Empty, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(operator, busy, file)
    new = empty()
    monkeypatch.setenv("HOLDSHORT_ROLE_PREFIX", "second")
    try:
        restored(operator, new, file)
        owners = new.sql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'kernel'")
        assert owners == [("second_owner",)]
        with new.role("executor"):
            schema.require_fit()
    finally:
        new.server.admin(f"DROP DATABASE {new.database} WITH (FORCE)")
        new.server.admin(f"CREATE DATABASE {new.database}")
        for role in ("web", "agent", "desk", "executor", "owner"):
            new.server.admin(f"DROP OWNED BY second_{role}; DROP ROLE second_{role}")


# ------------------------------------------------------------------ the file


def test_only_its_owner_reads_it_and_it_says_that_it_is_secret(
    operator: Operator, busy: Desk, file: Path
) -> None:
    code, out, _ = operator.run(busy.url(), "backup", file)
    assert code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert "keep it as secret as the desk itself" in out
    assert [path.name for path in file.parent.iterdir() if path.is_file()] == [file.name]
    with zipfile.ZipFile(file) as archive:
        assert archive.read("keys/reset") == b"a secret"


def test_keys_can_be_left_out(operator: Operator, busy: Desk, file: Path, empty: Empty) -> None:
    assert written(operator, busy, file, "--without-keys")["keys"] is False
    with zipfile.ZipFile(file) as archive:
        assert not [name for name in archive.namelist() if name.startswith("keys/")]
    said = restored(operator, empty(), file, data=operator.data("other", keys=False))
    assert "holds no private keys, so new ones were made" in said


def test_keys_come_back_where_there_are_none(
    operator: Operator, busy: Desk, file: Path, empty: Empty
) -> None:
    written(operator, busy, file)
    other = operator.data("other", keys=False)
    assert "The private keys came back" in restored(operator, empty(), file, data=other)
    assert (other / "keys" / "reset").read_text() == "a secret"
    assert (other / "keys" / "reset").stat().st_mode & 0o777 == 0o600


def test_keys_that_are_there_are_kept(
    operator: Operator, busy: Desk, file: Path, empty: Empty
) -> None:
    written(operator, busy, file)
    reset = operator.folder / "data" / "keys" / "reset"
    other = operator.data("other") / "keys" / "reset"
    other.write_text("another")
    said = restored(operator, empty(), file, data=other.parent.parent)
    assert "were kept as they are" in said
    assert (reset.read_text(), other.read_text()) == ("a secret", "another")


def test_a_backup_never_replaces_a_file(operator: Operator, busy: Desk, file: Path) -> None:
    file.write_text("mine")
    code, _, err = operator.run(busy.url(), "backup", file)
    assert (code, file.read_text()) == (1, "mine")
    assert "is there already" in err


def test_a_folder_that_is_not_there_is_named(operator: Operator, busy: Desk) -> None:
    code, _, err = operator.run(busy.url(), "backup", operator.folder / "no" / "desk.backup")
    assert code == 1
    assert f"{operator.folder}/no is not a folder" in err


@pytest.mark.parametrize(
    ("number", "said"), [(28, "is full. Free some space"), (13, "Choose another place")]
)
def test_a_disk_that_takes_nothing_leaves_nothing_behind(
    operator: Operator,
    busy: Desk,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    said: str,
) -> None:
    def fails(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("holdshort.machine.archive.os.fsync", fails)
    code, _, err = operator.run(busy.url(), "backup", file)
    assert code == 1
    assert said in err
    assert [path for path in file.parent.iterdir() if path.is_file()] == []


def test_a_file_that_was_cut_short_is_refused(
    operator: Operator, busy: Desk, file: Path, empty: Empty
) -> None:
    written(operator, busy, file)
    whole, new = file.read_bytes(), empty()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        refused(operator, new, file, "is not a whole backup")


def test_a_file_that_was_changed_is_refused(
    operator: Operator, busy: Desk, file: Path, empty: Empty
) -> None:
    written(operator, busy, file)
    new = empty()
    edited(file, "kernel.person.copy", lambda rows: rows.replace(b"dana", b"dano"))
    refused(operator, new, file, "cut short or changed")
    edited(file, "extra.copy", lambda rows: b"x")
    refused(operator, new, file, "cut short or changed")
    file.write_text("no archive at all")
    refused(operator, new, file, "cut short or changed")
    refused(operator, new, operator.folder / "nothing", "is not there")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2}, "written by a newer Holdshort (9.9)"),
        ({"schema": "9999_later"}, "made by Holdshort 9.9 with tables that this one does not know"),
    ],
)
def test_a_backup_of_a_newer_version_is_refused(
    operator: Operator, busy: Desk, file: Path, empty: Empty, change: dict[str, Any], said: str
) -> None:
    written(operator, busy, file)

    def newer(content: bytes) -> bytes:
        return json.dumps(json.loads(content) | {"program": "9.9"} | change).encode()

    edited(file, "manifest.json", newer)
    refused(operator, empty(), file, said)


def test_rows_that_break_a_rule_are_refused_whoever_wrote_them(
    operator: Operator, busy: Desk, file: Path, empty: Empty
) -> None:
    written(operator, busy, file)
    new = empty()
    forged(file, "kernel.decision.copy", lambda rows: rows.replace(b"\tsven\t", b"\tdana\t"))
    refused(operator, new, file, "contradict themselves")
    assert new.sql("SELECT count(*) FROM pg_tables WHERE schemaname IN ('kernel', 'public')") == [
        (0,)
    ]


def refused(operator: Operator, new: Desk, file: Path, said: str) -> None:
    code, out, err = operator.run(new.url(), "restore", file)
    assert (code, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1
    assert new.sql("SELECT 1 FROM pg_tables WHERE schemaname = 'kernel'") == []


def edited(file: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Write the archive anew with one part changed, and everything else as it was."""
    with zipfile.ZipFile(file) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    parts[name] = change(parts.get(name, b""))
    with zipfile.ZipFile(file, "w") as archive:
        for one, content in parts.items():
            archive.writestr(one, content)


def forged(file: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """The same by somebody who also writes the digest that fits."""
    import hashlib

    edited(file, name, change)
    with zipfile.ZipFile(file) as archive:
        digest = hashlib.sha256(archive.read(name)).hexdigest()

    def fitting(content: bytes) -> bytes:
        manifest = json.loads(content)
        manifest["parts"][name]["sha256"] = digest
        return json.dumps(manifest).encode()

    edited(file, "manifest.json", fitting)


# ------------------------------------------------------------------ where something is already


def test_a_desk_is_never_replaced_without_its_name(
    operator: Operator, busy: Desk, file: Path
) -> None:
    written(operator, busy, file)
    scenes.grave(busy, who="erik")
    code, _, err = operator.run(busy.url(), "restore", file)
    assert code == 1
    assert "holds a desk with 4 tickets" in err and "--replace" in err
    for typed in ("", "yes\n", "holdshort\n"):
        code, _, err = operator.run(busy.url(), "restore", file, "--replace", typed=typed)
        assert (code, "Nothing was changed" in err) == (1, True)
    assert len(rows(busy, "public.ticket")) == 4


def test_with_its_name_it_is_replaced_and_the_former_one_kept_closed(
    operator: Operator, busy: Desk, file: Path
) -> None:
    written(operator, busy, file)
    scenes.grave(busy, who="erik")
    typed = f"{busy.database}\n"
    code, out, err = operator.run(busy.url(), "restore", file, "--replace", "--json", typed=typed)
    assert code == 0, err
    kept = json.loads(out)["kept"]
    try:
        assert len(rows(busy, "public.ticket")) == 3
        with pytest.raises(psycopg.OperationalError, match="not currently accepting connections"):
            psycopg.connect(busy.server.url_of(kept))
    finally:
        busy.server.admin(f"DROP DATABASE {kept}")


def test_a_desk_that_works_is_not_replaced(operator: Operator, busy: Desk, file: Path) -> None:
    written(operator, busy, file)
    with psycopg.connect(busy.url("executor")):
        code, _, err = operator.run(busy.url(), "restore", file, "--replace")
    assert code == 1
    assert "1 sessions are connected" in err and "Stop every process" in err


def test_an_account_that_may_not_create_databases_is_told_what_it_needs(
    operator: Operator, busy: Desk, file: Path
) -> None:
    written(operator, busy, file)
    busy.sql("CREATE ROLE plain LOGIN PASSWORD 'plain'; GRANT holdshort_owner TO plain")
    url = busy.url("web").replace("holdshort_web", "plain").replace("web-secret", "plain")
    try:
        typed = f"{busy.database}\n"
        code, _, err = operator.run(url, "restore", file, "--replace", typed=typed)
        assert code == 1
        assert "may not create databases" in err
    finally:
        busy.sql("DROP OWNED BY plain; DROP ROLE plain")


def test_a_database_of_another_version_is_not_written_down(
    operator: Operator, busy: Desk, file: Path
) -> None:
    busy.sql(f"DELETE FROM django_migrations WHERE name = '{schema.known()[-1]}'")
    code, _, err = operator.run(busy.url(), "backup", file)
    assert code == 1
    assert "Run `holdshort migrate`" in err
    assert not file.exists()


def test_a_login_role_of_a_process_may_not_write_everything_down(
    operator: Operator, busy: Desk, file: Path
) -> None:
    code, _, err = operator.run(busy.url("web"), "backup", file)
    assert code == 1
    assert "may not act as holdshort_owner" in err
    assert not file.exists()


def test_without_a_desk_there_is_nothing_to_write_down(
    operator: Operator, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = operator.run("", "backup", file)
    assert code == 1
    assert "There is no desk in" in err
