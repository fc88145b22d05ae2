"""Every story is told in two companies: a team, and one person for IT with an outside approver."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import Desk, Server
from tests.directory import Directory, running_directory
from tests.github import Github
from tests.story.offices import OFFICES, Office


@pytest.fixture(scope="module", params=OFFICES, ids=lambda office: office.name)
def office(request: pytest.FixtureRequest) -> Office:
    """The company of this run."""
    found: Office = request.param
    return found


@pytest.fixture
def desk(server: Server, office: Office, tmp_path: Path) -> Iterator[Desk]:
    """A desk of this company on its own database."""
    made = server.admin(f"SELECT 1 FROM pg_database WHERE datname = '{office.template}'")
    if not made:
        server.make_template(office.file, office.template)
    one = Desk(server, tmp_path, office.template)
    yield one
    one.close()


@pytest.fixture
def directory(desk: Desk, office: Office, tmp_path: Path) -> Iterator[Directory]:
    """Its directory, which really changes."""
    with running_directory(tmp_path, office.file) as one:
        desk.connectors["directory"] = one.connector
        desk.connectors["github"] = Github()
        yield one
