"""One database for all attacks of a file; every attack works on rows of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import Desk, Server
from tests.fakes.running import Target, running_target
from tests.kernel.rows import Kernel


@pytest.fixture(scope="module")
def office(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk of the demo company that the tests of one file share."""
    one = Desk(server, tmp_path_factory.mktemp("office"))
    yield one
    one.close()


@pytest.fixture(scope="module")
def kernel(office: Desk) -> Iterator[Kernel]:
    """Connections as every login role, with which rows are written by hand."""
    one = Kernel(office)
    yield one
    one.close()


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    """A system in a process of its own that counts what really happened to it."""
    with running_target(tmp_path / "effects") as one:
        monkeypatch.setenv("FAKE_TARGET_URL", one.url)
        yield one
