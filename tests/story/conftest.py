"""The desk of a company, and which company a story is told in.

What needs a directory and nothing else is told in two: a team, and one person for IT with an
approver outside it. What needs the systems of the demo company is told with its team; where a test
says `in_both`, with the same two people as well, and `test_every_ticket.py` leads each ticket that
a person decides to its end with them. Files that are about one of them say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import Desk, Server
from tests.directory import Directory, running_directory
from tests.github import Github
from tests.story.offices import OFFICES, TEAM, Office


@pytest.fixture(scope="module", params=OFFICES, ids=lambda office: office.name)
def office(request: pytest.FixtureRequest) -> Office:
    """The company of this run."""
    found: Office = request.param
    return found


@pytest.fixture
def company(request: pytest.FixtureRequest) -> Office:
    """The demo company's team, where a test does not say `in_both`."""
    found: Office = getattr(request, "param", TEAM)
    return found


@pytest.fixture
def desk(server: Server, office: Office, tmp_path: Path) -> Iterator[Desk]:
    """A desk of this company on its own database."""
    one = Desk(server, tmp_path, office.made(server))
    yield one
    one.close()


@pytest.fixture
def directory(desk: Desk, office: Office, tmp_path: Path) -> Iterator[Directory]:
    """Its directory, which really changes."""
    with running_directory(tmp_path, office.file) as one:
        desk.connectors["directory"] = one.connector
        desk.connectors["github"] = Github()
        yield one
