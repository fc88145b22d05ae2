"""One desk, target and directory of executors for a whole file: each test takes its own action."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash.scene import Scene, scene
from tests.desk import Server


@pytest.fixture(scope="module")
def on(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene(server, tmp_path_factory.mktemp("scene")) as one:
        yield one
