"""The embedded database: private, durable, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from holdshort.machine.binaries import Binaries
from holdshort.machine.errors import MachineError
from holdshort.machine.postgres import EmbeddedPostgres, embedded_postgres, running_url
from holdshort.machine.processes import servers_in

from .conftest import eventually, first_line, found, mode, python

OWNER = """
import sys, time
from pathlib import Path
from holdshort.machine.binaries import Binaries
from holdshort.machine.postgres import EmbeddedPostgres
programs = Binaries(Path(sys.argv[2]), int(sys.argv[3]), "machine")
print(EmbeddedPostgres(Path(sys.argv[1]), programs).start(), flush=True)
time.sleep(600)
"""


def value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def remember(url: str, word: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE memory AS SELECT %s::text AS word", [word])


@contextmanager
def running(data: Path, binaries: Binaries) -> Iterator[str]:
    server = EmbeddedPostgres(data, binaries)
    try:
        yield server.start()
    finally:
        server.stop()


@contextmanager
def owned_by_another_process(data: Path, binaries: Binaries) -> Iterator[tuple[int, str]]:
    owner = python(OWNER, data, binaries.folder, binaries.major)
    try:
        yield owner.pid, first_line(owner)
    finally:
        owner.kill()
        owner.wait()


def test_what_was_committed_is_there_after_a_restart(postgres: EmbeddedPostgres) -> None:
    remember(postgres.start(), "kept")
    postgres.stop()
    assert not postgres.alive()
    assert value(postgres.start(), "SELECT word FROM memory") == "kept"


def test_it_keeps_every_promise_of_durability_and_listens_on_no_network(
    postgres: EmbeddedPostgres,
) -> None:
    url = postgres.start()
    shown = {
        name: value(url, f"SHOW {name}")
        for name in ("fsync", "synchronous_commit", "data_checksums", "listen_addresses")
    }
    assert shown == {
        "fsync": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "listen_addresses": "",
    }


def test_words_of_any_alphabet_can_be_stored_and_searched(postgres: EmbeddedPostgres) -> None:
    assert value(postgres.start(), "SELECT lower('ÄÖÉ') || current_setting('TimeZone')") == "äöéUTC"


def test_folders_socket_and_secrets_are_closed_to_everybody_else(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    postgres.start()
    home = tmp_path / "data" / "postgres"
    folders = {name: mode(home / name) for name in (".", "cluster", "socket")}
    files = {name: mode(home / name) for name in ("password", "url", "lock")}
    assert set(folders.values()) == {0o700}
    assert set(files.values()) == {0o600}
    assert mode(home / "socket" / ".s.PGSQL.5432") == 0o700
    assert mode(tmp_path / "data" / "log" / "postgres.log") == 0o600


def test_nobody_enters_without_the_password(postgres: EmbeddedPostgres) -> None:
    url = postgres.start()
    methods = value(url, "SELECT array_agg(DISTINCT auth_method) FROM pg_hba_file_rules")
    assert methods == ["scram-sha-256"]
    for wrong in ("", "guess"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(url, password=wrong)


def arguments_of(process: int) -> str:
    """What a process was started with; nothing once it has ended, as a connection's server may."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_the_password_is_in_no_argument_and_no_log(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    url = postgres.start()
    with pytest.raises(psycopg.Error), psycopg.connect(url) as connection:
        connection.execute("ALTER ROLE nobody_here PASSWORD 'plain words'")
    data = tmp_path / "data"
    password = (data / "postgres" / "password").read_text()
    log = (data / "log" / "postgres.log").read_text()
    arguments = "".join(map(arguments_of, servers_in(data / "postgres" / "cluster")))
    assert arguments
    assert password not in log + arguments
    assert "plain words" not in log


def test_starting_twice_is_starting_once(postgres: EmbeddedPostgres) -> None:
    first = postgres.start()
    born = value(first, "SELECT pg_postmaster_start_time()")
    assert postgres.start() == first
    assert value(first, "SELECT pg_postmaster_start_time()") == born


