"""A real PostgreSQL for every test that needs one: own server, own database, the real roles."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import psycopg
import pytest
from hypothesis import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdshort.settings")
django.setup()

from tests.databases.served import Served, running_postgres  # noqa: E402
from tests.desk import Desk, Server  # noqa: E402
from tests.directories.openldap import OpenLdapServed, running_openldap  # noqa: E402
from tests.directories.samba import SambaServed, running_samba  # noqa: E402

COMPANY = Path(__file__).resolve().parent.parent / "demo" / "company.yaml"

# How long an example takes says something about the machine, not about the rule.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

MEMORY = Path("/dev/shm")
ENOUGH = 3 * 2**30
"""Bytes that the databases of one run of tests may take together."""


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One PostgreSQL server for the session, with a template database of the demo company."""
    with quick_folder() as folder, quick_server(folder / "data") as made:
        yield made


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder in memory where there is room: every test has a database, so a thousand files."""
    _tidy_up()
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH
    prefix, where = f"holdshort-tests-{os.getpid()}-", MEMORY if roomy else None
    with tempfile.TemporaryDirectory(prefix=prefix, dir=where) as name:
        # The server runs as an account of its own.
        Path(name).chmod(0o711)
        yield Path(name)


def _tidy_up() -> None:
    """Free the memory that a run which was killed has left behind."""
    for folder in MEMORY.glob("holdshort-tests-*"):
        if not Path(f"/proc/{folder.name.split('-')[2]}").exists():
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def quick_server(folder: Path) -> Iterator[Server]:
    """A PostgreSQL server that does not wait for the disk."""
    from holdshort.machine.postgres import embedded_postgres

    postgres = embedded_postgres(folder)
    url = postgres.start()
    with psycopg.connect(url, autocommit=True) as admin:
        # Durability is measured elsewhere; here it only costs time.
        admin.execute("ALTER SYSTEM SET fsync = off")
        admin.execute("ALTER SYSTEM SET synchronous_commit = off")
        admin.execute("SELECT pg_reload_conf()")
    made = Server(url)
    made.make_template(COMPANY)
    try:
        yield made
    finally:
        postgres.stop()


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Iterator[Desk]:
    """A desk of the demo company on its own database."""
    one = Desk(server, tmp_path)
    yield one
    one.close()


@pytest.fixture(scope="session")
def openldap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenLdapServed]:
    """A real OpenLDAP directory for the session; tests make people and groups of their own."""
    with running_openldap(tmp_path_factory.mktemp("openldap")) as one:
        yield one


@pytest.fixture(scope="session")
def active_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SambaServed]:
    """A real Active Directory for the session; tests make people and groups of their own."""
    with running_samba(tmp_path_factory.mktemp("samba")) as one:
        yield one


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A real PostgreSQL of somebody else for the session; tests make what they need in it."""
    with running_postgres(tmp_path_factory.mktemp("postgres")) as one:
        yield one
