"""PostgreSQL under our own control: private folders, private socket, passwords, no network.

The kernel ends the server with us, also after kill -9, and the next start waits until it has.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from holdshort.machine.account import Account, account_for, runnable
from holdshort.machine.binaries import Binaries, find_binaries
from holdshort.machine.cluster import SUPERUSER, create_cluster
from holdshort.machine.database_url import url_of
from holdshort.machine.errors import MachineError
from holdshort.machine.folders import (
    data_folder,
    last_lines,
    open_log,
    private_folder,
    take_lock,
    write_private,
)
from holdshort.machine.place import Place, environment
from holdshort.machine.processes import ends_with_parent, servers_in

DATABASE = "holdshort"

_SECONDS_TO_RECOVER = 600.0
_SECONDS_TO_LEAVE = 10.0
_LONGEST_SOCKET = 107
_POLL = 0.02
# Statements and row details can carry names and passwords; the log needs neither.
_SETTINGS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "fsync=on",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    # Statements are short; compiling those of the sweep took longer than running them.
    "jit=off",
)


def embedded_postgres(data: Path) -> EmbeddedPostgres:
    """The database of the data folder, with the programs that fit what is already in it.

    Raises MachineError when no such programs are found.
    """
    return EmbeddedPostgres(data, find_binaries(major=Place(data_folder(data)).written_by()))


def running_url(data: Path) -> str | None:
    """The superuser's address of the server that runs on the data folder now, or None."""
    try:
        url = Place(data.expanduser().absolute()).url_file.read_text()
        psycopg.connect(url, connect_timeout=5).close()
    except (OSError, psycopg.OperationalError):
        return None
    return url


class EmbeddedPostgres:
    """One PostgreSQL server on one data folder. Start it from the main thread."""

    def __init__(self, data: Path, binaries: Binaries) -> None:
        self._place = Place(data_folder(data))
        self._socket = self._place.home / "socket"
        self._binaries = binaries
        self._account = Account()
        self._server: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._written = 0

    def start(self) -> str:
        """Start the server, creating the database first if needed; return the superuser's URL.

        Does nothing when it runs already. Raises MachineError with one sentence: running
        elsewhere, another version's data, a full disk, a folder that may not be used.
        """
        if not self.alive():
            self._claim()
            try:
                self._prepare()
                self._launch()
                self._wait_until_ready()
                self._publish()
            except BaseException:
                self.stop()
                raise
        return self._url(DATABASE)

    def alive(self) -> bool:
        """Whether the server that this object started is running."""
        return self._server is not None and self._server.poll() is None

    def stop(self) -> None:
        """End the server: drop its connections, finish writing, then free the data folder."""
        for order, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, None)):
            if self._server and self.alive():
                self._server.send_signal(order)
                with suppress(subprocess.TimeoutExpired):
                    self._server.wait(patience)
        self._server = None
        self._release()

    def _claim(self) -> None:
        if self._lock is not None:
            return
        path = private_folder(self._place.home) / "lock"
        self._lock = take_lock(path)
        if self._lock is None:
            raise MachineError(
                f"Holdshort is already running on {self._place.data} (process "
                f"{path.read_text()}). Stop that one, or choose another folder with --data."
            )

    def _release(self) -> None:
        if self._lock is None:
            return
        self._place.url_file.unlink(missing_ok=True)
        if self._socket.parent != self._place.home:
            shutil.rmtree(self._socket, ignore_errors=True)
        os.close(self._lock)
        self._lock = None

    def _prepare(self) -> None:
        self._account = account_for(self._place.cluster)
        self._require_same_version()
        self._binaries = runnable(self._binaries, self._account)
        if self._place.cluster.exists():
            self._see_off_leftovers()
        else:
            create_cluster(self._place, self._account, self._binaries)
        self._make_socket_folder()

    def _require_same_version(self) -> None:
        major = self._place.written_by()
        if major not in (None, self._binaries.major):
            raise MachineError(
                f"The database in {self._place.data} was written by PostgreSQL {major} and "
                f"cannot be opened by PostgreSQL {self._binaries.major}. Install PostgreSQL "
                f"{major}, or choose another folder with --data."
            )

    def _see_off_leftovers(self) -> None:
        """Wait for the server of an owner that was killed; drop its note of a process long gone.

        PostgreSQL itself would refuse to start if another program got that process id since.
        """
        deadline = time.monotonic() + _SECONDS_TO_LEAVE
        while left := servers_in(self._place.cluster):
            if time.monotonic() > deadline:
                raise MachineError(
                    f"PostgreSQL (process {left[0]}) still runs on {self._place.data} although "
                    f"Holdshort has ended. Stop it with: kill -INT {left[0]}"
                )
            time.sleep(_POLL)
        if Path("/proc/self").exists():
            (self._place.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _make_socket_folder(self) -> None:
        """Beside the data; in a short private folder where libpq could not use that path."""
        path = self._place.home / "socket"
        if len(os.fsencode(path / ".s.PGSQL.5432")) > _LONGEST_SOCKET or "," in str(path):
            path = Path(tempfile.mkdtemp(prefix="holdshort-", dir="/tmp"))
        self._socket = private_folder(path)
        for leftover in path.iterdir():
            leftover.unlink()
        self._account.give(path)

    def _launch(self) -> None:
        log = open_log(self._place.log.parent, "postgres")
        # What an earlier run wrote is not why this one ends.
        self._written = os.fstat(log).st_size
        folders = self._place.cluster, self._socket
        try:
            with self._account.doors(*folders) as ((cluster, socket), descriptors):
                self._server = subprocess.Popen(
                    self._command(cluster, socket),
                    env=environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    pass_fds=descriptors,
                    start_new_session=True,
                    preexec_fn=ends_with_parent(signal.SIGINT),
                    **self._account.popen_options(),
                )
        except OSError as error:
            raise self._place.did_not_start(str(error.strerror)) from error
        finally:
            os.close(log)

    def _command(self, cluster: str, socket: str) -> list[str]:
        folder = '"' + socket.replace('"', '""') + '"'
        settings = (*_SETTINGS, f"unix_socket_directories={folder}")
        options = [part for setting in settings for part in ("-c", setting)]
        return [self._binaries.program("postgres"), "-D", cluster, *options]

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _SECONDS_TO_RECOVER
        while not self._is_ready():
            if not self.alive() or time.monotonic() > deadline:
                raise self._place.did_not_start(self._said())
            time.sleep(_POLL)

    def _said(self) -> str:
        return last_lines(self._place.log, 20, since=self._written)

    def _is_ready(self) -> bool:
        """PostgreSQL notes its process id and its state, as the first and the last word."""
        try:
            words = (self._place.cluster / "postmaster.pid").read_text().split()
        except OSError:
            return False
        mine = self._server is not None and words[:1] == [str(self._server.pid)]
        return mine and words[-1] == "ready"

    def _publish(self) -> None:
        try:
            with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
                _ensure_database(connection)
        except psycopg.Error as error:
            raise self._place.did_not_start(str(error)) from error
        write_private(self._place.url_file, self._url(DATABASE).encode())

    def _url(self, database: str) -> str:
        parts = {"user": SUPERUSER, "password": self._place.password(), "dbname": database}
        return url_of({**parts, "host": str(self._socket)})


def _ensure_database(connection: psycopg.Connection) -> None:
    known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
    if known.fetchone() is None:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