def test_after_kill_9_of_the_server_it_starts_again_with_everything(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    remember(postgres.start(), "kept")
    note = tmp_path / "data" / "postgres" / "cluster" / "postmaster.pid"
    os.kill(int(note.read_text().split()[0]), signal.SIGKILL)
    eventually(lambda: not postgres.alive())
    assert value(postgres.start(), "SELECT word FROM memory") == "kept"


def test_after_kill_9_of_its_owner_the_server_ends_and_starts_again_with_everything(
    postgres: EmbeddedPostgres, binaries: Binaries, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with owned_by_another_process(data, binaries) as (owner, url):
        remember(url, "kept")
        os.kill(owner, signal.SIGKILL)
        eventually(lambda: not servers_in(data / "postgres" / "cluster"))
    assert value(postgres.start(), "SELECT word FROM memory") == "kept"


def test_a_restart_does_not_wait_for_a_person_while_a_killed_owners_server_still_ends(
    postgres: EmbeddedPostgres, binaries: Binaries, tmp_path: Path
) -> None:
    with owned_by_another_process(tmp_path / "data", binaries) as (owner, _):
        os.kill(owner, signal.SIGKILL)
    assert value(postgres.start(), "SELECT 1") == 1


def test_a_note_of_a_process_that_is_now_another_program_does_not_stop_the_start(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    postgres.start()
    note = tmp_path / "data" / "postgres" / "cluster" / "postmaster.pid"
    words = note.read_text().split("\n")
    postgres.stop()
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        note.write_text("\n".join([str(stranger.pid), *words[1:]]))
        assert value(postgres.start(), "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_interrupted_first_start_leaves_nothing_in_the_way(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    half_made = tmp_path / "data" / "postgres" / "cluster.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("3")
    assert value(postgres.start(), "SELECT 1") == 1


def test_a_second_start_on_the_same_folder_names_the_process_that_has_it(
    wheel: Binaries, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with (
        owned_by_another_process(data, wheel) as (owner, url),
        pytest.raises(MachineError, match=rf"already running on {data} \(process {owner}\)"),
    ):
        EmbeddedPostgres(data, wheel).start()
    assert url


def test_data_of_another_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    machine, wheel = found("machine"), found("wheel")
    if machine.major == wheel.major:
        pytest.skip("the machine and the wheel have the same PostgreSQL version")
    with running(tmp_path, machine) as url:
        remember(url, "kept")
    sentence = f"written by PostgreSQL {machine.major} .* PostgreSQL {wheel.major}"
    with pytest.raises(MachineError, match=sentence):
        EmbeddedPostgres(tmp_path, wheel).start()
    with running(tmp_path, machine) as url:
        assert value(url, "SELECT word FROM memory") == "kept"


def test_a_newer_postgresql_on_the_machine_does_not_take_over_older_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOLDSHORT_POSTGRES", raising=False)
    with running(tmp_path, found("wheel")) as url:
        version = value(url, "SHOW server_version")
    server = embedded_postgres(tmp_path)
    try:
        assert value(server.start(), "SHOW server_version") == version
    finally:
        server.stop()


@pytest.mark.parametrize("name", ["long" * 30, "one, two", "a 'b' \"c\" %20 ü"])
def test_any_folder_name_works_also_one_that_no_socket_could_have(
    name: str, wheel: Binaries, tmp_path: Path
) -> None:
    with running(tmp_path / name, wheel) as url:
        assert value(url, "SELECT 1") == 1
        folder = Path(str(psycopg.conninfo.conninfo_to_dict(url)["host"]))
        assert mode(folder) == 0o700
    assert folder.parent == tmp_path / name / "postgres" or not folder.exists()


def test_the_folders_above_the_data_keep_their_permissions(wheel: Binaries, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with running(closed / "data", wheel) as url:
        assert value(url, "SELECT 1") == 1
    assert mode(closed) == 0o700
    assert mode(closed / "data") == 0o700


def test_the_server_never_has_the_rights_of_root(wheel: Binaries, tmp_path: Path) -> None:
    with running(tmp_path, wheel):
        cluster = tmp_path / "postgres" / "cluster"
        status = Path(f"/proc/{servers_in(cluster)[0]}/status").read_text().splitlines()
        fields = dict(line.split(":\t", 1) for line in status)
        everything = "Uid", "Gid", "Groups"
        assert os.geteuid() != 0 or not any("0" in fields[name].split() for name in everything)
        assert int(fields["CapEff"], 16) == 0
        assert fields["Uid"].split()[0] == str(cluster.stat().st_uid)


def test_the_address_of_a_running_server_is_known_to_other_processes_and_gone_with_it(
    wheel: Binaries, tmp_path: Path
) -> None:
    assert running_url(tmp_path) is None
    with running(tmp_path, wheel) as url:
        assert running_url(tmp_path) == url
        left_over = (tmp_path / "postgres" / "url").read_text()
    assert not (tmp_path / "postgres" / "url").exists()
    assert running_url(tmp_path) is None
    (tmp_path / "postgres" / "url").write_text(left_over)
    assert running_url(tmp_path) is None


def test_a_data_folder_that_is_a_file_is_told_in_one_sentence(
    wheel: Binaries, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(MachineError, match=r"data is not a folder.*--data"):
        EmbeddedPostgres(tmp_path / "data", wheel)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read_is_told_in_one_sentence(
    wheel: Binaries, tmp_path: Path
) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(MachineError, match="may not be read and written"):
        EmbeddedPostgres(tmp_path / "data", wheel).start()


def test_a_full_disk_is_told_in_one_sentence_and_the_next_start_succeeds(
    wheel: Binaries, tmp_path: Path
) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "none", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("only root with the right to mount can make a small disk")
    try:
        with pytest.raises(MachineError, match=r"The disk that holds .* is full"):
            EmbeddedPostgres(tmp_path / "data", wheel).start()
        subprocess.run(["mount", "-o", "remount,size=1g", str(tmp_path)], check=True)
        with running(tmp_path / "data", wheel) as url:
            assert value(url, "SELECT 1") == 1
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_lost_or_changed_password_file_is_told_without_the_password(
    wheel: Binaries, tmp_path: Path
) -> None:
    with running(tmp_path, wheel):
        pass
    password = tmp_path / "postgres" / "password"
    password.write_text("changed-by-hand")
    with pytest.raises(MachineError, match=r"did not start: .*authentication failed") as refused:
        EmbeddedPostgres(tmp_path, wheel).start()
    assert "changed-by-hand" not in str(refused.value)
    password.unlink()
    with pytest.raises(MachineError, match=r"password is not there\. Put it back"):
        EmbeddedPostgres(tmp_path, wheel).start()
    assert not servers_in(tmp_path / "postgres" / "cluster")


def test_a_damaged_database_is_told_with_postgresqls_own_reason(
    wheel: Binaries, tmp_path: Path
) -> None:
    with running(tmp_path, wheel):
        pass
    cluster = tmp_path / "postgres" / "cluster"
    with (tmp_path / "log" / "postgres.log").open("a") as log:
        log.write("2026-11-27 04:00:00 UTC [7] FATAL:  terminating autovacuum process\n")
    (cluster / "global" / "pg_control").unlink()
    with pytest.raises(
        MachineError, match=r"PostgreSQL did not start: .*could not .*postgres\.log"
    ):
        EmbeddedPostgres(tmp_path, wheel).start()
    (cluster / "PG_VERSION").write_text("no number")
    with pytest.raises(MachineError, match="holds no PostgreSQL database"):
        embedded_postgres(tmp_path)
