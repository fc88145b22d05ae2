"""The whole desk as it runs on one machine: PostgreSQL, directory, workers and the web process.

`python -m tests.web.live` starts it to try things by hand, and prints how to sign in.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx

from tests.desk import Desk, Server
from tests.directory import Directory, running_directory

# Playwright keeps an event loop in the thread that also asks the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
ROOT = Path(__file__).resolve().parent.parent.parent
COMPANY = ROOT / "demo" / "company.yaml"
WORKERS = ("agent", "desk", "executor")


class Live:
    """A running desk: its address, its database, and its directory."""

    def __init__(self, url: str, desk: Desk, directory: Directory) -> None:
        self.url = url
        self.desk = desk
        self.directory = directory

    def link(self, person: str) -> str:
        """A one-time sign-in link, as the command line makes them."""
        from holdshort.records import signin

        with self.desk.role(None):
            return f"{self.url}/sign-in/link/{signin.new_link(person)}"

    def password(self, person: str, password: str) -> None:
        from holdshort.records import signin

        with self.desk.role(None):
            signin.set_password(person, password)


@contextmanager
def live(server: Server, folder: Path, *, demo: bool = True) -> Iterator[Live]:
    """Every process really runs, each as its own login role, until the block ends."""
    desk = Desk(server, folder)
    port = free_port()
    with ExitStack() as stack:
        stack.callback(desk.close)
        directory = stack.enter_context(running_directory(folder, COMPANY))
        # Nobody has left, so that the desk asks for nothing by itself while somebody looks.
        desk.sql("UPDATE profile SET employment_end = NULL WHERE person = 'karl'")
        # No GitHub runs here, and what it said must not grow old meanwhile.
        desk.sql("DELETE FROM mirror_read WHERE connector = 'github'")
        environment = _environment(desk, directory, folder, demo)
        for worker in WORKERS:
            code = f"from holdshort import jobs; jobs.work({worker!r})"
            stack.enter_context(
                _process([sys.executable, "-c", _SETUP + code], environment, worker)
            )
        command = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)),
            *("--blocking-threads", "8", "--log-level", "error", "holdshort.wsgi:application"),
        ]
        stack.enter_context(_process(command, environment, "web"))
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/sign-in")
        yield Live(url, desk, directory)


_SETUP = "import django; django.setup()\n"


def _environment(desk: Desk, directory: Directory, folder: Path, demo: bool) -> dict[str, str]:
    private, public = folder / "seal", folder / "seal.pub"
    private.write_bytes(desk.seal_private)
    public.write_bytes(desk.seal_public)
    urls = {f"HOLDSHORT_{role.upper()}_DATABASE_URL": desk.url(role) for role in (*WORKERS, "web")}
    return {
        **os.environ,
        **urls,
        "DJANGO_SETTINGS_MODULE": "holdshort.settings",
        "HOLDSHORT_SECRET_KEY": "only-for-tests-" + "x" * 40,
        "HOLDSHORT_SEAL_PRIVATE_KEY": str(private),
        "HOLDSHORT_SEAL_PUBLIC_KEY": str(public),
        "HOLDSHORT_DIRECTORY_URL": directory.url,
        "HOLDSHORT_DIRECTORY_TOKEN": directory.token,
        "HOLDSHORT_RESET_KEY": "a secret of the executor, for tests",
        "HOLDSHORT_DEMO": "1" if demo else "",
    }


@contextmanager
def _process(command: list[str], environment: dict[str, str], role: str) -> Iterator[None]:
    process = subprocess.Popen(
        command, cwd=ROOT, env={**environment, "HOLDSHORT_ROLE": role}, start_new_session=True
    )
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(url: str) -> None:
    ends = time.monotonic() + 90
    while time.monotonic() < ends:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


@contextmanager
def own_server(folder: Path) -> Iterator[Server]:
    """A PostgreSQL server of our own with the template database."""
    from holdshort.machine.postgres import embedded_postgres

    postgres = embedded_postgres(folder)
    server = Server(postgres.start())
    try:
        server.make_template(COMPANY)
        yield server
    finally:
        postgres.stop()


def main() -> None:
    import tempfile

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdshort.settings")
    django.setup()
    with tempfile.TemporaryDirectory() as name:
        data, work = Path(name) / "data", Path(name) / "work"
        data.mkdir()
        work.mkdir()
        with own_server(data) as server, live(server, work) as running:
            print(running.url)
            for person in ("ines", "sven", "dana", "nadia", "lukas"):
                print(f"{person:8} {running.link(person)}")
            sys.stdout.flush()
            with suppress(KeyboardInterrupt):
                time.sleep(10**6)


if __name__ == "__main__":
    main()
